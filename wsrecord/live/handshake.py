"""An upgrade's answer, as a client has to take it: what it says must follow from what was asked."""

import base64
import hashlib

from wsrecord.wire.frames import Headers
from wsrecord.wire.heads import first_value, has_token
from wsrecord.wire.writer import extension_names

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_for(key: str) -> str:
    """The Sec-WebSocket-Accept that answers a key."""
    digest = hashlib.sha1(key.strip().encode("latin-1") + _GUID).digest()  # noqa: S324 - RFC 6455 wants it
    return base64.b64encode(digest).decode()


def faults(asked: Headers, answer: Headers) -> list[str]:
    """What a strict client would refuse a 101 answer for."""
    found = []
    expected = accept_for(first_value(asked, "sec-websocket-key") or "")
    got = first_value(answer, "sec-websocket-accept")
    if got is None:
        found.append("a 101 without Sec-WebSocket-Accept")
    elif got.strip() != expected:
        found.append("a 101 whose Sec-WebSocket-Accept does not answer the key")
    if not has_token(answer, "upgrade", "websocket"):
        found.append("a 101 without `Upgrade: websocket`")
    if not has_token(answer, "connection", "upgrade"):
        found.append("a 101 without `Connection: Upgrade`")
    chosen = first_value(answer, "sec-websocket-protocol")
    offered = _values(asked, "sec-websocket-protocol")
    if chosen is not None and chosen.strip() not in {
        word.strip() for value in offered for word in value.split(",")
    }:
        found.append(f"a 101 with a subprotocol that was not offered: {chosen!r}")
    known = extension_names(_values(asked, "sec-websocket-extensions"))
    agreed = extension_names(_values(answer, "sec-websocket-extensions"))
    found += [f"a 101 with an extension that was not offered: {name!r}" for name in sorted(agreed - known)]
    return found


def _values(headers: Headers, name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]
