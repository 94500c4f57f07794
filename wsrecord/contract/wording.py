"""What a keyword of JSON Schema asks for, and what stood there instead, in a few words."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from jsonschema.exceptions import ValidationError

LONGEST = 60
MOST_CHOICES = 8


def short(value: Any) -> str:
    """A value as JSON, abbreviated."""
    if isinstance(value, str):
        text = json.dumps(value[: LONGEST + 1], ensure_ascii=False)
        text = text.encode("utf-8", "backslashreplace").decode()  # half a surrogate pair can't be printed
        return text if len(value) <= LONGEST and len(text) <= LONGEST + 2 else f"{text[: LONGEST - 1]}…"
    if isinstance(value, dict | list) and len(value) > LONGEST:
        return f"an object of {len(value)} fields" if isinstance(value, dict) else f"a list of {len(value)}"
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(", ", ": "), default=repr)
    except (ValueError, RecursionError):  # a number of thousands of digits
        return f"a very large {type(value).__name__}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def joined(parts: Sequence[str], last: str) -> str:
    """Join words by commas, the last by `last`; many are cut."""
    parts = list(parts)
    if len(parts) > MOST_CHOICES:
        parts = [*parts[: MOST_CHOICES - 1], f"{len(parts) - MOST_CHOICES + 1} more"]
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def expectation(error: ValidationError) -> str:
    """What the failing keyword asks for."""
    keyword = str(error.validator)
    value: Any = error.validator_value
    if error.schema is False:
        return "no such field"
    if keyword in ("anyOf", "oneOf") and not error.context:
        return f"exactly one of {len(value)} alternatives"
    if keyword in _WORDS:
        return _WORDS[keyword](value)
    return f"{keyword} {short(value)}"


def _types(value: Any) -> str:
    return joined([value] if isinstance(value, str) else value, "or")


def _choices(value: list[Any]) -> str:
    return joined([short(one) for one in value], "or")


def _count(least: str, what: str) -> Callable[[Any], str]:
    def words(value: Any) -> str:
        return f"{least} {value} {what}{'' if value == 1 else 's'}"

    return words


_WORDS: dict[str, Callable[[Any], str]] = {
    "type": _types,
    "const": short,
    "enum": _choices,
    "format": lambda value: f"format {value}",
    "pattern": lambda value: f"text that matches {value}",
    "minimum": lambda value: f"at least {short(value)}",
    "maximum": lambda value: f"at most {short(value)}",
    "exclusiveMinimum": lambda value: f"more than {short(value)}",
    "exclusiveMaximum": lambda value: f"less than {short(value)}",
    "multipleOf": lambda value: f"a multiple of {short(value)}",
    "minLength": _count("at least", "character"),
    "maxLength": _count("at most", "character"),
    "minItems": _count("at least", "item"),
    "maxItems": _count("at most", "item"),
    "minProperties": _count("at least", "field"),
    "maxProperties": _count("at most", "field"),
    "uniqueItems": lambda _value: "no item twice",
    "contains": lambda _value: "an item that the schema asks for",
    "not": lambda value: f"anything but {short(value)}",
    "dependentRequired": lambda value: f"fields together: {short(value)}",
    "additionalProperties": lambda _value: "no other fields",
    "unevaluatedProperties": lambda _value: "no other fields",
    "unevaluatedItems": lambda _value: "no further items",
    "items": lambda _value: "no further items",
}
