"""A kept failure as a note: written down, read again, and told from other recordings."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from wsrecord.cassette.model import Head, Note
from wsrecord.cassette.recording import Recording
from wsrecord.errors import CassetteError
from wsrecord.explore.kept import NOTE, Kept, kept_of, note_of, read
from wsrecord.explore.moves import Case, Close, Say

KEPT = Kept(
    case=Case((Say(event="ask", value={"id": {"$new": 1}}), Close(code=None)), "invalid"),
    code="WS901",
    message="ask was never answered",
    contract="chat",
    refusals=("no",),
    health="/health",
    shrunk=False,
)


def recording(*notes: Note) -> Recording:
    head = Head(created="2026-01-01T00:00:00Z", recorder="a test", targets={}, nonce="")
    return Recording(path=Path("a.wsr"), head=head, notes=list(notes))


@pytest.mark.parametrize(
    "kept",
    [KEPT, Kept(case=KEPT.case), Kept(case=KEPT.case, in_time=False)],
    ids=["all", "the case alone", "shrunk in part"],
)
def test_a_kept_failure_is_read_as_it_was_written(kept: Kept) -> None:
    assert kept_of(recording(note_of(kept, 5))) == kept


def test_another_recording_is_none() -> None:
    assert kept_of(recording(Note(t=0, code="more", text="{}"))) is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"phase": "x", "moves": [{"do": "dance"}]}', "[" * 100_000]
)
def test_one_that_cannot_be_read_is_a_bad_cassette(text: str) -> None:
    note = Note(t=0, code=NOTE, text=text)
    assert read(note) is None
    with pytest.raises(CassetteError, match=r"a\.wsr: the case in it can't be read"):
        kept_of(recording(note))


def test_fields_of_the_wrong_kind_are_as_good_as_none() -> None:
    said = json.loads(note_of(KEPT, 0).text)
    said.update(found=7, refusals="no", health="elsewhere")
    kept = read(Note(t=0, code=NOTE, text=json.dumps(said)))
    assert kept == replace(KEPT, code="", message="", refusals=(), health=None)


def test_what_was_found_is_a_line() -> None:
    assert KEPT.what == "WS901 ask was never answered (as it was found, not shrunk)"
    assert Kept(case=KEPT.case).what == "a failure"
    assert Kept(case=KEPT.case, in_time=False).what == "a failure (shrinking ran out of time)"
