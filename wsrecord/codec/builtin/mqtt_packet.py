"""One MQTT packet: its fields read and written by one table."""

from base64 import b64decode
from dataclasses import dataclass
from typing import Any, TypeAlias

from wsrecord.codec.builtin.mqtt_fields import Reader, Writer
from wsrecord.codec.json_text import read_json, write_json
from wsrecord.codec.unit import Fault, UnsayableError
from wsrecord.codec.values import data, is_data

_KINDS = (
    "", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBSCRIBE", "SUBACK",
    "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH",
)  # fmt: skip
_FLAGS = {"PUBREL": 2, "SUBSCRIBE": 2, "UNSUBSCRIBE": 2}
# Fields in their order: name, form, and when it is there: always; in version 5 ("5"); in version 5, if
# anything is left ("5?"); where a quality of service above 0 asks for it ("qos").
_Field: TypeAlias = tuple[str, str, str]
_ID: _Field = ("id", "u16", "")
_PROPERTIES: _Field = ("properties", "properties", "5")
_ENDING: tuple[_Field, ...] = (("reason", "u8", "5?"), ("properties", "properties", "5?"))
_LAYOUTS: dict[str, tuple[_Field, ...]] = {
    "CONNACK": (("flags", "u8", ""), ("reason", "u8", ""), _PROPERTIES),
    "PUBLISH": (("topic", "text", ""), ("id", "u16", "qos"), _PROPERTIES, ("payload", "payload", "")),
    "PUBACK": (_ID, *_ENDING),
    "PUBREC": (_ID, *_ENDING),
    "PUBREL": (_ID, *_ENDING),
    "PUBCOMP": (_ID, *_ENDING),
    "SUBSCRIBE": (_ID, _PROPERTIES, ("filters", "filters", "")),
    "SUBACK": (_ID, _PROPERTIES, ("reasons", "bytes", "")),
    "UNSUBSCRIBE": (_ID, _PROPERTIES, ("filters", "texts", "")),
    "UNSUBACK": (_ID, _PROPERTIES, ("reasons", "bytes", "5")),
    "PINGREQ": (),
    "PINGRESP": (),
    "DISCONNECT": _ENDING,
    "AUTH": _ENDING,
}


@dataclass(frozen=True, slots=True)
class Style:
    """What a packet's bytes don't tell: whether they are version 5's, and what is published."""

    five: bool = False
    json: bool = False


def length_of(stream: bytes | bytearray, at: int) -> int | None:
    """How many bytes the packet at this place has, or must have at least; None if it is none."""
    if stream[at] >> 4 == 0:
        return None
    length = 0
    for i in range(4):
        if at + 1 + i >= len(stream):
            return 2 + i
        byte = stream[at + 1 + i]
        length |= (byte & 127) << 7 * i
        if byte < 128:
            return 2 + i + length
    return None


def read_packet(own: bytes, style: Style) -> tuple[Any, Fault | None]:
    """The fields of one whole packet."""
    if length_of(own, 0) != len(own):
        return None, Fault("malformed", "no MQTT packet", 0)
    kind, flags = _KINDS[own[0] >> 4], own[0] & 15
    start = next(i for i in range(1, 5) if own[i] < 128) + 1
    reader = Reader(own, start)
    value: dict[str, Any] = {"packet": kind}
    try:
        if kind == "CONNECT":
            _read_connect(reader, value)
        else:
            if kind == "PUBLISH":
                value |= {"dup": flags & 8 > 0, "qos": flags >> 1 & 3, "retain": flags & 1 > 0}
            for name, form, when in _LAYOUTS[kind]:
                if _is_there(when, style, value.get("qos", 0)) and not (
                    "?" in when and reader.at == len(own)
                ):
                    value[name] = reader.take(form)
    except UnicodeDecodeError:
        return None, Fault("not-utf8", f"{kind}: a string that is no UTF-8", reader.at)
    except ValueError as error:
        return None, Fault("malformed", f"{kind}: {error}", reader.at)
    fault = None
    if reader.at < len(own):
        fault = Fault("malformed", f"{kind}: {len(own) - reader.at} bytes too many", reader.at, readable=True)
    elif kind != "PUBLISH" and flags != _FLAGS.get(kind, 0):
        fault = Fault("malformed", f"{kind}: the flags {flags:#06b}", 0, readable=True)
    if kind == "PUBLISH":
        value["payload"], wrong = _payload(value["payload"], style)
        fault = fault or wrong
    return value, fault


