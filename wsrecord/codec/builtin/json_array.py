"""`json-array`: one JSON array a message, with its name in it: `["event", {…}]`.

`name: 3` says where, counted from 0: Phoenix has `[join_ref, ref, topic, event, payload]`, WAMP and OCPP
a number first, which is a name as well.
"""

from dataclasses import replace

from wsrecord.cassette.model import Message
from wsrecord.codec.builtin.json import Json
from wsrecord.codec.options import Options
from wsrecord.codec.unit import Fault, Unit


class JsonArray(Json):
    """Text messages that are JSON arrays with a name."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._at = options.number("name", 0)

    def read(self, number: int, message: Message) -> list[Unit]:
        """The one unit that a message is."""
        [unit] = super().read(number, message)
        if not unit.readable:
            return [unit]
        name = name_at(unit.value, self._at)
        if name is None:
            fault = Fault("malformed", f"no array with a name at /{self._at}", readable=True)
            return [replace(unit, fault=unit.fault or fault)]
        return [replace(unit, name=name)]


def name_at(value: object, index: int) -> str | None:
    """The string or whole number at a place in an array."""
    if not isinstance(value, list) or len(value) <= index:
        return None
    name = value[index]
    if isinstance(name, int) and not isinstance(name, bool) and abs(name) < 1 << 64:
        return str(name)
    return name if isinstance(name, str) else None
