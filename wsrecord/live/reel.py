"""What a client of our own says and hears, as the records of a cassette in memory."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace as replace_fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wsrecord import __version__
from wsrecord.cassette.model import (
    End,
    Ended,
    Head,
    Message,
    Note,
    Opcode,
    Opened,
    Record,
    Request,
    Response,
)
from wsrecord.cassette.recording import Recording, assemble
from wsrecord.errors import CassetteError
from wsrecord.live.exchanges import request_record, response_record
from wsrecord.live.tape import Tape

if TYPE_CHECKING:
    from wsrecord.cassette.redaction.redactor import Redactor
    from wsrecord.wire.frames import Direction
    from wsrecord.wire.http import WholeRequest, WholeResponse
    from wsrecord.wire.items import Item, Remark

_NAME = Path("live")


class Reel:
    """One live run: the same records, by the same tap, that the recorder would have written."""

    def __init__(self, targets: Mapping[str, str], clock: Callable[[], int]) -> None:
        created = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        self.head = Head(created=created, recorder=f"wsrecord {__version__}", targets=targets, nonce="")
        self.clock = clock
        self.records: list[Record] = []
        self.told: list[Record] = []  # what stands behind them as it is, without secrets
        self.connections = self.exchanges = self.sessions = self.messages = 0

    def track(self, *, tls: bool) -> "Track":
        """Begin a connection."""
        self.connections += 1
        self.records.append(Opened(t=self.clock(), connection=self.connections, tls=tls))
        return Track(self, self.connections)

    def end(self, incomplete: str | None = None) -> End:
        """The end record of what there is by now."""
        return End(
            t=self.clock(),
            connections=self.connections,
            exchanges=self.exchanges,
            sessions=self.sessions,
            messages=self.messages,
            incomplete=incomplete,
        )

    def recording(self, path: Path = _NAME) -> Recording:
        """The tree of it: with secrets as they are, for judging; nothing of it may be shown unredacted."""
        return assemble([self.head, *self.records, self.end()], path, self.head)

    def redacted(self, redactor: "Redactor", nonce: str) -> "Reel":
        """The same without secrets, as a cassette of that nonce has it."""
        reel = copy(self)
        reel.head = replace_fields(self.head, nonce=nonce)
        reel.records = [_without_secrets(record, redactor) for record in self.records]
        reel.told = list(self.told)
        return reel

    def save(self, path: Path, nonce: str, redactor: "Redactor | None", *, replace: bool = False) -> Path:
        """Write it as a cassette, through the redactor; return its name."""
        failures: list[Exception] = []
        head = replace_fields(self.head, nonce=nonce)
        tape = Tape(path, head, redactor, failures.append, {}, replace=replace)
        for record in self.records:
            _put(tape, record)
        for record in self.told:
            tape.record(record)
        written = tape.close(self.clock(), None)
        if failures:
            raise CassetteError(f"{path} is incomplete: {failures[0]}")
        return written


def _without_secrets(record: Record, redactor: "Redactor") -> Record:
    match record:
        case Message():
            details: dict[str, Any] = {"size": record.size, "unread": record.unread}
            item = redactor.messages([(record.opcode, record.payload, details)])[0]
            changed = item[2] if item[1] != record.payload else details
            return replace_fields(record, payload=item[1], size=changed["size"], unread=changed["unread"])
        case Request():
            return redactor.request(record)
        case Response():
            return redactor.response(record)
        case Note():
            return redactor.note(record)
        case _:
            return record


def _put(tape: Tape, record: Record) -> None:
    match record:
        case Message():
            names = ("began", "frames", "size", "unread")
            details = {name: getattr(record, name) for name in names if getattr(record, name) is not None}
            plain = (record.opcode, record.payload)
            items: list[Item] = [(*plain, details) if details else plain]
            tape.messages(record.session, record.sender, record.t, items)
        case Request():
            tape.request(record)
        case Response():
            tape.response(record)
        case Note():
            tape.note(record)
        case _:
            tape.record(record)


def _message(session: int, sender: "Direction", t: int, item: "Item") -> Message:
    details = dict(item[2]) if len(item) > 2 else {}
    if "frames" in details:
        details["frames"] = tuple(details["frames"])
    return Message(t=t, session=session, sender=sender, opcode=Opcode(item[0]), payload=item[1], **details)


class Track:
    """One connection of a reel."""

    __slots__ = ("_reel", "number", "session")

    def __init__(self, reel: Reel, number: int) -> None:
        self._reel = reel
        self.number = number
        self.session: int | None = None

    def request(self, exchange: int, request: "WholeRequest", *, upgrade: bool) -> None:
        """A whole request went out; an upgrade begins a session."""
        if upgrade:
            self._reel.sessions += 1
            self.session = self._reel.sessions
        else:
            self._reel.exchanges += 1
        session = self.session if upgrade else None
        self._reel.records.append(request_record(request, self.number, exchange, session))

    def response(self, exchange: int, response: "WholeResponse", *, upgrade: bool) -> Response:
        """A whole answer came."""
        record = response_record(response, self.number, exchange, self.session if upgrade else None)
        self._reel.records.append(record)
        return record

    def messages(self, sender: "Direction", t: int, items: "list[Item]") -> list[Message]:
        """Messages of the session."""
        assert self.session is not None
        records = [_message(self.session, sender, t, item) for item in items]
        self._reel.messages += len(records)
        self._reel.records += records
        return records

    def remark(self, sender: "Direction", t: int, remark: "Remark") -> None:
        """What the tap noticed."""
        self._reel.records.append(
            Note(
                t=t,
                code=remark.code,
                text=remark.text,
                connection=self.number,
                session=self.session,
                sender=sender,
                data=remark.data,
            )
        )

    def ended(self, sender: "Direction", how: str) -> None:
        """One side ended."""
        self._reel.records.append(Ended(t=self._reel.clock(), connection=self.number, sender=sender, how=how))
