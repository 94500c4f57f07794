"""Finds secrets in records that were already written: the same search, but it tells instead of replacing."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..model import Ended, Head, Message, Note, Opcode, Record, Request, Response, Secret
from .redactor import Redactor

_TOKENS_OF_POINTER = 40


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a secret stands. The secret itself is not in it, nor any part of it."""

    record: int  # counts from 1, the head included
    what: str  # request | response | message | note | head
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
        if isinstance(record, Message):
            messages[record.session] = messages.get(record.session, 0) + 1
            for place, kind in _in_message(record, red):
                yield Hit(
                    number, "message", place, kind, session=record.session, message=messages[record.session]
                )
        elif isinstance(record, Request | Response):
            what = "request" if isinstance(record, Request) else "response"
            for place, kind in _in_exchange(record, red):
                yield Hit(number, what, place, kind, record.connection, record.session)
        elif isinstance(record, Note):
            for place, kind in _changed(record, red.note(record), red):
                yield Hit(number, "note", place, kind, record.connection, record.session)
        elif isinstance(record, Head):
            for url in record.targets.values():
                if red.text(url) != url:
                    yield Hit(number, "head", "targets", _kinds(red))
        elif not isinstance(record, Secret | Ended):
            red.drain_secrets()


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


def _kinds(red: Redactor) -> str:
    return ", ".join(sorted({s.name for s in red.drain_secrets()})) or "known value"


def _in_message(message: Message, red: Redactor) -> Iterator[tuple[str, str]]:
    items: list[tuple[Any, ...]] = [(int(message.opcode), message.payload)]
    new = red.messages(items)
    if new is items:
        return
    kinds = _kinds(red)
    place = "close reason" if message.opcode is Opcode.CLOSE else "payload"
    yield f"{place} {_where(message.payload, new[0][1])}", kinds


def _in_exchange(record: Request | Response, red: Redactor) -> Iterator[tuple[str, str]]:
    new = red.request(record) if isinstance(record, Request) else red.response(record)
    yield from _changed(record, new, red)


def _changed(old: Record, new: Record, red: Redactor) -> Iterator[tuple[str, str]]:
    kinds = _kinds(red)
    for field in fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after:
            continue
        if field.name == "headers":
            pairs = zip(before, after, strict=True)
            yield from ((f"header {name.lower()}", kinds) for (name, a), (_, b) in pairs if a != b)
        elif isinstance(before, bytes):
            yield f"{field.name} {_where(before, after)}", kinds
        else:
            yield field.name, kinds


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
            name = str(other)[:_TOKENS_OF_POINTER].replace("~", "~0").replace("/", "~1")
            if key != other:  # the key is the secret: its redacted form is shown
                yield f"{at}/{name}"
            else:
                yield from _pointers(x, y, f"{at}/{name}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            yield from _pointers(x, y, f"{at}/{i}")
    elif a != b:
        yield at or "/"
