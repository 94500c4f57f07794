"""The codec of one session: what every protocol shares, and the three things that each must say.

A codec is fed the messages of both directions in the order in which they were recorded; whatever it
remembers, it remembers by `message.sender`. Traffic never makes it raise: what can't be decoded is a
unit with a fault. Only `encode` raises, when it is asked to say what its protocol can't.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from wsrecord.cassette.model import Direction, Message, Opcode
from wsrecord.cassette.redaction.placeholders import ANY_NONCE

from .unit import Fault, Sent, Unit, UnsayableError, Wire, together
from .values import same

_PLACEHOLDER = re.compile(rb"wsr-" + ANY_NONCE + rb"-")
MOST_UNITS = 1 << 16  # in one message: a small one can claim millions
_SPOKEN = (Opcode.TEXT, Opcode.BINARY)
_UNREAD = {
    "bomb": "the recorder did not inflate it: it was beyond its bound or broken",
    "blind": "it was compressed, leaning on a message that could not be read",
    "extension": "it was sent under an extension that the recorder does not know",
}


class Codec(ABC):
    """One session's codec. A protocol's own is made of `read`, `value_of` and `write`."""

    left = False  # the client has taken its leave in the protocol's own words: whoever hangs up now may

    def feed(self, number: int, message: Message) -> list[Unit]:
        """The units that are whole with this message, the session's `number`th."""
        if message.opcode not in _SPOKEN:
            return []
        if message.unread is None and message.size is None:  # as nearly all are
            return self.read(number, message)
        missing = _missing(message)
        if missing is None:
            return self.read(number, message)
        if message.unread is not None or not _PLACEHOLDER.search(message.payload):
            return [*self.lose(message.sender), unit_of(number, message, None, missing)]
        units = self.read(number, message)  # redaction, too, makes a message shorter
        return [unit if unit.readable else replace(unit, fault=missing) for unit in units]

    def units(self, messages: Iterable[Message]) -> list[Unit]:
        """All units of a session."""
        found = [unit for number, message in enumerate(messages, 1) for unit in self.feed(number, message)]
        return found + self.finish()

    def encode(self, units: Sequence[Unit]) -> list[Sent]:
        """The messages that say these units; what shared a message shares it again.

        Where a value is still what its bytes say, it is said in the same bytes.
        """
        return [message for group in together(units) for message in self.join(group)]

    @abstractmethod
    def read(self, number: int, message: Message) -> list[Unit]:
        """The units in a text or binary message that was kept whole."""

    @abstractmethod
    def value_of(self, own: bytes, opcode: Opcode) -> Any:
        """The value that a unit's own bytes say; None if they can't be read."""

    @abstractmethod
    def write(self, unit: Unit) -> bytes:
        """A unit's own bytes, for a value that was changed or made up; in the style of `unit.wire`."""

    def join(self, group: Sequence[Unit]) -> list[Sent]:
        """The messages that hold a group of units."""
        return [(group[0].opcode, b"".join(map(self.bytes_of, group)))]

    def bytes_of(self, unit: Unit) -> bytes:
        """A unit's own bytes between what stood around them."""
        wire = unit.wire or Wire(b"")
        return wire.before + (wire.own if self.unchanged(unit) else self.write(unit)) + wire.after

    def unchanged(self, unit: Unit) -> bool:
        """Whether a unit's value is still what its bytes say."""
        if unit.fault is not None and unit.fault.code == "unread":
            number = unit.numbers[0] if unit.numbers else "?"
            raise UnsayableError(f"message {number} can't be sent again: {unit.fault.text}")
        if unit.wire is not None and unit.value is None and not unit.readable:
            return True
        return unit.wire is not None and same(self.value_of(unit.wire.own, unit.opcode), unit.value)

    def lose(self, sender: Direction) -> list[Unit]:
        """A message of this side is missing: give up what waits for it."""
        return []

    def finish(self) -> list[Unit]:
        """The session is over: what was begun and never came to its end."""
        return [unit for sender in _SIDES for unit in self.lose(sender)]


_SIDES: tuple[Direction, Direction] = ("client", "server")


def unit_of(
    number: int, message: Message, value: Any, fault: Fault | None = None, name: str | None = None
) -> Unit:
    """The one unit that a message is."""
    # By place: it is made for every message, and names cost as much again.
    return Unit(
        value, message.sender, message.opcode, message.t, (number,), name, fault, Wire(message.payload)
    )


def wrong_kind(message: Message, *, readable: bool) -> Fault:
    """Text where binary is due, or the other way round."""
    kinds = "text", "binary"
    came, due = kinds if message.opcode is Opcode.TEXT else kinds[::-1]
    return Fault("wrong-kind", f"a {came} message where a {due} one is due", readable=readable)


def _missing(message: Message) -> Fault | None:
    if message.unread is not None:
        return Fault("unread", _UNREAD.get(message.unread, f"the recorder kept no payload: {message.unread}"))
    if message.size is not None and len(message.payload) < message.size:
        return Fault("unread", f"{len(message.payload)} of its {message.size} bytes were kept")
    return None
