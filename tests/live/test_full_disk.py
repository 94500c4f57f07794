"""When a cassette can't be written, traffic goes on; exit code and message say what is missing."""

import os
import re
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from live.rig import BUG, Pair, Target, await_, echo, exchange, loaded, part, payloads, run
from support import frames
from support.recorder import Recorder
from support.small_disk import mounted

from wsrecord.cassette.recording import load

INCOMPLETE = 5
NAMES = pytest.mark.parametrize("name", ["r.wsr", "r.wsr.jsonl"], ids=["binary", "lines"])


def talk(pair: Pair, start: int, count: int, size: int = 2000) -> list[bytes]:
    """Numbered messages, each of which must arrive and come back; return the client's payloads."""
    said = []
    for number in range(start, start + count):
        said.append(f"{number} ".encode() + b"x" * size)
        exchange(pair, frames.client.text(said[-1]))
        exchange(pair, frames.server.text(said[-1]), sender="server")
    return said


def limit_files(recorder: Recorder, size: int) -> None:
    resource.prlimit(recorder.process.pid, resource.RLIMIT_FSIZE, (size, size))


def written(recorder: Recorder, messages: int) -> int:
    """Wait until so many messages are in the cassette, for they arrive first; return its size."""

    def there() -> bool:
        return sum(len(session.messages) for session in loaded(recorder).sessions) >= messages

    await_((), there, f"{messages} messages are written", tick=0.001)
    return part(recorder).stat().st_size


def leave_room(recorder: Recorder, pair: Pair, rounds: int) -> list[bytes]:
    """Talk, then let the cassette grow by so many rounds more, and by room enough for an end record."""
    said = talk(pair, 0, 3)
    before = written(recorder, 6)
    said += talk(pair, 3, 1)
    size = written(recorder, 8)
    limit_files(recorder, size + rounds * (size - before) + 1000)
    return said


@NAMES
def test_traffic_goes_on_when_the_cassette_reaches_a_size_limit(
    tmp_path: Path, target: Target, name: str
) -> None:
    with Recorder(target.url, tmp_path, name=name) as recorder:
        pair = target.upgrade(recorder.port)
        said = leave_room(recorder, pair, rounds=20)
        said += talk(pair, 4, 40)
        warning = recorder.says(re.compile(r"incomplete from here on: .*; traffic goes on"))[0]
        assert "File too large" in warning
        echo(target.upgrade(recorder.port), b"a session that began after the failure is served too")
        assert target.finish(recorder) == INCOMPLETE
        assert recorder.stderr.count("incomplete from here on") == 1, "said once, not for every message"
        assert re.search(r"incomplete cassette: .*\n(.*\n)*.*the recording is incomplete: ", recorder.stderr)
    recording = loaded(recorder)
    kept = payloads(recording)
    assert kept == said[:24]
    assert recording.end is not None
    assert re.search(r"File too large; \d+ records or messages are missing", recording.end.incomplete or "")


def test_what_is_missing_is_counted(tmp_path: Path, target: Target) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        pair = target.upgrade(recorder.port)
        leave_room(recorder, pair, rounds=2)
        talk(pair, 4, 10)
        assert target.finish(recorder) == INCOMPLETE
    end = loaded(recorder).end
    assert end is not None
    assert end.messages == 12
    found = re.search(r"(\d+) records or messages are missing", end.incomplete or "")
    assert found
    # and 16 messages are, and how the connection was brought to its end
    assert 16 <= int(found[1]) <= 18


def test_a_limit_too_small_for_the_end_record_still_leaves_a_cassette_that_loads(
    tmp_path: Path, target: Target
) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        pair = target.upgrade(recorder.port)
        talk(pair, 0, 3)
        limit_files(recorder, written(recorder, 6) + 5)
        talk(pair, 3, 3)
        assert target.finish(recorder) == INCOMPLETE
        assert "File too large" in recorder.stderr
    recording = loaded(recorder)
    assert len(payloads(recording)) == 3
    assert recording.unfinished


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", "128k") as disk:
        yield disk


@NAMES
def test_traffic_goes_on_when_the_disk_is_full(small_disk: Path, target: Target, name: str) -> None:
    with Recorder(target.url, small_disk, name=name) as recorder:
        pair = target.upgrade(recorder.port)
        said = talk(pair, 0, 60)
        assert "the disk is full" in recorder.says(re.compile("incomplete from here on: .*"))[0]
        assert target.finish(recorder) == INCOMPLETE
    recording = loaded(recorder)
    kept = payloads(recording)
    assert 0 < len(kept) < len(said)
    assert kept == said[: len(kept)]
    assert recording.unfinished
    if recording.end is not None:  # it needs some room on the last page
        assert "the disk is full" in recording.unfinished


