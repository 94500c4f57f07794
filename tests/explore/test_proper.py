"""What can be played, and what can't."""

import json
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest
from explore.shop import shop

from wsrecord.contract.load import load
from wsrecord.explore.moves import Case, Say, as_json, from_json
from wsrecord.explore.phases import PHASES, Phases
from wsrecord.explore.proper import fitting, proper, restated
from wsrecord.explore.vocabulary import Vocabulary

ROOT = Path(__file__).parents[2]


def read(*moves: dict[str, Any]) -> Case:
    return from_json({"phase": "valid", "moves": list(moves)})


@pytest.mark.parametrize("which", ["shop", "demo"])
def test_all_that_is_made_up_can_be_played_once_it_was_written_and_read(which: str, tmp_path: Path) -> None:
    words = Vocabulary(shop(tmp_path) if which == "shop" else load(ROOT / "schemas"))
    made = Phases(words, users=2, random=Random(1))
    for case in islice(made.cases(PHASES), 3_000):
        again = from_json(json.loads(json.dumps(as_json(case))))
        assert again.moves == case.moves
        assert proper(again)


@pytest.mark.parametrize(
    "move",
    [
        {"do": "say", "value": {"a": {"$new": 1}, "b": {"$given": ["opened", "/cart"]}}},
        {"do": "say", "value": {"b": {"$given": ["opened", "/cart", 1]}}, "then": "quiet", "cuts": [1, 0]},
        {"do": "say", "data": "AAEC", "binary": True, "breaks": "text, not binary"},
        {"do": "connect", "on": 1, "user": 1, "back": 0, "query": {"after": None, "token": "x"}},
        {"do": "close", "code": None},
        {"do": "probe", "size": 125},
    ],
)
def test_what_a_case_may_hold(move: dict[str, Any]) -> None:
    assert proper(read(move))


@pytest.mark.parametrize(
    "move",
    [
        {"do": "say", "value": 1, "on": -1},
        {"do": "say", "value": 1, "on": True},
        {"do": "say", "value": 1, "on": 10**9},
        {"do": "say", "value": 1, "then": "later"},
        {"do": "say", "value": 1, "then": ["now"]},
        {"do": "say", "event": 5},
        {"do": "say", "binary": "yes"},
        {"do": "say", "value": {"$new": "x"}},
        {"do": "say", "value": [{"$new": []}]},
        {"do": "say", "value": {"a": {"$given": "opened"}}},
        {"do": "say", "value": {"a": {"$given": [["opened"], "/cart"]}}},
        {"do": "say", "value": {"a": {"$given": ["opened", "/cart", "first"]}}},
        {"do": "say", "value": {"a": {"$given": ["opened", "cart"]}}},
        {"do": "say", "cuts": [-1]},
        {"do": "say", "ping_at": 1.5},
        {"do": "hear", "event": None},
        {"do": "probe", "size": 126},
        {"do": "probe", "size": "large"},
        {"do": "close", "code": 70_000},
        {"do": "close", "code": "1000"},
        {"do": "connect", "user": -1},
        {"do": "connect", "query": ["after"]},
        {"do": "connect", "query": {"after": 5}},
    ],
)
def test_what_nobody_can_play(move: dict[str, Any]) -> None:
    assert not proper(read(move))


def test_bounds() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    assert not proper(read({"do": "say", "value": deep}))
    assert not proper(read())
    assert not proper(read(*[{"do": "cut"}] * 3_000))


@pytest.fixture
def words(tmp_path: Path) -> Vocabulary:
    return Vocabulary(shop(tmp_path))


OPEN = {"type": "open", "id": {"$new": 1}}


@pytest.mark.parametrize(
    ("kept", "now"),
    [
        # what a contract that was mended allows
        (
            Say(event="open", value=OPEN, breaks="required at /colour"),
            Say(event="open", value=OPEN),
        ),
        (Say(value=OPEN, breaks="an event that there is"), Say(event="open", value=OPEN)),
        # what one that was tightened forbids
        (
            Say(event="time", value={"type": "time", "id": ""}),
            Say(event="time", value={"type": "time", "id": ""}, breaks="minLength at /id"),
        ),
    ],
)
def test_a_case_from_elsewhere_is_as_wrong_as_the_contract_says_now(
    words: Vocabulary, kept: Say, now: Say
) -> None:
    assert restated(Case((kept,)), words) == Case((now,))
    assert fitting(Case((now,)), words)


@pytest.mark.parametrize(
    "kept",
    [
        Say(event="open", value=OPEN),
        Say(event="open", value={"type": "open"}, breaks="required at /id"),
        Say(event="open", value={**OPEN, "id": "\ud800"}, breaks="surrogate at /id"),
        Say(event="open", value=OPEN, binary=True, breaks="text, not binary"),
        Say(data=b"{", breaks="JSON"),
        Say(value=[OPEN], breaks="one object, not an array of them"),
        Say(value={"type": "dance"}, breaks="an event that there is"),
        Say(event="gone", value={"type": "gone"}),
    ],
)
def test_what_is_as_it_was_stays(words: Vocabulary, kept: Say) -> None:
    assert restated(Case((kept,)), words) == Case((kept,))
