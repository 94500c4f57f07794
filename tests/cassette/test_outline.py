"""A cassette without its messages, and what it says of them."""

from pathlib import Path

import pytest
from cassette.several_sessions import NAMES, written

from wsrecord.cassette.outline import outline, outline_of
from wsrecord.cassette.recording import Recording, load


def without_messages(recording: Recording) -> Recording:
    for session in recording.sessions:
        session.messages, session.tally = [], None
    return recording


@pytest.mark.parametrize("name", NAMES)
def test_an_outline_is_the_recording_without_its_messages(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name)
    loaded, outlined = load(path), outline(path)
    for whole, bare in zip(loaded.sessions, outlined.sessions, strict=True):
        assert bare.messages == []
        assert (bare.count, bare.last, bare.closes, bare.close) == (
            whole.count,
            whole.last,
            whole.closes,
            whole.close,
        )
    assert [(one.count, one.last, len(one.closes)) for one in outlined.sessions] == [
        (4, 9, 2),
        (2, 7, 0),
        (0, 0, 0),
        (1, 11, 0),
    ]
    assert without_messages(outlined) == without_messages(loaded)


@pytest.mark.parametrize("name", NAMES)
def test_an_outline_of_what_is_in_memory_is_the_same_and_changes_nothing(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name)
    loaded = load(path)
    assert outline_of(loaded) == outline(path)
    assert loaded == load(path)
    assert all(one.session in outline_of(loaded).sessions for one in outline_of(loaded).connections)


@pytest.mark.parametrize("name", NAMES)
def test_an_outline_says_what_was_cut(tmp_path: Path, name: str) -> None:
    whole = written(tmp_path / name)
    data = whole.read_bytes()
    path = tmp_path / f"cut-{name}"
    for length in range(len(data) // 2, len(data)):
        path.write_bytes(data[:length])
        loaded, outlined = load(path), outline(path)
        assert without_messages(outlined) == without_messages(loaded)
