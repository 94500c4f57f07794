"""The points of a schema where events differ: alternatives, values of an enum, optional fields, types.

A schema that is referred to from two events has its points in each. What recurs is followed once.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urldefrag

from wsrecord.contract.classify import Event
from wsrecord.contract.library import Library
from wsrecord.contract.model import Contract, EventKey
from wsrecord.contract.patterns import compiled
from wsrecord.contract.pointer import written
from wsrecord.contract.schemas import Schema
from wsrecord.contract.wording import short
from wsrecord.judge.alternatives import condition, labels
from wsrecord.judge.facts import facts_of, said
from wsrecord.judge.looking import Branch, Look, Looks, Node, Others, Point
from wsrecord.judge.possible import possible

__all__ = ["Point", "Points"]

_LISTED = ("anyOf", "oneOf")
_PATIENCE = 50  # events that show nothing new but cost a second look, before a Look is made anew


class Points:
    """All points of a contract, and which of them events have shown."""

    def __init__(self, contract: Contract) -> None:
        self.all: dict[EventKey, list[Point]] = {}
        self._left: dict[EventKey, _Left] = {}  # of events of which something is left
        for key, spec in contract.events.items():
            self.all[key] = []
            if spec.schema is not None and contract.library is not None:
                made = _Maker(key, contract.library)
                root = made.node(spec.schema.uri, spec.schema.value, frozenset())
                made.close()
                there = possible(root)
                self.all[key] = [point for point in made.points if point in there]
                if there:
                    self._left[key] = _Left(root, there)

    def see(self, event: Event, seen: set[Point]) -> None:
        """Add what an event shows that none before it has shown."""
        left = self._left.get(event.key)
        if left is None:
            return
        value = event.unit.value
        if type(value) in left.types:
            left.see(value, seen)
            if left.look is None:
                del self._left[event.key]


class _Left:
    """What is left of one event's points."""

    __slots__ = ("_fresh", "_idle", "_points", "_root", "look", "types")

    def __init__(self, root: Node, points: set[Point]) -> None:
        self._root = root
        self._points = points
        self._renew()

    def see(self, value: Any, seen: set[Point]) -> None:
        found: list[Point] = []
        assert self.look is not None
        self.look.find(value, found)
        if not found:
            return
        fresh = self._points.intersection(found)
        seen |= fresh
        self._points -= fresh
        self._fresh += len(fresh)
        self._idle += 1
        # Not with each find: of a schema with thousands of points that would be slower than looking.
        if self._fresh * 8 >= len(self._points) or self._idle >= _PATIENCE:
            self._renew()

    def _renew(self) -> None:
        self.look: Look | None = Looks(self._points).of(self._root)
        self.types = self.look.types if self.look is not None else frozenset()
        self._fresh = self._idle = 0