def test_a_disk_that_is_full_from_the_start_is_said_at_once(small_disk: Path, target: Target) -> None:
    (small_disk / "ballast").write_bytes(bytes(128 * 1024))
    ran = run("--target", target.url, "--out", str(small_disk / "r.wsr"), folder=small_disk)
    assert ran.code == 3, ran.said
    assert "the disk is full" in ran.said
    assert not BUG.search(ran.said)
    assert [path.name for path in small_disk.iterdir()] == ["ballast"]


def test_a_disk_that_is_read_only_is_said_at_once(small_disk: Path, target: Target) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    ran = run("--target", target.url, "--out", str(small_disk / "r.wsr"), folder=small_disk)
    assert (ran.code, ran.said.count("\n")) == (3, 1)
    assert "Read-only file system" in ran.said


def test_warnings_that_nobody_can_read_any_more_break_no_session(tmp_path: Path, target: Target) -> None:
    """As in `wsrecord record … 2>&1 | head`."""
    recorder = Recorder(target.url, tmp_path, name="r.wsr")
    recorder.command = ["bash", "-c", 'exec "$@" 2> >(head -n 2 >&2)', "bash", *recorder.command]
    with recorder:
        pair = target.upgrade(recorder.port)
        talk(pair, 0, 3)
        recorder.says(re.compile("until Ctrl-C"))
        limit_files(recorder, written(recorder, 6))
        talk(pair, 3, 5)
        echo(target.upgrade(recorder.port), b"another session")
        assert target.finish(recorder) == INCOMPLETE
    assert len(payloads(loaded(recorder))) == 3


def test_a_folder_that_is_moved_away_costs_the_name_and_nothing_else(tmp_path: Path, target: Target) -> None:
    folder, moved = tmp_path / "here", tmp_path / "there"
    folder.mkdir()
    with Recorder(target.url, folder, name="r.wsr") as recorder:
        pair = target.upgrade(recorder.port)
        said = talk(pair, 0, 3)
        folder.rename(moved)
        said += talk(pair, 3, 3)
        assert target.finish(recorder) == INCOMPLETE
        assert re.search(r"r\.wsr\.part was moved or removed while it was written", recorder.stderr)
    assert not folder.exists()
    assert payloads(load(moved / "r.wsr")) == said


def test_a_cassette_removed_while_it_is_written_is_said_to_be_lost(tmp_path: Path, target: Target) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        pair = target.upgrade(recorder.port)
        part(recorder).unlink()
        talk(pair, 0, 3)
        assert target.finish(recorder) == INCOMPLETE
        assert "was moved or removed" in recorder.stderr
    assert not list(tmp_path.iterdir())


@NAMES
def test_a_name_taken_meanwhile_is_not_overwritten(tmp_path: Path, target: Target, name: str) -> None:
    with Recorder(target.url, tmp_path, name=name) as recorder:
        pair = target.upgrade(recorder.port)
        said = talk(pair, 0, 3)
        (tmp_path / name).write_text("somebody's own")
        assert target.finish(recorder) == INCOMPLETE
        assert re.search(rf"{name} appeared meanwhile, and was not overwritten", recorder.stderr)
        assert f"the recording is in {part(recorder)}" in recorder.stderr
    assert (tmp_path / name).read_text() == "somebody's own"
    recording = load(part(recorder))
    assert payloads(recording) == said
    assert recording.end is not None


@pytest.mark.parametrize("taken", ["r.wsr", "r.wsr.part"])
def test_a_name_taken_before_is_refused_at_once(tmp_path: Path, target: Target, taken: str) -> None:
    (tmp_path / taken).write_text("somebody's own")
    ran = run("--target", target.url, "--out", "r.wsr", folder=tmp_path)
    assert ran.code == 2
    assert f"{taken} is there" in ran.said
    assert len(ran.said.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == [taken]
    assert (tmp_path / taken).read_text() == "somebody's own"


def test_a_name_that_another_recorder_writes_to_is_refused(tmp_path: Path, target: Target) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        ran = run("--target", target.url, "--out", "r.wsr", "--listen", ":0", folder=tmp_path)
        assert ran.code == 2
        assert "being written by another recorder" in ran.said
        echo(target.upgrade(recorder.port), b"the first goes on")
        assert target.finish(recorder) == 0
    assert len(loaded(recorder).sessions) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_said_at_once(tmp_path: Path, target: Target) -> None:
    tmp_path.chmod(0o500)
    ran = run("--target", target.url, "--out", str(tmp_path / "r.wsr"), folder=Path("/"))
    assert (ran.code, ran.said.count("\n")) == (3, 1)
    assert "Permission denied" in ran.said


@pytest.mark.parametrize("out", ["/proc/r.wsr", "/dev/null/r.wsr"])
def test_a_folder_where_nothing_can_be_made_is_said_at_once(tmp_path: Path, target: Target, out: str) -> None:
    ran = run("--target", target.url, "--out", out, folder=tmp_path)
    assert ran.code == 3
    assert "can't be made" in ran.said
    assert ran.said.count("\n") == 1
