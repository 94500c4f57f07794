"""A whole cassette in memory: connections with their exchanges, sessions with their messages."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from wsrecord.cassette.model import (
    Direction,
    End,
    Ended,
    Head,
    Headers,
    Message,
    Note,
    Opcode,
    Opened,
    Record,
    Request,
    Response,
    Secret,
    Unknown,
)
from wsrecord.cassette.store import open_cassette


@dataclass(frozen=True, slots=True)
class Closing:
    """A close message: its code and reason, and which side sent it first."""

    code: int | None  # None: the close message carried none
    reason: str
    sender: Direction


@dataclass(slots=True)
class Exchange:
    """One plain HTTP request and its answer; either may be missing from a cut cassette."""

    connection: int
    number: int
    request: Request | None = None
    response: Response | None = None


@dataclass(slots=True)
class Tally:
    """What an outline keeps of a session's messages."""

    count: int = 0
    last: int = 0  # when the last of them came; 0 if there is none
    closes: list[Message] = field(default_factory=list)


@dataclass(slots=True)
class Session:
    """One WebSocket connection's life: handshake (a refused one too), messages, end."""

    number: int
    connection: int | None = None
    request: Request | None = None  # the upgrade
    response: Response | None = None
    messages: list[Message] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)  # of its connection, in the order in which they came
    tally: Tally | None = None  # in an outline, in the place of messages

    @property
    def count(self) -> int:
        """How many messages there are."""
        return len(self.messages) if self.tally is None else self.tally.count

    @property
    def last(self) -> int:
        """When the last message came; 0 if there is none."""
        if self.tally is not None:
            return self.tally.last
        return self.messages[-1].t if self.messages else 0

    @property
    def closes(self) -> list[Message]:
        """The close messages."""
        if self.tally is not None:
            return self.tally.closes
        return [message for message in self.messages if message.opcode is Opcode.CLOSE]

    @property
    def path(self) -> str:
        """As on the request line, query included."""
        return self.request.path if self.request else ""

    @property
    def accepted(self) -> bool:
        """Whether the server agreed to speak WebSocket."""
        return self.response is not None and self.response.status == 101

    @property
    def subprotocol(self) -> str | None:
        """What the server chose."""
        return header(self.response.headers, "sec-websocket-protocol") if self.response else None

    @property
    def close(self) -> Closing | None:
        """The first close message of the two, if there was one."""
        for message in self.closes:
            code = int.from_bytes(message.payload[:2], "big") if len(message.payload) >= 2 else None
            return Closing(code, message.payload[2:].decode("utf-8", "replace"), message.sender)
        return None


@dataclass(slots=True)
class Connection:
    """One TCP connection: exchanges, then at most one session."""

    number: int
    opened: Opened | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    session: Session | None = None
    notes: list[Note] = field(default_factory=list)  # those of its session stand there
    ended: list[Ended] = field(default_factory=list)


@dataclass(slots=True)
class Recording:
    """All that a cassette tells, and how whole it is."""

    path: Path
    head: Head
    connections: list[Connection] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)  # those that belong to no connection
    unknown: list[Unknown] = field(default_factory=list)
    end: End | None = None
    cut: int = 0  # bytes at the end that belong to no whole record
    part: bool = False
    recording: bool = False  # a recorder was writing to it when it was read

    @property
    def unfinished(self) -> str | None:
        """Why this is not all that happened; None if it is."""
        return unfinished(self.end, self.cut, recording=self.recording)


def unfinished(end: End | None, cut: int, *, recording: bool = False) -> str | None:
    """Why a cassette with this end is not all that happened; None if it is."""
    if end is not None:
        return f"incomplete: {end.incomplete}" if end.incomplete else None
    if recording:
        return "still recording"
    tail = f", and its last {cut} bytes are part of a record that was cut" if cut else ""
    return f"cut: it has no end record{tail}"


def header(headers: Headers, name: str) -> str | None:
    """The first header of this name."""
    return next((value for key, value in headers if key.lower() == name), None)


def load(path: Path | str) -> Recording:
    """The whole cassette of this name."""
    with open_cassette(path) as reader:
        recording = assemble(reader, reader.path, reader.head)
        recording.cut, recording.part, recording.recording = reader.cut, reader.part, reader.recording
    return recording


def assemble(records: Iterable[Record], path: Path, head: Head) -> Recording:
    """The tree that these records tell of."""
    tree = Tree(Recording(path=path, head=head))
    for record in records:
        tree.add(record)
    return tree.recording


class Tree:
    """A recording while its records come in, each put where its numbers say."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._connections: dict[int, Connection] = {}
        self._sessions: dict[int, Session] = {}
        self._exchanges: dict[tuple[int, int], Exchange] = {}

    def add(self, record: Record) -> None:
        """Put one record where it belongs."""
        match record:
            case Message():
                self.session(record.session).messages.append(record)
            case Request() | Response():
                self._exchange(record)
            case Opened():
                self._connection(record.connection).opened = record
            case Ended():
                connection = self._connection(record.connection)
                connection.ended.append(record)
                if connection.session is not None:
                    connection.session.ended.append(record)
            case Note():
                self._note(record)
            case Secret():
                self.recording.secrets.append(record)
            case End():
                self.recording.end = record
            case Unknown():
                self.recording.unknown.append(record)

    def _connection(self, number: int) -> Connection:
        found = self._connections.get(number)
        if found is None:
            found = self._connections[number] = Connection(number)
            self.recording.connections.append(found)
        return found

    def session(self, number: int) -> Session:
        """The session of this number, begun if it is new."""
        found = self._sessions.get(number)
        if found is None:
            found = self._sessions[number] = Session(number)
            self.recording.sessions.append(found)
        return found

    def _exchange(self, record: Request | Response) -> None:
        connection = self._connection(record.connection)
        place: Session | Exchange
        if record.session is not None:
            place = self.session(record.session)
            place.connection = record.connection
            connection.session = place
        else:
            key = (record.connection, record.exchange)
            if key not in self._exchanges:
                self._exchanges[key] = Exchange(*key)
                connection.exchanges.append(self._exchanges[key])
            place = self._exchanges[key]
        if isinstance(record, Request):
            place.request = record
        else:
            place.response = record

    def _note(self, note: Note) -> None:
        if note.session is not None:
            self.session(note.session).notes.append(note)
        elif note.connection is not None:
            self._connection(note.connection).notes.append(note)
        else:
            self.recording.notes.append(note)
