"""What a codec finds: a unit, what was wrong with it, and the bytes in which it stood."""

from collections.abc import Sequence
from json import dumps
from typing import Any, Literal, TypeAlias

from wsrecord.wire.frames import Direction, Opcode
from wsrecord.wire.quick import quick

FaultCode: TypeAlias = Literal[
    "unread",  # the recorder did not keep all of it
    "wrong-kind",  # a binary message where text is due, or the other way round
    "not-utf8",
    "invalid-json",
    "invalid-msgpack",
    "malformed",  # what a protocol lays around its values: prefixes, offsets, packets
    "incomplete",  # a unit over several messages that never came to its end
    "duplicate-key",
    "surrogate",  # half of a character: no UTF-8 can say it
    "number-range",  # a number beyond what a double, or 4300 digits, can say
    "too-deep",
]
Sent: TypeAlias = tuple[Opcode, bytes]


class UnsayableError(ValueError):
    """A unit that its protocol has no bytes for: a value of a wrong kind, or one that was not kept whole."""


@quick()
class Fault:
    """What is wrong with a unit, before any contract is asked."""

    code: FaultCode
    text: str
    offset: int | None = None  # in bytes, from the beginning of the unit
    readable: bool = False  # a value could be had all the same


@quick()
class Wire:
    """The bytes in which a unit stood."""

    own: bytes  # what says its value
    before: bytes = b""  # what stood around it, where a message holds several: brackets, newlines
    after: bytes = b""
    attached: tuple[bytes, ...] = ()  # payloads of the binary messages after it


@quick()
class Unit:
    """One thing said by one side. What a player makes up has neither numbers nor wire.

    Values are never changed in place: a changed unit is `dataclasses.replace(unit, value=…)`.
    """

    value: Any  # of JSON's model; str or bytes from the codecs without a format; None if unreadable
    sender: Direction
    opcode: Opcode = Opcode.TEXT
    t: int = 0  # the last byte of its last message
    numbers: tuple[int, ...] = ()  # its messages, counted from 1 in the session
    name: str | None = None  # what the protocol itself calls it
    fault: Fault | None = None
    wire: Wire | None = None

    @property
    def readable(self) -> bool:
        """Whether the value is what was said."""
        return self.fault is None or self.fault.readable

    @property
    def text(self) -> str:
        """For showing: as it stood if that is text, else its value as JSON. Not escaped for any page."""
        if self.wire is not None and (self.opcode is Opcode.TEXT or not self.readable):
            return self.wire.own.decode("utf-8", "replace")
        if isinstance(self.value, bytes):
            return self.value.decode("utf-8", "replace")
        return self.value if isinstance(self.value, str) else dumps(self.value, ensure_ascii=False)


def together(units: Sequence[Unit]) -> list[list[Unit]]:
    """Neighbours that shared messages, side by side."""
    groups: list[list[Unit]] = []
    for unit in units:
        last = groups[-1][-1] if groups else None
        if last is not None and last.sender == unit.sender and set(last.numbers) & set(unit.numbers):
            groups[-1].append(unit)
        else:
            groups.append([unit])
    return groups
