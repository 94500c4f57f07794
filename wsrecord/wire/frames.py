"""The words of RFC 6455 that every layer below uses."""

from enum import IntEnum, IntFlag
from typing import Literal, TypeAlias

Direction: TypeAlias = Literal["client", "server"]  # who speaks
Headers: TypeAlias = tuple[tuple[str, str], ...]


class Opcode(IntEnum):
    """A message's kind, by the number that its first frame carries."""

    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


class FrameFlag(IntFlag):
    """What a frame's head said besides: its first byte's upper half, and how mask and length were written."""

    FIN = 0x80
    RSV1 = 0x40
    RSV2 = 0x20
    RSV3 = 0x10
    MASKED = 0x08
    LONG = 0x04  # the length was written in more bytes than it needs


# A frame as it crossed the wire: payload length, flags, and how many control frames of the same
# direction came between it and the frame before.
Frame: TypeAlias = tuple[int, int, int]
