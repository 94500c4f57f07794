"""Parts of schemas, each with its place: what a value is asked to be, or not to be.

A demand is several parts at once. It is the same demand whatever order they come in: `key_of` says so,
and recursion in schemas comes back to demands that are already known.
"""

from dataclasses import dataclass, field
from json import dumps
from typing import Any, TypeAlias

from referencing._core import Resolver
from referencing.jsonschema import DRAFT202012

from wsrecord.contract.library import Library, uri_of
from wsrecord.contract.pointer import Token, written

Key: TypeAlias = tuple[Any, ...]
# Keywords that are read together with the one they belong to.
SIBLINGS: dict[str, tuple[str, ...]] = {
    "additionalProperties": ("properties", "patternProperties"),
    "items": ("prefixItems",),
    "contains": ("minContains", "maxContains"),
    "if": ("then", "else"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A schema at its place; `negated`: what it must not be."""

    schema: Any
    place: str  # its URI with a pointer
    resolver: Resolver[Any] = field(repr=False)
    negated: bool = False
    only: str = ""  # what is left of the schema that stands there, where that is not all
    _inner: dict[Any, "Part"] = field(default_factory=dict, repr=False)  # asked for before: often the same

    @property
    def key(self) -> Key:
        """What makes it that part: place and, for dynamic references, the way there."""
        scope = tuple(dict.fromkeys(uri for uri, _ in self.resolver.dynamic_scope()))
        return (self.place, self.only, self.negated, uri_of(self.resolver), scope)

    def child(self, *steps: Token, negated: bool = False) -> "Part":
        """A schema inside it."""
        known = self._inner.get((steps, negated))
        if known is None:
            known = self._inner[steps, negated] = self._child(steps, negated=negated)
        return known

    def _child(self, steps: tuple[Token, ...], *, negated: bool) -> "Part":
        inner = self.schema
        for step in steps:
            inner = inner[step]
        way = written(steps)
        only = f"{self.only}{way}" if self.only.startswith("=") else ""
        return _entered(inner, f"{self.place}{way}", self.resolver, negated=negated, only=only)

    def opposite(self) -> "Part":
        """What it asks for, refused."""
        return Part(self.schema, self.place, self.resolver, not self.negated, self.only)

    def keyword(self, keyword: str) -> "Part":
        """Only one keyword of it, with those that belong to it."""
        kept = (keyword, *SIBLINGS.get(keyword, ()))
        schema = {name: self.schema[name] for name in kept if name in self.schema}
        return Part(schema, self.place, self.resolver, self.negated, f"{self.only} {keyword}")

    def made(self, schema: Any, *, negated: bool = False) -> "Part":
        """A schema that stands nowhere, at this place; what it holds of this one keeps its place."""
        if not isinstance(schema, bool):
            return Part(schema, self.place, self.resolver, negated, f"={dumps(schema, sort_keys=True)}")
        known = self._inner.get((schema, negated))
        if known is None:
            known = Part(schema, self.place, self.resolver, negated, f"={schema}")
            self._inner[schema, negated] = known
        return known

    @property
    def is_false(self) -> bool:
        """Whether nothing can be it."""
        return self.schema is self.negated or (self.negated and self.schema == {})


Demand: TypeAlias = tuple[Part, ...]


def key_of(demand: Demand) -> frozenset[Key]:
    """What makes it that demand."""
    return frozenset(part.key for part in demand)


def root(library: Library, uri: str) -> Part:
    """The schema at a URI."""
    return _entered(library.schema(uri), uri if "#" in uri else f"{uri}#", library.resolver(uri))


def followed(library: Library, part: Part, ref: str) -> Part:
    """Where a reference of a part leads."""
    place, schema, resolver = library.follow(part.resolver, ref)
    return Part(schema, place, resolver, part.negated)


def _entered(
    schema: Any, place: str, resolver: Resolver[Any], *, negated: bool = False, only: str = ""
) -> Part:
    if isinstance(schema, dict) and "$id" in schema:
        resolver = resolver.in_subresource(DRAFT202012.create_resource(schema))
    return Part(schema, place, resolver, negated, only)
