"""One cassette being written: every record passes the redactor, every failure stops the writing alone."""

import os
import re
from collections.abc import Callable
from dataclasses import replace as replace_fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from wsrecord.cassette.model import End, Head, Note, Opened, Record, Request, Response
from wsrecord.cassette.store import CassetteWriter, part_of
from wsrecord.errors import CassetteError, IncompleteError
from wsrecord.wire.frames import Direction
from wsrecord.wire.items import Item

if TYPE_CHECKING:
    from wsrecord.cassette.redaction.redactor import Redactor


Batch: TypeAlias = tuple[int, Direction, int, list[Item]]  # session, sender, time, messages


class Tape:
    """A cassette that takes records until it can't."""

    __slots__ = (
        "_batches",
        "_counts",
        "_emptied",
        "_failed",
        "_last",
        "_lost",
        "_redactor",
        "_stopped",
        "_writer",
        "failure",
    )

    def __init__(
        self,
        path: Path,
        head: Head,
        redactor: "Redactor | None",
        failed: Callable[[Exception], None],
        last: dict[str, bytes],
        *,
        replace: bool = False,
    ) -> None:
        self._writer = CassetteWriter.create(path, replace=replace)
        self._redactor = redactor
        self._failed = failed
        self._counts = {"connections": 0, "exchanges": 0, "sessions": 0, "messages": 0}
        self._lost = 0
        self._last = last  # the latest payload of each side, as it was written
        self._batches: list[Batch] = []
        self.failure: str | None = None
        self._stopped = False
        self._emptied = 0
        if redactor is None:
            self.record(head)
        else:
            self.record(replace_fields(head, targets={p: redactor.text(u) for p, u in head.targets.items()}))
            for secret in redactor.drain_secrets():
                self.record(secret)

    @property
    def part(self) -> Path:
        """The name while it is being written."""
        return self._writer.part

    def record(self, record: Record) -> None:
        """Write what holds no payload."""
        if isinstance(record, Opened):
            self._counts["connections"] += 1
        self._write(lambda: self._writer.record(record))

    def request(self, request: Request) -> None:
        """Write a request."""
        self._counts["sessions" if request.session is not None else "exchanges"] += 1
        self._redacted(request, lambda redactor: redactor.request(request))

    def response(self, response: Response) -> None:
        """Write an answer."""
        self._redacted(response, lambda redactor: redactor.response(response))

    def note(self, note: Note) -> None:
        """Write a note."""
        self._redacted(note, lambda redactor: redactor.note(note))

    def messages(self, session: int, sender: Direction, t: int, items: list[Item]) -> None:
        """Take a batch of messages: it is written with the next flush, or before the next other record."""
        self._batches.append((session, sender, t, items))

    def flush(self) -> None:
        """Write the batches: one look for secrets, one write."""
        batches = self._batches
        if not batches:
            return
        self._batches = []
        count = len(batches[0][3]) if len(batches) == 1 else sum(len(batch[3]) for batch in batches)
        if self._stopped:
            self._lost += count
            return
        try:
            if self._redactor is not None:
                batches = self._redact(self._redactor, batches)
            self._writer.batches(batches)
        except Exception as error:
            self._fail(error, count)
            return
        self._counts["messages"] += count
        for _, sender, _, items in batches:
            self._last[sender] = items[-1][1]

    def _redact(self, redactor: "Redactor", batches: list[Batch]) -> list[Batch]:
        items = batches[0][3] if len(batches) == 1 else [item for batch in batches for item in batch[3]]
        clean = redactor.messages(items)
        for secret in redactor.drain_secrets():
            self._writer.record(secret)
        if clean is items:
            return batches
        redacted = []
        at = 0
        for session, sender, t, mine in batches:
            redacted.append((session, sender, t, clean[at : at + len(mine)]))
            at += len(mine)
        if redactor.emptied > self._emptied:
            self._emptied = redactor.emptied
            self._note_emptied(redacted)
        return redacted

    def _note_emptied(self, batches: list[Batch]) -> None:
        """Messages that could not be looked through were left out: that is told where they would stand."""
        for session, sender, t, items in batches:
            if any(len(item) > 2 and item[2].get("unread") == "redacted" for item in items):
                text = "a message with too much to look through for secrets; its payload was left out"
                self._writer.record(Note(t=t, code="redacted", text=text, session=session, sender=sender))

    @property
    def volume(self) -> int:
        """Bytes written."""
        return self._writer.size

    def close(self, t: int, incomplete: str | None) -> Path:
        """Write the end record; return the name that the cassette has now."""
        self.flush()
        why = self.failure or incomplete
        if self._lost:
            why = f"{why}; {self._lost} records or messages are missing"
        counts = self._counts
        end = End(
            t=t,
            connections=counts["connections"],
            exchanges=counts["exchanges"],
            sessions=counts["sessions"],
            messages=counts["messages"],
            incomplete=why,
        )
        try:
            self._writer.record(end)
        except CassetteError as error:
            self._fail(error)
        try:
            self._writer.close()
        except IncompleteError as error:
            self._fail(error)
            return self.part
        return self._writer.path

    @property
    def empty(self) -> bool:
        """Whether no connection appears in it, and nothing went wrong with it."""
        return not self._counts["connections"] and self.failure is None

    def discard(self) -> None:
        """Leave nothing behind."""
        self._writer.abandon()

    def _redacted(self, record: Request | Response | Note, redact: "Callable[[Redactor], Record]") -> None:
        def write() -> None:
            redactor = self._redactor
            clean: Record = record
            if redactor is not None:
                clean = redact(redactor)
                for secret in redactor.drain_secrets():
                    self._writer.record(secret)
            self._writer.record(clean)

        self._write(write)

    def _write(self, write: Callable[[], None]) -> None:
        self.flush()
        if self._stopped:
            self._lost += 1
            return
        try:
            write()
        except Exception as error:
            self._fail(error)

    def _fail(self, error: Exception, lost: int = 1) -> None:
        self._lost += lost
        # What can't be put into a record is lost alone; what the disk does not take ends the writing.
        self._stopped = self._stopped or isinstance(error.__cause__, OSError)
        if self.failure is None:
            self.failure = str(error) or type(error).__name__
            self._failed(error)


class Names:
    """The names of cassettes that are made one a session, from the run's name and the session's path."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._last: dict[str, int] = {}  # the numbers given to each path

    def for_session(self, path: str) -> Path:
        """Return a free name for a session."""
        words = re.sub(r"[^A-Za-z0-9]+", "-", path.partition("?")[0]).strip("-")[:60]
        return self._free(words or "root")

    def for_exchanges(self) -> Path:
        """Return a free name for what belongs to no session."""
        return self._free("http")

    def _free(self, words: str) -> Path:
        suffix = (
            "".join(self._out.suffixes[-2:]) if self._out.name.endswith(".wsr.jsonl") else self._out.suffix
        )
        stem = self._out.name.removesuffix(suffix)
        number = self._last.get(words, 0) + 1
        while _is_taken(path := self._out.with_name(f"{stem}-{words}-{number}{suffix}")):
            number += 1
        self._last[words] = number
        return path


def _is_taken(path: Path) -> bool:
    return os.path.lexists(path) or os.path.lexists(part_of(path))
