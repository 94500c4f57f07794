"""Cases, so many and no more."""

from collections import Counter
from collections.abc import Collection, Iterator

from .moves import Case

_FREE = "regressions"  # what has failed before is always tried
_PASSED_OVER = 1_000  # in a row, after which no phase is expected to have any left


def limited(cases: Iterator[Case], phases: Collection[str], most: int) -> Iterator[Case]:
    """At most so many of each of these phases; it ends when each has had its share."""
    given: Counter[str] = Counter()
    passed_over = 0
    for case in cases:
        if case.phase != _FREE:
            if given[case.phase] >= most:
                passed_over += 1
                if passed_over == _PASSED_OVER:
                    return
                continue
            given[case.phase] += 1
        passed_over = 0
        yield case
        if given and all(given[phase] >= most for phase in phases if phase != _FREE):
            return
