"""`msgpack`: values one after the other in a binary message, each a unit.

What JSON has no word for is said as `codec/values.py` tells.
"""

from typing import Any

import msgpack

from wsrecord.cassette.json_quick import MAX_DEPTH
from wsrecord.cassette.model import Message, Opcode
from wsrecord.codec.base import MOST_UNITS, Codec, unit_of, wrong_kind
from wsrecord.codec.json_text import half_character
from wsrecord.codec.options import Options
from wsrecord.codec.unit import Fault, Unit, UnsayableError, Wire
from wsrecord.codec.values import Pairs, TooDeepError, from_json, to_json

_MOST_ITEMS = 1 << 20  # of one array or map: its length is only a claim, and room is made for it
_BROKEN = (ValueError, TypeError, RecursionError, OverflowError, msgpack.UnpackException)


class Msgpack(Codec):
    """Binary messages of msgpack values."""

    def __init__(self, options: Options) -> None:
        self._text = options.flag("text")  # text messages may hold it, too: what is ASCII can

    def read(self, number: int, message: Message) -> list[Unit]:
        """A unit for each value; what follows a broken one can't be found."""
        units = []
        for wire, value, told in _values(message.payload):
            fault = told
            if message.opcode is Opcode.TEXT and not self._text:
                fault = wrong_kind(message, readable=told is None or told.readable)
            units.append(
                Unit(
                    value=value,
                    sender=message.sender,
                    opcode=message.opcode,
                    t=message.t,
                    numbers=(number,),
                    fault=fault,
                    wire=Wire(wire),
                )
            )
        return units or [unit_of(number, message, None, Fault("invalid-msgpack", "an empty message", 0))]

    def value_of(self, own: bytes, opcode: Opcode) -> Any:
        """The one value."""
        found = _values(own)
        return found[0][1] if found else None

    def write(self, unit: Unit) -> bytes:
        """The value, in the shortest form."""
        packer = msgpack.Packer(autoreset=False)
        try:
            _pack(packer, from_json(unit.value))
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise UnsayableError(f"msgpack can't say this value: {error}") from None
        return bytes(packer.bytes())


def _values(payload: bytes) -> list[tuple[bytes, Any, Fault | None]]:
    """Each value with its bytes and what is wrong with it; the last has the rest of the payload."""
    found: list[tuple[bytes, Any, Fault | None]] = []
    unpacker, base, at, strict = _unpacker(payload, "strict"), 0, 0, True
    while at < len(payload):
        if len(found) == MOST_UNITS:
            fault = Fault("invalid-msgpack", f"more than {MOST_UNITS} values in one message", at)
            return [*found, (payload[at:], None, fault)]
        try:
            value = unpacker.unpack()
        except UnicodeDecodeError:  # once: from here on every string is looked at
            unpacker, base, strict = _unpacker(payload[at:], "surrogateescape"), at, False
            continue
        except (*_BROKEN, MemoryError) as error:
            return [*found, (payload[at:], None, _broken(error))]
        end = base + unpacker.tell()
        found.append((payload[at:end], *_in_json(value, strict)))
        at = end
    return found


def _unpacker(payload: bytes, unicode_errors: str) -> Any:
    most = min(len(payload), _MOST_ITEMS)
    unpacker = msgpack.Unpacker(
        raw=False,
        strict_map_key=False,
        unicode_errors=unicode_errors,
        object_pairs_hook=Pairs,
        timestamp=0,
        max_buffer_size=max(len(payload), 1),
        max_array_len=most,
        max_map_len=most,
    )
    unpacker.feed(payload)
    return unpacker


def _in_json(value: Any, strict: bool) -> tuple[Any, Fault | None]:
    keys: list[str] = []
    try:
        value = to_json(value, keys.append)
    except TooDeepError:
        return None, Fault("too-deep", f"nested deeper than {MAX_DEPTH}")
    if not strict and (at := half_character(value)) is not None:
        return value, Fault("not-utf8", f"bytes that are no UTF-8 at {at or 'the root'}", readable=True)
    if keys:
        fault = Fault("duplicate-key", f"the key {keys[0][:60]!r} stands twice in one map", readable=True)
        return value, fault
    return value, None


def _broken(error: BaseException) -> Fault:
    if isinstance(error, msgpack.OutOfData):
        return Fault("invalid-msgpack", "it ends in the middle of a value")
    if isinstance(error, msgpack.StackError | RecursionError):
        return Fault("too-deep", f"nested deeper than {MAX_DEPTH}")
    return Fault("invalid-msgpack", f"no msgpack: {str(error) or type(error).__name__}"[:200])


def _pack(packer: Any, value: Any) -> None:
    if isinstance(value, Pairs | dict):
        packer.pack_map_header(len(value))
        for key, item in value if isinstance(value, Pairs) else value.items():
            _pack(packer, key)
            _pack(packer, item)
    elif isinstance(value, list):
        packer.pack_array_header(len(value))
        for item in value:
            _pack(packer, item)
    else:
        packer.pack(value)
