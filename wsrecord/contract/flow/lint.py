"""What is odd about flows, before any session: rules that can't work, orders that say less than they seem."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from textwrap import shorten
from typing import Literal, TypeAlias

from wsrecord.errors import ContractError

from .ambiguity import Readings, ambiguous, idle
from .expression import may_be_empty, names, quoted, text
from .prose import listed
from .spec import SIDES, Flow, Flows

MOST_IDLE = 3  # of one flow: a reader that has seen three looks for the rest
Level: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True)
class Remark:
    """One oddity. `code` is stable."""

    level: Level
    code: str
    flow: str
    text: str


def lint(flows: Flows) -> list[Remark]:
    """Look at every flow."""
    return [remark for flow in flows.all for look in _LOOKS for remark in look(flow)]


def _parent_ends_at_once(flow: Flow) -> Iterator[Remark]:
    """Rule 10: an ended parent has no children, so it must not be ended before it can have any."""
    moves = flow.automaton.moves(flow.automaton.start)
    ends = [quoted(name) for name in sorted(moves) if moves[name].accepts]
    if flow.children and ends:
        inside = listed([child.name for child in flow.children], "and")
        yield Remark(
            "error",
            "parent-ends-at-once",
            flow.name,
            f"the order may end with its first event, {listed(ends, 'or')}, with no time for {inside}",
        )


def _empty(flow: Flow) -> Iterator[Remark]:
    if may_be_empty(flow.automaton.expression):
        yield Remark(
            "warning",
            "may-be-empty",
            flow.name,
            "the order allows no event at all, which says nothing: an instance begins with its first event",
        )


def _sides(flow: Flow) -> Iterator[Remark]:
    for name in flow.automaton.names:
        for side in SIDES:
            if f"{side}:{name}" in flow.automaton.names:
                yield Remark(
                    "warning",
                    "half-sided",
                    flow.name,
                    f"the order has both {quoted(name)} and {side}:{name}: "
                    f"the first never means the {side}'s; say a side with each",
                )


def _but_is_no_end(flow: Flow) -> Iterator[Remark]:
    if flow.parent is None:
        return
    for name in sorted(flow.but - set(flow.parent.automaton.endings)):
        yield Remark(
            "warning",
            "but-is-no-end",
            flow.name,
            f"`but` names {quoted(name)}, which never ends a {flow.parent.name}",
        )


def _two_readings(flow: Flow) -> Iterator[Remark]:
    readings = ambiguous(flow.automaton)
    if readings is not None:
        yield Remark("warning", "two-readings", flow.name, _both_ways(readings))


def _adds_nothing(flow: Flow) -> Iterator[Remark]:
    for one in islice(idle(flow.automaton), MOST_IDLE):
        shown = shorten(text(one.part), 60, placeholder="…")
        column = next(names(one.part)).at + 1
        yield Remark(
            "warning",
            "adds-nothing",
            flow.name,
            f"{shown} at column {column} adds nothing: without it the order allows the same",
        )


def _unless_too_large(look: Callable[[Flow], Iterator[Remark]]) -> Callable[[Flow], Iterator[Remark]]:
    def careful(flow: Flow) -> Iterator[Remark]:
        try:
            yield from look(flow)
        except ContractError as error:
            yield Remark("warning", "too-large", flow.name, str(error))

    return careful


_LOOKS: tuple[Callable[[Flow], Iterator[Remark]], ...] = (
    _parent_ends_at_once,
    _empty,
    _sides,
    _but_is_no_end,
    _unless_too_large(_two_readings),
    _unless_too_large(_adds_nothing),
)


def _both_ways(readings: Readings) -> str:
    word = " ".join(map(quoted, readings.word))
    name = quoted(readings.word[readings.index])
    first, second = (place.at + 1 for place in (readings.first, readings.second))
    return f"`{word}` can be read in two ways: {name} at column {first} of the order, or at column {second}"
