"""What the other values at a place say of one that is short: beside links it is a link, too.

Two kinds of evidence. Others at the same place are links, and come from the same kind of event; or all that
the client ever says at that place the server had said before, under the same name and in one kind of event,
and what stands there is an id by its name or comes in values that no count would. A client that counts by
itself (1, 2, 3) says the same as a server that does, so that a count is no evidence.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from .insides import Path, Scalar, get
from .significance import is_id_key, is_time
from .steps import Occurrence, Place, Variable
from .tokens import is_noun, name_of

_Spot: TypeAlias = tuple[str, Path]  # a place in all that is of one kind
_COUNTS = frozenset(
    """
    seq n no nr num number i idx index count counter total size length offset page limit position pos step
    attempt retry retries version rev revision t ts time timestamp percent progress level status
    """.split()  # noqa: SIM905
)
_FEW = 3  # values of which none is from elsewhere: no chance any more
_SHORT_CODE = 4


def proven(
    sure: Sequence[Variable], likely: Sequence[Variable], occurrences: Sequence[Occurrence]
) -> Mapping[int, str]:
    """Of those that seem to be chance, by their place in `likely`, what the others say for them."""
    if not likely:
        return {}
    evidence = _Evidence(sure, likely, occurrences)
    found: dict[int, str] = {}
    for number, one in enumerate(likely):
        whys = {evidence.why(one, use) for use in one.uses}
        if None not in whys:
            found[number] = "siblings" if "siblings" in whys else "places"
    return found


class _Evidence:
    """What is known of the places at which the client says something."""

    def __init__(
        self, sure: Sequence[Variable], likely: Sequence[Variable], occurrences: Sequence[Occurrence]
    ) -> None:
        self._all = occurrences
        self._given: dict[
            Place, frozenset[str]
        ] = {}  # a use, and the kinds in which the server said it before
        self._linked: dict[_Spot, set[str]] = {}  # where links are used, and from which kinds
        self._said: dict[Path, list[tuple[Place, Scalar]]] = {}
        self._whole: dict[_Spot, bool] = {}  # whether all that is said there was the server's
        self._first: dict[int, dict[str, int]] = {}  # of a variable, when each kind said it first
        links = [one for one in sure if one.origin == "server"]
        for one in (*likely, *links):
            for use in one.uses:
                self._given[use] = self._given.get(use, frozenset()) | self._kinds(one, use)
        for one in links:
            for use in one.uses:
                if one.why == "value" and self._all[use.occurrence].is_unit:
                    self._linked.setdefault(self._spot(use), set()).update(self._kinds(one, use))

    def why(self, one: Variable, use: Place) -> str | None:
        """What speaks for a value at a place; None: nothing."""
        spot = self._spot(use)
        if self._kinds(one, use) & self._linked.get(spot, set()):
            return "siblings"
        if spot not in self._whole:
            self._whole[spot] = self._is_given(spot)
        return "places" if self._whole[spot] else None

    def _is_given(self, spot: _Spot) -> bool:
        """Whether all that the client says there was the server's, and is more than a count."""
        everywhere = self._at(spot[1])
        here = [(place, value) for place, value in everywhere if self._spot(place) == spot]
        given = [self._given.get(place, frozenset()) for place, _ in here]
        if not given or not frozenset.intersection(*given):
            return False
        values = _distinct(value for _, value in here)
        name = name_of(spot[1])
        if is_noun(name):
            return all(map(numbered, values))
        if _counts_up(values) or _counts_up(_distinct(value for _, value in everywhere)):
            return False
        if is_id_key(name):
            return all(map(numbered, values))
        varied = len(values) >= _FEW and all(map(_no_count, values)) and name.lower() not in _COUNTS
        return varied and _sparse(values)

    def _kinds(self, one: Variable, use: Place) -> frozenset[str]:
        if id(one) not in self._first:
            first = self._first[id(one)] = dict[str, int]()
            for place in one.sources:
                first.setdefault(self._all[place.occurrence].kind, place.occurrence)
        return frozenset(kind for kind, at in self._first[id(one)].items() if at < use.occurrence)

    def _spot(self, place: Place) -> _Spot:
        return self._all[place.occurrence].kind, place.path

    def _at(self, path: Path) -> list[tuple[Place, Scalar]]:
        """All that the client says there, in whatever event."""
        if path not in self._said:
            said = ((one, get(one.value, path)) for one in self._all if one.sender == "client")
            self._said[path] = [
                (Place(one.number, path), value)
                for one, value in said
                if isinstance(value, str | int | float) and not isinstance(value, bool)
            ]
        return self._said[path]


def _distinct(values: Iterable[Scalar]) -> list[Scalar]:
    return list(dict.fromkeys(values))


def numbered(value: Scalar) -> bool:
    """Whether it may be an id: a whole number, or a text with a digit in it, and no word."""
    return isinstance(value, int) or (isinstance(value, str) and any(map(str.isdigit, value)))


def _counts_up(values: Sequence[Scalar]) -> bool:
    """Whether it is what somebody who counts says, too."""
    numbers = [
        int(v) for v in values if isinstance(v, int) or (isinstance(v, str) and v.isdecimal() and len(v) < 20)
    ]
    if len(numbers) != len(values):
        return False
    steady = all(later - one == 1 for one, later in pairwise(numbers))
    return steady and (len(numbers) >= _FEW or numbers[:1] in ([0], [1]))


def _no_count(value: Scalar) -> bool:
    """Whether it is more than a small number, a time or a word."""
    if isinstance(value, str) and not value.isdecimal():
        letters, digits = any(map(str.isalpha, value)), any(map(str.isdigit, value))
        return len(value) >= _SHORT_CODE and value.isalnum() and letters and digits
    return isinstance(value, int | str) and not is_time(value) and abs(int(value)) >= 10


def _sparse(values: Sequence[Scalar]) -> bool:
    """Whether numbers lie so far apart that they were not met by counting."""
    numbers = sorted(int(v) for v in values if isinstance(v, int))
    return len(numbers) < 2 or numbers[-1] - numbers[0] >= 4 * len(numbers)
