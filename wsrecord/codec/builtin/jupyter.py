"""`jupyter`: kernel messages, named by `/header/msg_type`, in the three forms that Jupyter servers speak.

- `v1.kernel.websocket.jupyter.org`: binary; a table of little-endian 64-bit offsets, then channel, header,
  parent_header, metadata, content and buffers. Chosen by the session's subprotocol, or `v1: true`.
- without a subprotocol: JSON text, or, with buffers, binary: a table of big-endian 32-bit offsets, then
  the message as JSON and its buffers.

The value is the same for all: `{channel, header, parent_header, metadata, content, buffers}`, with buffers
as `{"$data": base64}`.
"""

from base64 import b64decode
from itertools import accumulate, pairwise
from struct import Struct
from typing import Any

from wsrecord.cassette.model import Message, Opcode
from wsrecord.codec.base import Codec, unit_of, wrong_kind
from wsrecord.codec.builtin.prefix import shifted
from wsrecord.codec.json_text import read_json, write_json
from wsrecord.codec.options import Options
from wsrecord.codec.unit import Fault, Unit, UnsayableError
from wsrecord.codec.values import data, is_data

SUBPROTOCOL = "v1.kernel.websocket.jupyter.org"
_PARTS = ("header", "parent_header", "metadata", "content")
_MOST_BUFFERS = 10_000


class Jupyter(Codec):
    """Kernel messages over text or binary messages."""

    def __init__(self, options: Options) -> None:
        self._v1 = options.flag("v1", options.subprotocol == SUBPROTOCOL)

    def read(self, number: int, message: Message) -> list[Unit]:
        """The one unit that a message is."""
        value, fault = self._read(message.payload, message.opcode)
        if message.opcode is Opcode.TEXT and self._v1:
            fault = wrong_kind(message, readable=fault is None or fault.readable)
        header = value.get("header") if isinstance(value, dict) else None
        name = header.get("msg_type") if isinstance(header, dict) else None
        if not isinstance(name, str):
            name = None
            fault = fault or Fault("malformed", "there is no /header/msg_type", readable=True)
        return [unit_of(number, message, value, fault, name)]

    def value_of(self, own: bytes, opcode: Opcode) -> Any:
        """The kernel message."""
        return self._read(own, opcode)[0]

    def write(self, unit: Unit) -> bytes:
        """The kernel message in the form of its frame and subprotocol."""
        value = unit.value
        if not isinstance(value, dict):
            raise UnsayableError("a kernel message must be an object")
        if unit.opcode is Opcode.TEXT:
            return write_json(value, unit.wire.own if unit.wire else b"")
        buffers = [_bytes_of(buffer) for buffer in value.get("buffers") or ()]
        if self._v1:
            parts = [str(value.get("channel", "")).encode("utf-8", "replace")]
            parts += [write_json(value.get(part, {})) for part in _PARTS]
            return _table("<Q", [*parts, *buffers], end=True)
        rest = {key: held for key, held in value.items() if key != "buffers"}
        return _table(">I", [write_json(rest), *buffers], end=False)

    def _read(self, payload: bytes, opcode: Opcode) -> tuple[Any, Fault | None]:
        if opcode is Opcode.TEXT:
            return read_json(payload)
        parts = _parts(payload, Struct("<Q" if self._v1 else ">I"), end=self._v1)
        if isinstance(parts, Fault):
            return None, parts
        return _v1(parts) if self._v1 else _with_buffers(parts)


def _parts(payload: bytes, number: Struct, *, end: bool) -> list[tuple[int, bytes]] | Fault:
    """What a table of offsets points to, with where it stands; `end`: the last offset is where all ends."""
    width = number.size
    count = number.unpack_from(payload)[0] if len(payload) >= width else 0
    if not 1 + end <= count <= _MOST_BUFFERS or len(payload) < width * (count + 1):
        return Fault("malformed", f"no table of offsets: it would have {count} of them", 0)
    offsets = [number.unpack_from(payload, width * (i + 1))[0] for i in range(count)]
    if not end:
        offsets.append(len(payload))
    bounds = [width * (count + 1), *offsets, len(payload)]
    if any(later < earlier for earlier, later in pairwise(bounds)):
        return Fault("malformed", "offsets that go back, or beyond the message", width)
    return [(start, payload[start:stop]) for start, stop in pairwise(offsets)]


def _v1(parts: list[tuple[int, bytes]]) -> tuple[Any, Fault | None]:
    if len(parts) < 1 + len(_PARTS):
        return None, Fault("malformed", f"{len(parts)} parts where there must be {1 + len(_PARTS)} or more")
    (at, channel), *rest = parts
    try:
        value: dict[str, Any] = {"channel": channel.decode()}
    except UnicodeDecodeError as error:
        return None, Fault("not-utf8", "the channel is no UTF-8", at + error.start)
    worst = None
    for name, (at, part) in zip(_PARTS, rest, strict=False):
        value[name], fault = read_json(part)
        fault = shifted(fault, at)
        if fault is not None and not fault.readable:
            return None, Fault(fault.code, f"{name}: {fault.text}", fault.offset)
        worst = worst or fault
    value["buffers"] = [data(part) for _, part in rest[len(_PARTS) :]]
    return value, worst


def _with_buffers(parts: list[tuple[int, bytes]]) -> tuple[Any, Fault | None]:
    (at, text), *buffers = parts
    value, fault = read_json(text)
    if isinstance(value, dict):
        value["buffers"] = [data(part) for _, part in buffers]
    return value, shifted(fault, at)


def _table(form: str, parts: list[bytes], *, end: bool) -> bytes:
    number = Struct(form)
    count = len(parts) + end
    offsets = list(accumulate(map(len, parts), initial=number.size * (count + 1)))[:count]
    return b"".join(map(number.pack, (count, *offsets))) + b"".join(parts)


def _bytes_of(buffer: Any) -> bytes:
    if not is_data(buffer):
        raise UnsayableError('a buffer must be {"$data": base64}')
    try:
        return b64decode(buffer["$data"], validate=True)
    except ValueError as error:
        raise UnsayableError(f"a buffer: {error}") from None
