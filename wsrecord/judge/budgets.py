"""How long it took, by the recorded clock, and how many there were.

Each `from` starts a clock under its key, and the next `to` under that key stops the oldest; one that is
`to` and `from` stops one and starts another. Where both lists share an event it is a gap; where the
client begins it is a first answer; else it is a whole run. A clock that nothing stopped is told of if
the session went on for longer than the budget. `count` counts under its key, in a session.
"""

from collections import deque
from collections.abc import Iterable

from wsrecord.contract.model import Budget, Contract, Count, EventKey
from wsrecord.contract.wording import joined
from wsrecord.judge.answers import spell
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding
from wsrecord.judge.heard import Heard, Spot
from wsrecord.judge.holes import taken
from wsrecord.judge.judge import Judge
from wsrecord.judge.rules import Key, key_of, values_of
from wsrecord.judge.told import Hears, Told


class Budgets(Judge):
    """What took longer than it may, and what came too often or too seldom."""

    def __init__(self, contract: Contract, sessions: tuple[Told, ...]) -> None:
        super().__init__(contract, sessions)
        self._meters: list[_Clock | _Counter] = [
            _Clock(one, self.found) if isinstance(one, Budget) else _Counter(one, contract, self.found)
            for one in contract.budgets
        ]

    def hears(self, key: EventKey) -> Iterable[Hears]:
        """The budgets that this event has a part in."""
        return [one.hear for one in self._meters if key in one.about]

    def end(self, told: Told) -> None:
        """Clocks that nothing stopped, and counts."""
        for one in self._meters:
            one.end(told)


def code_of(budget: Budget) -> Code:
    """Which kind of budget it is."""
    if set(budget.start) & set(budget.stop):
        return Code.GAP_TOO_LONG
    return Code.FIRST_ANSWER_LATE if budget.start[0].sender == "client" else Code.RUN_TOO_LONG


class _Clock:
    """One budget of time."""

    def __init__(self, budget: Budget, found: list[Finding]) -> None:
        self.budget = budget
        self._found = found
        self.about = {*budget.start, *budget.stop}
        self._starts, self._stops = frozenset(budget.start), frozenset(budget.stop)
        self._gap = code_of(budget) is Code.GAP_TOO_LONG
        self._running: dict[Told, dict[Key, deque[Spot]]] = {}

    def hear(self, heard: Heard) -> None:
        """Stop a clock, start one, or both."""
        event = heard.event
        assert event is not None
        key = key_of(event, self.budget.per)
        if key is None:
            return
        told = heard.spot.told
        running = self._running.get(told)
        if running is None:
            running = self._running[told] = {}
        if event.key in self._stops and (clocks := running.get(key)):
            started = clocks.popleft()
            if not clocks:
                del running[key]
            if heard.spot.t - started.t > self.budget.within:
                self._late(started, heard.spot, values_of(self.budget.per, key))
        if event.key in self._starts:
            clocks = running.setdefault(key, deque())
            if self._gap:
                clocks.clear()
            clocks.append(heard.spot)

    def end(self, told: Told) -> None:
        """Tell of the clocks that nothing stopped in a session."""
        budget = self.budget
        lost = [hole for hole in told.holes if hole.sender == budget.stop[0].sender]
        for key, clocks in self._running.pop(told, {}).items():
            for started in clocks:
                values = values_of(budget.per, key)
                late = told.end - started.t > budget.within
                if late and not taken(lost, budget.stop, values, started.nth):
                    self._unstopped(started, values)

    def _unstopped(self, started: Spot, values: dict[str, object]) -> None:
        budget, told = self.budget, started.told
        took = spell(told.end - started.t)
        names = [one.name for one in budget.stop]
        wanted = joined(names, "or")
        self._found.append(
            code_of(budget).at(
                told.place(started),
                f"after {started.shown} no {wanted} came in {took}, until the session ended",
                expected=f"{wanted} within {spell(budget.within)}",
                got=f"nothing in {took}",
                context=told.around(started),
                contract=told.contract.name,
                extra={"budget": budget.where, "open": values, "missing": names},
            )
        )

    def _late(self, first: Spot, last: Spot, values: dict[str, object]) -> None:
        budget, told = self.budget, last.told
        took = last.t - first.t
        self._found.append(
            code_of(budget).at(
                told.place(last),
                f"{last.shown} came {spell(took)} after {first.shown}",
                expected=f"{joined([one.name for one in budget.stop], 'or')} within {spell(budget.within)}",
                got=spell(took),
                context=told.around(last, first),
                contract=told.contract.name,
                extra={
                    "budget": budget.where,
                    "took": took,
                    "since": first.t,
                    "within": budget.within,
                    "key": values,
                },
            )
        )


class _Counter:
    """One budget of numbers."""

    def __init__(self, budget: Count, contract: Contract, found: list[Finding]) -> None:
        self.budget = budget
        self._found = found
        # Where there may be too few, every event counts its key as one that is there.
        self.about = frozenset(contract.events) if budget.least else frozenset(budget.of)
        self._counts: dict[Told, dict[Key, tuple[int, Spot]]] = {}

    def hear(self, heard: Heard) -> None:
        """Count one more."""
        event = heard.event
        assert event is not None
        key = key_of(event, self.budget.per)
        if key is None:
            return
        counts = self._counts.setdefault(heard.spot.told, {})
        before, _ = counts.get(key, (0, heard.spot))
        now = before + (event.key in self.budget.of)
        counts[key] = now, heard.spot
        most = self.budget.most
        if most is not None and now == most + 1 and now > before:
            self._tell(heard.spot, key, now, f"at most {most}")

    def end(self, told: Told) -> None:
        """Tell where there were too few; a session that was cut may have had more to come."""
        least, counts = self.budget.least, self._counts.pop(told, {})
        if told.cut or not least:
            return
        for key, (number, last) in counts.items():
            if number < least:
                self._tell(last, key, number, f"at least {least}")

    def _tell(self, spot: Spot, key: Key, number: int, wanted: str) -> None:
        names = joined([one.name for one in self.budget.of], "or")
        values = values_of(self.budget.per, key)
        of = "".join(f" of {part} {value}" for part, value in values.items())
        self._found.append(
            Code.COUNT_OUTSIDE.at(
                spot.told.place(spot),
                f"{names} came {number} times{of}, {wanted} are allowed",
                expected=wanted,
                got=str(number),
                context=spot.told.around(spot),
                contract=spot.told.contract.name,
                extra={"budget": self.budget.where, "count": number, "key": values},
            )
        )
