"""A message in a few words: the event's name if it has one, and the beginning of what it says."""

import json
import re
import unicodedata
from typing import Any
from zlib import crc32

from wsrecord.cassette.model import Message, Opcode
from wsrecord.report import escape

_LARGEST_NAMED = 1 << 20  # nobody waits for the name of something larger
_ENGINE_IO = re.compile(rb"\A\d{1,2}(?:/[^,\[]{0,80},)?\d{0,9}(?=\[)")  # packet types, a namespace, an id
_POINTERS = ("type", "event", "method")
# What tells a reader little about this one message: ids, times, placeholders.
_ENVELOPE = re.compile(
    r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|[0-9a-f]{16,}|wsr-[0-9a-f]{12}-.*"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*"
)


def event_name(message: Message) -> str | None:
    """The name that a message seems to give itself, found where most protocols put one."""
    if message.opcode not in (Opcode.TEXT, Opcode.BINARY) or len(message.payload) > _LARGEST_NAMED:
        return None
    payload = message.payload.lstrip(b" \t\r\n")
    found = _ENGINE_IO.match(payload)
    if found:
        payload = payload[found.end() :]
    if payload[:1] not in (b"{", b"["):
        return None
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return _name_in(value)


def _name_in(value: Any) -> str | None:
    if isinstance(value, list):
        return next((item for item in value if isinstance(item, str)), None)
    for name in _POINTERS:
        if isinstance(value.get(name), str) and value[name]:
            return str(value[name])
    header = value.get("header")
    if isinstance(header, dict) and isinstance(header.get("msg_type"), str):
        return str(header["msg_type"])
    return None


def payload(data: bytes, *, text: bool, limit: int | None) -> str:
    """The payload on one line, cut after so many characters: a cut says what the whole was."""
    head = data if limit is None else data[: 4 * limit + 4]
    as_text = text or _is_text(data)
    shown = head.decode("utf-8", "backslashreplace") if as_text else head.hex(" ")
    if limit is None or (len(shown) <= limit and len(head) == len(data)):
        return escape.terminal(shown)
    # The checksum lets a diff of two timelines see what the cut hides.
    return f"{escape.terminal(shown[:limit])}… (crc32 {crc32(data):08x})"


def gist(data: bytes) -> str | None:
    """What a JSON object says, what tells most first, for a line that will be cut; None for anything else."""
    if len(data) > _LARGEST_NAMED or data[:1] != b"{":
        return None
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    told = [
        (_dullness(item), f"{key}={json.dumps(item, ensure_ascii=False, separators=(', ', ': '))}")
        for key, item in value.items()
        if not (key in _POINTERS and isinstance(item, str))
    ]
    return escape.terminal("  ".join(shown for _, shown in sorted(told, key=lambda each: each[0])))


def _dullness(item: Any) -> int:
    """0 for prose and structures, 1 for plain values, 2 for ids, times and nothing."""
    if isinstance(item, str):
        return 2 if _ENVELOPE.fullmatch(item) else 0 if " " in item else 1
    return 2 if item is None else 0 if isinstance(item, dict | list) and item else 1


def close_text(data: bytes) -> str:
    """A close message's code and reason."""
    if len(data) < 2:
        return "without a code" if not data else data.hex(" ")
    code = str(int.from_bytes(data[:2], "big"))
    reason = escape.terminal(data[2:].decode("utf-8", "backslashreplace"))
    return f"{code} {reason}" if reason else code


def fit(text: str, cells: int) -> str:
    """The text cut to so many terminal cells."""
    if cells < 1:
        return ""
    # Most text is narrow: only what is not is measured character by character.
    if text.isascii():
        return text if len(text) <= cells else text[: cells - 1] + "…"
    used = 0
    for at, char in enumerate(text):
        wide = width(char)
        if used + wide > cells - 1 and width(text[at:]) > cells - used:
            return text[:at] + "…"
        used += wide
    return text


def pad(text: str, cells: int) -> str:
    """The text, filled up to so many terminal cells."""
    return text + " " * (cells - width(text))


def width(text: str) -> int:
    """How many terminal cells a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def is_utf8(data: bytes) -> bool:
    """Whether the bytes can be text at all."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_text(data: bytes) -> bool:
    try:
        start = data.decode()[:256]
    except UnicodeDecodeError:
        return False
    return all(char.isprintable() or char in "\t\r\n" for char in start)
