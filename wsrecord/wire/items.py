"""What the tap hands on of a session, and how much of what passes by is kept.

An item is `(opcode, payload)` or, where there is more to say, `(opcode, payload, details)` with
    began   when its first byte came, if that was in an earlier read
    frames  its frames, unless it is one uncompressed frame as the RFC wants it; of very many, the last
            one listed stands for all that follow
    size    its whole length, if a payload that can be read was cut by the bound
    unread  why its payload is not there: bomb | blind | broken | extension
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

Item: TypeAlias = tuple[int, bytes] | tuple[int, bytes, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of what passes by is kept."""

    message: int  # bytes of a message, compressed or not
    head: int  # bytes of an HTTP head
    body: int  # bytes of an HTTP body


DEFAULT_BOUNDS = Bounds(message=32 * 1024 * 1024, head=64 * 1024, body=1024 * 1024)


@dataclass(frozen=True, slots=True)
class Remark:
    """What the tap noticed and did not judge."""

    code: str
    text: str
    data: bytes | None = None
