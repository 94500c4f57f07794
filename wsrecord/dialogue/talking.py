"""Which sessions talk to each other: what one's client says first, another's server says later.

Where they do, the order of their steps matters (who posts before the other has joined is not heard). Where
they don't, each goes its own way: two users who know nothing of each other need not wait for each other.
"""

from collections.abc import Iterable

from .insides import scalars
from .steps import Occurrence

_SHORTEST = 4


def talking(occurrences: Iterable[Occurrence]) -> frozenset[frozenset[int]]:
    """The pairs of sessions of which one has heard the other."""
    said_by: dict[str, int | None] = {}  # None: it says nothing about who said it first
    pairs: set[frozenset[int]] = set()
    for one in occurrences:
        if one.session is None or not one.is_unit or isinstance(one.value, bytes):
            continue
        for path, text in scalars(one.value):
            if not isinstance(text, str) or len(text) < _SHORTEST or not path:
                continue
            if one.sender == "server":
                first = said_by.setdefault(text, None)
                if first is not None and first != one.session:
                    pairs.add(frozenset({first, one.session}))
            elif said_by.setdefault(text, one.session) != one.session:
                said_by[text] = None  # several clients say it: a word of the protocol's
    return frozenset(pairs)
