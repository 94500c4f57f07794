"""`prefix`: a text, then JSON or nothing: SockJS's `o`, `a["…"]`, `c[3000,"Go away!"]`, `42["x"]`.

    a["hello"]   is   {"prefix": "a", "data": ["hello"]}   and is named   a
    h            is   {"prefix": "h"}                      and is named   h

JSON begins at the first bracket or quotation mark. `until: " "` ends the prefix elsewhere: after the
first of that text, which is no part of either; then the data may be any JSON value.
"""

from typing import Any

from wsrecord.cassette.model import Message, Opcode
from wsrecord.codec.base import Codec, unit_of, wrong_kind
from wsrecord.codec.json_text import read_json, write_json
from wsrecord.codec.options import Options
from wsrecord.codec.unit import Fault, Unit, UnsayableError


class Prefix(Codec):
    """Text messages with a prefix before their JSON."""

    def __init__(self, options: Options) -> None:
        self._until = options.text("until").encode()

    def read(self, number: int, message: Message) -> list[Unit]:
        """The one unit that a message is."""
        value, fault = self._read(message.payload)
        if message.opcode is Opcode.BINARY:
            fault = wrong_kind(message, readable=fault is None or fault.readable)
        return [unit_of(number, message, value, fault, value["prefix"] if value else None)]

    def value_of(self, own: bytes, opcode: Opcode) -> Any:
        """The prefix, and the data if there are any."""
        return self._read(own)[0]

    def write(self, unit: Unit) -> bytes:
        """The prefix, and the data as JSON text."""
        value = unit.value
        if not isinstance(value, dict) or not isinstance(value.get("prefix"), str):
            raise UnsayableError('it needs {"prefix": …} with a text')
        prefix: bytes = value["prefix"].encode("utf-8", "replace")
        if "data" not in value:
            return prefix
        like = self._split(unit.wire.own)[1] if unit.wire else b""
        return prefix + self._until + write_json(value["data"], like)

    def _read(self, payload: bytes) -> tuple[Any, Fault | None]:
        prefix, data = self._split(payload)
        try:
            value: dict[str, Any] = {"prefix": prefix.decode()}
        except UnicodeDecodeError as error:
            return None, Fault("not-utf8", f"byte {prefix[error.start]:#04x} is no UTF-8", error.start)
        if not data:
            return value, None
        value["data"], fault = read_json(data)
        return (value if fault is None or fault.readable else None), shifted(fault, len(payload) - len(data))

    def _split(self, payload: bytes) -> tuple[bytes, bytes]:
        if self._until:
            prefix, _, data = payload.partition(self._until)
            return prefix, data
        at = json_start(payload)
        return payload[:at], payload[at:]


def json_start(payload: bytes) -> int:
    """Where the first bracket or quotation mark stands."""
    return min((at for mark in (b"[", b"{", b'"') if (at := payload.find(mark)) >= 0), default=len(payload))


def shifted(fault: Fault | None, by: int) -> Fault | None:
    """A fault found in a part of a unit, told by its place in the whole."""
    if fault is None or fault.offset is None:
        return fault
    return Fault(fault.code, fault.text, fault.offset + by, fault.readable)
