"""Just enough of RFC 6455 for the two ends of the load: where a frame ends, and the handshake's key."""

import base64
import hashlib

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_key(key: bytes) -> bytes:
    """The answer to a Sec-WebSocket-Key."""
    return base64.b64encode(hashlib.sha1(key + _GUID).digest())


def first_frame(data: bytes | bytearray) -> tuple[int, int] | None:
    """Opcode and whole length of the frame at the start of `data`; None while it is not all there."""
    if len(data) < 2:
        return None
    size, head = data[1] & 0x7F, 2
    if size == 126:
        size, head = int.from_bytes(data[2:4], "big"), 4
    elif size == 127:
        size, head = int.from_bytes(data[2:10], "big"), 10
    end = head + (4 if data[1] & 0x80 else 0) + size
    return (data[0] & 0x0F, end) if len(data) >= end else None


def head_fields(head: bytes) -> dict[bytes, bytes]:
    """The header fields of an HTTP head, names in lower case."""
    fields = (line.partition(b":") for line in head.split(b"\r\n")[1:] if line)
    return {name.strip().lower(): value.strip() for name, _, value in fields}
