"""`mqtt`: MQTT 3.1.1 and 5 packets, named `CONNECT`, `PUBLISH`, …; each a unit, with the fields of its kind.

    {"packet": "PUBLISH", "dup": false, "qos": 1, "retain": false, "topic": "a/b", "id": 7, "payload": "on"}

A packet may span messages and a message may hold several. The version is told by CONNECT; `version: 5`
says it for a session whose CONNECT is missing. `payload: json` reads what is published as JSON; else it
is text if it is UTF-8, and `{"$data": base64}` if not.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from wsrecord.cassette.model import Direction, Message, Opcode
from wsrecord.codec.base import MOST_UNITS, Codec, unit_of, wrong_kind
from wsrecord.codec.builtin.mqtt_packet import Style, length_of, read_packet, write_packet
from wsrecord.codec.options import Options
from wsrecord.codec.unit import Fault, Unit, Wire
from wsrecord.codec.values import same


@dataclass(slots=True)
class _Stream:
    """What one side said, from the beginning of a packet that is not whole."""

    held: bytearray = field(default_factory=bytearray)
    numbers: list[int] = field(default_factory=list)
    t: int = 0
    need: int = 0  # bytes until more can be said


class Mqtt(Codec):
    """MQTT over binary messages."""

    def __init__(self, options: Options) -> None:
        self._style = Style(
            five=options.choice("version", (3, 4, 5), 4) == 5,
            json=options.choice("payload", ("text", "json"), "text") == "json",
        )
        self._streams: dict[Direction, _Stream] = {}

    def read(self, number: int, message: Message) -> list[Unit]:
        """The packets that are whole with this message."""
        if message.opcode is Opcode.TEXT:
            return [unit_of(number, message, None, wrong_kind(message, readable=False))]
        stream = self._streams.setdefault(message.sender, _Stream())
        stream.held += message.payload
        stream.numbers.append(number)
        stream.t = message.t
        units: list[Unit] = []
        if len(stream.held) < stream.need:
            return units
        at = 0
        while at < len(stream.held):
            length = length_of(stream.held, at)
            if length is None or len(units) == MOST_UNITS:
                what = (
                    "no MQTT packet" if length is None else f"more than {MOST_UNITS} packets in one message"
                )
                units.append(
                    self._unit(message.sender, stream, bytes(stream.held[at:]), Fault("malformed", what, 0))
                )
                at = len(stream.held)
            elif at + length > len(stream.held):
                stream.need = length
                break
            else:
                units.append(self._unit(message.sender, stream, bytes(stream.held[at : at + length])))
                at += length
            stream.numbers = [number]
        del stream.held[:at]
        if not stream.held:
            del self._streams[message.sender]
        return units

    def _unit(self, sender: Direction, stream: _Stream, own: bytes, fault: Fault | None = None) -> Unit:
        value = None
        if fault is None:
            value, fault = read_packet(own, self._style)
            self._learn(value)
            if sender == "client" and value and value["packet"] == "DISCONNECT":
                self.left = True
        return Unit(
            value=value,
            sender=sender,
            opcode=Opcode.BINARY,
            t=stream.t,
            numbers=tuple(stream.numbers),
            name=value["packet"] if value else None,
            fault=fault,
            wire=Wire(own),
        )

    def _learn(self, value: Any) -> None:
        if value and value["packet"] == "CONNECT" and type(value.get("version")) is int:
            self._style = replace(self._style, five=value["version"] >= 5)

    def value_of(self, own: bytes, opcode: Opcode) -> Any:
        """The packet's fields."""
        value, _ = read_packet(own, self._style)
        self._learn(value)
        return value

    def unchanged(self, unit: Unit) -> bool:
        """Whether a packet's fields are what its bytes say, in either version: CONNECT may come late."""
        if super().unchanged(unit):
            return True
        other = replace(self._style, five=not self._style.five)
        return unit.wire is not None and same(read_packet(unit.wire.own, other)[0], unit.value)

    def write(self, unit: Unit) -> bytes:
        """The packet."""
        packet = write_packet(unit.value, self._style)
        self._learn(unit.value)
        return packet

    def lose(self, sender: Direction) -> list[Unit]:
        """A packet that was begun and never ended."""
        stream = self._streams.pop(sender, None)
        if stream is None:
            return []
        held = bytes(stream.held)
        return [
            self._unit(sender, stream, held, Fault("incomplete", f"a packet of which {len(held)} bytes came"))
        ]
