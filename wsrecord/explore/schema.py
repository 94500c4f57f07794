"""A schema's own words about a value, references and allOf followed: enough to make values of it by."""

from collections.abc import Iterator
from typing import Any

from wsrecord.contract.library import Library, join

_DEEPEST = 8


def words(library: Library, uri: str, schema: Any, depth: int = 0) -> dict[str, Any]:
    """What a schema says, with what it refers to, in one map. The first word on a thing counts."""
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return {}
    said: dict[str, Any] = {"$at": uri, **schema}
    for inner_uri, inner in _others(library, uri, schema):
        for name, value in words(library, inner_uri, inner, depth + 1).items():
            if name == "properties":
                said[name] = {**value, **said.get(name, {})}
            elif name == "required":
                said[name] = list(dict.fromkeys([*said.get(name, ()), *value]))
            else:
                said.setdefault(name, value)
    if "properties" in schema:  # each remembers where its own references begin
        own = {name: _placed(uri, inner) for name, inner in schema["properties"].items()}
        said["properties"] = {**said["properties"], **own}
    return said


def _placed(uri: str, schema: Any) -> Any:
    return {"$at": uri, **schema} if isinstance(schema, dict) and "$at" not in schema else schema


def at_of(schema: Any, otherwise: str) -> str:
    """Where a schema's references begin."""
    return str(schema.get("$at", otherwise)) if isinstance(schema, dict) else otherwise


def _others(library: Library, uri: str, schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    ref = schema.get("$ref")
    if isinstance(ref, str):
        target = join(uri, ref)
        yield target, library.schema(target)
    for name in ("allOf", "anyOf", "oneOf"):
        parts = schema.get(name)
        if isinstance(parts, list) and parts:
            chosen = parts if name == "allOf" else parts[:1]
            yield from ((at_of(part, uri), part) for part in chosen)
