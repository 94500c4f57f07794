"""What is left to look for in an event's values, and nothing else.

A contract's events come by the hundred thousand, and soon have shown all that they ever will. So the nodes
of a schema are boiled down to a `Look`: only what nobody has seen yet, with what is cheap to see first.
"""

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from wsrecord.contract.model import EventKey
from wsrecord.contract.schemas import Schema
from wsrecord.judge.facts import ALL, NOTHING, PYTHON, Facts

_MOST_NAMES = 10_000  # remembered, of a map whose names are data
_MOST_WORDS = 100
_LONGEST_WORD = 60
_MISSING = object()


class Point(NamedTuple):
    """One thing that an event may show."""

    event: EventKey
    kind: str  # branch, enum, field, type
    where: str  # in which schema file
    label: str


class Branch(NamedTuple):
    """A schema that holds of some values and not of others; `taken` where it does, or where it does not."""

    schema: Schema
    facts: Facts
    taken: bool
    point: Point | None
    node: "Node"

    def holds(self, value: Any) -> bool:
        """Whether it is taken."""
        return (self.facts.allow(value) and self.schema.is_valid(value)) is self.taken


class Others(NamedTuple):
    """Values behind names that a schema doesn't list: those that fit, behind a point for any of them."""

    fits: Callable[[str], bool]
    point: Point
    node: "Node"


@dataclass(eq=False, slots=True)
class Node:
    """A schema made ready: what may be seen in a value, and where to go on."""

    enum: list[tuple[Any, Point]] = field(default_factory=list)
    types: list[tuple[str, Point]] = field(default_factory=list)
    fields: dict[str, Point] = field(default_factory=dict)
    named: "dict[str, Node]" = field(default_factory=dict)
    others: list[Others] = field(default_factory=list)
    also: "list[Node]" = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    places: "dict[int, Node]" = field(default_factory=dict)  # items by number
    items: "tuple[int, Node] | None" = None  # from this number on
    some: list[Branch] = field(default_factory=list)  # items that hold
    facts: Facts = NOTHING  # of the value itself, and which fields it must have
    below: frozenset[Point] = frozenset()  # its own points and those of all that it leads to

    def own(self) -> Iterable[Point]:
        """Its points."""
        for listed in (self.enum, self.types):
            yield from (point for _, point in listed)
        yield from self.fields.values()
        yield from (one.point for one in self.others)
        yield from (one.point for one in (*self.branches, *self.some) if one.point is not None)

    def next(self) -> "Iterable[Node]":
        """The nodes that it leads to."""
        yield from self.named.values()
        yield from self.also
        yield from self.places.values()
        yield from (one.node for one in (*self.branches, *self.some))
        yield from (one.node for one in self.others)
        if self.items is not None:
            yield self.items[1]


def together(nodes: Iterable[Node]) -> list[Node]:
    """All that speak of one value: these, and what they refer to."""
    found = dict.fromkeys(nodes)
    todo = list(found)
    while todo:
        fresh = [one for one in todo.pop().also if one not in found]
        found.update(dict.fromkeys(fresh))
        todo += fresh
    return list(found)


@dataclass(eq=False, slots=True)
class Look:
    """What is left to be seen in one value."""

    types: frozenset[type] = frozenset()  # values of others show nothing
    dull: set[str] = field(default_factory=set)  # texts that show nothing
    words: dict[str, list[Point]] = field(default_factory=dict)
    values: list[tuple[str, Point]] = field(default_factory=list)
    kinds: list[tuple[str, Point]] = field(default_factory=list)
    fields: list[tuple[str, Point]] = field(default_factory=list)
    named: "list[tuple[str, Look]]" = field(default_factory=list)
    others: "list[tuple[Callable[[str], bool], Point | None, Look | None]]" = field(default_factory=list)
    branches: "list[tuple[Branch, Point | None, Look | None]]" = field(default_factory=list)
    places: "list[tuple[int, Look]]" = field(default_factory=list)
    items: "list[tuple[int, Look]]" = field(default_factory=list)
    some: "list[tuple[Branch, Point | None, Look | None]]" = field(default_factory=list)

    def find(self, value: Any, found: list[Point]) -> None:
        """Add what a value shows."""
        kind = type(value)
        if kind is str:
            if self.words:
                found.extend(self.words.get(value, ()))
        elif self.values:
            text = as_text(value)
            found.extend(point for one, point in self.values if one == text)
        if kind is dict:
            self._object(value, found)
        elif kind is list:
            self._list(value, found)
        if self.kinds:
            found.extend(point for name, point in self.kinds if _is(name, value))
        for branch, wanted, look in self.branches:
            _take(branch, wanted, look, value, found)

    def _text(self, value: str, found: list[Point]) -> None:
        """As `find`; the words that show nothing are remembered, for the same ones come again and again."""
        before = len(found)
        self.find(value, found)
        if len(found) == before and len(self.dull) < _MOST_WORDS and len(value) <= _LONGEST_WORD:
            self.dull.add(value)

    def _object(self, value: dict[str, Any], found: list[Point]) -> None:
        for name, point in self.fields:
            if name in value:
                found.append(point)
        for name, look in self.named:
            inner = value.get(name, _MISSING)
            if type(inner) is str:
                if inner not in look.dull and str in look.types:
                    look._text(inner, found)
            elif type(inner) in look.types:
                look.find(inner, found)
        for fits, wanted, one in self.others:
            for name in filter(fits, value):
                if wanted is not None:
                    found.append(wanted)
                if one is not None:
                    one.find(value[name], found)

    def _list(self, value: list[Any], found: list[Point]) -> None:
        for at, look in self.places:
            if at < len(value):
                look.find(value[at], found)
        for start, look in self.items:
            for item in value[start:]:
                if type(item) in look.types:
                    look.find(item, found)
        for branch, wanted, one in self.some:
            for item in value:
                _take(branch, wanted, one, item, found)


