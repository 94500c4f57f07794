"""Finds secrets in records that were already written: the same search, but it tells instead of replacing."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..model import KINDS, Message, Note, Opcode, Record, Request, Response, Unknown
from .http import as_bytes
from .redactor import Redactor

_LONGEST_TOKEN = 40  # of a pointer
_PLACEHOLDER = re.compile(rb"wsr-0{12}-([a-z0-9_]+)-\d+")

_WHAT: dict[type[Record], str] = {kind: name for name, kind in KINDS.items()}
# What the redactor itself looks into; a header's name it leaves alone.
_LOOKED_AT: dict[type[Record], tuple[str, ...]] = {
    Message: ("payload", "sender"),
    Request: ("path", "body"),
    Response: ("reason", "body"),
    Note: ("text", "data"),
}
_FIELDS: dict[type[Record], tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind)) for kind in (*_WHAT, Unknown)
}


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a secret stands. The secret itself is not in it, nor any part of it."""

    record: int  # counts from 1, the head included
    what: str  # the record's kind: request | response | message | note | head …
    place: str  # "header authorization", "path", "body /password", "payload /a/b", "payload byte 17"
    kind: str  # the name or format by which it was told
    connection: int | None = None
    session: int | None = None
    message: int | None = None  # counts the messages of its session from 1


def scan(records: Iterable[Record], redactor: Redactor | None = None) -> Iterator[Hit]:
    """What the redactor would take out of these records, one hit for each place."""
    red = redactor or scanner()
    messages: dict[int, int] = {}
    for number, record in enumerate(records, 1):
        what = record.kind if isinstance(record, Unknown) else _WHAT[type(record)]
        count: int | None = None
        found: list[tuple[str, str]] = []
        if isinstance(record, Message):
            count = messages[record.session] = messages.get(record.session, 0) + 1
            found = list(_in_message(record, red))
        elif isinstance(record, Request):
            found = list(_changed(record, red.request(record)))
        elif isinstance(record, Response):
            found = list(_changed(record, red.response(record)))
        elif isinstance(record, Note):
            found = list(_changed(record, red.note(record)))
        found += _elsewhere(record, red)
        where = (getattr(record, "connection", None), getattr(record, "session", None), count)
        yield from (Hit(number, what, place, kind, *where) for place, kind in found)
    red.drain_secrets()


def _elsewhere(record: Record, red: Redactor) -> Iterator[tuple[str, str]]:
    """In the fields that the redactor leaves alone, since the recorder itself fills them."""
    looked_at = _LOOKED_AT.get(type(record), ())
    for name in _FIELDS[type(record)]:
        value = getattr(record, name)
        if name in looked_at or not value:
            continue
        if name == "headers":
            for n, (header, _) in enumerate(value, 1):
                yield from _in_text(f"header {n}'s name", header, red)
        elif name == "targets":
            for prefix, url in value.items():
                yield from _in_text("targets address", url, red)
                yield from _in_text("targets prefix", prefix, red)
        elif isinstance(value, str):
            yield from _in_text(name, value, red)
        elif isinstance(value, Mapping):
            yield from _in_extra(value, red)


def _in_text(place: str, text: str, red: Redactor) -> Iterator[tuple[str, str]]:
    new = red.text(text)
    if new != text:
        yield place, _kinds(as_bytes(text), as_bytes(new))


def _in_extra(extra: Mapping[str, Any], red: Redactor) -> Iterator[tuple[str, str]]:
    """Fields that this version doesn't know: as JSON, so that names count; bytes in them by themselves."""
    kept: list[bytes] = []

    def aside(value: Any) -> str:
        kept.append(bytes(value))
        return kept[-1].decode("utf-8", "surrogateescape")

    try:
        text = json.dumps(extra, default=aside).encode()
    except (TypeError, ValueError, RecursionError):
        text = repr(extra).encode("utf-8", "replace")
    told = False
    for before in (text, *kept):
        after = red.loosely(before)
        if after != before and not told:
            told = True
            place = _where(before, after) if before is text else "bytes"
            yield f"extra {place}", _kinds(before, after)


def scanner(
    values: Mapping[str, str] | None = None,
    *,
    extra_names: Collection[str] = (),
    keep_names: Collection[str] = (),
) -> Redactor:
    """A redactor that takes no cassette's placeholder for a secret."""
    return Redactor(
        nonce="0" * 12, values=values, extra_names=extra_names, keep_names=keep_names, any_nonce=True
    )


def _kinds(before: bytes, after: bytes) -> str:
    """By which names secrets were told: the placeholders in their place carry them."""
    found = set(_PLACEHOLDER.findall(after)) - set(_PLACEHOLDER.findall(before))
    return ", ".join(sorted({name.decode() for name in found})) or "secret"


def _in_message(message: Message, red: Redactor) -> Iterator[tuple[str, str]]:
    items: list[tuple[Any, ...]] = [(int(message.opcode), message.payload)]
    new = red.messages(items)
    if new is not items:
        place = "close reason" if message.opcode is Opcode.CLOSE else "payload"
        after = new[0][1]
        yield f"{place} {_where(message.payload, after)}", _kinds(message.payload, after)


def _changed(old: Record, new: Record) -> Iterator[tuple[str, str]]:
    for field in fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after:
            continue
        if field.name == "headers":
            for (name, a), (_, b) in zip(before, after, strict=True):
                if a != b:
                    yield f"header {name.lower()}", _kinds(as_bytes(a), as_bytes(b))
        elif isinstance(before, bytes):
            yield f"{field.name} {_where(before, after)}", _kinds(before, after)
        else:
            yield field.name, _kinds(as_bytes(before), as_bytes(after))


def _where(before: bytes, after: bytes) -> str:
    """The JSON pointers of what differs, else the place of the first byte."""
    try:
        pointers = list(_pointers(json.loads(before), json.loads(after), ""))
    except (ValueError, RecursionError):
        pointers = []
    if pointers:
        more = len(pointers) - 3
        return ", ".join(pointers[:3]) + (f" and {more} more" if more > 0 else "")
    same = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    return f"byte {same}"


def _pointers(a: Any, b: Any, at: str) -> Iterator[str]:
    if isinstance(a, dict) and isinstance(b, dict) and len(a) == len(b):
        for (key, x), (other, y) in zip(a.items(), b.items(), strict=True):
            name = str(other)[:_LONGEST_TOKEN].replace("~", "~0").replace("/", "~1")
            if key != other:  # the key is the secret: its redacted form is shown
                yield f"{at}/{name}"
            else:
                yield from _pointers(x, y, f"{at}/{name}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            yield from _pointers(x, y, f"{at}/{i}")
    elif a != b:
        yield at or "/"
