"""What failed among others, looked into alone: shrunk as far as the time allows, or let go."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from explore.shop import shop
from support.shop_command import start

from wsrecord.cassette.recording import load
from wsrecord.explore.kept import kept_of
from wsrecord.explore.moves import Case, Say
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.live.client import Patience
from wsrecord.live.door import Door, Way
from wsrecord.live.exploration import Budget, Exploration, Explored
from wsrecord.live.explorer import Explorer
from wsrecord.live.finds import Finds
from wsrecord.live.rules import Rules
from wsrecord.live.target import Target, TargetOptions

SAVE = Path("failures")
TIME = Say(event="time", value={"type": "time", "id": {"$new": 1}})
BLUE = Say(event="open", value={"type": "open", "id": {"$new": 2}, "colour": "blue"})
RED = Say(event="open", value={"type": "open", "id": {"$new": 2}, "colour": "red"})
LONG = Case((TIME, TIME, BLUE, TIME, TIME))
USUAL = [Case((TIME, RED))] * 12 + [Case((RED,))] * 12  # opens are taken, at first and behind others

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def explored(bug: str, cases: Sequence[Case], *, shrinking: float) -> Explored:
    """These cases on a server of their own."""
    words = Vocabulary(shop(Path()))

    def rules(target: Target) -> Rules:
        doors = [Door(Way(), target.upstream, Patience(close=2.0))]
        return Rules(words.contract, words, frozenset({"error"}), doors)

    plan = Exploration(
        target=TargetOptions(start=start(bug)),
        budget=Budget(seconds=30.0, shrinking=shrinking),
        save=SAVE,
    )
    finds = Finds(None, words.contract.name, pytest.fail)
    return asyncio.run(Explorer(plan, rules, iter(cases), lambda _: None, finds).run())


@pytest.mark.parametrize(
    ("shrinking", "shrunk", "in_time", "what"),
    [
        (10.0, True, True, ""),
        (0.001, True, False, " (shrinking ran out of time)"),
        (0.0, False, False, " (as it was found, not shrunk)"),
    ],
)
def test_how_far_a_failure_was_shrunk_is_known_and_kept(
    shrinking: float, shrunk: bool, in_time: bool, what: str
) -> None:
    done = explored("picky", [*USUAL, LONG], shrinking=shrinking)
    (failure,) = done.failures
    assert (failure.shrunk, failure.in_time) == (shrunk, in_time)
    assert (failure.case.messages == 1) == (shrinking > 1)
    kept = kept_of(load(done.saved[0]))
    assert kept is not None
    assert kept.what == f"WS902 open is right, and was refused{what}"
    assert (kept.case, kept.shrunk) == (failure.case, shrunk)


def test_what_does_not_come_again_is_known_by_its_code_and_its_replays() -> None:
    done = explored("once", [Case((TIME,))], shrinking=10.0)
    assert not done.failures
    (one,) = done.discarded
    assert (one.finding.code, one.finding.place.event, one.finding.place.pointer) == ("WS101", "now", "/re")
    assert one.times == (0, 3)
