"""JSON without a blemish, in a quarter of the time: msgspec reads what is plainly right, and nothing else.

Whatever it refuses, and whatever it might read otherwise than the strict reader does, is left to that one.
What remains to be told is a key that stands twice in one object, for msgspec keeps the last and says
nothing. The value is written again: if that gives the same text, but for spaces, nothing was dropped; else
(escapes, numbers in another notation) there must be as many quotes before colons as in the text.
"""

from typing import Any

import msgspec

MAX_DEPTH = 128  # what is nested deeper is no value to any codec: validators recurse

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_bare = msgspec.json.format
# ValueError: bytes that are no UTF-8. RecursionError: nested deeper than any value may be.
_REFUSED = (msgspec.MsgspecError, ValueError, RecursionError)
_SPELLED_OUT = (b"\\u0022", b"\\u003a", b"\\u003A")  # the quotes and colons that would not be counted


class DoubtError(Exception):
    """Text that the strict reader must judge."""


def read_plain(payload: bytes) -> Any:
    """The value of JSON text that has nothing odd about it; DoubtError if it may have."""
    try:
        value = _decode(payload)
        said = _encode(value)
        if said != payload and _drops(payload, said):
            raise DoubtError
    except _REFUSED:
        raise DoubtError from None
    # Each level takes two bytes.
    if (
        len(payload) > 2 * MAX_DEPTH
        and payload.count(b"{") + payload.count(b"[") > MAX_DEPTH
        and deeper(value, MAX_DEPTH)
    ):
        raise DoubtError
    return value


def _drops(payload: bytes, said: bytes) -> bool:
    """Whether `said`, what was read from a payload, may lack something of it."""
    bare = _bare(payload, indent=-1)
    if bare == said:
        return False
    # Each key has one `":` in both; those within strings are the same in both, unless they are spelled out.
    if b"\\u00" in bare and any(one in bare for one in _SPELLED_OUT):
        return True
    return bare.count(b'":') != said.count(b'":')


def deeper(value: Any, most: int) -> bool:
    """Whether a value is nested deeper than so many lists and maps."""
    level = [value]
    for _ in range(most + 1):
        level = [item for item in level if isinstance(item, dict | list)]
        if not level:
            return False
        level = [item for held in level for item in (held.values() if isinstance(held, dict) else held)]
    return True
