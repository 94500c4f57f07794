"""A schema's parts: every place where JSON Schema 2020-12 has another schema."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from .pointer import Token

Path: TypeAlias = tuple[Token, ...]

_NAMED = ("$defs", "definitions", "properties", "patternProperties", "dependentSchemas")
_LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = (
    "items", "additionalProperties", "unevaluatedItems", "unevaluatedProperties", "contains", "not",
    "if", "then", "else", "propertyNames", "contentSchema",
)  # fmt: skip

# Every keyword that means something; `format` and the rest of the annotations too.
KEYWORDS = frozenset(
    (
        *_NAMED, *_LISTED, *_SINGLE,
        "$schema", "$id", "$ref", "$dynamicRef", "$anchor", "$dynamicAnchor", "$comment", "$vocabulary",
        "type", "const", "enum", "format", "pattern", "required", "dependentRequired",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minContains", "maxContains",
        "minProperties", "maxProperties", "contentEncoding", "contentMediaType",
        "title", "description", "default", "deprecated", "readOnly", "writeOnly", "examples",
    )
)  # fmt: skip


def children(schema: Any) -> Iterator[tuple[Path, Any]]:
    """The schemas directly inside a schema, and where."""
    if not isinstance(schema, dict):
        return
    for keyword in _NAMED:
        if isinstance(inner := schema.get(keyword), dict):
            yield from (((keyword, name), one) for name, one in inner.items())
    for keyword in _LISTED:
        if isinstance(inner := schema.get(keyword), list):
            yield from (((keyword, index), one) for index, one in enumerate(inner))
    for keyword in _SINGLE:
        if isinstance(inner := schema.get(keyword), dict | bool):
            yield (keyword,), inner


def walk(schema: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """A schema and all schemas in it, outer ones first."""
    yield path, schema
    for step, inner in children(schema):
        yield from walk(inner, path + step)
