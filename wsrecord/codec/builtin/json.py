"""`json`: one JSON value a message. With `binary: true` binary messages may hold it, too."""

from typing import Any

from wsrecord.cassette.model import Message, Opcode
from wsrecord.codec.base import Codec, unit_of, wrong_kind
from wsrecord.codec.json_text import read_json, write_json
from wsrecord.codec.options import Options
from wsrecord.codec.unit import Unit


class Json(Codec):
    """Text messages that are JSON."""

    def __init__(self, options: Options) -> None:
        self._binary = options.flag("binary")

    def read(self, number: int, message: Message) -> list[Unit]:
        """The one unit that a message is."""
        value, fault = read_json(message.payload)
        if not self._binary and message.opcode is Opcode.BINARY:
            fault = wrong_kind(message, readable=fault is None or fault.readable)
        return [unit_of(number, message, value, fault)]

    def value_of(self, own: bytes, opcode: Opcode) -> Any:
        """The JSON value."""
        return read_json(own)[0]

    def write(self, unit: Unit) -> bytes:
        """JSON text."""
        return write_json(unit.value, unit.wire.own if unit.wire else b"")