def _is_there(when: str, style: Style, qos: int) -> bool:
    return not when or (when.startswith("5") and style.five) or (when == "qos" and qos > 0)


def _payload(payload: bytes, style: Style) -> tuple[Any, Fault | None]:
    if style.json and payload:
        value, fault = read_json(payload)
        if fault is None or fault.readable:
            return value, fault
        return _plain(payload), Fault(fault.code, f"what is published: {fault.text}", readable=True)
    return _plain(payload), None


def _plain(payload: bytes) -> Any:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return data(payload)


def _read_connect(reader: Reader, value: dict[str, Any]) -> None:
    value["protocol"] = reader.take("text")
    value["version"] = reader.take("u8")
    flags = reader.take("u8")
    five = value["version"] >= 5
    value |= {"clean": flags & 2 > 0, "keepalive": reader.take("u16")}
    if five:
        value["properties"] = reader.take("properties")
    value["client_id"] = reader.take("text")
    if flags & 4:
        will: dict[str, Any] = {"qos": flags >> 3 & 3, "retain": flags & 32 > 0}
        if five:
            will["properties"] = reader.take("properties")
        value["will"] = will | {"topic": reader.take("text"), "payload": _plain(reader.take("binary"))}
    if flags & 128:
        value["username"] = reader.take("text")
    if flags & 64:
        value["password"] = _plain(reader.take("binary"))
    if flags & 1:
        raise ValueError("a reserved flag is set")


def write_packet(value: Any, style: Style) -> bytes:
    """A packet with these fields."""
    kind = value.get("packet") if isinstance(value, dict) else None
    if kind != "CONNECT" and kind not in _LAYOUTS:
        raise UnsayableError('it needs {"packet": …} with the name of an MQTT packet')
    writer = Writer()
    flags = _FLAGS.get(kind, 0)
    try:
        if kind == "CONNECT":
            _write_connect(writer, value)
        elif kind == "PUBLISH":
            qos = int(value.get("qos", 0))
            flags = bool(value.get("dup")) << 3 | (qos & 3) << 1 | bool(value.get("retain"))
            value = value | {"payload": _bytes_of(value.get("payload", ""), style)}
        for name, form, when in _LAYOUTS.get(kind, ()):
            if _is_there(when, style, flags >> 1 & 3) and not ("?" in when and name not in value):
                writer.put(form, value.get(name))
        length = Writer()
        length.put("varint", len(writer.out))
    except (ValueError, TypeError, LookupError, OverflowError) as error:
        raise UnsayableError(f"{kind}: {error}") from None
    return bytes([_KINDS.index(kind) << 4 | flags]) + bytes(length.out) + bytes(writer.out)


def _bytes_of(payload: Any, style: Style) -> bytes:
    if is_data(payload):
        return b64decode(payload["$data"], validate=True)
    if style.json and payload != "":
        return write_json(payload)
    if not isinstance(payload, str):
        raise UnsayableError('what is published must be a text or {"$data": base64}, or say `payload: json`')
    return payload.encode()


def _write_connect(writer: Writer, value: dict[str, Any]) -> None:
    will = value.get("will")
    flags = 2 if value.get("clean") else 0
    if will is not None:
        flags |= 4 | (int(will.get("qos", 0)) & 3) << 3 | (32 if will.get("retain") else 0)
    flags |= (128 if "username" in value else 0) | (64 if "password" in value else 0)
    five = value.get("version", 4) >= 5
    writer.put("text", value.get("protocol", "MQTT"))
    writer.put("u8", value.get("version", 4))
    writer.put("u8", flags)
    writer.put("u16", value.get("keepalive", 0))
    if five:
        writer.put("properties", value.get("properties"))
    writer.put("text", value.get("client_id", ""))
    if will is not None:
        if five:
            writer.put("properties", will.get("properties"))
        writer.put("text", will["topic"])
        writer.put("binary", _bytes_of(will.get("payload", ""), Style()))
    if "username" in value:
        writer.put("text", value["username"])
    if "password" in value:
        writer.put("binary", _bytes_of(value["password"], Style()))
