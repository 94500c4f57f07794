"""Lines of messages as this recorder writes them, read and counted without much ado.

What is written in another way, or wrong, is left to the strict reader of `lines.py`, which alone says
what is wrong with it. What is read here it would read to the same.
"""

import re
from collections.abc import Callable
from typing import Any

from wsrecord.cassette.batches import Count
from wsrecord.cassette.json_quick import DoubtError, read_plain
from wsrecord.cassette.model import Direction, Message, Opcode
from wsrecord.errors import CassetteError

LARGEST = 1 << 20  # what is longer is weighed before it is read

_START = (
    rb'\{"kind": "message", "t": (0|[1-9]\d{0,17}), "session": (0|[1-9]\d{0,17}),'
    rb' "sender": "(client|server)", "type": "(text|binary|ping|pong)", '
)
_BEGINS = re.compile(_START)
_HOLDS = re.compile(_START + rb'"(json|text)": ')
_STYLE = re.compile(rb', "style": "([a-z ]{1,60})"\Z')
_DIGITS = bytes(ord("0") if chr(byte).isdecimal() else ord(" ") for byte in range(256))
_LONG = b"0" * 20  # perhaps of a number with too many; a pattern takes ten times as long to find it
_SENDERS: dict[bytes, Direction] = {b"client": "client", b"server": "server"}
_OPCODES = {name.encode(): Opcode[name.upper()] for name in ("text", "binary", "ping", "pong")}


def count(line: bytes) -> Count | None:
    """That there is one message that does not close; None if the line must be read to tell."""
    found = _BEGINS.match(line)  # keys that come again are refused when it is read
    return (int(found[2]), int(found[1]), 1) if found else None


def message(line: bytes, write: Callable[[Any, str], str]) -> Message | None:
    """The message in a line; None if the strict reader must say what it is. `write` says JSON in a style."""
    found = _HOLDS.match(line)
    if found is None or len(line) > LARGEST or not line.endswith(b"}\n"):
        return None
    t, session, sender, opcode, form = found.groups()
    said, style = line[found.end() : -2], ""
    if form == b"json" and (styled := _STYLE.search(said, max(0, len(said) - 80))):
        said, style = said[: styled.start()], styled[1].decode()
    try:
        value = read_plain(said)
        if form == b"json":
            if _LONG in said.translate(_DIGITS):
                return None
            payload = write(value, style).encode()
        elif isinstance(value, str):
            payload = value.encode()
        else:
            return None
    except (DoubtError, CassetteError, ValueError, RecursionError):
        return None
    return Message(int(t), int(session), _SENDERS[sender], _OPCODES[opcode], payload)
