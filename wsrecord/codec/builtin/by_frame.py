"""`by-frame`: one codec for text messages, another for binary ones: `{text: json, binary: msgpack}`."""

from collections.abc import Sequence
from typing import Any

from wsrecord.cassette.model import Direction, Message, Opcode
from wsrecord.codec.base import Codec
from wsrecord.codec.options import Options
from wsrecord.codec.registry import make
from wsrecord.codec.unit import Sent, Unit


class ByFrame(Codec):
    """Two codecs, chosen by a message's kind."""

    def __init__(self, options: Options) -> None:
        self._of = {
            Opcode.TEXT: _inner(options, "text", "json"),
            Opcode.BINARY: _inner(options, "binary", "binary"),
        }

    def read(self, number: int, message: Message) -> list[Unit]:
        """What the kind's own codec finds."""
        codec = self._of[message.opcode]
        units = codec.read(number, message)
        self.left |= codec.left
        return units

    def value_of(self, own: bytes, opcode: Opcode) -> Any:
        """What the kind's own codec says."""
        return self._of[opcode].value_of(own, opcode)

    def write(self, unit: Unit) -> bytes:
        """What the kind's own codec writes."""
        return self._of[unit.opcode].write(unit)

    def join(self, group: Sequence[Unit]) -> list[Sent]:
        """What the kind's own codec sends."""
        return self._of[group[0].opcode].join(group)

    def lose(self, sender: Direction) -> list[Unit]:
        """Either codec may have waited."""
        return [unit for codec in self._of.values() for unit in codec.lose(sender)]


def _inner(options: Options, name: str, default: str) -> Codec:
    return make(options.take(name, default), subprotocol=options.subprotocol, depth=options.depth + 1)
