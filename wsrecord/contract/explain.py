"""What is wrong with a value, in one line each: from the reference validator's errors to faults.

A fault stands where the value is wrong, not where the schema noticed: a field that is missing or that no
schema knows is named itself, and of several alternatives the one that was meant is explained.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

from jsonschema.exceptions import ValidationError

from .pointer import Token, written
from .wording import expectation, joined, short

MOST_FAULTS = 50
Steps: TypeAlias = tuple[Token, ...]
# What tells most about a mistake comes first; by what is otherwise equal the order in the event decides.
_TELLING = ("const", "enum", "required", "type", "additionalProperties", "unevaluatedProperties")
_NAMING = ("const", "enum")
_UNKNOWN = ("additionalProperties", "unevaluatedProperties")


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """One place where a value is not what its schema says."""

    pointer: str  # where in the value
    keyword: str  # which keyword of JSON Schema says so
    expected: str
    got: str
    schema_pointer: str  # where in which schema file
    message: str


@dataclass(frozen=True)
class _Told:
    """What all errors of one value need to be told."""

    value: Any
    located: Callable[[Any, str], str]
    unevaluated: dict[Steps, list[str]]
    ignore: Callable[[Any], bool]


def explained(
    errors: Iterable[ValidationError],
    value: Any,
    located: Callable[[Any, str], str],
    unevaluated: Callable[[Any], dict[Steps, list[str]]],
    ignore: Callable[[Any], bool],
) -> list[SchemaFault]:
    """The faults of a value, the most telling first."""
    errors = list(errors)
    names = unevaluated(value) if any(_uses(error, "unevaluatedProperties") for error in errors) else {}
    told = _Told(value, located, names, ignore)
    # The same place said twice, by two ways through the schema, is one fault.
    unique: dict[tuple[str, str, str], SchemaFault] = {}
    for error in errors:
        for fault in _faults(error, told):
            unique.setdefault((fault.pointer, fault.keyword, fault.expected), fault)
    places = {name: index for index, name in enumerate(value)} if isinstance(value, dict) else {}
    faults = sorted(unique.values(), key=lambda fault: (_rank(fault), places.get(_first(fault), len(places))))
    return _without_echoes(faults)[:MOST_FAULTS]


def _first(fault: SchemaFault) -> str:
    """The field of the event that a fault is in."""
    return fault.pointer[1:].partition("/")[0].replace("~1", "/").replace("~0", "~")


def _without_echoes(faults: list[SchemaFault]) -> list[SchemaFault]:
    """Of several lists of names that a value is not on, the longest; the others are parts of it."""
    longest: dict[str, SchemaFault] = {}
    for fault in faults:
        held = longest.get(fault.pointer)
        if fault.keyword in _NAMING and (held is None or len(fault.expected) > len(held.expected)):
            longest[fault.pointer] = fault
    return [fault for fault in faults if fault.keyword not in _NAMING or longest[fault.pointer] is fault]


def _rank(fault: SchemaFault) -> int:
    return _TELLING.index(fault.keyword) if fault.keyword in _TELLING else len(_TELLING)


def _uses(error: ValidationError, keyword: str) -> bool:
    return error.validator == keyword or any(_uses(inner, keyword) for inner in error.context or ())


def _faults(error: ValidationError, told: _Told) -> Iterator[SchemaFault]:
    keyword = str(error.validator)
    if told.ignore(error.instance):
        return
    if keyword == "required":
        yield from _missing(error, told)
    elif keyword in _UNKNOWN and isinstance(error.instance, dict):
        yield from _unknown(error, told)
    elif keyword in ("anyOf", "oneOf") and error.context:
        yield from _alternatives(error, told)
    elif keyword == "if" or (keyword in ("allOf", "contains", "propertyNames") and error.context):
        for inner in error.context or ():
            yield from _faults(inner, told)
    else:
        yield _fault(error, told, tuple(error.absolute_path), expectation(error), short(error.instance))


def _fault(
    error: ValidationError, told: _Told, path: Steps, expected: str, got: str, more: str = ""
) -> SchemaFault:
    pointer = written(path)
    where = told.located(error.schema, str(error.validator or ""))
    return SchemaFault(
        pointer, str(error.validator), expected, got, where, _line(pointer, expected, got, more)
    )


def _line(pointer: str, expected: str, got: str, more: str = "") -> str:
    what = "missing" if got == "nothing" else f"expected {expected}, got {got}"
    shown = json.dumps(pointer, ensure_ascii=False)[1:-1] if pointer else "the value"
    return f"{shown}: {what}{more}"


def _missing(error: ValidationError, told: _Told) -> Iterator[SchemaFault]:
    """The reference makes one error for each missing name, and tells it in the message only."""
    wanted: Any = error.validator_value
    instance: Any = error.instance
    for name in wanted:
        if name not in instance and error.message.startswith(repr(name)):
            others = [other for other in instance if other not in wanted]
            close = get_close_matches(name, others, 1, 0.6)
            more = f"; there is {short(close[0])}, is it that one?" if close else ""
            schema = error.schema if isinstance(error.schema, dict) else {}
            inner = schema.get("properties", {}).get(name, {})
            kind = inner.get("type") if isinstance(inner, dict) else None
            expected = "a field" if kind is None else joined(kind if isinstance(kind, list) else [kind], "or")
            yield _fault(error, told, (*error.absolute_path, name), expected, "nothing", more)


def _unknown(error: ValidationError, told: _Told) -> Iterator[SchemaFault]:
    """One fault for each field that the schema doesn't know."""
    path = tuple(error.absolute_path)
    instance: Any = error.instance
    if error.validator == "unevaluatedProperties":
        names = told.unevaluated.get(path, [])
    else:
        names = [name for name in instance if repr(name) in error.message]
    if not names:
        yield _fault(error, told, path, "no other fields", short(error.instance))
    for name in names:
        value = instance.get(name)
        if not told.ignore(name):
            yield _fault(error, told, (*path, name), "no such field", short(value))


