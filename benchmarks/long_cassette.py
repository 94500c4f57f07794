"""A cassette of any length: the demo's recordings over and over, each copy with ids and users of its own."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from uuid import UUID

from wsrecord.cassette.model import End, Message, Record, Request, Response
from wsrecord.cassette.store import CassetteWriter, open_cassette

CASSETTES = Path(__file__).parents[1] / "cassettes"
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_USER = re.compile(rb"\buser-[a-z]+\b")
_PLACEHOLDER = re.compile(rb"wsr-[0-9a-f]{12}-([a-z_-]+)-(\d+)")
_GAP = 1_000_000_000


def write(path: Path, events: int) -> int:
    """Write a cassette of at least so many messages; say how many there are."""
    seeds = [_records(one) for one in sorted(CASSETTES.glob("*.wsr.jsonl"))]
    head = seeds[0][0]
    with CassetteWriter.create(path, encoding="binary") as writer:
        writer.record(head)
        sessions, messages, start = 0, 0, 0
        for copy in count():
            if messages >= events:
                break
            records = seeds[copy % len(seeds)]
            last = records[-1]
            assert isinstance(last, End)
            moved = list(_copy(records[1:-1], copy, sessions, start, _placeholder(head)))
            writer.copy(moved)
            sessions += last.sessions
            messages += sum(isinstance(one, Message) for one in moved)
            start += last.t + _GAP
        writer.record(End(t=start, connections=sessions, exchanges=0, sessions=sessions, messages=messages))
    return messages


def _records(path: Path) -> list[Record]:
    with open_cassette(path) as reader:
        return list(reader)


def _placeholder(head: Record) -> bytes:
    return f"wsr-{getattr(head, 'nonce', '')}-".encode()


def _copy(
    records: list[Record], copy: int, sessions: int, start: int, placeholder: bytes
) -> Iterator[Record]:
    """The sessions of one recording, later, and with other ids; plain HTTP is left out."""

    def other(found: re.Match[bytes]) -> bytes:
        return str(UUID(int=UUID(found[0].decode()).int ^ (copy + 1))).encode()

    def secret(found: re.Match[bytes]) -> bytes:
        return placeholder + b"%s-%d" % (found[1], 100 * (copy + 1) + int(found[2]))

    for record in records:
        if isinstance(record, Message):
            payload = _PLACEHOLDER.sub(secret, _UUID.sub(other, record.payload))
            payload = _USER.sub(b"user-%d" % (copy % 50), payload)
            size = None if record.size is None else len(payload) + 1
            yield replace(
                record, t=record.t + start, session=record.session + sessions, payload=payload, size=size
            )
        elif isinstance(record, Request | Response) and record.session is not None:
            yield replace(
                record,
                t=record.t + start,
                began=record.began + start,
                connection=record.session + sessions,
                session=record.session + sessions,
            )
