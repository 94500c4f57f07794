"""What a schema says at first sight, so that most values need not be validated to be told from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wsrecord.contract.library import Library

PYTHON: Mapping[str, frozenset[type]] = {
    "string": frozenset({str}),
    "number": frozenset({int, float}),
    "integer": frozenset({int, float}),
    "boolean": frozenset({bool}),
    "null": frozenset({type(None)}),
    "object": frozenset({dict}),
    "array": frozenset({list}),
}
ALL: frozenset[type] = frozenset().union(*PYTHON.values())
_DEEPEST = 20  # references in a row


@dataclass(frozen=True, slots=True)
class Facts:
    """Types, words and fields without which a value can't be right."""

    types: frozenset[type] = ALL
    words: frozenset[str] | None = None  # that a text must be one of
    required: tuple[str, ...] = ()
    named: "Mapping[str, Facts]" = field(default_factory=dict)

    def allow(self, value: Any) -> bool:
        """Whether a value may be right: False is certain."""
        kind = type(value)
        if kind not in self.types:
            return kind not in ALL  # what JSON has not is for the validator
        if kind is str:
            return self.words is None or value in self.words
        if kind is dict:
            for name in self.required:
                if name not in value:
                    return False
            for name, facts in self.named.items():
                if name in value and not facts.allow(value[name]):
                    return False
        return True

    def with_field(self, name: str) -> "Facts":
        """The same of objects alone, and only of those that have this field."""
        return replace(self, types=self.types & PYTHON["object"], required=(*self.required, name))


NOTHING = Facts()


def facts_of(library: Library, uri: str, schema: Any, *, inside: bool = True, depth: int = 0) -> Facts:
    """The facts of a schema; `inside`: of its fields, too."""
    if schema is False:
        return Facts(types=frozenset())
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return Facts()
    found = said(schema)
    if inside:
        named = {
            name: facts_of(library, uri, inner, inside=False, depth=depth + 1)
            for name, inner in schema.get("properties", {}).items()
        }
        found = Facts(found.types, found.words, found.required, _telling(named))
    parts = [(uri, inner) for inner in schema.get("allOf", ())]
    if isinstance(ref := schema.get("$ref"), str) and (there := library.resolve(uri, ref)) is not None:
        parts.append(there)
    for place, inner in parts:
        found = both(found, facts_of(library, place, inner, inside=inside, depth=depth + 1))
    return found


def said(schema: dict[str, Any]) -> Facts:
    """What a schema itself says of a value, without what it says of its fields."""
    types = schema.get("type", tuple(PYTHON))
    listed = [types] if isinstance(types, str) else types
    allowed: frozenset[type] = frozenset().union(*(PYTHON.get(name, ALL) for name in listed))
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    words = None
    if isinstance(values, list):
        words = frozenset(value for value in values if isinstance(value, str))
        kinds = {type(value) for value in values}
        allowed &= kinds | ({int, float} if kinds & {int, float} else set())
    return Facts(allowed, words, tuple(schema.get("required", ())))


def _telling(named: Mapping[str, Facts]) -> dict[str, Facts]:
    return {name: facts for name, facts in named.items() if facts.types != ALL or facts.words is not None}


def both(one: Facts, other: Facts) -> Facts:
    """The facts of a value that both schemas are about."""
    if one.words is None or other.words is None:
        words = other.words if one.words is None else one.words
    else:
        words = one.words & other.words
    named = dict(one.named)
    for name, facts in other.named.items():
        named[name] = both(named[name], facts) if name in named else facts
    required = tuple(dict.fromkeys((*one.required, *other.required)))
    return Facts(one.types & other.types, words, required, named)
