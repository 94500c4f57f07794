"""So many cases of each phase."""

from collections import Counter
from collections.abc import Iterator
from itertools import count

from wsrecord.explore.limits import limited
from wsrecord.explore.moves import Case, Probe


def endless(*phases: str, rare: str = "") -> Iterator[Case]:
    """Phases that take turns without end; of the rare one there are two."""
    for number in count():
        yield from (Case((Probe(),), phase) for phase in phases if phase != rare or number < 2)


def counted(cases: Iterator[Case]) -> Counter[str]:
    return Counter(case.phase for case in cases)


def test_each_phase_has_its_share() -> None:
    phases = ("valid", "invalid", "wire")
    assert counted(limited(endless(*phases), phases, 7)) == dict.fromkeys(phases, 7)


def test_a_phase_that_has_fewer_holds_nobody_up() -> None:
    phases = ("valid", "wire")
    assert counted(limited(endless(*phases, rare="wire"), phases, 7)) == {"valid": 7, "wire": 2}


def test_what_has_failed_before_is_not_counted() -> None:
    saved = [Case((Probe(size=size),), "regressions") for size in range(9)]
    phases = ("regressions", "valid")
    assert counted(limited(iter([*saved, *[Case((), "valid")] * 9]), phases, 3)) == {
        "regressions": 9,
        "valid": 3,
    }
    assert counted(limited(iter(saved), ("regressions",), 3)) == {"regressions": 9}
