import pytest

from benchmarks.client import SECRET
from benchmarks.recordings import BrokenRecordingError, Tally, check_size, check_wsrecord


def test_a_recording_smaller_than_what_crossed_is_broken(tmp_path):
    recording = tmp_path / "recording"
    with pytest.raises(BrokenRecordingError, match="no recording"):
        check_size(recording, Tally(), thorough=False)
    recording.write_bytes(b"x" * 99)
    with pytest.raises(BrokenRecordingError, match="99 bytes can't hold 100"):
        check_size(recording, Tally(payload_bytes=100), thorough=False)
    check_size(recording, Tally(payload_bytes=99), thorough=False)


def test_a_recording_with_the_credential_in_it_is_broken(tmp_path):
    recording = tmp_path / "recording"
    recording.write_bytes(b"before " + SECRET + b" after")
    with pytest.raises(BrokenRecordingError, match="credential"):
        check_wsrecord(recording, Tally(), thorough=False)
