"""JSON text to values and back, strictly: what RFC 8259 refuses or warns of is told, never passed over."""

import json
import math
import re
import sys
from typing import Any

from wsrecord.cassette.json_quick import MAX_DEPTH, DoubtError, deeper, read_plain

from .unit import Fault, UnsayableError

_HALF = re.compile("[\ud800-\udfff]")
_MARK = "\ufeff"
_INDENT = re.compile(rb"\s*[\[{]\r?\n([ \t]+)")
_LARGEST = sys.float_info.max


class _OddError(Exception):
    """Something that must be collected, which takes longer."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _OddError
    return found


def _real(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _OddError
    return value


def _no_constant(text: str) -> Any:
    raise json.JSONDecodeError(f"{text} is no JSON", text, 0)


_STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_float=_real, parse_constant=_no_constant)


def read_json(payload: bytes) -> tuple[Any, Fault | None]:
    """The value, and what is wrong; a readable fault leaves the value standing."""
    try:
        return read_plain(payload), None
    except DoubtError:
        return read_strictly(payload)


def read_strictly(payload: bytes) -> tuple[Any, Fault | None]:
    """The same, whatever the payload is like."""
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        return None, Fault("not-utf8", f"byte {payload[error.start]:#04x} is no UTF-8", error.start)
    fault = None
    if text.startswith(_MARK):
        text = text[1:]
        fault = Fault("invalid-json", "a byte order mark stands before it", 0, readable=True)
    value, found = _parse(text)
    if found is not None and not found.readable:
        return None, found
    fault = fault or found
    if payload.count(b"[") + payload.count(b"{") > MAX_DEPTH and deeper(value, MAX_DEPTH):
        return None, Fault("too-deep", f"nested deeper than {MAX_DEPTH}")
    if (
        fault is None
        and (b"\\ud" in payload or b"\\uD" in payload)
        and (at := half_character(value)) is not None
    ):
        fault = Fault(
            "surrogate", f"half of a character (a lone surrogate) at {at or 'the root'}", readable=True
        )
    return value, fault


def _parse(text: str) -> tuple[Any, Fault | None]:
    try:
        return _STRICT.decode(text), None
    except json.JSONDecodeError as error:
        return None, _invalid(error, text)
    except RecursionError:
        return None, Fault("too-deep", f"nested deeper than {MAX_DEPTH}")
    except (_OddError, ValueError):  # ValueError: a whole number of more digits than int() takes
        return _parse_odd(text)


def _parse_odd(text: str) -> tuple[Any, Fault | None]:
    """Values with repeated keys (the last one counts) and numbers out of range (the nearest one counts)."""
    faults: list[Fault] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, item in items:
            if key in found:
                faults.append(
                    Fault("duplicate-key", f"the key {key[:60]!r} stands twice in one object", readable=True)
                )
            found[key] = item
        return found

    def number(digits: str) -> float:
        value = float(digits)
        if math.isinf(value):
            value = math.copysign(_LARGEST, value)
            shown = digits if len(digits) < 40 else f"{digits[:30]}… of {len(digits)} characters"
            faults.append(Fault("number-range", f"the number {shown} is beyond any double", readable=True))
        return value

    def whole(digits: str) -> int | float:
        try:
            return int(digits)
        except ValueError:
            return number(digits)

    decoder = json.JSONDecoder(
        object_pairs_hook=pairs, parse_float=number, parse_int=whole, parse_constant=_no_constant
    )
    try:
        return decoder.decode(text), (faults[0] if faults else None)
    except json.JSONDecodeError as error:
        return None, _invalid(error, text)
    except RecursionError:
        return None, Fault("too-deep", f"nested deeper than {MAX_DEPTH}")


def _invalid(error: json.JSONDecodeError, text: str) -> Fault:
    if error.doc is not text:  # from _no_constant, which does not know where it stands
        return Fault("invalid-json", error.msg)
    return Fault("invalid-json", error.msg, len(text[: error.pos].encode("utf-8", "surrogatepass")))


def half_character(value: Any) -> str | None:
    """A pointer to the first string or key with a lone surrogate; None if there is none."""
    stack = [("", value)]
    while stack:
        at, item = stack.pop()
        if isinstance(item, str):
            if _HALF.search(item):
                return at
        elif isinstance(item, dict):
            for key in item:
                if _HALF.search(key):
                    return f"{at}/{_shown(key)}"
            stack += [(f"{at}/{_shown(key)}", held) for key, held in reversed(item.items())]
        elif isinstance(item, list):
            stack += [(f"{at}/{i}", item[i]) for i in range(len(item) - 1, -1, -1)]
    return None


def _shown(key: str) -> str:
    key = key.replace("~", "~0").replace("/", "~1")
    return key.encode("utf-8", "backslashreplace").decode()


def write_json(value: Any, like: bytes = b"") -> bytes:
    """The value as JSON text, in the manner of a text like it: spaces, escapes, indentation."""
    indent = _INDENT.match(like)
    spaced = indent is not None or b'": ' in like or b'", ' in like
    ascii_only = b"\\u" in like and like.isascii()
    try:
        text = json.dumps(
            value,
            ensure_ascii=ascii_only,
            indent=indent[1].decode() if indent else None,
            separators=("," if indent else ", ", ": ") if spaced else (",", ":"),
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise UnsayableError(f"JSON can't say this value: {error}") from None
    if b"\\/" in like:
        text = text.replace("/", "\\/")
    try:
        return text.encode()
    except UnicodeEncodeError:  # lone surrogates, which only an escape can say
        return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text).encode()
