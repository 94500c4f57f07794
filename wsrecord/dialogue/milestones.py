"""Which event of its own thing a step waits for, where several such things are open: a run's own end, say.

Told from the recording: before each message of the client's kind, exactly one event of that kind said the
value that the message says. It takes two values to see that, and a stream of words is never one. Where the
client speaks of one only, the others are those that the server says at the same places.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from .insides import Path, get
from .steps import Occurrence, Variable

_Heard: TypeAlias = dict[str, list[tuple[int, Path]]]  # by kind: which occurrence says the value, and where


class Milestones:
    """By each thing that the client said: the last such event before it, for each value."""

    def __init__(self, occurrences: Sequence[Occurrence], variables: Iterable[Variable]) -> None:
        """Look at every use of every value that the server says."""
        self._found: dict[int, dict[int, list[tuple[int, Path]]]] = {}
        self._series = _Series(occurrences)
        uses: dict[str, list[tuple[int, Variable, _Heard]]] = {}
        for variable in variables:
            if variable.why != "rpc":  # a reply waits for its request only
                for use, heard in _uses(variable, occurrences):
                    uses.setdefault(occurrences[use].kind, []).append((use, variable, heard))
        for mine in uses.values():
            self._of_kind(mine)

    def of(self, said: Iterable[int]) -> dict[int, list[tuple[int, Path]]]:
        """For what a step says: by the occurrence to wait for, the variables that it says, and where."""
        found: dict[int, list[tuple[int, Path]]] = {}
        for number in said:
            for source, same in self._found.get(number, {}).items():
                found.setdefault(source, []).extend(same)
        return found

    def _of_kind(self, uses: list[tuple[int, Variable, _Heard]]) -> None:
        names: dict[tuple[str, str], list[tuple[int, Variable, _Heard]]] = {}
        for each in uses:
            names.setdefault((each[1].origin, each[1].name), []).append(each)
        for alike in names.values():
            heard = [one for _, _, one in alike if one]
            known = {variable.number: variable for _, variable, one in alike if one}
            if not known:
                continue
            once = {kind for kind in heard[0] if all(len(one.get(kind, ())) == 1 for one in heard)}
            if len(known) == 1:
                [only] = known.values()
                once = {kind for kind in once if self._series.has_others(only, heard[0][kind][0])}
            for use, variable, one in alike:
                last = max((one[kind][0] for kind in once if kind in one), default=None)
                first = variable.origin == "server" and variable.sources[0].occurrence
                if last is not None and last[0] != first:  # its link waits for the first
                    self._found.setdefault(use, {}).setdefault(last[0], []).append((variable.number, last[1]))


class _Series:
    """What the server said at one place of one kind of event, in one session."""

    def __init__(self, occurrences: Sequence[Occurrence]) -> None:
        self._occurrences = occurrences
        self._kinds: dict[tuple[int | None, str], list[Any]] = {}
        for one in occurrences:
            if one.is_unit and one.sender == "server":
                self._kinds.setdefault((one.session, one.kind), []).append(one.value)
        self._said: dict[tuple[int | None, str, Path], Counter[Any]] = {}

    def has_others(self, variable: Variable, at: tuple[int, Path]) -> bool:
        """Whether other values came there, each once, that the server had given as it gave this one."""
        if variable.origin != "server":
            return False
        place = variable.sources[0]
        there, given = self._at(*at), self._at(place.occurrence, place.path)
        return len(there) > 1 and max(there.values()) == 1 and there.keys() <= given.keys()

    def _at(self, occurrence: int, path: Path) -> Counter[Any]:
        one = self._occurrences[occurrence]
        key = one.session, one.kind, path
        if key not in self._said:
            found = (get(value, path) for value in self._kinds.get(key[:2], ()))
            self._said[key] = Counter(value for value in found if isinstance(value, str | int | float))
        return self._said[key]


def _uses(variable: Variable, occurrences: Sequence[Occurrence]) -> Iterator[tuple[int, _Heard]]:
    """Each time that the client says it in a session: what the server said with it since the time before."""
    server = variable.sources if variable.origin == "server" else variable.echoes
    client = variable.uses if variable.origin == "server" else (*variable.sources, *variable.uses)
    told: dict[int | None, dict[int, Path]] = {}
    for place in server:
        one = occurrences[place.occurrence]
        if one.is_unit:
            told.setdefault(one.session, {}).setdefault(one.number, place.path)
    before: dict[int | None, int] = {}
    for number in sorted({place.occurrence for place in client if occurrences[place.occurrence].is_unit}):
        session = occurrences[number].session
        there = told.get(session, {})
        numbers = list(there)
        heard: _Heard = {}
        first = bisect_right(numbers, before.get(session, -1))
        for each in numbers[first : bisect_left(numbers, number)]:
            heard.setdefault(occurrences[each].kind, []).append((each, there[each]))
        before[session] = number
        yield number, heard
