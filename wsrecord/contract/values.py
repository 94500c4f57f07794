"""What no validator takes, said in JSON's model: with the words of the codecs.

Codecs hand over values of JSON's model, with two exceptions that schemas must speak of all the same. The
rest of the table is for values that come from elsewhere: a plugin's codec, a test.

| value | a schema sees |
| --- | --- |
| bytes | `{"$data": "<base64>"}` |
| half of a surrogate pair in a text | U+FFFD; that it was there is the codec's fault to tell |
| a msgpack extension | `{"$ext": [code, "<base64>"]}` |
| a msgpack timestamp | `{"$time": [seconds, nanoseconds]}` |
| NaN, infinities | `{"$float": "nan"}`, `"inf"`, `"-inf"` |
| a map with names that are no strings | `{"$pairs": [[name, value], …]}` |
| a tuple; anything else | a list; its text |
| what nests deeper than 200 levels | `"…"` |
"""

import math
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import msgpack

_HALF = re.compile("[\ud800-\udfff]")


DEEPEST = 200  # levels; codecs hand over no more than 128


def as_json(value: Any, room: int = DEEPEST) -> Any:
    """The value that schemas see."""
    if not room:
        return "…"
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$float": str(value)}
    if isinstance(value, msgpack.ExtType):  # a tuple too: asked first
        return {"$ext": [value.code, b64encode(value.data).decode()]}
    if isinstance(value, list | tuple):
        return [as_json(item, room - 1) for item in value]
    if isinstance(value, Mapping):
        if all(isinstance(name, str) for name in value):
            return {_HALF.sub("\ufffd", name): as_json(inner, room - 1) for name, inner in value.items()}
        return {
            "$pairs": [[as_json(name, room - 1), as_json(inner, room - 1)] for name, inner in value.items()]
        }
    if isinstance(value, bytes | bytearray | memoryview):
        return {"$data": b64encode(bytes(value)).decode()}
    if isinstance(value, msgpack.Timestamp):
        return {"$time": [value.seconds, value.nanoseconds]}
    return _HALF.sub("\ufffd", str(value))
