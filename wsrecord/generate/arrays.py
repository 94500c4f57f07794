"""Facts -> arrays: items by place, those that must be contained, none twice where that is asked."""

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from .facts import identity
from .graph import LONGEST_ARRAY, NONE, Graph, Node, Option
from .unservable import DeadEndError

if TYPE_CHECKING:
    from .drawing import Course, Plan

_TRIES = 12
_MORE = 3  # items beyond those that must be
_APART = 8  # items of one kind that are drawn; further ones are copies


class ArrayMaker:
    """Makes the arrays of one option."""

    def __init__(self, graph: Graph, option: Option) -> None:
        self._graph = graph
        self._facts = facts = option.facts
        self._least = facts.length()
        most = facts.most
        for index in range(facts.prefix() + 1):
            if graph.node(facts.item_at(index)).height == NONE:
                most = index if most is None else min(most, index)
                break
        self._most = most
        self._layouts: dict[int, list[Node]] = {}

    def __call__(self, course: "Course", room: int, plan: "Plan | None") -> Any:
        """An array."""
        length = self._length(course, room)
        if plan is not None and isinstance(plan.step, int):
            length = max(length, plan.step + 1)
        made: list[Any] = []
        seen: set[Any] = set()
        met: dict[int, list[Any]] = {}
        for index, node in enumerate(self._nodes(length)):
            if plan is not None and plan.step == index:
                made.append(course.value(node, room - 1, plan.inner))
                continue
            if self._facts.unique:
                if not self._add_new(course, node, room, made, seen):
                    break
                continue
            known = met.setdefault(id(node), [])
            if len(known) >= _APART:
                made.append(deepcopy(known[index % _APART]))
            else:
                known.append(course.value(node, room - 1))
                made.append(known[-1])
        if self._facts.repeated and len(made) > 1:
            made[-1] = deepcopy(made[-2])
        return made

    def _length(self, course: "Course", room: int) -> int:
        least = min(self._least, LONGEST_ARRAY)
        if room <= 0 or course.left <= 0:
            return least
        most = max(least, self._facts.prefix()) + _MORE
        if self._most is not None:
            most = max(least, min(most, self._most))
        return least + course.below(most - least + 1)

    def _nodes(self, length: int) -> list[Node]:
        found = self._layouts.get(length)
        if found is None:
            found = [self._graph.node(demand) for demand in self._facts.layout(length)]
            self._layouts[length] = found
        return found

    def _add_new(self, course: "Course", node: Node, room: int, made: list[Any], seen: set[Any]) -> bool:
        """Add an item that is not there yet; False where none was found and none is needed."""
        for _ in range(_TRIES):
            item = course.value(node, room - 1)
            mark = identity(item)
            if mark not in seen:
                seen.add(mark)
                made.append(item)
                return True
        if len(made) < self._least:
            raise DeadEndError(node.demand[0].place if node.demand else "", "")
        return False
