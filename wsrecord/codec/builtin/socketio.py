"""`socket.io`: Engine.IO packets, and the Socket.IO packets in its messages.

    0{"sid": "x", …}          {"packet": "engine/open", "data": {"sid": "x", …}}             engine/open
    3probe                    {"packet": "engine/pong", "data": "probe"}                     engine/pong
    40/ns,{"token": "x"}      {"packet": "connect", "namespace": "/ns", "data": {…}}         socket/connect
    42/ns,7["said", {…}]      {"packet": "event", "namespace": "/ns", "id": 7, "data": […]}  said
    43/ns,7[{…}]              {"packet": "ack", "namespace": "/ns", "id": 7, "data": […]}    said/ack
    451-["pic", {"_placeholder": true, "num": 0}]     {"packet": "binary_event", …}          pic
        and the binary message after it, which takes its place as {"$data": base64}

An acknowledgement of nothing that was seen is named `socket/ack`. `version: 3` is Engine.IO 3, whose
binary messages begin with a byte 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from wsrecord.cassette.model import Direction, Message, Opcode
from wsrecord.codec.base import Codec, unit_of
from wsrecord.codec.builtin.socketio_packet import Packet, fill, read_packet, write_packet
from wsrecord.codec.options import Options
from wsrecord.codec.unit import Fault, Sent, Unit, Wire
from wsrecord.codec.values import same

_Asked: TypeAlias = tuple[Direction, str, int]  # who asked, the namespace, the id
_MOST_ASKED = 1 << 20


@dataclass(slots=True)
class _Waiting:
    """A packet whose attachments have not all come."""

    unit: Unit
    attachments: int
    came: list[bytes] = field(default_factory=list)


class SocketIo(Codec):
    """Engine.IO and Socket.IO over text messages, with attachments in binary ones."""

    def __init__(self, options: Options) -> None:
        self._mark = b"\x04" if options.choice("version", (3, 4), 4) == 3 else b""
        self._waiting: dict[Direction, _Waiting] = {}
        self._asked: dict[_Asked, str] = {}

    def read(self, number: int, message: Message) -> list[Unit]:
        """The packet that is whole with this message."""
        if message.opcode is Opcode.BINARY:
            return self._attachment(number, message)
        packet, fault = read_packet(message.payload)
        unit = unit_of(number, message, packet.value if packet else None, fault)
        if packet is None:
            return [*self.lose(message.sender), unit]
        unit = replace(unit, name=self._name(packet, message.sender))
        engine = packet.value["packet"].startswith("engine/")
        early = [] if engine else self.lose(message.sender)
        if packet.attachments:
            self._waiting[message.sender] = _Waiting(unit, packet.attachments)
            return early
        return [*early, unit]

    def _attachment(self, number: int, message: Message) -> list[Unit]:
        waiting = self._waiting.get(message.sender)
        if waiting is None:
            return [
                unit_of(
                    number, message, None, Fault("malformed", "a binary message that no packet announced")
                )
            ]
        waiting.came.append(message.payload)
        begun = waiting.unit
        assert begun.wire is not None
        wire = Wire(begun.wire.own, attached=tuple(waiting.came))
        numbers = (*begun.numbers, number)
        waiting.unit = replace(begun, numbers=numbers, t=message.t, wire=wire)
        if len(waiting.came) < waiting.attachments:
            return []
        del self._waiting[message.sender]
        value, fault = fill(begun.value, [payload.removeprefix(self._mark) for payload in waiting.came])
        return [replace(waiting.unit, value=value, fault=begun.fault or fault)]

    def _name(self, packet: Packet, sender: Direction) -> str:
        value = packet.value
        kind = value["packet"]
        if kind.startswith("engine/"):
            return str(kind)
        space = value.get("namespace", "/")
        if kind in ("event", "binary_event"):
            name = str(value["data"][0])
            if "id" in value and len(self._asked) < _MOST_ASKED:
                self._asked[sender, space, value["id"]] = name
            return name
        if kind in ("ack", "binary_ack"):
            asker: Direction = "client" if sender == "server" else "server"
            asked = self._asked.pop((asker, space, value.get("id", -1)), None)
            return f"{asked}/ack" if asked is not None else "socket/ack"
        return f"socket/{kind}"

    def value_of(self, own: bytes, opcode: Opcode) -> Any:
        """The packet, with places for its attachments."""
        packet, _ = read_packet(own) if opcode is Opcode.TEXT else (None, None)
        return packet.value if packet else None

    def unchanged(self, unit: Unit) -> bool:
        """Whether the value is what its bytes say, attachments and all."""
        if unit.wire is None or not unit.wire.attached or not unit.readable or not unit.value:
            return super().unchanged(unit)
        came = [payload.removeprefix(self._mark) for payload in unit.wire.attached]
        filled, _ = fill(self.value_of(unit.wire.own, unit.opcode), came)
        return same(filled, unit.value)

    def write(self, unit: Unit) -> bytes:
        """The text message of a packet."""
        return write_packet(unit.value, unit.wire.own if unit.wire else b"")[0]

    def join(self, group: Sequence[Unit]) -> list[Sent]:
        """The packet's text message, and its attachments."""
        sent: list[Sent] = []
        for unit in group:
            if self.unchanged(unit):
                assert unit.wire is not None
                sent.append((unit.opcode, unit.wire.own))
                sent += [(Opcode.BINARY, payload) for payload in unit.wire.attached]
            else:
                text, attached = write_packet(unit.value, unit.wire.own if unit.wire else b"")
                sent.append((Opcode.TEXT, text))
                sent += [(Opcode.BINARY, self._mark + payload) for payload in attached]
        return sent

    def lose(self, sender: Direction) -> list[Unit]:
        """A packet whose attachments did not all come."""
        waiting = self._waiting.pop(sender, None)
        if waiting is None:
            return []
        fault = Fault("incomplete", f"{len(waiting.came)} of its {waiting.attachments} attachments came")
        return [replace(waiting.unit, value=None, fault=fault)]