def _take(branch: Branch, wanted: Point | None, look: Look | None, value: Any, found: list[Point]) -> None:
    """What a branch shows of a value; whether it is taken is asked last, for that costs most."""
    if wanted is None:
        inner: list[Point] = []
    elif branch.taken and not branch.facts.allow(value):
        return
    else:
        inner = [wanted]
    if look is not None and type(value) in look.types:
        look.find(value, inner)
    if inner and branch.holds(value):
        found.extend(inner)


class Looks:
    """Boils the nodes of one event down to what is left."""

    def __init__(self, left: Collection[Point]) -> None:
        self._left = left
        self._made: dict[frozenset[Node], Look] = {}

    def of(self, *nodes: Node) -> Look | None:
        """What these leave to be seen in one value; None if that is nothing."""
        all_nodes = together(nodes)
        key = frozenset(one for one in all_nodes if not one.below.isdisjoint(self._left))
        if not key:
            return None
        look = self._made.get(key)
        if look is None:
            look = self._made[key] = Look()  # before it is filled: schemas recur
            self._fill(look, [one for one in all_nodes if one in key])
            look.types = _types(look)
        return look

    def _fill(self, look: Look, nodes: list[Node]) -> None:
        named: dict[str, list[Node]] = {}
        for node in nodes:
            for value, point in node.enum:
                if point not in self._left:
                    continue
                if isinstance(value, str):
                    look.words.setdefault(value, []).append(point)
                else:
                    look.values.append((as_text(value), point))
            look.kinds += [one for one in node.types if one[1] in self._left]
            look.fields += [one for one in node.fields.items() if one[1] in self._left]
            for name, inner in node.named.items():
                named.setdefault(name, []).append(inner)
            for other in node.others:
                found = self._wanted(other.point), self.of(other.node)
                if found != (None, None):
                    look.others.append((_remembered(other.fits), *found))
            look.branches += self._branches(node.branches)
            look.some += self._branches(node.some)
            look.places += [(at, one) for at, inner in node.places.items() if (one := self.of(inner))]
            if node.items is not None and (items := self.of(node.items[1])) is not None:
                look.items.append((node.items[0], items))
        look.named = [(name, one) for name, inner in named.items() if (one := self.of(*inner))]

    def _wanted(self, point: Point | None) -> Point | None:
        return point if point in self._left else None

    def _branches(self, branches: list[Branch]) -> list[tuple[Branch, Point | None, Look | None]]:
        made = [(branch, self._wanted(branch.point), self.of(branch.node)) for branch in branches]
        return [one for one in made if one[1:] != (None, None)]


def _types(look: Look) -> frozenset[type]:
    """The types of which a value must be to show anything."""
    found: set[type] = set()
    if look.words:
        found.add(str)
    if look.values:
        found |= ALL - {str}
    for name, _ in look.kinds:
        found |= PYTHON.get(name, frozenset())
    if look.fields or look.named or look.others:
        found.add(dict)
    if look.places or look.items or look.some:
        found.add(list)
    for branch, wanted, inner in look.branches:
        if wanted is None and inner is not None and inner.types:  # none yet: it is being filled
            found |= inner.types
        else:
            found |= branch.facts.types if branch.taken else ALL
    return frozenset(found)


def _remembered(fits: Callable[[str], bool]) -> Callable[[str], bool]:
    known: dict[str, bool] = {}

    def asked(name: str) -> bool:
        found = known.get(name)
        if found is None:
            found = fits(name)
            if len(known) < _MOST_NAMES:
                known[name] = found
        return found

    return asked


def as_text(value: Any) -> str:
    """A value such that equal ones are equal, and 1 is not true; 1 and 1.0 are one number."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        return json.dumps(value, sort_keys=True)
    except (TypeError, ValueError):
        return repr(value)


def _is(name: str, value: Any) -> bool:
    if type(value) not in PYTHON.get(name, ()):
        return False
    return name != "integer" or not isinstance(value, float) or value.is_integer()
