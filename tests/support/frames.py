"""Frames as bytes, right ones and wrong ones: `client.text("hi")` is masked, `server.text("hi")` is not."""

import struct
from dataclasses import dataclass

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
RSV1, RSV2, RSV3 = 0x40, 0x20, 0x10
MASK = bytes.fromhex("37fa213d")  # the RFC's own example: a fixed key makes runs comparable
ZERO_MASK = bytes(4)


def frame(
    opcode: int,
    payload: bytes | str = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bytes | None = None,
    length: int | None = None,
    claim: int | None = None,
) -> bytes:
    """One frame. `length` forces the width of the length (7, 16 or 64 bits); `claim` lies about it."""
    body = payload.encode() if isinstance(payload, str) else payload
    size = len(body) if claim is None else claim
    width = length or (7 if size < 126 else 16 if size < 65536 else 64)
    masked = 0x80 if mask is not None else 0
    head = bytes([(0x80 if fin else 0) | rsv | opcode])
    if width == 7:
        head += bytes([masked | size])
    elif width == 16:
        head += struct.pack("!BH", masked | 126, size)
    else:
        head += struct.pack("!BQ", masked | 127, size)
    return head + body if mask is None else head + mask + masked_with(mask, body)


def masked_with(mask: bytes, data: bytes) -> bytes:
    """XOR as one long integer: 16 MB in some 20 ms."""
    if not any(mask):
        return data
    keys = (mask * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(keys, "big")).to_bytes(len(data), "big")


@dataclass(frozen=True, slots=True)
class Frames:
    """One side's frames."""

    mask: bytes | None = None

    def frame(self, opcode: int, payload: bytes | str = b"", **how: object) -> bytes:
        return frame(opcode, payload, **{"mask": self.mask, **how})  # type: ignore[arg-type]

    def text(self, payload: bytes | str = b"", **how: object) -> bytes:
        return self.frame(TEXT, payload, **how)

    def binary(self, payload: bytes = b"", **how: object) -> bytes:
        return self.frame(BINARY, payload, **how)

    def more(self, payload: bytes | str = b"", **how: object) -> bytes:
        return self.frame(CONTINUATION, payload, **how)

    def ping(self, payload: bytes | str = b"", **how: object) -> bytes:
        return self.frame(PING, payload, **how)

    def pong(self, payload: bytes | str = b"", **how: object) -> bytes:
        return self.frame(PONG, payload, **how)

    def close(self, code: int | None = None, reason: str = "", **how: object) -> bytes:
        return self.frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason.encode(), **how)


client = Frames(MASK)
server = Frames()
