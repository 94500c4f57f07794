"""The text of one Engine.IO or Socket.IO packet, read and written."""

import re
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wsrecord.codec.builtin.prefix import shifted
from wsrecord.codec.json_text import read_json, write_json
from wsrecord.codec.unit import Fault, UnsayableError
from wsrecord.codec.values import data, is_data

_ENGINE = ("open", "close", "ping", "pong", "message", "upgrade", "noop")
_SOCKET = ("connect", "disconnect", "event", "ack", "connect_error", "binary_event", "binary_ack")
_MOST_ATTACHMENTS = 1000
# type, attachments, namespace (with a query in old versions), id, and the rest is JSON
_PACKET = re.compile(rb"4([0-6])(?:(\d{1,9})-)?(?:(/[^,]*)(?:,|$))?(\d{1,18})?")


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet, and how many binary messages it announces."""

    value: dict[str, Any]
    attachments: int = 0


def read_packet(payload: bytes) -> tuple[Packet | None, Fault | None]:
    """The packet in a text message; None with a fault that says why there is none."""
    kind = payload[:1]
    if kind == b"4":
        return _socket(payload)
    if len(kind) != 1 or kind not in b"0123456":
        return None, Fault("malformed", "no Engine.IO packet: it must begin with a digit from 0 to 6", 0)
    value: dict[str, Any] = {"packet": f"engine/{_ENGINE[int(kind)]}"}
    fault = None
    if kind == b"0":
        value["data"], fault = read_json(payload[1:])
    elif len(payload) > 1:
        try:
            value["data"] = payload[1:].decode()
        except UnicodeDecodeError as error:
            fault = Fault("not-utf8", f"byte {payload[error.start + 1]:#04x} is no UTF-8", error.start)
    return (Packet(value) if fault is None or fault.readable else None), shifted(fault, 1)


def _socket(payload: bytes) -> tuple[Packet | None, Fault | None]:
    found = _PACKET.match(payload)
    if found is None:
        return None, Fault("malformed", "no Socket.IO packet: after the 4 must come a digit from 0 to 6", 1)
    kind, attachments, namespace, identity = found.groups()
    value: dict[str, Any] = {"packet": _SOCKET[int(kind)]}
    if namespace is not None:
        try:
            value["namespace"] = namespace.decode()
        except UnicodeDecodeError as error:
            return None, Fault("not-utf8", "the namespace is no UTF-8", found.start(3) + error.start)
    if identity is not None:
        value["id"] = int(identity)
    fault = None
    if found.end() < len(payload):
        value["data"], fault = read_json(payload[found.end() :])
        fault = shifted(fault, found.end())
    count = int(attachments or 0)
    wrong = _wrong(value, count)
    if fault is not None and not fault.readable:
        return None, fault
    if wrong is not None:
        return None, Fault("malformed", wrong)
    return Packet(value, count), fault


def _wrong(value: dict[str, Any], attachments: int) -> str | None:
    kind, held = value["packet"], value.get("data")
    if attachments > _MOST_ATTACHMENTS:
        return f"{attachments} attachments announced"
    if attachments and not kind.startswith("binary_"):
        return f"attachments announced by a packet of the kind {kind}"
    if kind in ("event", "binary_event") and not (isinstance(held, list) and held and _is_name(held[0])):
        return "an event must be an array with its name first"
    if kind in ("ack", "binary_ack") and not (isinstance(held, list) and "id" in value):
        return "an acknowledgement needs an id and an array"
    return None


def _is_name(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def fill(value: Any, attached: Sequence[bytes]) -> tuple[Any, Fault | None]:
    """The packet's value with its attachments in their places."""
    faults: list[Fault] = []

    def put(item: Any) -> Any:
        if isinstance(item, list):
            return [put(one) for one in item]
        if not isinstance(item, dict):
            return item
        if item.get("_placeholder") is True:
            number = item.get("num")
            if type(number) is int and 0 <= number < len(attached):
                return data(attached[number])
            faults.append(Fault("malformed", f"there is no attachment {str(number)[:20]}", readable=True))
            return item
        return {key: put(held) for key, held in item.items()}

    return put(value), faults[0] if faults else None


def write_packet(value: Any, like: bytes = b"") -> tuple[bytes, list[bytes]]:
    """The text of a packet, and its attachments."""
    kind = value.get("packet") if isinstance(value, dict) else None
    if isinstance(kind, str) and kind.startswith("engine/") and kind[7:] in _ENGINE:
        held = value.get("data")
        digit = str(_ENGINE.index(kind[7:])).encode()
        if held is None:
            return digit, []
        if kind != "engine/open" and isinstance(held, str):
            return digit + held.encode("utf-8", "replace"), []
        return digit + write_json(held, like[1:]), []
    if kind not in _SOCKET:
        raise UnsayableError('it needs {"packet": …} with the name of an Engine.IO or Socket.IO packet')
    attached: list[bytes] = []
    held = value.get("data")
    text = f"4{_SOCKET.index(kind)}"
    if kind.startswith("binary_"):
        held = _taken_out(held, attached)
        text += f"{len(attached)}-"
    if "namespace" in value:
        text += f"{value['namespace']},"
    if "id" in value:
        text += str(value["id"])
    found = _PACKET.match(like)
    body = write_json(held, like[found.end() :] if found else b"") if "data" in value else b""
    return text.encode("utf-8", "replace") + body, attached


def _taken_out(item: Any, attached: list[bytes]) -> Any:
    if isinstance(item, list):
        return [_taken_out(one, attached) for one in item]
    if is_data(item):
        try:
            attached.append(b64decode(item["$data"], validate=True))
        except ValueError as error:
            raise UnsayableError(f"$data: {error}") from None
        return {"_placeholder": True, "num": len(attached) - 1}
    if isinstance(item, dict):
        return {key: _taken_out(held, attached) for key, held in item.items()}
    return item