def _alternatives(error: ValidationError, told: _Told) -> Iterator[SchemaFault]:
    """What the alternative lacks that was meant; the alternatives, where none stands out."""
    branches: dict[int, list[ValidationError]] = {}
    for index, inner in enumerate(error.context or ()):
        # A branch that is the schema `false` has no path.
        branches.setdefault(int(inner.schema_path[0]) if inner.schema_path else ~index, []).append(inner)
    ranked = sorted(branches.values(), key=_distance)
    if len(ranked) == 1 or _distance(ranked[0])[0] < _distance(ranked[1])[0]:
        for inner in ranked[0]:
            yield from _faults(inner, told)
        return
    path = _shared_path(ranked)
    here = [inner for branch in ranked for inner in branch if tuple(inner.absolute_path) == path]
    choices = list(dict.fromkeys(expectation(inner) for inner in here))
    expected = joined(choices, "or") if choices else f"one of {len(branches)} alternatives"
    wrong = here[0] if here and path != tuple(error.absolute_path) else error
    if not told.ignore(wrong.instance):
        yield _fault(wrong, told, path or tuple(error.absolute_path), expected, short(wrong.instance))


def _shared_path(branches: list[list[ValidationError]]) -> Steps:
    """The place whose name tells the alternatives apart, if each has one for it; else their own place."""
    named = [
        {
            tuple(inner.absolute_path)
            for inner in branch
            if len(inner.path) == 1 and inner.validator in _NAMING
        }
        for branch in branches
    ]
    shared = set.intersection(*named)
    return min(shared, key=str) if shared else tuple(branches[0][0].parent.absolute_path)  # type: ignore[union-attr]


def _distance(branch: list[ValidationError]) -> tuple[int, int]:
    """How far a value is from an alternative: another kind, another name, or near; then how many errors."""
    kind = any(not error.path and error.validator in ("type", "const", "enum", "not") for error in branch)
    name = any(len(error.path) == 1 and error.validator in ("const", "enum") for error in branch)
    absent = sum(error.validator == "required" for error in branch)
    return (3 if kind else 2 if name else 1 if absent else 0), len(branch)
