"""What a cassette holds: records on one clock, in the order in which the recorder saw them.

Times are integer nanoseconds since the head's `created`. Directions say who spoke. Payloads and
bodies are bytes: whether they are text, JSON or msgpack is for later layers to say.
`docs/cassette-format.md` tells how each record is written.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from wsrecord.wire.frames import Direction, Frame, FrameFlag, Headers, Opcode
from wsrecord.wire.quick import quick

__all__ = [
    "FORMAT_VERSION",
    "KINDS",
    "Direction",
    "End",
    "Ended",
    "Frame",
    "FrameFlag",
    "Head",
    "Headers",
    "Message",
    "Note",
    "Opcode",
    "Opened",
    "Record",
    "Request",
    "Response",
    "Secret",
    "Unknown",
]

FORMAT_VERSION = 1


@quick(kw_only=True)
class Record:
    """One thing that happened. `extra` keeps fields that this version doesn't know."""

    extra: Mapping[str, Any] = field(default_factory=dict, kw_only=True)


@quick(kw_only=True)
class Head(Record):
    """The first record: what was recorded, when and by what."""

    created: str  # UTC, ISO 8601 with microseconds: the zero of the clock
    recorder: str  # "wsrecord 0.1.0"
    targets: Mapping[str, str]  # path prefix -> URL; one target has the prefix "/"
    nonce: str  # what every placeholder of this cassette carries; empty when redaction was off
    version: int = FORMAT_VERSION


@quick(kw_only=True)
class Opened(Record):
    """A client connected."""

    t: int
    connection: int
    tls: bool = False


@quick(kw_only=True)
class Request(Record):
    """A whole HTTP request. One that asks for an upgrade to WebSocket begins a session."""

    t: int  # its last byte
    began: int  # its first byte
    connection: int
    exchange: int  # counts the requests of one connection from 1
    method: str
    path: str  # as on the request line, query included
    headers: Headers
    http: str = "1.1"
    session: int | None = None
    body: bytes | None = None  # without its content-encoding; None: there was none, or it was not kept
    size: int = 0  # bytes of body on the wire, chunk framing excluded
    unkept: str | None = None  # why the body was not kept: kind | bound | encoding | cut


@quick(kw_only=True)
class Response(Record):
    """The answer to the request with the same connection and exchange."""

    t: int
    began: int
    connection: int
    exchange: int
    status: int
    reason: str
    headers: Headers
    http: str = "1.1"
    session: int | None = None
    body: bytes | None = None
    size: int = 0
    unkept: str | None = None


@quick()
class Message(Record):
    """One text, binary, ping, pong or close message, decompressed and unmasked.

    What every message has can be given by place, which takes half the time.
    """

    t: int  # its last byte
    # its first byte, where that came in an earlier read than the last
    began: int | None = field(default=None, kw_only=True)
    session: int
    sender: Direction
    opcode: Opcode
    payload: bytes
    # None: one frame, as the RFC wants it, uncompressed
    frames: tuple[Frame, ...] | None = field(default=None, kw_only=True)
    # the whole decompressed length, where a bound or redaction changed the payload's
    size: int | None = field(default=None, kw_only=True)
    # why the payload is missing, or raw with --keep-raw: bomb | blind | broken | extension | redacted
    unread: str | None = field(default=None, kw_only=True)


@quick(kw_only=True)
class Note(Record):
    """Something that the tap saw and did not judge: a broken frame, an unknown extension, a bomb."""

    t: int
    code: str
    text: str
    connection: int | None = None
    session: int | None = None
    sender: Direction | None = None
    data: bytes | None = None  # with --keep-raw


@quick(kw_only=True)
class Ended(Record):
    """One side of a connection ended: fin, reset, or by the recorder's own hand."""

    t: int
    connection: int
    sender: Direction
    how: str  # fin | reset | stopped | timeout | refused | unreachable


@quick(kw_only=True)
class Secret(Record):
    """A placeholder stands for a secret from here on; the value itself is nowhere."""

    placeholder: str
    name: str  # what a replay asks for: a header's, query parameter's or key's name, or the pattern's
    length: int


@quick(kw_only=True)
class End(Record):
    """The last record: counts of what was recorded, and whether anything is missing."""

    t: int
    connections: int
    exchanges: int
    sessions: int
    messages: int
    incomplete: str | None = None  # what is missing and why; None: all is there


@quick(kw_only=True)
class Unknown(Record):
    """A record of a later version that is not critical: kept as it is, all of it in `extra`."""

    kind: str


KINDS: dict[str, type[Record]] = {
    "head": Head,
    "opened": Opened,
    "request": Request,
    "response": Response,
    "message": Message,
    "note": Note,
    "ended": Ended,
    "secret": Secret,
    "end": End,
}
