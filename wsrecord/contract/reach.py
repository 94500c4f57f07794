"""Which schemas speak of a place in a value: a pointer, followed through a schema and its references."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from .library import Library
from .patterns import PatternError, compiled
from .pointer import Pointer
from .schemas import Schema

# declared: some schema names the place. open: any value may stand there. impossible: nothing can.
Reach: TypeAlias = Literal["declared", "open", "impossible"]
_ASIDE = ("allOf", "anyOf", "oneOf")
_BRANCHES = ("if", "then", "else")
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class _Spot:
    uri: str
    schema: Any


def reach(schema: Schema, pointer: Pointer) -> tuple[Reach, list[Any]]:
    """How a schema speaks of a place, and the schemas that it has for it."""
    spots = [_Spot(schema.uri, schema.value)]
    for token in pointer:
        together = [part for spot in spots for part in _flat(schema.library, spot, 0)]
        typed = [part.schema for part in together if _says_type(part.schema)]
        if typed and all(_refuses_parts(schema, token) for schema in typed):
            return "impossible", []
        following = [inner for part in together for inner in _step(part, token)]
        if not following:
            closed = any(_closed(part.schema, token) for part in together)
            return ("impossible" if closed else "open"), []
        if all(spot.schema is False for spot in following):
            return "impossible", []
        spots = following
    parts = [part.schema for spot in spots for part in _flat(schema.library, spot, 0)]
    return "declared", parts


def _flat(library: Library, spot: _Spot, depth: int) -> Iterator[_Spot]:
    """A schema, and all that it says beside itself about the same value."""
    yield spot
    if not isinstance(spot.schema, dict) or depth > _DEEPEST:
        return
    for keyword in ("$ref", "$dynamicRef"):
        ref = spot.schema.get(keyword)
        found = library.resolve(spot.uri, ref) if isinstance(ref, str) else None
        if found is not None:
            yield from _flat(library, _Spot(*found), depth + 1)
    for keyword in _ASIDE:
        for inner in spot.schema.get(keyword, ()):
            yield from _flat(library, _Spot(spot.uri, inner), depth + 1)
    for keyword in _BRANCHES:
        if keyword in spot.schema:
            yield from _flat(library, _Spot(spot.uri, spot.schema[keyword]), depth + 1)


def _step(spot: _Spot, token: str) -> Iterator[_Spot]:
    """What one schema says of one part."""
    schema = spot.schema
    if not isinstance(schema, dict):
        return
    named = schema.get("properties", {})
    if token in named:
        yield _Spot(spot.uri, named[token])
    for pattern, inner in schema.get("patternProperties", {}).items():
        if _matches(pattern, token):
            yield _Spot(spot.uri, inner)
    if token.isdigit():
        listed = schema.get("prefixItems", ())
        if int(token) < len(listed):
            yield _Spot(spot.uri, listed[int(token)])
        elif isinstance(schema.get("items"), dict):
            yield _Spot(spot.uri, schema["items"])
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        if token not in named and isinstance(schema.get(keyword), dict):
            yield _Spot(spot.uri, schema[keyword])


def _closed(schema: Any, token: str) -> bool:
    """Whether a schema lets no other parts in."""
    if not isinstance(schema, dict):
        return schema is False
    if schema.get("additionalProperties") is False or schema.get("unevaluatedProperties") is False:
        return True
    return token.isdigit() and (schema.get("items") is False or schema.get("unevaluatedItems") is False)


def _says_type(schema: Any) -> bool:
    return isinstance(schema, dict) and "type" in schema


def _refuses_parts(schema: dict[str, Any], token: str) -> bool:
    """Whether a schema's type has no such part: a text has none, a list has numbers."""
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return not ("object" in types or ("array" in types and token.isdigit()))


def _matches(pattern: str, name: str) -> bool:
    try:
        return compiled(pattern)(name)
    except PatternError:
        return True
