"""The forms in which MQTT writes a field: numbers, strings, lists to the end, version 5's properties."""

from base64 import b64decode
from collections.abc import Callable
from typing import Any

from wsrecord.codec.values import data

_PROPERTIES: dict[int, tuple[str, str]] = {
    0x01: ("payload_format_indicator", "u8"),
    0x02: ("message_expiry_interval", "u32"),
    0x03: ("content_type", "text"),
    0x08: ("response_topic", "text"),
    0x09: ("correlation_data", "binary"),
    0x0B: ("subscription_identifier", "varint"),
    0x11: ("session_expiry_interval", "u32"),
    0x12: ("assigned_client_identifier", "text"),
    0x13: ("server_keep_alive", "u16"),
    0x15: ("authentication_method", "text"),
    0x16: ("authentication_data", "binary"),
    0x17: ("request_problem_information", "u8"),
    0x18: ("will_delay_interval", "u32"),
    0x19: ("request_response_information", "u8"),
    0x1A: ("response_information", "text"),
    0x1C: ("server_reference", "text"),
    0x1F: ("reason_string", "text"),
    0x21: ("receive_maximum", "u16"),
    0x22: ("topic_alias_maximum", "u16"),
    0x23: ("topic_alias", "u16"),
    0x24: ("maximum_qos", "u8"),
    0x25: ("retain_available", "u8"),
    0x26: ("user_property", "pair"),
    0x27: ("maximum_packet_size", "u32"),
    0x28: ("wildcard_subscription_available", "u8"),
    0x29: ("subscription_identifier_available", "u8"),
    0x2A: ("shared_subscription_available", "u8"),
}
_BY_NAME = {name: (identifier, form) for identifier, (name, form) in _PROPERTIES.items()}
_MANY = ("user_property", "subscription_identifier")  # may be repeated: always lists


class Reader:
    """Takes fields from a packet; a ValueError says what is wrong at `at`."""

    def __init__(self, packet: bytes, at: int, end: int | None = None) -> None:
        self._packet = packet
        self.at = at
        self._end = len(packet) if end is None else end

    def take(self, form: str) -> Any:
        """The next field, of this form."""
        return _TAKE[form](self)

    def cut(self, length: int) -> bytes:
        """The next bytes."""
        if self.at + length > self._end:
            raise ValueError(f"{self.at + length - self._end} bytes are missing")
        self.at += length
        return self._packet[self.at - length : self.at]

    def number(self, width: int) -> int:
        """A big-endian number."""
        return int.from_bytes(self.cut(width), "big")

    def varint(self) -> int:
        """A number of up to four bytes, seven bits each."""
        value = 0
        for i in range(4):
            byte = self.number(1)
            value |= (byte & 127) << 7 * i
            if byte < 128:
                return value
        raise ValueError("a number of more than four bytes")

    def binary(self) -> bytes:
        """Bytes after their length."""
        return self.cut(self.number(2))

    def rest(self) -> bytes:
        """All that is left."""
        return self.cut(self._end - self.at)

    def each(self, form: str) -> list[Any]:
        """Fields to the end."""
        found = []
        while self.at < self._end:
            found.append(self.take(form))
        return found

    def properties(self) -> dict[str, Any]:
        """Version 5's properties, by name."""
        length = self.varint()
        end = self.at + length
        if end > self._end:
            raise ValueError("properties that go beyond the packet")
        inner = Reader(self._packet, self.at, end)
        self.at = end
        found: dict[str, Any] = {}
        while inner.at < end:
            identifier = inner.varint()
            if identifier not in _PROPERTIES:
                raise ValueError(f"there is no property {identifier:#04x}")
            name, form = _PROPERTIES[identifier]
            value = inner.take(form)
            value = data(value) if form == "binary" else value
            if name in _MANY:
                found.setdefault(name, []).append(value)
            elif name in found:
                raise ValueError(f"the property {name} stands twice")
            else:
                found[name] = value
        return found


_TAKE: dict[str, Callable[[Reader], Any]] = {
    "u8": lambda reader: reader.number(1),
    "u16": lambda reader: reader.number(2),
    "u32": lambda reader: reader.number(4),
    "varint": Reader.varint,
    "binary": Reader.binary,
    "text": lambda reader: reader.binary().decode(),
    "pair": lambda reader: [reader.take("text"), reader.take("text")],
    "filter": lambda reader: {"filter": reader.take("text"), "options": reader.number(1)},
    "payload": Reader.rest,
    "bytes": lambda reader: list(reader.rest()),
    "texts": lambda reader: reader.each("text"),
    "filters": lambda reader: reader.each("filter"),
    "properties": Reader.properties,
}


class Writer:
    """Puts fields into a packet; what has no such form is a ValueError, TypeError or OverflowError."""

    def __init__(self) -> None:
        self.out = bytearray()

    def put(self, form: str, value: Any) -> None:
        """The next field, of this form."""
        if form in ("u8", "u16", "u32"):
            self.out += int(value).to_bytes(int(form[1:]) // 8, "big")
        elif form == "varint":
            self._varint(int(value))
        elif form in ("text", "binary"):
            if not isinstance(value, str | bytes):
                raise TypeError(f"{value!r:.60} is no {form}")
            held = value.encode() if isinstance(value, str) else value
            self.out += len(held).to_bytes(2, "big") + held
        elif form == "pair":
            self.put("text", str(value[0]))
            self.put("text", str(value[1]))
        elif form == "filter":
            self.put("text", value["filter"])
            self.put("u8", value["options"])
        elif form == "payload":
            self.out += value
        elif form == "bytes":
            self.out += bytes(list(value))
        elif form in ("texts", "filters"):
            for item in value:
                self.put(form[:-1], item)
        else:
            self._properties(value or {})

    def _varint(self, value: int) -> None:
        if not 0 <= value < 1 << 28:
            raise ValueError(f"{value} does not fit into four bytes of seven bits")
        while value > 127:
            self.out.append(value & 127 | 128)
            value >>= 7
        self.out.append(value)

    def _properties(self, given: dict[str, Any]) -> None:
        inner = Writer()
        for name, held in given.items():
            if name not in _BY_NAME:
                raise ValueError(f"there is no property {name!r}")
            identifier, form = _BY_NAME[name]
            for value in held if name in _MANY else [held]:
                inner.put("varint", identifier)
                inner.put(form, b64decode(value["$data"], validate=True) if form == "binary" else value)
        self._varint(len(inner.out))
        self.out += inner.out
