"""What stood at one place of one kind of event: a tree of counts, filled value by value.

Array items share one place, `*`, and so do values whose keys are ids. All is bounded: a hostile
server can neither make it grow without end nor slow it down.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from wsrecord.contract.schemas import Ignore

from .looks import Look, is_free_key, look

ANY = "*"
Scalar: TypeAlias = tuple[str, Any]  # its type first: true is not 1
MOST_FIELDS = 300  # of one object; with more it is a map
MOST_LACKED = 60  # fields; an object with more that come and go is not looked at for each
MOST_VALUES = 24  # distinct ones, with more they are free
MOST_LOOKS = 40  # texts that are looked at; the rest is like them
LONGEST_VALUE = 64
_DEEPEST = 64
_LONGEST_JSON = 100_000
_LISTED = ("boolean", "integer", "number")
_TYPES = {
    dict: "object", list: "array", tuple: "array", str: "string", bool: "boolean", int: "integer",
    float: "number", type(None): "null", bytes: "bytes",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """One event of a session: where to look."""

    session: int
    number: int | None  # of its first message
    t: int


class Node:
    """One place. `add` as many values as there are, then ask."""

    __slots__ = (
        "children", "free", "freed", "jsons", "lacking", "last", "looks", "samples", "sessions", "spots",
        "types", "values",
    )  # fmt: skip

    def __init__(self) -> None:
        self.types: dict[str, int] = {}
        self.spots: dict[str, Spot] = {}  # the first of each type
        self.samples: dict[str, Any] = {}
        self.children: dict[str, Node] = {}
        self.lacking: dict[str, Spot] = {}  # where one of them was first missing
        self.values: dict[Scalar, int] = {}
        self.free = False  # too many values to list, or too long ones, or secret ones
        self.freed = False  # more fields than an object with named fields has
        self.looks: dict[Look, int] = {}
        self.jsons = 0  # texts that are an object or a list in JSON
        self.sessions = 0
        self.last: int | None = None

    @property
    def count(self) -> int:
        """How many values stood here."""
        return sum(self.types.values())

    @property
    def objects(self) -> int:
        """How many of them were objects."""
        return self.types.get("object", 0)

    @property
    def kinds(self) -> frozenset[str]:
        """Their types, null apart, and all numbers alike."""
        return frozenset("number" if kind == "integer" else kind for kind in self.types if kind != "null")

    @property
    def spot(self) -> Spot | None:
        """Where something was first."""
        return min(self.spots.values(), key=lambda spot: (spot.session, spot.t), default=None)

    @property
    def is_map(self) -> bool:
        """Whether its objects are maps with free keys: many keys, each of them rare."""
        if self.freed:
            return True
        named = [child for name, child in self.children.items() if name != ANY]
        if len(named) < 12 or self.objects < 3:
            return False
        return sum(child.count for child in named) / (len(named) * self.objects) < 0.35

    def all_look(self, *looks: Look) -> bool:
        """Whether all texts here look like one of these."""
        return bool(self.looks) and all(found in looks for found in self.looks)

    def below(self, path: tuple[str, ...] = ()) -> "Iterator[tuple[tuple[str, ...], Node]]":
        """Every place under this one, the near ones before the deep ones."""
        nearest = [((*path, name), child) for name, child in self.children.items()]
        yield from nearest
        for inner, child in nearest:
            yield from child.below(inner)


class Filler:
    """Puts the values of events into their places."""

    def __init__(self, secret: Ignore) -> None:
        self._secret = secret

    def add(self, node: Node, value: Any, spot: Spot, depth: int = 0) -> None:
        """One more value at a place, with all that it holds."""
        kind = _TYPES.get(type(value)) or _unusual(value)
        if kind == "number" and value.is_integer():
            kind = "integer"  # 1.0 is 1, as in JSON Schema
        count = node.types.get(kind)
        if count is None:
            node.types[kind] = 1
            node.spots[kind] = spot
            node.samples[kind] = value
        else:
            node.types[kind] = count + 1
        if node.last != spot.session:
            node.last = spot.session
            node.sessions += 1
        if kind == "object":
            if depth < _DEEPEST:
                self._object(node, value, spot, depth + 1)
        elif kind == "array":
            if value and depth < _DEEPEST:
                self._array(node, value, spot, depth + 1)
        elif kind == "string":
            self._text(node, value)
        elif kind in _LISTED and not node.free:
            _value(node, (kind, value))

    def _object(self, node: Node, value: dict[Any, Any], spot: Spot, depth: int) -> None:
        children = node.children
        for name, item in value.items():
            child = children.get(name)
            if child is None:
                child = self._child(node, str(name))
            self.add(child, item, spot, depth)
        if len(value) < len(children) <= MOST_LACKED:
            for name in children:
                if name not in value:
                    node.lacking.setdefault(name, spot)

    def _array(self, node: Node, value: list[Any], spot: Spot, depth: int) -> None:
        child = node.children.get(ANY)
        if child is None:
            child = node.children[ANY] = Node()
        for item in value:
            self.add(child, item, spot, depth)

    def _child(self, node: Node, name: str) -> Node:
        if name not in node.children:
            node.freed |= len(node.children) >= MOST_FIELDS
            if node.freed or is_free_key(name):
                name = ANY
        child = node.children.get(name)
        if child is None:
            child = node.children[name] = Node()
            if node.types["object"] > 1:
                node.lacking[name] = node.spots["object"]
        return child

    def _text(self, node: Node, text: str) -> None:
        if self._secret(text):
            node.free = True
            return
        if node.types["string"] <= MOST_LOOKS:
            found = look(text[:200])
            node.looks[found] = node.looks.get(found, 0) + 1
        if text[:1] in ("{", "[") and text.rstrip()[-1:] in ("}", "]") and len(text) <= _LONGEST_JSON:
            _json(node, text)
        if not node.free:
            if len(text) > LONGEST_VALUE:
                node.free = True
            else:
                _value(node, ("string", text))


def _value(node: Node, value: Scalar) -> None:
    values = node.values
    if value in values:
        values[value] += 1
    elif len(values) >= MOST_VALUES:
        node.free = True
    else:
        values[value] = 1


def _json(node: Node, text: str) -> None:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return
    node.jsons += 1


def _unusual(value: Any) -> str:
    """The type of what is none of JSON's own classes: a codec's own kinds of values."""
    for known, kind in _TYPES.items():
        if isinstance(value, known):
            return kind
    return "extension"
