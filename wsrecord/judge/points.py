"""The points of a schema where events differ: alternatives, values of an enum, optional fields, types.

A schema that is referred to from two events has its points in each. What recurs is followed once.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urldefrag

from wsrecord.contract.classify import Event
from wsrecord.contract.library import Library
from wsrecord.contract.model import Contract, EventKey
from wsrecord.contract.pointer import written
from wsrecord.contract.schemas import Schema
from wsrecord.contract.wording import short

_LISTED = ("anyOf", "oneOf")
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str, "number": (int, float), "integer": int, "object": dict, "array": list,
}  # fmt: skip


class Point(NamedTuple):
    """One thing that an event may show."""

    event: EventKey
    kind: str  # branch, enum, field, type
    where: str  # in which schema file
    label: str


class Points:
    """All points of a contract, and which of them events have shown."""

    def __init__(self, contract: Contract) -> None:
        self.all: dict[EventKey, list[Point]] = {}
        self._roots: dict[EventKey, _Node] = {}
        self._left: dict[EventKey, set[Point]] = {}
        for key, spec in contract.events.items():
            made = _Maker(key, contract.library)
            if spec.schema is not None and contract.library is not None:
                self._roots[key] = made.node(spec.schema.uri, spec.schema.value, frozenset())
                made.close()
            self.all[key] = list(made.points)
            self._left[key] = set(made.points)

    def see(self, event: Event, seen: set[Point]) -> None:
        """Add what an event shows."""
        left = self._left[event.key]
        if left:
            fresh: set[Point] = set()
            self._roots[event.key].see(event.value, left, fresh)
            seen |= fresh
            left -= fresh


class _Node:
    """A schema made ready: what to look for in a value, and where to go on."""

    __slots__ = ("also", "below", "branches", "enum", "fields", "items", "named", "otherwise", "types")

    def __init__(self) -> None:
        self.enum: list[tuple[str, Point]] = []
        self.types: list[tuple[str, Point]] = []
        self.fields: dict[str, Point] = {}
        self.named: dict[str, _Node] = {}
        self.also: list[_Node] = []
        self.branches: list[tuple[Schema, Point, _Node]] = []
        self.otherwise: list[tuple[Schema, Point, _Node]] = []  # taken where the schema does not hold
        self.items: _Node | None = None
        self.below: frozenset[Point] = frozenset()  # its own points and those of all that it leads to

    def own(self) -> Iterator[Point]:
        """Its points."""
        for listed in (self.enum, self.types):
            yield from (point for _, point in listed)
        yield from self.fields.values()
        yield from (point for _, point, _ in (*self.branches, *self.otherwise))

    def next(self) -> "Iterator[_Node]":
        """The nodes that it leads to."""
        yield from self.named.values()
        yield from self.also
        yield from (node for _, _, node in (*self.branches, *self.otherwise))
        if self.items is not None:
            yield self.items

    def see(self, value: Any, left: set[Point], seen: set[Point]) -> None:
        """Add what a value shows of what is left; where nothing is left nobody looks."""
        if self.below.isdisjoint(left):
            return
        if self.enum:
            text = _text(value)
            seen.update(point for one, point in self.enum if one == text)
        if self.types:
            seen.update(point for name, point in self.types if _is(name, value))
        if isinstance(value, dict):
            for name in self.fields.keys() & value.keys():
                seen.add(self.fields[name])
            for name, node in self.named.items():
                if name in value:
                    node.see(value[name], left, seen)
        elif self.items is not None and isinstance(value, list):
            for item in value:
                self.items.see(item, left, seen)
        for node in self.also:
            node.see(value, left, seen)
        for taken, branches in ((True, self.branches), (False, self.otherwise)):
            for schema, point, node in branches:
                if point not in left and node.below.isdisjoint(left):
                    continue
                if schema.is_valid(value) is taken:
                    seen.add(point)
                    node.see(value, left, seen)


class _Maker:
    """Makes the nodes of one event's schema."""

    def __init__(self, event: EventKey, library: Library | None) -> None:
        self.event = event
        self.library = library
        self.points: dict[Point, None] = {}
        self._made: dict[str, _Node] = {}

    def node(self, uri: str, schema: Any, required: frozenset[str]) -> _Node:
        if uri in self._made:
            return self._made[uri]
        node = self._made[uri] = _Node()
        if not isinstance(schema, dict):
            return node
        required |= frozenset(schema.get("required", ()))
        if isinstance(ref := schema.get("$ref"), str) and self.library is not None:
            found = self.library.resolve(uri, ref)
            if found is not None:
                node.also.append(self.node(*found, required))
        for at, value in enumerate(schema.get("enum", ())):
            node.enum.append((_text(value), self._point("enum", uri, ("enum",), short(value), at)))
        if isinstance(types := schema.get("type"), list):
            node.types = [(name, self._point("type", uri, ("type",), name)) for name in types]
        for name, inner in schema.get("properties", {}).items():
            if name not in required and inner is not False:
                node.fields[name] = self._point("field", uri, ("properties", name), name)
            node.named[name] = self.node(_at(uri, "properties", name), inner, frozenset())
        if isinstance(inner := schema.get("items"), dict):
            node.items = self.node(_at(uri, "items"), inner, frozenset())
        for at, inner in enumerate(schema.get("allOf", ())):
            node.also.append(self.node(_at(uri, "allOf", at), inner, required))
        self._branches(uri, schema, node, required)
        return node

    def close(self) -> None:
        """Tell each node what can be found below it; schemas may recur, so until nothing changes."""
        nodes = list(self._made.values())
        for node in nodes:
            node.below = frozenset(node.own())
        changed = True
        while changed:
            changed = False
            for node in reversed(nodes):
                below = node.below.union(*(inner.below for inner in node.next()))
                changed |= len(below) > len(node.below)
                node.below = below

    def _branches(self, uri: str, schema: dict[str, Any], node: _Node, required: frozenset[str]) -> None:
        assert self.library is not None
        for keyword in _LISTED:
            for at, inner in enumerate(schema.get(keyword, ())):
                place = _at(uri, keyword, at)
                point = self._point("branch", uri, (keyword, at), _title(inner, at))
                node.branches.append((Schema(self.library, place), point, self.node(place, inner, required)))
        if "if" in schema:
            asked = Schema(self.library, _at(uri, "if"))
            for keyword, branches in (("then", node.branches), ("else", node.otherwise)):
                if keyword in schema:
                    point = self._point("branch", uri, (keyword,), f"{keyword}{_condition(schema['if'])}")
                    inner = self.node(_at(uri, keyword), schema[keyword], required)
                    branches.append((asked, point, inner))

    def _point(
        self, kind: str, uri: str, steps: tuple[str | int, ...], label: str, at: int | None = None
    ) -> Point:
        assert self.library is not None
        steps = steps if at is None else (*steps, at)
        point = Point(self.event, kind, self.library.shown(_at(uri, *steps)), label)
        self.points[point] = None
        return point


