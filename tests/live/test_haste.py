"""Whether a failure may come of the client's haste."""

import pytest

from wsrecord.explore.moves import Case, Say
from wsrecord.live.haste import may_be_haste
from wsrecord.live.outcome import Acted
from wsrecord.live.reel import Reel

SAY = Say(event="say", value={})


def test_a_refusal_may_be_one_of_one_message_too_many() -> None:
    assert may_be_haste(Case((SAY, SAY, SAY)), "WS902", None)
    assert not may_be_haste(Case((SAY, SAY)), "WS902", None)


@pytest.mark.parametrize("code", ["WS101", "WS901", "WS903"])
def test_what_else_is_wrong_is_so_at_any_pace(code: str) -> None:
    assert not may_be_haste(Case((SAY, SAY, SAY)), code, None)


def test_a_story_without_an_end_may_be_cut_by_a_close_on_its_way() -> None:
    silent = Acted(Case((SAY,)), Reel({}, lambda: 0), (), frozenset(), frozenset())
    assert not may_be_haste(silent.case, "WS207", silent)
    assert not may_be_haste(silent.case, "WS207", None)
