"""The tree that a cassette's records tell of."""

from pathlib import Path

import pytest
from cassette.records import EVERY_KIND, HEAD

from wsrecord.cassette.model import End, Ended, Message, Note, Opcode, Opened, Record, Request, Response
from wsrecord.cassette.recording import Closing, Recording, Session, assemble, load
from wsrecord.cassette.store import CassetteWriter


def tree(*records: Record) -> Recording:
    return assemble([HEAD, *records], Path("x.wsr"), HEAD)


def upgrade(session: int, connection: int, exchange: int = 1) -> Request:
    return Request(
        t=1, began=1, connection=connection, exchange=exchange, method="GET", path=f"/ws?s={session}",
        headers=(), session=session,
    )  # fmt: skip


def answer(session: int, connection: int, status: int = 101) -> Response:
    return Response(
        t=2, began=2, connection=connection, exchange=1, status=status, reason="", session=session,
        headers=(("SEC-WebSocket-Protocol", "agent.v1"),),
    )  # fmt: skip


def close(sender: str, payload: bytes) -> Message:
    return Message(t=3, session=1, sender=sender, opcode=Opcode.CLOSE, payload=payload)  # type: ignore[arg-type]


def test_a_whole_cassette_becomes_its_tree(tmp_path: Path) -> None:
    path = tmp_path / "a.wsr"
    with CassetteWriter.create(path) as writer:
        writer.copy(EVERY_KIND)
    found = load(path)
    (connection,) = found.connections
    (exchange,) = connection.exchanges
    (session,) = found.sessions
    assert connection.session is session
    assert connection.opened == EVERY_KIND[1]
    assert (exchange.request, exchange.response) == (EVERY_KIND[2], EVERY_KIND[3])
    assert (session.request, session.response) == (EVERY_KIND[5], EVERY_KIND[6])
    assert session.messages == [record for record in EVERY_KIND if isinstance(record, Message)]
    assert session.notes == [EVERY_KIND[13]]
    assert session.ended == connection.ended == [EVERY_KIND[17]]
    assert session.subprotocol == "agent.v1"
    assert session.path == "/ws?token=wsr-0123456789ab-token-1"
    assert session.close == Closing(1000, "bye", "server")
    assert session.accepted
    assert found.secrets == [EVERY_KIND[4]]
    assert found.unknown == [EVERY_KIND[14]]
    assert found.end == EVERY_KIND[18]
    assert found.unfinished == "incomplete: disk full"
    assert (found.cut, found.part, found.recording) == (0, False, False)


def test_a_refused_handshake_is_a_session_too() -> None:
    (session,) = tree(upgrade(1, 1), answer(1, 1, status=403)).sessions
    assert not session.accepted


def test_interleaved_sessions_are_told_apart() -> None:
    found = tree(
        Opened(t=0, connection=1), Opened(t=0, connection=2),
        upgrade(1, 1), upgrade(2, 2), answer(2, 2), answer(1, 1),
        Ended(t=9, connection=2, sender="client", how="reset"),
    )  # fmt: skip
    assert [(session.number, session.connection) for session in found.sessions] == [(1, 1), (2, 2)]
    assert [len(session.ended) for session in found.sessions] == [0, 1]
    assert [connection.session for connection in found.connections] == found.sessions


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", (None, "")),
        (b"\x03", (None, "")),
        (b"\x03\xf3", (1011, "")),
        (b"\x03\xf3\xff!", (1011, "\ufffd!")),
    ],
)
def test_a_close_says_what_it_carried_and_who_sent_it_first(
    payload: bytes, expected: tuple[int | None, str]
) -> None:
    (session,) = tree(close("server", payload), close("client", b"\x03\xe8")).sessions
    assert session.close == Closing(*expected, "server")


def test_what_a_cut_cassette_lacks_is_missing_not_made_up() -> None:
    session = Session(1)
    assert (session.path, session.subprotocol, session.close, session.accepted) == ("", None, None, False)
    late = Response(t=1, began=1, connection=4, exchange=2, status=408, reason="", headers=())
    (exchange,) = tree(late).connections[0].exchanges
    assert (exchange.request, exchange.response, exchange.number) == (None, late, 2)


def test_notes_stand_where_they_belong() -> None:
    notes = [
        Note(t=1, code="a", text="", session=1, connection=1),
        Note(t=1, code="b", text="", connection=1),
        Note(t=1, code="c", text=""),
    ]
    found = tree(upgrade(1, 1), *notes)
    assert found.sessions[0].notes == notes[:1]
    assert found.connections[0].notes == notes[1:2]
    assert found.notes == notes[2:]


def test_an_unfinished_cassette_says_why() -> None:
    found = tree()
    assert found.unfinished == "cut: it has no end record"
    found.cut = 17
    assert (
        found.unfinished
        == "cut: it has no end record, and its last 17 bytes are part of a record that was cut"
    )
    found.recording = True
    assert found.unfinished == "still recording"
    assert tree(End(t=1, connections=0, exchanges=0, sessions=0, messages=0)).unfinished is None
