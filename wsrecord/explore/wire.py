"""Frames that are allowed and that nobody tries, and frames that no client may send."""

from collections.abc import Iterator, Sequence

from .moves import Raw

_MASK = b"\x11\x22\x33\x44"
_MASKED = _FIN = 0x80


def frame(first: int, payload: bytes, *, masked: bool = True) -> bytes:
    """A frame with any first byte."""
    length = len(payload)
    bit = _MASKED if masked else 0
    head = bytes((first, bit | length)) if length < 126 else bytes((first, bit | 126)) + length.to_bytes(2)
    if not masked:
        return head + payload
    return head + _MASK + bytes(byte ^ _MASK[at % 4] for at, byte in enumerate(payload))


def forbidden(text: bytes) -> Iterator[Raw]:
    """What a server must fail the connection for; `text` is a message that it understands."""
    yield Raw(data=frame(0x81, text, masked=False), breaks="a frame without a mask")
    yield Raw(data=frame(0xA1, text), breaks="a reserved bit")
    yield Raw(data=frame(0x83, text), breaks="a reserved opcode")
    yield Raw(data=frame(0x80, text), breaks="a continuation of nothing")
    yield Raw(data=frame(0x09, b"x"), breaks="a ping in fragments")
    yield Raw(data=frame(0x89, b"x" * 126), breaks="a ping of 126 bytes")
    yield Raw(data=frame(0x01, text) + frame(0x81, text), breaks="a message within another")
    yield Raw(data=frame(0x81, b"\xff\xfe"), breaks="a text that is not UTF-8")
    yield Raw(data=frame(0x88, b"\x03"), breaks="a close message of one byte")
    yield Raw(data=frame(0x88, (1005).to_bytes(2)), breaks="a close with 1005")


def fragments(opcode: int, data: bytes, cuts: Sequence[int], ping_at: int | None, ping: bytes) -> bytes:
    """A message in frames of the given sizes, the rest in the last one; a ping behind so many of them."""
    parts, start = [], 0
    for size in cuts:
        parts.append(data[start : start + size])
        start += size
    parts.append(data[start:])
    frames = []
    for number, part in enumerate(parts):
        first = (int(opcode) if number == 0 else 0) | (_FIN if number == len(parts) - 1 else 0)
        frames.append(frame(first, part))
        if ping_at == number + 1 and number < len(parts) - 1:
            frames.append(frame(0x89, ping))
    return b"".join(frames)
