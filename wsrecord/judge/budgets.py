"""How long it took, by the recorded clock.

Each `from` starts a clock under its key, and the next `to` under that key stops the oldest; one that is
`to` and `from` stops one and starts another. Where both lists share an event it is a gap; where the
client begins it is a first answer; else it is a whole run. A clock that nothing stopped is told of if
the session went on for longer than the budget.
"""

from collections import deque
from collections.abc import Iterable, Iterator

from wsrecord.contract.model import Budget
from wsrecord.contract.wording import joined
from wsrecord.judge.answers import spell
from wsrecord.judge.codes import Code
from wsrecord.judge.evidence import Evidence, Told
from wsrecord.judge.finding import Finding
from wsrecord.judge.holes import holes, taken
from wsrecord.judge.rules import Key, key_of, values_of


def judge(evidence: Evidence) -> Iterable[Finding]:
    """What took longer than it may."""
    for budget in evidence.contract.budgets:
        for told in evidence.sessions:
            yield from _of_session(budget, evidence, told)


def code_of(budget: Budget) -> Code:
    """Which kind of budget it is."""
    if set(budget.start) & set(budget.stop):
        return Code.GAP_TOO_LONG
    return Code.FIRST_ANSWER_LATE if budget.start[0].sender == "client" else Code.RUN_TOO_LONG


def _of_session(budget: Budget, evidence: Evidence, told: Told) -> Iterator[Finding]:
    running: dict[Key, deque[int]] = {}
    about = {*budget.start, *budget.stop}
    gap = code_of(budget) is Code.GAP_TOO_LONG
    for index, heard in enumerate(told.heard):
        event = heard.event
        if event is None or event.key not in about:
            continue
        key = key_of(event, budget.per)
        if key is None:
            continue
        if event.key in budget.stop and running.get(key):
            started = running[key].popleft()
            if heard.unit.t - told.heard[started].unit.t > budget.within:
                yield _finding(budget, evidence, told, started, index)
        if event.key in budget.start:
            clocks = running.setdefault(key, deque())
            if gap:
                clocks.clear()
            clocks.append(index)
    lost = [hole for hole in evidence.once(holes)[told.number] if hole.sender == budget.stop[0].sender]
    for key, clocks in running.items():
        for started in clocks:
            values = values_of(budget.per, key)
            late = told.end - told.heard[started].unit.t > budget.within
            if late and not taken(lost, budget.stop, values, started):
                yield _unstopped(budget, evidence, told, started, values)


def _unstopped(
    budget: Budget, evidence: Evidence, told: Told, started: int, values: dict[str, object]
) -> Finding:
    first = told.heard[started]
    took = spell(told.end - first.unit.t)
    wanted = joined([one.name for one in budget.stop], "or")
    return code_of(budget).at(
        told.place(started),
        f"after {first.shown} no {wanted} came in {took}, until the session ended",
        expected=f"{wanted} within {spell(budget.within)}",
        got=f"nothing in {took}",
        context=told.around(started),
        contract=evidence.contract.name,
        extra={"budget": budget.where, "open": values},
    )


def _finding(budget: Budget, evidence: Evidence, told: Told, started: int, index: int) -> Finding:
    first, last = told.heard[started], told.heard[index]
    took = last.unit.t - first.unit.t
    return code_of(budget).at(
        told.place(index),
        f"{last.shown} came {spell(took)} after {first.shown}",
        expected=f"{joined([one.name for one in budget.stop], 'or')} within {spell(budget.within)}",
        got=spell(took),
        context=told.around(index, started),
        contract=evidence.contract.name,
        extra={"budget": budget.where, "took": took},
    )