def _at(uri: str, *steps: str | int) -> str:
    base, fragment = urldefrag(uri)
    return f"{base}#{fragment}{quote(written(steps), safe='/~$')}"


def _text(value: Any) -> str:
    try:
        return json.dumps(value, sort_keys=True)
    except (TypeError, ValueError):
        return repr(value)


def _title(schema: Any, at: int) -> str:
    if isinstance(schema, dict):
        for keyword in ("title", "const", "$ref"):
            if keyword in schema:
                return str(schema[keyword]).rpartition("/")[2]
        named = list(_consts(schema))
        if named:
            return named[0]
    return f"alternative {at + 1}"


def _condition(schema: Any) -> str:
    named = list(_consts(schema)) if isinstance(schema, dict) else []
    return f" of {named[0]}" if named else ""


def _consts(schema: dict[str, Any]) -> Iterator[str]:
    for name, inner in schema.get("properties", {}).items():
        if isinstance(inner, dict) and "const" in inner:
            yield f"{name} {inner['const']}"


def _is(name: str, value: Any) -> bool:
    if name == "null":
        return value is None
    if name == "boolean" or isinstance(value, bool):
        return name == "boolean" and isinstance(value, bool)
    if name == "integer":
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return isinstance(value, _TYPES.get(name, ()))
