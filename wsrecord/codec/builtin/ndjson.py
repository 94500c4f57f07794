"""`ndjson`: several JSON values in a message, each ended by a newline; the last one needs none.

`separator: "\\x1e"` is SignalR's. With `spans: true` only the separator ends a value, and the end of a
message doesn't: values go on in the side's next message.
"""

from dataclasses import dataclass
from typing import Any

from wsrecord.cassette.model import Direction, Message, Opcode
from wsrecord.codec.base import MOST_UNITS, Codec, wrong_kind
from wsrecord.codec.json_text import read_json, write_json
from wsrecord.codec.options import Options
from wsrecord.codec.unit import Fault, Unit, Wire

_BLANK = b" \t\r\n"


@dataclass(slots=True)
class _Begun:
    """A value whose end has not come."""

    numbers: list[int]
    text: bytearray
    last: Message


class Ndjson(Codec):
    """JSON values, line by line."""

    def __init__(self, options: Options) -> None:
        self._binary = options.flag("binary")
        separator = options.text("separator", "\n")
        if len(separator) > 1 or not separator.isascii():
            raise options.wrong("separator", "one ASCII character", separator)
        self._separator = separator.encode()
        self._spans = options.flag("spans")
        self._begun: dict[Direction, _Begun] = {}

    def read(self, number: int, message: Message) -> list[Unit]:
        """A unit for each value; blank lines are none."""
        numbers: tuple[int, ...] = (number,)
        text = message.payload
        begun = self._begun.pop(message.sender, None)
        if begun is not None:
            if self._separator not in text:
                begun.numbers.append(number)
                begun.last = message
                begun.text += text
                self._begun[message.sender] = begun
                return []
            numbers, text = (*begun.numbers, number), bytes(begun.text) + text
        *lines, rest = text.split(self._separator, MOST_UNITS)  # the rest of more is one faulty value
        wires = [Wire(line, after=self._separator) for line in lines]
        if self._spans and rest.strip(_BLANK):
            self._begun[message.sender] = _Begun([number], bytearray(rest), message)
        elif rest:
            wires.append(Wire(rest))
        return self._units(numbers, message, _without_blanks(wires))

    def _units(self, numbers: tuple[int, ...], message: Message, wires: list[Wire]) -> list[Unit]:
        units = []
        for i, wire in enumerate(wires):
            value, fault = read_json(wire.own)
            if message.opcode is Opcode.BINARY and not self._binary:
                fault = wrong_kind(message, readable=fault is None or fault.readable)
            units.append(
                Unit(
                    value=value,
                    sender=message.sender,
                    opcode=message.opcode,
                    t=message.t,
                    numbers=numbers if i == 0 else numbers[-1:],  # only the first can have begun earlier
                    fault=fault,
                    wire=wire,
                )
            )
        return units

    def value_of(self, own: bytes, opcode: Opcode) -> Any:
        """The JSON value."""
        return read_json(own)[0]

    def write(self, unit: Unit) -> bytes:
        """JSON text on one line, with what ends it where the unit has not its own."""
        if unit.wire is None:
            return write_json(unit.value) + self._separator
        return write_json(unit.value, unit.wire.own.strip(_BLANK))

    def lose(self, sender: Direction) -> list[Unit]:
        """A value that was begun and never ended."""
        begun = self._begun.pop(sender, None)
        if begun is None:
            return []
        fault = Fault("incomplete", "a value that no separator ended")
        return [
            Unit(
                value=None,
                sender=sender,
                opcode=begun.last.opcode,
                t=begun.last.t,
                numbers=tuple(begun.numbers),
                fault=fault,
                wire=Wire(bytes(begun.text)),
            )
        ]


def _without_blanks(wires: list[Wire]) -> list[Wire]:
    """Blank lines put around the values beside them."""
    found: list[Wire] = []
    blank = b""
    for wire in wires:
        if wire.own.strip(_BLANK):
            found.append(Wire(wire.own, before=blank, after=wire.after))
            blank = b""
        elif found:
            last = found[-1]
            found[-1] = Wire(last.own, last.before, last.after + wire.own + wire.after)
        else:
            blank += wire.own + wire.after
    return found
