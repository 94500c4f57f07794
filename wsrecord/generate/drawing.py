"""Nodes -> values: one draw walks the graph, choosing options as it goes.

`room` is how many levels a value may still have; without room, or late in a large value, the lowest
option is taken. So depth and size are bounded whatever the schema says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .arrays import ArrayMaker
from .graph import Graph, Node, Option, allowed
from .numbers import fractions, integers
from .numbers import suits as number_suits
from .objects import ObjectMaker
from .part import Demand
from .texts import blame, judge_of, texts
from .unservable import DeadEndError

DEEPEST = 4  # levels beyond those that a value can't do without
LARGEST = 160  # values in a value, after which only what must be is added
TRIES = 12  # draws of one text or number
_Maker: TypeAlias = "Callable[[Course, int, Plan | None], Any]"


@dataclass(frozen=True, slots=True)
class Plan:
    """The way to a place in a value, and what is to stand there."""

    node: Node | None = None  # at the place itself
    option: Option | None = None  # on the way there
    step: str | int | None = None
    inner: "Plan | None" = None


class Course:
    """One draw of a whole value."""

    __slots__ = ("_drawing", "draw", "left")

    def __init__(self, drawing: "Drawing", draw: Callable[[SearchStrategy[Any]], Any]) -> None:
        self._drawing = drawing
        self.draw = draw
        self.left = LARGEST

    def value(self, node: Node, room: int, plan: Plan | None = None) -> Any:
        """A value of a node."""
        self.left -= 1
        if plan is not None and plan.node is not None:
            node, plan = plan.node, None
        planned = plan.option if plan is not None else None
        option = planned if planned is not None else self._option(node, room)
        maker: _Maker = option.maker or self._drawing.maker(option)
        return maker(self, room, plan)

    def below(self, count: int) -> int:
        """A number from 0, smaller than a count."""
        return int(self.draw(_below(count))) if count > 1 else 0

    def _option(self, node: Node, room: int) -> Option:
        live = node.live
        if len(live) == 1:
            return live[0]
        if not live:
            raise DeadEndError(*_place(node.demand))
        if room <= node.height or self.left <= 0:
            live = node.cheap
        elif live[-1].height > room:
            live = [option for option in live if option.height <= room]
        return live[self.below(len(live))]


class Drawing:
    """Makes values of one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def draw(self, draw: Callable[[SearchStrategy[Any]], Any], node: Node, plan: Plan | None = None) -> Any:
        """A value; DeadEndError where this draw led nowhere."""
        return Course(self, draw).value(node, max(node.height, 0) + DEEPEST, plan)

    def maker(self, option: Option) -> _Maker:
        """What makes the values of an option."""
        option.maker = self._made(option)
        return option.maker  # type: ignore[no-any-return]

    def _made(self, option: Option) -> _Maker:
        facts, kind = option.facts, option.kind
        if facts.allowed is not None:
            return _listed(allowed(option))
        if kind == "null":
            return lambda _course, _room, _plan: None
        if kind == "boolean":
            return _listed(
                [value for value in (False, True) if not any(value is one for one in facts.excluded)]
            )
        if kind == "object":
            return ObjectMaker(self.graph, option)
        if kind == "array":
            return ArrayMaker(self.graph, option)
        if kind == "string":
            return _tried(texts(facts), judge_of(facts), blame(facts))
        numbers = integers(facts) if kind == "integer" else fractions(facts)
        asked = [] if numbers is None else [numbers]
        loose = "integer" if kind == "integer" else "fraction"
        excluded = [one for one in facts.excluded if not isinstance(one, bool)]
        return _tried(
            asked,
            lambda value: number_suits(facts, loose, value) and value not in excluded,
            (facts.refused[0][1].place, facts.refused[0][0]) if facts.refused else ("", ""),
        )


def _listed(values: list[Any]) -> _Maker:
    if len(values) == 1:
        return lambda _course, _room, _plan: values[0]
    strategy = st.sampled_from(values)
    return lambda course, _room, _plan: course.draw(strategy)


def _tried(
    strategies: list[SearchStrategy[Any]], suits: Callable[[Any], bool], where: tuple[str, str]
) -> _Maker:
    def make(course: Course, _room: int, _plan: Plan | None) -> Any:
        for strategy in strategies:
            for _ in range(TRIES):
                value = course.draw(strategy)
                if suits(value):
                    return value
        raise DeadEndError(*where)

    return make


def _place(demand: Demand) -> tuple[str, str]:
    return (demand[0].place, "") if demand else ("", "")


@lru_cache(maxsize=256)
def _below(count: int) -> SearchStrategy[int]:
    return st.integers(0, count - 1)
