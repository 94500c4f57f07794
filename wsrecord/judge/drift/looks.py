"""What a text looks like: an id, a time, a word, prose. And which names belong to things that vary."""

import re
from functools import lru_cache
from typing import Literal, TypeAlias

Look: TypeAlias = Literal["uuid", "date-time", "id", "number", "url", "word", "text"]
VARYING: frozenset[Look] = frozenset({"uuid", "date-time", "id"})

_LONGEST_WORD = 40
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_URL = re.compile(r"[a-zA-Z][\w+.-]*://\S+")
_WORD = re.compile(r"[^\W\d][\w.:/@+-]*|v?\d+(?:\.\d+)+")
# Letters and digits mixed without a pattern, or a short name with such a tail: call_8f2c1, run-1742.
_ID = re.compile(r"(?=\S*\d)(?:[A-Za-z]+[_:-])*[A-Za-z0-9+/=_-]{4,}")
_VERSIONED = re.compile(r"[A-Za-z]+\d{1,3}|[A-Za-z]+[_.-]v?\d{1,2}|v\d+(?:[a-z]+\d*)?", re.IGNORECASE)
# Names, by their last word, of what is another in each session or in each event.
_VARYING_NAMES = frozenset({
    "id", "ids", "uid", "uuid", "guid", "key", "token", "nonce", "hash", "digest", "cursor", "etag", "seq",
    "sequence", "index", "offset", "time", "timestamp", "ts", "date", "at", "ms", "ns", "duration", "elapsed",
    "latency", "count", "total", "progress", "sid", "session", "thread", "user", "trace", "span", "signature",
})  # fmt: skip
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def look(text: str) -> Look:
    """What one text looks like; the narrowest that fits."""
    if _UUID.fullmatch(text):
        return "uuid"
    if text[:1].isdigit() and _TIME.fullmatch(text):
        return "date-time"
    if _NUMBER.fullmatch(text):
        return "number"
    if len(text) > _LONGEST_WORD:
        return "url" if _URL.fullmatch(text) else "id" if " " not in text and _ID.fullmatch(text) else "text"
    if _URL.fullmatch(text):
        return "url"
    if _ID.fullmatch(text) and not _VERSIONED.fullmatch(text) and _mixed(text):
        return "id"
    return "word" if _WORD.fullmatch(text) else "text"


def _mixed(text: str) -> bool:
    """Whether its digits make it an id: several, or in between letters."""
    tail = re.split(r"[_:-]", text)[-1]
    return sum(character.isdigit() for character in text) >= 2 or any(map(str.isdigit, tail[:-1]))


def is_free_key(name: str) -> bool:
    """Whether a key is an id or a number: the object is a map, and its keys say nothing of its shape."""
    return look(name) in ("uuid", "id", "number", "date-time")


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in small letters: `toolCallId` and `tool_call_id` are the same three."""
    return tuple(part.lower() for part in _PARTS.findall(name))


def varies_by_name(name: str) -> bool:
    """Whether something with this name is expected to differ from one session to the next."""
    parts = words(name)
    return bool(parts) and parts[-1] in _VARYING_NAMES