class _Maker:
    """Makes the nodes of one event's schema."""

    def __init__(self, event: EventKey, library: Library) -> None:
        self.event = event
        self.library = library
        self.points: dict[Point, None] = {}
        self._made: dict[str, Node] = {}

    def node(self, uri: str, schema: Any, required: frozenset[str]) -> Node:
        if uri in self._made:
            return self._made[uri]
        node = self._made[uri] = Node()
        if not isinstance(schema, dict):
            return node
        required |= frozenset(schema.get("required", ()))
        node.facts = said(schema)
        if isinstance(ref := schema.get("$ref"), str):
            found = self.library.resolve(uri, ref)
            if found is not None:
                node.also.append(self.node(*found, required))
        for at, value in enumerate(schema.get("enum", ())):
            node.enum.append((value, self._point("enum", uri, ("enum", at), short(value))))
        if isinstance(types := schema.get("type"), list):
            node.types = [(name, self._point("type", uri, ("type",), name)) for name in types]
        for at, inner in enumerate(schema.get("allOf", ())):
            node.also.append(self.node(_at(uri, "allOf", at), inner, required))
        self._names(uri, schema, node, required)
        self._items(uri, schema, node)
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

    def _names(self, uri: str, schema: dict[str, Any], node: Node, required: frozenset[str]) -> None:
        listed = schema.get("properties", {})
        for name, inner in listed.items():
            if name not in required and inner is not False:
                node.fields[name] = self._point("field", uri, ("properties", name), name)
            node.named[name] = self.node(_at(uri, "properties", name), inner, frozenset())
        patterns = [compiled(pattern) for pattern in schema.get("patternProperties", {})]
        for fits, (pattern, inner) in zip(patterns, schema.get("patternProperties", {}).items(), strict=True):
            if inner is not False:
                self._others(uri, ("patternProperties", pattern), f"names like {pattern}", fits, inner, node)
        if isinstance(inner := schema.get("additionalProperties"), dict):
            fits = _unlisted(frozenset(listed), patterns)
            label = "other names" if listed or patterns else "any name"
            self._others(uri, ("additionalProperties",), label, fits, inner, node)

    def _others(
        self,
        uri: str,
        steps: tuple[str, ...],
        label: str,
        fits: Callable[[str], bool],
        inner: Any,
        node: Node,
    ) -> None:
        point = self._point("field", uri, steps, label)
        node.others.append(Others(fits, point, self.node(_at(uri, *steps), inner, frozenset())))

    def _items(self, uri: str, schema: dict[str, Any], node: Node) -> None:
        places = schema.get("prefixItems", ())
        for at, inner in enumerate(places):
            node.places[at] = self.node(_at(uri, "prefixItems", at), inner, frozenset())
        if isinstance(inner := schema.get("items"), dict):
            node.items = len(places), self.node(_at(uri, "items"), inner, frozenset())
        if isinstance(inner := schema.get("contains"), dict):
            place = _at(uri, "contains")
            point = None
            if schema.get("minContains") == 0:  # else it is always there
                [label] = labels([inner], lambda one: self._resolved(place, one))
                point = self._point("branch", uri, ("contains",), f"an item: {label}")
            node.some.append(self._branch(place, inner, point, frozenset()))

    def _branches(self, uri: str, schema: dict[str, Any], node: Node, required: frozenset[str]) -> None:
        for keyword in _LISTED:
            listed = schema.get(keyword, ())
            told = labels(listed, lambda one: self._resolved(uri, one))
            for at, (inner, label) in enumerate(zip(listed, told, strict=True)):
                place = _at(uri, keyword, at)
                point = self._point("branch", uri, (keyword, at), label)
                node.branches.append(self._branch(place, inner, point, required))
        if "if" in schema:
            asked = condition(schema["if"], lambda one: self._resolved(uri, one))
            for keyword in ("then", "else"):
                if keyword in schema:
                    label = f"{keyword} of {asked}" if asked else keyword
                    point = self._point("branch", uri, (keyword,), label)
                    inner = self.node(_at(uri, keyword), schema[keyword], required)
                    made = self._branch(_at(uri, "if"), schema["if"], point, required)
                    node.branches.append(made._replace(taken=keyword == "then", node=inner))
        for name, inner in schema.get("dependentSchemas", {}).items():
            place = _at(uri, "dependentSchemas", name)
            point = self._point("branch", uri, ("dependentSchemas", name), f"with {name}")
            branch = self._branch(place, inner, point, required)
            node.branches.append(branch._replace(facts=branch.facts.with_field(name)))

    def _branch(self, place: str, inner: Any, point: Point | None, required: frozenset[str]) -> Branch:
        facts = facts_of(self.library, place, inner)
        return Branch(Schema(self.library, place), facts, True, point, self.node(place, inner, required))

    def _resolved(self, uri: str, schema: Any) -> Any:
        """A schema with what it refers to beside it, for words about it."""
        seen: set[str] = set()
        while isinstance(schema, dict) and isinstance(ref := schema.get("$ref"), str) and ref not in seen:
            seen.add(ref)
            found = self.library.resolve(uri, ref)
            if found is None or not isinstance(found[1], dict):
                break
            uri, there = found
            schema = {**there, **{name: value for name, value in schema.items() if name != "$ref"}}
        return schema

    def _point(self, kind: str, uri: str, steps: tuple[str | int, ...], label: str) -> Point:
        point = Point(self.event, kind, self.library.shown(_at(uri, *steps)), label)
        self.points[point] = None
        return point


def _unlisted(listed: frozenset[str], patterns: list[Callable[[str], bool]]) -> Callable[[str], bool]:
    def fits(name: str) -> bool:
        return name not in listed and not any(pattern(name) for pattern in patterns)

    return fits


def _at(uri: str, *steps: str | int) -> str:
    base, fragment = urldefrag(uri)
    return f"{base}#{fragment}{quote(written(steps), safe='/~$')}"
