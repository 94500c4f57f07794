"""What a started server printed while something went wrong: as it was, and as it may be shown."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from wsrecord.cassette.model import Message, Opcode, Record, Response
from wsrecord.report.escape import terminal

_MOST, _ROOM, _LONGEST = 40, 8 << 10, 500  # lines, characters of all of them, and of each
_TRACEBACK = "Traceback (most recent call last)"
# What colours text and moves cursors: it would hide a secret that stands around it.
_ESCAPES = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z\\\\^_])")
_BROKEN_STATUS, _BROKEN_CLOSE = 500, (1011).to_bytes(2, "big")


@dataclass(frozen=True, slots=True)
class Printed:
    """As it was: secrets are still in it."""

    lines: tuple[str, ...] = field(default=(), repr=False)
    ending: str | None = None  # how the server ended, if it did


def shown(lines: Sequence[str], clean: Callable[[str], str], most: int = _MOST) -> list[str]:
    """The last lines for a terminal, without secrets; more of them, where a traceback is longer and fits."""
    text = clean(_ESCAPES.sub("", "\n".join(lines)))  # of all at once: a key has many lines
    told = [_cut(terminal(line.expandtabs(4))) for line in text.split("\n")] if text else []
    return told[_first(told, most) :]


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _first(lines: Sequence[str], most: int) -> int:
    """Where what is shown begins."""
    first, room = len(lines), _ROOM
    while first and (room := room - len(lines[first - 1]) - 1) >= 0:
        first -= 1
    traceback = next((at for at in range(first, len(lines)) if _TRACEBACK in lines[at]), len(lines))
    return max(first, min(traceback, len(lines) - most))


def broke_in(records: Iterable[Record]) -> bool:
    """Whether a server said in a session or an answer that it broke."""
    return any(
        one.status >= _BROKEN_STATUS
        if isinstance(one, Response)
        else isinstance(one, Message)
        and (one.sender, one.opcode, one.payload[:2]) == ("server", Opcode.CLOSE, _BROKEN_CLOSE)
        for one in records
    )
