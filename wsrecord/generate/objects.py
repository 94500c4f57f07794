"""Facts -> objects: what is required, some of what may be, and now and then what nobody spoke of."""

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .facts import Facts, Some, spoken
from .graph import NONE, Graph, Node, Option
from .naughty import NAMES
from .texts import matching
from .unservable import DeadEndError

if TYPE_CHECKING:
    from .drawing import Course, Plan

MOST_FIELDS = 300  # that must be there, whatever they are called
_TRIES = 8
_BITS = 12  # optional fields that one number decides on
_any_name = st.one_of(st.sampled_from(NAMES), st.text(max_size=6), st.sampled_from(NAMES))


class ObjectMaker:
    """Makes the objects of one option."""

    def __init__(self, graph: Graph, option: Option) -> None:
        self._graph = graph
        self._facts = facts = option.facts
        required = facts.closure(facts.required)
        named = self._names()
        self._required: list[tuple[str, Node]] = []
        self._optional: list[tuple[str, Node]] = []
        for name in facts.known():
            node = graph.node(facts.field_named(name))
            if name in required:
                self._required.append((name, node))
            elif node.height < NONE and (named is None or self._is_name(name)):
                self._optional.append((name, node))
        possible = {name for name, _ in self._optional} | set(required)
        self._optional = [pair for pair in self._optional if set(facts.closure([pair[0]])) <= possible]
        self._order = {name: index for index, name in enumerate(facts.known())}
        self._nodes = dict(self._required + self._optional)
        self._extra = self._extras()
        self._chance = 4 if not self._optional and not self._required else 9

    def __call__(self, course: "Course", room: int, plan: "Plan | None") -> Any:
        """An object."""
        if self._facts.least > MOST_FIELDS:
            raise DeadEndError("", "minProperties")
        chosen = dict(self._required)
        if room > 0 and course.left > 0:
            self._choose(course, chosen, room)
        if plan is not None and isinstance(plan.step, str):
            for name in self._facts.closure([plan.step]):
                chosen[name] = self._nodes.get(name) or self._graph.node(self._facts.field_named(name))
        for name, node in self._optional:
            if len(chosen) >= self._facts.least:
                break
            self._add(chosen, name, node)
        made: dict[str, Any] = {}
        for name in sorted(chosen, key=lambda name: self._order.get(name, 0)) if len(chosen) > 1 else chosen:
            inner = plan.inner if plan is not None and plan.step == name else None
            made[name] = course.value(chosen[name], room - 1, inner)
        for some in self._facts.some:
            self._add_some(course, made, some, room)
        self._add_extras(course, made, room)
        return made

    def _choose(self, course: "Course", chosen: dict[str, Node], room: int) -> None:
        for start in range(0, len(self._optional), _BITS):
            some = self._optional[start : start + _BITS]
            bits = course.below(1 << len(some))
            for index, (name, node) in enumerate(some):
                if bits >> index & 1 and node.height < room:
                    self._add(chosen, name, node)

    def _add(self, chosen: dict[str, Node], name: str, node: Node) -> None:
        """Add a field and those that it needs, if there is place for them."""
        names = self._facts.closure([name]) if self._facts.needs else (name,)
        largest = self._facts.largest
        if largest is None or len(chosen.keys() | set(names)) <= largest - len(self._facts.some):
            chosen[name] = node
            chosen.update({one: self._nodes[one] for one in names})

    def _add_extras(self, course: "Course", made: dict[str, Any], room: int) -> None:
        facts = self._facts
        wanted = facts.least - len(made)
        if wanted <= 0:
            if (
                not self._extra
                or room <= 0
                or course.left <= 0
                or course.below(self._chance) != self._chance - 1
            ):
                return
            wanted = 1 + course.below(3)
        for _ in range(wanted):
            if facts.largest is not None and len(made) >= facts.largest:
                return
            for strategy in self._extra * _TRIES:
                name = self._name(course, strategy, room)
                if name in made or name in self._nodes:
                    continue
                node = self._graph.node(facts.field_named(name))
                if node.height < NONE and (node.height < room or len(made) < facts.least):
                    made[name] = course.value(node, min(room - 1, 2))
                    break

    def _add_some(self, course: "Course", made: dict[str, Any], some: Some, room: int) -> None:
        """A field that is wrong somehow, for a schema that must not hold."""
        strategies = [_any_name] if some.pattern is None else [matching(some.pattern) or _any_name]
        names = self._graph.node((*self._facts.names, *some.name)) if some.name else None
        for strategy in strategies * _TRIES:
            name = course.value(names, 0) if names is not None else self._name(course, strategy, room)
            if not isinstance(name, str) or (some.other_than is not None and spoken(some.other_than, name)):
                continue
            node = self._graph.node((*self._facts.field_named(name), *some.value))
            if node.height < NONE:
                made[name] = course.value(node, min(room - 1, 2))
                return
        raise DeadEndError(*_where(some))

    def _name(self, course: "Course", strategy: SearchStrategy[str], room: int) -> str:
        names = self._names()
        if names is not None and strategy is _any_name:
            drawn = course.value(names, room)
            return drawn if isinstance(drawn, str) else ""
        return str(course.draw(strategy))

    def _names(self) -> Node | None:
        """What names must be, if anything is asked of them."""
        if not self._facts.names:
            return None
        part = self._facts.names[0]
        return self._graph.node((*self._facts.names, part.made({"type": "string"})))

    def _is_name(self, name: str) -> bool:
        part = self._facts.names[0]
        return self._graph.node((*self._facts.names, part.made({"const": name}))).height < NONE

    def _extras(self) -> list[SearchStrategy[str]]:
        """How names that are not known by themselves can be made, if any can."""
        found: list[SearchStrategy[str]] = []
        for members in self._facts.members:
            for pattern, value in members.patterns.items():
                if (
                    not value.is_false
                    and value.schema is not True
                    and (made := matching(pattern)) is not None
                ):
                    found.append(made)
        names = self._names()
        if names is not None and names.height == NONE:
            return []
        if any(self._graph.node(self._facts.field_named(name)).height < NONE for name in (*NAMES, "\0 none")):
            found.append(_any_name)
        return found


def _where(some: Some) -> tuple[str, str]:
    parts = (*some.value, *some.name)
    return (parts[0].place, "") if parts else ("", "")


def fields_of(facts: Facts) -> list[str]:
    """The names of the fields that an object may have."""
    return [name for name in facts.known() if not facts.forbidden(name)]
