"""Which cases are kept, and which of them others grow from."""

from collections import Counter
from random import Random

from wsrecord.explore.frontier import Entry, Frontier
from wsrecord.explore.moves import Case, Probe
from wsrecord.explore.reached import Footprint


def case(size: int, moves: int = 1) -> Case:
    return Case((Probe(size=size),) * moves)


def reached(*names: str) -> Footprint:
    return Footprint(frozenset((name,) for name in names))


def sizes(frontier: Frontier) -> list[object]:
    return [entry.case.moves[0].size for entry in frontier.entries if isinstance(entry.case.moves[0], Probe)]


def picks(frontier: Frontier, times: int = 400, seed: int = 1) -> Counter[Entry]:
    random = Random(seed)
    found = (frontier.pick(random) for _ in range(times))
    return Counter(entry for entry in found if entry is not None)


def test_a_case_is_kept_if_it_reached_something_first() -> None:
    frontier = Frontier()
    assert frontier.take(case(1), reached("a", "b"))
    assert not frontier.take(case(2), reached("a"))
    assert frontier.take(case(3), reached("a", "c"))
    assert sizes(frontier) == [1, 3]
    assert frontier.counts == {("a",): 3, ("b",): 1, ("c",): 1}
    assert frontier.finds == 2


def test_what_must_not_be_kept_counts_and_is_not_grown_from() -> None:
    frontier = Frontier()
    assert frontier.take(case(1), reached("a"), keep=False)
    assert not frontier.take(case(2), reached("a"))
    assert frontier.pick(Random(1)) is None


def test_it_is_bounded_and_what_is_common_goes_first() -> None:
    frontier = Frontier(most=10)
    frontier.take(case(0), reached("common"))
    for number in range(1, 30):
        frontier.take(case(number), reached("common", f"only {number}"))
    assert len(frontier.entries) == 10
    assert 0 not in sizes(frontier)


def test_what_is_rare_is_grown_from_more_often_than_what_is_common() -> None:
    frontier = Frontier()
    frontier.take(case(1), reached("common"))
    frontier.take(case(2), reached("rare"))
    for _ in range(100):
        frontier.take(case(3), reached("common"))
    common, rare = frontier.entries
    assert picks(frontier)[rare] > 2 * picks(frontier)[common]


def test_what_is_young_or_short_is_grown_from_more_often() -> None:
    frontier = Frontier()
    frontier.take(case(1), reached("old"))
    for _ in range(100):
        frontier.take(case(9), reached())
    frontier.take(case(2), reached("young"))
    frontier.take(case(3, moves=9), reached("long"))
    old, young, long = frontier.entries
    found = picks(frontier)
    assert found[young] > found[old]
    assert found[young] > found[long]


def test_nothing_is_grown_from_for_ever() -> None:
    frontier = Frontier()
    frontier.take(case(1), reached("a", "b", "c", "d"))
    frontier.take(case(2), reached("e"))
    assert min(picks(frontier).values()) > 20


def test_the_same_chance_picks_the_same() -> None:
    def order(seed: int) -> list[int]:
        frontier, random = Frontier(), Random(seed)
        for number in range(20):
            frontier.take(case(number), reached(str(number)))
        found = (frontier.pick(random) for _ in range(50))
        return [entry.born for entry in found if entry is not None]

    assert order(7) == order(7) != order(8)


def test_only_what_fits_is_picked() -> None:
    frontier = Frontier()
    for number in range(5):
        frontier.take(case(number), reached(str(number)))
    for seed in range(20):
        entry = frontier.pick(Random(seed), lambda one: one.born == 3)
        assert entry is not None
        assert entry.born == 3
    assert frontier.pick(Random(1), lambda _: False) is None
