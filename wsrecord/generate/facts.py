"""What clauses come to: one alternative of a demand, by kind of value.

A number is an `integer` or a `fraction` here, so that `integer` and `number` are told apart by sets.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from wsrecord.contract.patterns import compiled

from .part import Demand, Key, Part

KINDS = ("null", "boolean", "integer", "fraction", "string", "array", "object")


def kind_of(value: Any) -> str:
    """The kind of a value of JSON's model."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    if isinstance(value, float):
        return "fraction"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def identity(value: Any) -> Any:
    """What makes two values equal in JSON: 1 is 1.0, and true is neither."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list):
        return ("list", tuple(map(identity, value)))
    if isinstance(value, dict):
        return ("dict", frozenset((name, identity(inner)) for name, inner in value.items()))
    return value


class Said(NamedTuple):
    """Something a schema says, and where."""

    value: Any
    place: str


class Row(NamedTuple):
    """Items by place: the first ones, and the rest."""

    first: Demand
    rest: Part | None
    within: tuple[Key, ...]


class Members(NamedTuple):
    """Fields by name, by pattern, and the others."""

    named: dict[str, Part]
    patterns: dict[str, Part]
    others: Part | None
    within: tuple[Key, ...]


class Held(NamedTuple):
    """How many items must be something."""

    what: Part
    least: int
    most: int | None


class Some(NamedTuple):
    """There is a field whose name and value are something."""

    pattern: str | None  # that the name matches
    other_than: Members | None  # that speak of the name
    name: Demand
    value: Demand


class Unevaluated(NamedTuple):
    """What fields or items must be that no part within a schema speaks of."""

    scope: Key
    value: Part
    within: tuple[Key, ...]


@dataclass(slots=True)
class Facts:
    """All that must hold of a value."""

    kinds: set[str] = field(default_factory=lambda: set(KINDS))
    allowed: list[Any] | None = None
    excluded: list[Any] = field(default_factory=list)
    # numbers
    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = False
    high_open: bool = False
    steps: list[Fraction] = field(default_factory=list)
    # texts
    shortest: int = 0
    longest: int | None = None
    patterns: list[Said] = field(default_factory=list)
    formats: list[Said] = field(default_factory=list)
    # numbers' steps, patterns and formats that must not be
    refused: list[tuple[str, Said]] = field(default_factory=list)
    # arrays
    fewest: int = 0
    most: int | None = None
    unique: bool = False
    repeated: bool = False
    rows: list[Row] = field(default_factory=list)
    at: dict[int, Demand] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    left_items: list[Unevaluated] = field(default_factory=list)
    # objects
    least: int = 0
    largest: int | None = None
    required: dict[str, str] = field(default_factory=dict)  # and where it is said
    members: list[Members] = field(default_factory=list)
    fields: dict[str, Demand] = field(default_factory=dict)
    names: Demand = ()
    some: list[Some] = field(default_factory=list)
    needs: list[tuple[str, str]] = field(default_factory=list)
    left_fields: list[Unevaluated] = field(default_factory=list)

    def only(self, *kinds: str) -> None:
        """Let it be one of these."""
        self.kinds &= set(kinds)

    def at_least(self, bound: Fraction, *, is_open: bool) -> None:
        """Raise the lower bound."""
        if self.low is None or (bound, is_open) > (self.low, self.low_open):
            self.low, self.low_open = bound, is_open

    def at_most(self, bound: Fraction, *, is_open: bool) -> None:
        """Lower the upper bound."""
        if self.high is None or (bound, not is_open) < (self.high, not self.high_open):
            self.high, self.high_open = bound, is_open

    def field_named(self, name: str) -> Demand:
        """All that is asked of a field."""
        asked = list(self.fields.get(name, ()))
        for members in self.members:
            asked += spoken(members, name)
        for left in self.left_fields:
            if not self._evaluated(left.scope, name):
                asked.append(left.value)
        return tuple(asked)

    def item_at(self, index: int) -> Demand:
        """All that is asked of an item."""
        asked = list(self.at.get(index, ()))
        for row in self.rows:
            if index < len(row.first):
                asked.append(row.first[index])
            elif row.rest is not None:
                asked.append(row.rest)
        for left in self.left_items:
            rows = [row for row in self.rows if left.scope in row.within]
            inner = any(left.scope in one.within[:-1] for one in self.left_items if one.scope != left.scope)
            if not inner and not any(row.rest is not None or index < len(row.first) for row in rows):
                asked.append(left.value)
        return tuple(asked)

    def prefix(self) -> int:
        """From where on all items are asked the same."""
        return max([len(row.first) for row in self.rows] + [index + 1 for index in self.at], default=0)

    def known(self) -> list[str]:
        """The names of fields that are spoken of."""
        names = dict.fromkeys(self.required)
        for members in self.members:
            names |= dict.fromkeys(members.named)
        return list(
            names | dict.fromkeys(self.fields) | dict.fromkeys(n for pair in self.needs for n in pair)
        )

    def forbidden(self, name: str) -> bool:
        """Whether a field can't be there, at first sight."""
        return any(part.is_false for part in self.field_named(name))

    def _evaluated(self, scope: Key, name: str) -> bool:
        return any(spoken(one, name) for one in self.members if scope in one.within) or any(
            scope in left.within[:-1] for left in self.left_fields if left.scope != scope
        )

    def closure(self, names: Iterable[str]) -> dict[str, None]:
        """Some fields, and those that they need."""
        found = dict.fromkeys(names)
        pending = list(found)
        while pending:
            name = pending.pop()
            for one, needed in self.needs:
                if one == name and needed not in found:
                    found[needed] = None
                    pending.append(needed)
        return found

    def layout(self, length: int) -> list[Demand]:
        """What is asked of each item of an array of some length, with those that it must contain."""
        items = [self.item_at(index) for index in range(length)]
        start = self.prefix()
        total = sum(held.least for held in self.held)
        if start + total > length or any(part.is_false for part in self.item_at(start)):
            start = 0
        offset = 0
        for held in self.held:
            room = max(length - start, 1)
            chosen = {start + (offset + index) % room for index in range(held.least)}
            offset += held.least
            for index in range(length):
                if index in chosen:
                    items[index] = (*items[index], held.what)
                elif held.most is not None:
                    items[index] = (*items[index], held.what.opposite())
        return items

    def length(self) -> int:
        """Of the shortest array, as far as is plain."""
        return max(self.fewest, sum(held.least for held in self.held) if self.most is None else 0)

    def settle(self) -> None:
        """Leave out the kinds that contradict themselves."""
        if self.allowed is not None:
            self.kinds &= {kind_of(value) for value in self.allowed}
        if self.low is not None and self.high is not None:
            closed = not (self.low_open or self.high_open)
            if self.low > self.high or (self.low == self.high and not closed):
                self.kinds -= {"integer", "fraction"}
        asked = {("pattern", said.value) for said in self.patterns}
        asked |= {("format", said.value) for said in self.formats}
        refused = {(what, said.value) for what, said in self.refused}
        if (self.longest is not None and self.shortest > self.longest) or asked & refused:
            self.kinds -= {"string"}
        if any(("multipleOf", step) in refused for step in self.steps):
            self.kinds -= {"integer", "fraction"}
        if (self.most is not None and self.fewest > self.most) or (self.unique and self.repeated):
            self.kinds -= {"array"}
        if self.kinds & {"object"} and (
            (self.largest is not None and max(self.least, len(self.required)) > self.largest)
            or any(self.forbidden(name) for name in self.required)
        ):
            self.kinds -= {"object"}


def spoken(members: Members, name: str) -> list[Part]:
    """What one schema says of a field."""
    found = [members.named[name]] if name in members.named else []
    found += [part for pattern, part in members.patterns.items() if compiled(pattern)(name)]
    if not found and members.others is not None:
        return [members.others]
    return found


def without(values: Iterable[Any], excluded: Sequence[Any]) -> list[Any]:
    """The values that are none of some others, as JSON sees it."""
    banned = {identity(value) for value in excluded}
    return [value for value in values if identity(value) not in banned]
