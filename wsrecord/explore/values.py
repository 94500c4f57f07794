"""Single values: a plain one for a schema's words, those that programs trip over, those that break a word."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wsrecord.contract.library import Library

from .schema import words

_UUID = "3f2a1c90-5b7d-4e86-9a41-c0de5eed0000"
_FORMATS = {
    "uuid": _UUID,
    "date-time": "2026-01-02T03:04:05.678Z",
    "date": "2026-01-02",
    "time": "03:04:05Z",
    "email": "a@example.com",
    "uri": "https://example.com/",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
}
_TEXTS = (
    "é",
    "2 + 2\0 and more",
    "\U0001f642",
    "run 7",
    "\u05d0\u05d1",
    "\u202eabc",
    "x",
    "2 + 2",
    "1 + 1; 2 + 2; 3 + 3",
    '"',
    "\\",
    "<script>alert(1)</script>",
    "null",
    "0",
    "-1",
    "%s%n",
    "' OR '1'='1",
    "../../etc/passwd",
    "{{7*7}}",
    "\r\n.",
    "ﬀ",
)
_LONGEST = 16_384
_DEEP = 100
_MOST = 6  # of recorded texts


def candidates() -> tuple[Any, ...]:
    """What is tried where a schema's words did not tell enough."""
    texts = ("a", "ab", "A1", "WIRE", "2026-01-02T03:04:05.678Z", "1", "#ffffff", "en", "/a")
    return (*texts, *_FORMATS.values(), 1, 0, 1.5, True, False, {}, [], None)


def made_of(library: Library, said: Mapping[str, Any], depth: int = 0) -> Any:
    """The simplest value for a schema's words."""
    if "const" in said:
        return said["const"]
    for name in ("enum", "examples"):
        if isinstance(said.get(name), list) and said[name]:
            return said[name][0]
    kind = _kind(said)
    if kind == "object" and depth < _DEEP // 10:
        fields = said.get("properties", {})
        return {
            name: made_of(library, _inner(library, said, fields.get(name, {})), depth + 1)
            for name in said.get("required", ())
        }
    if kind == "array":
        item = _inner(library, said, said.get("items", {}))
        return [made_of(library, item, depth + 1) for _ in range(int(said.get("minItems", 0)))]
    if kind in ("integer", "number"):
        least = said.get("minimum", said.get("exclusiveMinimum", 0))
        return least + 1 if "exclusiveMinimum" in said else least
    simple = {"boolean": False, "null": None}
    return simple[kind] if kind in simple else _text(said)


def variants_of(said: Mapping[str, Any], texts: Sequence[str]) -> Iterator[Any]:
    """Values that may be right here, and that programs are known to trip over."""
    if isinstance(said.get("enum"), list):
        yield from said["enum"]
        return
    kind = _kind(said)
    if kind == "boolean":
        yield from (True, False)
    elif kind in ("integer", "number"):
        edges = [said[name] for name in ("minimum", "maximum") if name in said]
        yield from (*edges, 0, 1, -1, 2**31, 2**53 + 1, *((1.5, 1e308) if kind == "number" else ()))
    elif kind == "string":
        most = said.get("maxLength")
        if most is not None and most <= _LONGEST:
            yield "x" * most
            yield "x" * (most // 2)
        else:
            yield "x" * 4000
        yield from _TEXTS
        for text in dict.fromkeys(texts[:_MOST]):
            yield from ("; ".join([text] * 3), text)
    elif kind == "array":
        yield []
    elif kind == "null":
        yield None


def broken_of(said: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Values that may break one word, with the word. Whether they do is for validators to say."""
    kind = _kind(said)
    if kind == "string":
        yield from (("minLength", ""), ("pattern", " "), ("type", None), ("type", 5), ("type", -1))
        yield from (("type", True), ("type", {}), ("type", ["x"]))
        most = said.get("maxLength")
        if most is not None and most <= _LONGEST:
            yield "maxLength", "x" * (most + 1)
        if "enum" in said or "const" in said:
            yield "enum", "nobody"
        yield "pattern", "not like any other"
        yield "surrogate", "\ud800"
    elif kind in ("integer", "number"):
        yield from (("type", "5"), ("type", None), ("type", True), ("type", {}))
        if "minimum" in said:
            yield "minimum", said["minimum"] - 1
        if "maximum" in said:
            yield "maximum", said["maximum"] + 1
    elif kind == "boolean":
        yield from (("type", "yes"), ("type", 1), ("type", None))
    else:
        yield from (("type", "x"), ("type", None), ("type", 5), ("type", []), ("type", {}))
    yield "type", _nested()


def _nested() -> Any:
    made: Any = []
    for _ in range(_DEEP):
        made = [made]
    return made


def _kind(said: Mapping[str, Any]) -> str:
    kind = said.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if isinstance(kind, str):
        return kind
    for value in (said.get("const"), *(said.get("enum") or ())):
        if value is not None:
            return _kind_of(value)
    if "properties" in said or "required" in said:
        return "object"
    return "array" if "items" in said else "string"


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "object" if isinstance(value, dict) else "array" if isinstance(value, list) else "string"


def _text(said: Mapping[str, Any]) -> str:
    text = _FORMATS.get(str(said.get("format")), "2 + 2")
    least = int(said.get("minLength", 0))
    most = said.get("maxLength")
    text = text + "x" * (least - len(text))
    return text if most is None else text[: int(most)]


def _inner(library: Library, said: Mapping[str, Any], schema: Any) -> dict[str, Any]:
    at = str(said.get("$at", ""))
    return words(library, schema.get("$at", at) if isinstance(schema, dict) else at, schema)
