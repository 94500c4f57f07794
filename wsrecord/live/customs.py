"""What a server takes, and after what: only where it took the like before is a refusal without a reason.

A right message may be refused for what was, or was not, said before it. No schema tells that; what a run saw
does. A point in a session is what the server took of the client's so far, and the last of that.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from wsrecord.explore.moves import Case, Say
from wsrecord.judge.fuzz import Fact, Meant

_MANY, _OFTEN = 9, 3  # times, and times as often as refused, that it is taken behind others, if it needs none
_MOSTLY = 20  # times as often as refused, if it does
_VALUES = 300  # of one event that are remembered
_EACH, _UNCLEAR = 3, 100  # refusals of one event at one point, and of all, that are thought of again


class Point(NamedTuple):
    """Where in a session something was said."""

    before: frozenset[str] = frozenset()  # what the server took of the client's
    last: str | None = None


@dataclass(slots=True)
class _Known:
    """How an event fared at one point."""

    taken: int = 0
    refused: int = 0
    values: set[str] = field(default_factory=set)  # some of those that were taken


class Customs:
    """What is usual with one server."""

    def __init__(self) -> None:
        self._known: dict[str, dict[Point, _Known]] = {}
        self._usual: set[tuple[str, Point]] = set()  # once it is, it stays so: a vote is on what was seen
        self._trusted: set[str] = set()

    def learn(self, facts: Iterable[Fact]) -> None:
        """Take in how messages were answered that need nothing and that nothing else was in the way of."""
        for fact in facts:
            if not isinstance(fact, Meant) or not fact.welcome or fact.breaks is not None:
                continue
            known = self._known.setdefault(fact.event, {}).setdefault(_point(fact), _Known())
            if fact.answer == "answered":
                known.taken += 1
                if len(known.values) < _VALUES:
                    known.values.add(fact.value)
            elif fact.answer == "refused":
                known.refused += 1

    def trust(self, case: Case) -> None:
        """It was found before that the events of a case are refused without a reason."""
        says = (move for move in case.moves if isinstance(move, Say) and move.breaks is None)
        self._trusted.update(move.event for move in says if move.event is not None)

    def usual(self, fact: Meant) -> bool:
        """Whether the server takes such an event there, so that refusing it needs a reason."""
        event, point = fact.event, _point(fact)
        if event in self._trusted or (event, point) in self._usual:
            return True
        points = self._known.get(event, {})
        known = points.get(point)
        if known is None or not known.taken:
            return False
        fewest = min(len(one.before) for one in points)
        first = [one for at, one in points.items() if len(at.before) == fewest]
        if len(point.before) == fewest:
            usual = known.taken > max(known.refused, 1) or fact.value in known.values
        elif sum(one.taken for one in first) > sum(one.refused for one in first):  # it needs nothing before
            usual = known.taken >= max(_MANY, _OFTEN * known.refused)
        else:
            usual = known.taken >= _MOSTLY * (known.refused + 1)
        if usual:
            self._usual.add((event, point))
        return usual

    def refused(self) -> dict[str, int]:
        """How often an event was refused that was never taken."""
        found: dict[str, int] = {}
        for event, points in self._known.items():
            times = sum(known.refused for known in points.values())
            if times and not any(known.taken for known in points.values()):
                found[event] = times
        return found


def is_refused(fact: Meant) -> bool:
    """Whether a right message was refused that nothing else was in the way of."""
    return fact.breaks is None and fact.answer == "refused" and fact.welcome


def _point(fact: Meant) -> Point:
    return Point(frozenset(fact.before), fact.before[-1] if fact.before else None)


def value_text(value: Any, ids: Iterable[Any]) -> str:
    """A value, to be compared, without the ids that are made up anew each time."""
    try:
        text = json.dumps(value, sort_keys=True)
    except (TypeError, ValueError):
        text = repr(value)
    for one in ids:
        text = text.replace(json.dumps(one), "")
    return text


class Steady(Customs):
    """The same for whoever plays one session several times, and has to see the same each time."""

    def __init__(self) -> None:
        super().__init__()
        self._passed: set[tuple[str, tuple[str, ...], str]] = set()

    def usual(self, fact: Meant) -> bool:
        """Whether it is; what was let pass once is let pass again."""
        key = fact.event, fact.before, fact.value
        if key in self._passed:
            return False
        usual = super().usual(fact)
        if not usual:
            self._passed.add(key)
        return usual


class Unclear:
    """Refusals that nobody can tell yet whether there is a reason for."""

    def __init__(self, customs: Customs) -> None:
        self._customs = customs
        self._open: list[tuple[Case, Meant]] = []
        self._many: Counter[tuple[str, Point]] = Counter()

    def take(self, case: Case, facts: Iterable[Fact]) -> tuple[Case, Meant] | None:
        """Remember those of one more case; return one that it is clear of by now that there is none."""
        for fact in facts:
            if isinstance(fact, Meant) and is_refused(fact) and not fact.usual:
                where = fact.event, _point(fact)
                self._many[where] += 1
                if self._many[where] <= _EACH and len(self._open) < _UNCLEAR:
                    self._open.append((case, fact))
        for one in self._open:
            if self._customs.usual(one[1]):
                self._open.remove(one)
                return one[0], replace(one[1], usual=True)
        return None
