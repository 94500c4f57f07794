"""Words for the alternatives of a schema: what tells one from the others, in a person's words."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from wsrecord.contract.wording import short

_MOST_WORDS = 3
# Keywords that need no words of ours around them to tell one alternative from another.
_BOUNDS = (
    "maxLength", "minLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf", "minItems", "maxItems", "minProperties", "maxProperties", "contains", "not",
)  # fmt: skip

Resolve = Callable[[Any], Any]  # a schema, with what it refers to in its place


def labels(alternatives: Sequence[Any], resolve: Resolve) -> list[str]:
    """One label for each; no two are the same."""
    there = [resolve(one) for one in alternatives]
    shared = Counter(_most_said(one) for one in there)
    found = []
    for at, (written, schema) in enumerate(zip(alternatives, there, strict=True)):
        others = [one for index, one in enumerate(there) if index != at]
        said = _called(written) or _told(schema, others)
        found.append(said or (_most_said(schema) if shared[_most_said(schema)] == 1 else ""))
    often = Counter(found)
    return [
        one if one and often[one] == 1 else f"{one} (alternative {at})" if one else f"alternative {at}"
        for at, one in enumerate(found, 1)
    ]


def condition(schema: Any, resolve: Resolve) -> str:
    """What an `if` asks for, as far as a few words can say it."""
    return _told(resolve(schema), [])


def _called(schema: Any) -> str:
    """What it is called by whoever wrote it."""
    if isinstance(schema, dict):
        if isinstance(title := schema.get("title"), str):
            return title
        if isinstance(ref := schema.get("$ref"), str) and ref.strip("#/"):
            return ref.rpartition("/")[2].removesuffix("#").removesuffix(".json")
    return ""


def _told(schema: Any, others: Sequence[Any]) -> str:
    """What it asks for that the others don't."""
    if not isinstance(schema, dict):
        return {True: "anything", False: "nothing"}.get(schema, "")
    if "title" in schema:
        return str(schema["title"])
    for words in (_value, _field_value, _type, _field_type, _fields, _bound):
        said = words(schema)
        if said and all(said != words(other) for other in others if isinstance(other, dict)):
            return said
    return ""


def _most_said(schema: Any) -> str:
    """All that can be said of it in a few words: together they may tell what each alone does not."""
    if not isinstance(schema, dict):
        return str(schema)
    said = [words(schema) for words in (_field_value, _type, _fields, _bound)]
    return ", ".join(one for one in said if one)


def _value(schema: Mapping[str, Any]) -> str:
    if "const" in schema:
        return short(schema["const"])
    return _listed(schema["enum"]) if isinstance(schema.get("enum"), list) else ""


def _listed(values: Sequence[Any]) -> str:
    more = " …" if len(values) > _MOST_WORDS else ""
    return f"{', '.join(short(one) for one in values[:_MOST_WORDS])}{more}"


def _field_value(schema: Mapping[str, Any]) -> str:
    """`tool_name calculator`."""
    said = []
    for name, inner in _properties(schema):
        if "const" in inner:
            said.append(f"{name} {_plain(inner['const'])}")
        elif isinstance(values := inner.get("enum"), list) and len(values) <= _MOST_WORDS:
            said.append(f"{name} {' or '.join(map(_plain, values))}")
    return ", ".join(said[:_MOST_WORDS])


def _plain(value: Any) -> str:
    return value if isinstance(value, str) and value.strip() and len(value) < 40 else short(value)


def _type(schema: Mapping[str, Any]) -> str:
    found = schema.get("type")
    if isinstance(found, list):
        return " or ".join(map(str, found))
    if not isinstance(found, str):
        return ""
    if isinstance(form := schema.get("format"), str):
        return f"{found}, {form}"
    items = schema.get("items")
    inner = _type(items) if found == "array" and isinstance(items, dict) else ""
    return f"{found} of {inner}" if inner else found


def _field_type(schema: Mapping[str, Any]) -> str:
    """`run_id null`."""
    said = [f"{name} {told}" for name, inner in _properties(schema) if (told := _type(inner))]
    return said[0] if len(said) == 1 else ""


def _fields(schema: Mapping[str, Any]) -> str:
    required = [name for name in schema.get("required", ()) if isinstance(name, str)]
    names = required or [name for name, _ in _properties(schema)]
    if not names:
        return ""
    more = " …" if len(names) > _MOST_WORDS else ""
    return f"with {', '.join(names[:_MOST_WORDS])}{more}"


def _bound(schema: Mapping[str, Any]) -> str:
    return next((f"{name} {short(schema[name])}" for name in _BOUNDS if name in schema), "")


def _properties(schema: Mapping[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
    found = schema.get("properties")
    if isinstance(found, dict):
        yield from ((name, inner) for name, inner in found.items() if isinstance(inner, dict))
