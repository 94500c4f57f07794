"""Values, and how those that JSON has no word for are said in its model:

bytes                           {"$data": "<base64>"}
a map with a key that is no     {"$pairs": [[key, value], …]}
string, or whose only key
is one of these words
a msgpack extension             {"$ext": [code, "<base64>"]}
a msgpack timestamp             {"$time": [seconds, nanoseconds]}
NaN and the infinities          {"$float": "nan" | "inf" | "-inf"}
"""

import math
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import msgpack

from wsrecord.cassette.json_quick import MAX_DEPTH

from .unit import UnsayableError

_WORDS = frozenset(("$data", "$pairs", "$ext", "$time", "$float"))


class TooDeepError(Exception):
    """A value nested deeper than MAX_DEPTH."""


class Pairs(list[tuple[Any, Any]]):
    """A map as it was written: with its order and its repeated keys."""


def data(value: bytes) -> dict[str, str]:
    """Bytes, in JSON's model."""
    return {"$data": b64encode(value).decode("ascii")}


def is_data(value: Any) -> bool:
    """Whether a value in JSON's model stands for bytes."""
    return isinstance(value, dict) and value.keys() == {"$data"} and isinstance(value["$data"], str)


def to_json(value: Any, repeated: Callable[[str], None], depth: int = 1) -> Any:
    """A value in JSON's model; `repeated` is told the keys that a map has twice."""
    if isinstance(value, list):
        if depth > MAX_DEPTH:
            raise TooDeepError
        if isinstance(value, Pairs):
            return _map(value, repeated, depth)
        return [to_json(item, repeated, depth + 1) for item in value]
    if isinstance(value, bytes):
        return data(value)
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    if isinstance(value, msgpack.ExtType):
        return {"$ext": [value.code, b64encode(value.data).decode("ascii")]}
    if isinstance(value, msgpack.Timestamp):
        return {"$time": [value.seconds, value.nanoseconds]}
    return value


def _map(pairs: Pairs, repeated: Callable[[str], None], depth: int) -> dict[str, Any]:
    items = [(key, to_json(item, repeated, depth + 1)) for key, item in pairs]
    if any(not isinstance(key, str) for key, _ in items) or (len(items) == 1 and items[0][0] in _WORDS):
        return {"$pairs": [[to_json(key, repeated, depth + 1), item] for key, item in items]}
    out = dict(items)
    if len(out) < len(items):
        seen: set[str] = set()
        repeated(next(key for key, _ in items if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return out


def from_json(value: Any) -> Any:
    """The value that was meant; maps with odd keys as Pairs."""
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and (word := next(iter(value))) in _WORDS:
        try:
            return _FROM[word](value[word])
        except (ValueError, TypeError, LookupError, OverflowError) as error:
            raise UnsayableError(f"{word}: {error}") from None
    return {key: from_json(item) for key, item in value.items()}


_FROM: dict[str, Callable[[Any], Any]] = {
    "$data": lambda held: b64decode(held, validate=True),
    "$pairs": lambda held: Pairs((from_json(key), from_json(item)) for key, item in held),
    "$ext": lambda held: msgpack.ExtType(held[0], b64decode(held[1], validate=True)),
    "$time": lambda held: msgpack.Timestamp(*held),
    "$float": lambda held: float({"nan": "nan", "inf": "inf", "-inf": "-inf"}[held]),
}


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same types all the way down: 1 is neither 1.0 nor true."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(item, other[key]) for key, item in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) and (not isinstance(one, float) or str(one) == str(other))
