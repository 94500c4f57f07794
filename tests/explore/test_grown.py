"""What grows from cases that reached something, and that it gets further than chance alone."""

from itertools import islice
from pathlib import Path
from random import Random
from statistics import median

import pytest
from explore.shop import shop
from explore.vault import SECRET, until_open, vault

from wsrecord.contract.flow.automaton import Automaton
from wsrecord.explore.frontier import Frontier
from wsrecord.explore.grown import Grown, follows
from wsrecord.explore.moves import GIVEN, Case, Connect, Hear, Move, Raw, Say, Stall, holes
from wsrecord.explore.parts import say
from wsrecord.explore.phases import Phases
from wsrecord.explore.reached import Footprint
from wsrecord.explore.vocabulary import Vocabulary


@pytest.fixture
def words(tmp_path: Path) -> Vocabulary:
    return Vocabulary(shop(tmp_path))


OPENED = Footprint(
    frozenset({("step", "request", "open", "opened"), ("step", "cart", None, "opened")}),
    frozenset({("request", "opened"), ("cart", "opened")}),
)


def opened(words: Vocabulary) -> Frontier:
    """What a run knows after a cart was opened."""
    frontier = Frontier()
    frontier.take(Case((say(words.terms["open"]),)), OPENED)
    return frontier


def grown(
    words: Vocabulary, frontier: Frontier, *, right: bool = True, seed: int = 1, most: int = 300
) -> list[list[Move]]:
    found = Grown(words, frontier, Random(seed)).cases(right=right)
    return [moves for moves in islice(found, most) if moves is not None]


def events(moves: list[Move]) -> list[str | None]:
    return [move.event for move in moves if isinstance(move, Say)]


def test_what_a_flow_allows_and_nobody_has_seen_is_said_where_it_is_allowed(words: Vocabulary) -> None:
    aimed = [moves for moves in grown(words, opened(words)) if events(moves) == ["open", "put"]]
    assert len(aimed) > 60
    first, second = aimed[0]
    assert isinstance(first, Say)
    assert isinstance(second, Say)
    assert (GIVEN, ["opened", "/cart"]) in list(holes(second.value))


def test_once_it_was_seen_others_have_their_turn(words: Vocabulary) -> None:
    frontier = opened(words)
    before = sum("put" in events(moves) for moves in grown(words, frontier))
    frontier = opened(words)
    frontier.counts[("step", "cart", "opened", "put")] += 1
    assert sum("put" in events(moves) for moves in grown(words, frontier)) < before


def test_an_event_of_the_server_s_is_waited_for_if_the_flow_has_gone_on_since(words: Vocabulary) -> None:
    frontier = Frontier()
    frontier.take(Case((say(words.terms["open"]),)), Footprint(OPENED.features))
    waited = [moves for moves in grown(words, frontier) if any(isinstance(move, Hear) for move in moves)]
    first, hear, second = waited[0]
    assert isinstance(first, Say)
    assert isinstance(second, Say)
    assert (first.event, first.then, hear, second.event) == ("open", "now", Hear(event="opened"), "put")


def test_right_cases_grow_from_right_ones_only(words: Vocabulary) -> None:
    frontier = opened(words)
    wrong = say(words.terms["time"], breaks="a rule")
    frontier.take(Case((wrong, Raw(data=b"", breaks="a bit"))), Footprint(frozenset({("x",)})))
    for moves in grown(words, frontier):
        assert not any(isinstance(move, Raw) for move in moves)
        for move in moves:
            if isinstance(move, Say):
                assert move.breaks is None
                assert words.right(words.terms[move.event or ""], move.value)
    assert any(isinstance(move, Raw) for moves in grown(words, frontier, right=False) for move in moves)


def test_cases_stay_short(words: Vocabulary) -> None:
    frontier = opened(words)
    for number in range(300):
        (moves,) = grown(words, frontier, right=False, seed=number, most=1)
        assert 0 < len(moves) <= 14
        frontier.take(Case(tuple(moves)), Footprint(frozenset({(number,)})))


def test_the_same_finds_and_the_same_seed_give_the_same_cases(words: Vocabulary) -> None:
    one, same, other = (grown(words, opened(words), right=False, seed=seed) for seed in (3, 3, 4))
    assert one == same != other


def test_where_nothing_new_comes_of_it_others_have_the_turn_until_something_does(words: Vocabulary) -> None:
    frontier = opened(words)
    cases = Grown(words, frontier, Random(1)).cases(right=True)
    first = list(islice(cases, 1_000))
    assert None not in first[:400]
    assert set(first[400:]) == {None}
    frontier.take(Case((say(words.terms["time"]),)), Footprint(frozenset({("new",)})))
    assert next(cases) is not None


def test_with_nothing_to_grow_from_the_phases_are_as_they_were(words: Vocabulary) -> None:
    def cases(phase: str, grown: Grown | None) -> list[Case]:
        return list(islice(Phases(words, random=Random(1), grown=grown).cases([phase]), 500))

    for phase in ("valid", "mutate"):
        assert cases(phase, Grown(words, Frontier(), Random(1))) == cases(phase, None)


def test_what_stalls_or_comes_back_is_nothing_to_grow_from(words: Vocabulary) -> None:
    frontier, one = Frontier(), say(words.terms["time"])
    for number, first in enumerate((Stall(), Connect(back=0), Connect(narrow=True))):
        frontier.take(Case((first, one)), Footprint(frozenset({(number,)})))
    frontier.take(Case((one,) * 60), Footprint(frozenset({("many",)})))
    assert grown(words, frontier, right=False, most=10) == []


@pytest.mark.parametrize(
    ("order", "pairs"),
    [
        ("a b", {("a", "b")}),
        ("a (b | c)*", {("a", "b"), ("a", "c"), ("b", "b"), ("b", "c"), ("c", "b"), ("c", "c")}),
        ("a & b", {("a", "b"), ("b", "a")}),
        ("a{2}", {("a", "a")}),
        ("a", set()),
    ],
)
def test_what_may_follow_on_what(order: str, pairs: set[tuple[str, str]]) -> None:
    assert follows(Automaton(order)) == pairs


def test_an_order_that_is_too_large_steers_nothing() -> None:
    assert follows(Automaton(" & ".join(f"a{n}" for n in range(14)))) == set()


@pytest.mark.slow
def test_a_sequence_that_must_be_guessed_is_found_by_what_each_step_of_it_opens(tmp_path: Path) -> None:
    contract = vault(tmp_path)
    assert len(SECRET) == 4  # of eight words: one in 4,096 is what chance has
    found = {
        steered: [until_open(contract, seed, steered=steered, most=700) for seed in range(5)]
        for steered in (True, False)
    }
    assert None not in found[True]
    assert median(number for number in found[True] if number is not None) < 500
    assert sum(number is None for number in found[False]) >= 4
