"""The recordings in `cassettes/`: whole, without secrets, and what the demo server says."""

from pathlib import Path

import pytest

from wsrecord.cassette.recording import load
from wsrecord.cassette.redaction.scanner import scan
from wsrecord.cassette.store import open_cassette
from wsrecord.report.brief import event_name

CASSETTES = sorted((Path(__file__).parent.parent / "cassettes").glob("*.wsr*"))


def test_there_are_some() -> None:
    assert len(CASSETTES) >= 3


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.name)
def test_a_committed_cassette_is_whole_and_holds_a_finished_run(path: Path) -> None:
    recording = load(path)
    assert recording.end is not None
    assert recording.end.incomplete is None
    assert recording.cut == 0
    names = [event_name(message) for session in recording.sessions for message in session.messages]
    assert names.count("agent_started") == names.count("start_agent") > 0
    assert "agent_completed" in names


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.name)
def test_a_committed_cassette_holds_no_secret(path: Path) -> None:
    with open_cassette(path) as reader:
        assert list(scan(reader)) == []
