"""A cassette of any length, made of the demo's recordings: more sessions, more runs in each, other ids."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from wsrecord.cassette.model import End, Head, Message, Opcode, Record
from wsrecord.cassette.store import CassetteWriter, open_cassette

CASSETTES = Path(__file__).parents[1] / "cassettes"
RUNS = 10  # in a session
USERS = 50
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SECOND = 1_000_000_000


def write(path: Path, events: int) -> int:
    """Write a cassette of at least so many messages; say how many there are."""
    with CassetteWriter.create(path, encoding="binary") as writer:
        head: Head | None = None
        messages = start = sessions = 0
        for number in count(1):
            if messages >= events:
                break
            seed = _records(sorted(CASSETTES.glob("*.wsr.jsonl"))[number % 3])
            if head is None:
                assert isinstance(seed[0], Head)
                head = seed[0]
                writer.record(head)
            made = list(_Session(seed, number, head.nonce, start).records())
            writer.copy(made)
            messages += sum(isinstance(one, Message) for one in made)
            start = max(getattr(one, "t", 0) for one in made) + _SECOND
            sessions = number
        writer.record(End(t=start, connections=sessions, exchanges=0, sessions=sessions, messages=messages))
    return messages


def _records(path: Path) -> list[Record]:
    with open_cassette(path) as reader:
        return list(reader)


class _Session:
    """One recorded session, its runs several times over."""

    def __init__(self, seed: list[Record], number: int, nonce: str, start: int) -> None:
        self._seed = seed
        self._number = number
        self._nonce = nonce
        self._start = start
        self._seq = 0

    def records(self) -> Iterator[Record]:
        """The upgrade, the greeting, the runs, the end."""
        number, mine = self._number, [one for one in self._seed if getattr(one, "session", None) == 1]
        said = [one for one in mine if isinstance(one, Message)]
        runs = [one for one in said if one.opcode is Opcode.TEXT]
        for one in mine:
            if not isinstance(one, Message):
                moved: Any = replace(one, connection=number, session=number, t=one.t + self._start)  # type: ignore[call-arg, attr-defined]
                yield replace(moved, began=moved.t) if hasattr(moved, "began") else moved
        length = said[-1].t - said[0].t
        for run in range(RUNS):
            shift = self._start + run * (length + _SECOND)
            for message in runs:
                value = json.loads(message.payload)
                if run and value["type"] == "connection_established":
                    continue
                yield self._said(message, value, run, shift)
        for message in said[len(runs) :]:
            last = self._start + (RUNS - 1) * (length + _SECOND) + message.t
            yield replace(message, t=last, session=number)

    def _said(self, message: Message, value: dict[str, Any], run: int, shift: int) -> Message:
        number = self._number
        if "seq" in value:
            value["seq"] = self._seq
            self._seq += 1
        for name, held in value.items():
            if isinstance(held, str):
                part = 0 if name == "thread_id" else run + 1
                value[name] = _UUID.sub(lambda found, part=part: _other(found[0], number, part), held)  # type: ignore[misc]
        if "user_id" in value:
            value["user_id"] = f"user-{number % USERS}"
        if "resume_token" in value:
            value["resume_token"] = f"wsr-{self._nonce}-resume_token-{number}"
        payload = json.dumps(value, ensure_ascii=False).encode()
        size = None if message.size is None else len(payload) + 1
        return replace(message, t=message.t + shift, session=number, payload=payload, size=size)


def _other(uuid: str, number: int, part: int) -> str:
    return str(UUID(int=UUID(uuid).int ^ (number << 16) ^ part))
