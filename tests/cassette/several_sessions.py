"""A cassette of a few sessions, one inside the other, for passes over it."""

from pathlib import Path

from cassette.records import HEAD

from wsrecord.cassette.model import Direction, End, Ended, Message, Note, Opcode, Record, Request, Response
from wsrecord.cassette.store import CassetteWriter

NAMES = ["x.wsr", "x.wsr.jsonl"]


def said(
    t: int, session: int, payload: bytes = b"{}", sender: Direction = "server", **more: object
) -> Message:
    given = {"opcode": Opcode.TEXT, **more}
    return Message(t=t, session=session, sender=sender, payload=payload, **given)  # type: ignore[arg-type]


def closed(t: int, session: int, code: int, sender: Direction) -> Message:
    return said(t, session, code.to_bytes(2, "big") + b"bye", sender, opcode=Opcode.CLOSE)


def upgrade(session: int) -> list[Record]:
    common = {"began": 0, "connection": session, "exchange": 1, "session": session, "headers": ()}
    return [
        Request(t=0, method="GET", path="/ws", **common),  # type: ignore[arg-type]
        Response(t=1, status=101, reason="", **common),  # type: ignore[arg-type]
    ]


RECORDS: list[Record] = [
    HEAD,
    *upgrade(1),
    *upgrade(2),
    *upgrade(3),
    said(5, 1),
    said(5, 1, b"\xff", opcode=Opcode.BINARY),
    said(6, 2, b"", "client", opcode=Opcode.PING),
    Note(t=6, code="odd", text="", session=2),
    said(7, 2, b"x", frames=((1, 1, 0), (0, 0, 1)), size=9, unread="bomb", began=6),
    closed(8, 1, 1000, "client"),
    closed(9, 1, 1001, "server"),
    Ended(t=10, connection=1, sender="client", how="fin"),
    said(11, 4),  # a session of which a cut cassette has no handshake
    End(t=12, connections=3, exchanges=0, sessions=4, messages=7),
]


def written(path: Path, records: list[Record] = RECORDS) -> Path:
    with CassetteWriter.create(path) as writer:
        writer.copy(records)
    return path
