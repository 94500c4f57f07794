"""One connection, both directions: what crosses the wire, and what the tap tells of it."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.deflate import Deflate as Compressor
from support.frames import RSV1, client, server
from support.http import answer, chunk, get, head, post, switching, upgrade
from wire.beside import Beside
from wire.streams import chunks, cuts

from wsrecord.wire.frames import Direction
from wsrecord.wire.http import HeadPiece
from wsrecord.wire.items import Bounds

SMALL = Bounds(message=200, head=300, body=20)
DENIED = answer("401 Unauthorized", body=b"who?")


def opened(*fields: str) -> Beside:
    """A session just after its handshake."""
    both = Beside().client(upgrade("/ws")).server(switching(*fields))
    assert both.tap.mode == "session"
    assert both.told == ["1 > GET /ws upgrade", "1 < 101 upgrade"]
    return both


# -- exchanges


def test_exchanges_are_counted_and_told_as_they_end() -> None:
    both = Beside().client(get("/a"))
    assert both.told == ["1 > GET /a"]
    assert not both.tap.idle
    assert both.server(answer(body=b"A")).told == ["1 < 200 A"]
    assert both.tap.idle
    assert both.client(post("/b", "Content-Length: 2") + b"B").told == []
    assert both.client(b"b").server(answer("201 Created")).told == ["2 > POST /b Bb", "2 < 201"]
    assert both.tap.mode == "http"


def test_pipelined_requests_are_answered_in_their_order() -> None:
    both = Beside().client(get("/a") + get("/b", method="HEAD") + get("/c"))
    assert both.told == ["1 > GET /a", "2 > HEAD /b", "3 > GET /c"]
    of_head = head("HTTP/1.1 200 OK", "Content-Length: 9")
    both.server(answer(body=b"A") + of_head + answer("404 Not Found", body=b"C"))
    assert both.told == ["1 < 200 A", "2 < 200", "3 < 404 C"]


def test_interim_answers_are_remarks() -> None:
    both = Beside().client(post("/a", "Expect: 100-continue", "Content-Length: 1"))
    assert both.server(head("HTTP/1.1 100 Continue")).told == ["server! interim-answer: 100 Continue"]
    assert both.client(b"x").told == ["1 > POST /a x"]
    both.server(head("HTTP/1.1 103 Early Hints") + answer(body=b"ok"))
    assert both.told == ["server! interim-answer: 103 Early Hints", "1 < 200 ok"]


def test_an_answer_may_come_before_its_request_has_ended() -> None:
    both = Beside().client(post("/a", "Content-Length: 2") + b"x").server(answer("413 Too Large"))
    assert both.told == ["1 < 413"]
    assert both.client(b"y").told == ["1 > POST /a xy"]


def test_an_answer_that_is_read_until_the_end_is_told_at_the_end() -> None:
    both = Beside().client(head("GET /a HTTP/1.0")).server(head("HTTP/1.0 200 OK") + b"abc")
    assert both.told == ["1 > GET /a"]
    assert both.ends("server").told == ["1 < 200 abc"]


def test_what_stops_short_is_cut() -> None:
    both = Beside().client(post("/a", "Content-Length: 5") + b"ab").server(answer(body=b"abc")[:-1])
    assert both.ends("client").ends("server").told == ["1 > POST /a (cut, 2 bytes)", "1 < 200 (cut, 2 bytes)"]
    assert both.ends("client").ends("server").told == []  # a RST may follow a FIN


def test_what_nobody_wants_is_read_and_not_told() -> None:
    both = Beside(wants=lambda asked: asked.path != "/secret")
    both.client(get("/secret") + get("/a")).server(
        head("HTTP/1.1 103 x") + answer(body=b"s") + answer(body=b"A")
    )
    assert both.told == ["2 > GET /a", "2 < 200 A"]


def test_a_session_that_nobody_wants_is_opaque() -> None:
    both = Beside(wants=lambda asked: False).client(upgrade()).server(switching() + server.text("a"))
    assert both.tap.mode == "opaque"
    assert both.client(client.text("b")).told == []


def test_a_request_that_waits_for_its_target_is_told_when_it_is_relayed() -> None:
    both = Beside()
    pieces = both.tap.client_pieces(get("/a") + upgrade("/ws") + client.text("early"), 1)
    both.tap.client_told(pieces, 1)
    assert both.told == []
    for piece in pieces:
        if isinstance(piece, HeadPiece):
            both.tap.relaying(piece.head)
    assert both.told == ["1 > GET /a", "2 > GET /ws upgrade"]
    both.server(answer() + switching())
    assert both.told == ["1 < 200", "2 < 101 upgrade", "client: text early"]


# -- into a session


def test_a_session_begins_with_its_101() -> None:
    both = opened()
    assert both.client(client.text("hi")).server(server.text("ho")).told == [
        "client: text hi",
        "server: text ho",
    ]
    assert both.client(client.close(1000)).told == ["client: close \x03\xe8"]


def test_a_session_may_follow_exchanges_on_its_connection() -> None:
    both = Beside().client(get("/login")).server(answer()).client(upgrade("/ws")).server(switching())
    assert both.told == ["1 > GET /login", "1 < 200", "2 > GET /ws upgrade", "2 < 101 upgrade"]
    assert both.server(server.text("a")).told == ["server: text a"]


def test_frames_in_the_segment_of_the_101_belong_to_the_session() -> None:
    both = Beside().client(upgrade()).server(switching() + server.text("a") + server.text("b")[:2])
    assert both.server(b"b").told[2:] == ["server: text a", "server: text b"]


@pytest.mark.parametrize("apart", [True, False])
def test_the_clients_first_frame_may_come_before_the_101(apart: bool) -> None:
    early = client.text("early")
    both = Beside()
    parts = [upgrade(), early[:4], early[4:]] if apart else [upgrade() + early]
    assert both.client(*parts).told == ["1 > GET /ws upgrade"]
    assert both.relayed == upgrade() + early
    assert both.server(head("HTTP/1.1 102 Processing")).told == ["server! interim-answer: 102 Processing"]
    assert both.server(switching() + server.text("a")).told == [
        "1 < 101 upgrade",
        "client: text early",
        "server: text a",
    ]
    assert both.client(client.text("later")).told == ["client: text later"]


def test_an_early_message_has_the_time_at_which_it_came() -> None:
    both = Beside().client(upgrade(), client.text("early")).server(switching())
    assert both.sink.times == [1, 3, 2]


def test_compression_is_as_the_answer_agreed() -> None:
    both = opened("Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover")
    ours, theirs = Compressor(takeover=False), Compressor()
    for _ in range(2):
        both.client(client.text(ours("hello hello"), rsv=RSV1))
        both.server(server.text(theirs("hello hello"), rsv=RSV1))
    assert both.told == ["client: text hello hello", "server: text hello hello"] * 2


def test_an_extension_that_the_tap_does_not_know_is_noted() -> None:
    both = (
        Beside()
        .client(upgrade())
        .server(switching("Sec-WebSocket-Extensions: x-zip; a=1, permessage-deflate"))
    )
    assert both.told[1:] == ["1 < 101 upgrade", "server! unknown-extension: x-zip"]
    assert both.server(server.text(Compressor()("a"), rsv=RSV1)).told == ["server: text a"]


def test_remarks_come_after_the_messages_of_their_read() -> None:
    both = opened()
    assert both.server(server.more("x") + server.text("a")).told == [
        "server: text a",
        "server! stray-continuation: flags 0x80, 1 bytes",
    ]


def test_a_session_that_stops_short_says_so_once() -> None:
    both = opened()
    both.client(client.text("hello")[:-2]).server(server.text("a", fin=False))
    assert both.ends("client").ends("server").ends("client").told == [
        "client! cut-frame: 3 of 5 bytes came",
        "server! unfinished-message: 1 bytes in 1 frames",
    ]


def test_a_frame_can_be_put_in_between_frames_of_a_session_only() -> None:
    both = Beside()
    assert not both.tap.between_frames("client")
    both = opened()
    assert both.tap.between_frames("client")
    both.client(client.text("hello")[:-1])
    both.server(server.text("a", fin=False))  # a control may come between fragments
    assert not both.tap.between_frames("client")
    assert both.tap.between_frames("server")


# -- whatever comes

turns = st.lists(
    st.tuples(
        st.sampled_from(["client", "server"]),
        st.sampled_from(
            [
                get("/a"),
                get("/a")[:20],
                get("/a")[20:],
                post("/b", "Content-Length: 2") + b"ab",
                post("/b", "Content-Length: 2"),
                upgrade("/ws"),
                upgrade("/ws", "Content-Length: 2"),
                get("/", "Upgrade: h2c", "Connection: Upgrade"),
                get("x:1", method="CONNECT"),
                b"\r\n",
                b"ab",
                client.text("hi"),
                server.text("ho"),
                answer(),
                answer(body=b"abc"),
                answer("401 No")[:20],
                answer("401 No")[20:],
                head("HTTP/1.1 103 x"),
                head("HTTP/1.1 200 OK"),
                switching(),
            ]
        )
        | st.binary(min_size=1, max_size=5),
    ),
    max_size=10,
)


@settings(max_examples=400, deadline=None)
@given(turns)
@example([("client", upgrade() + get("/b")[:9]), ("server", DENIED), ("client", get("/b")[9:])])
@example([("client", get("/a")[:9]), ("server", answer()), ("client", get("/a")[9:])])
@example([("client", get("/", "Upgrade: h2c", "Connection: Upgrade") + b"P"), ("server", switching())])
def test_every_byte_of_the_client_is_relayed_once(
    steps: list[tuple[Direction, bytes]],
) -> None:
    both = Beside(SMALL).talk(steps).ends("client").ends("server")
    assert both.relayed == b"".join(data for sender, data in steps if sender == "client")


z = Compressor()
exchanges: list[tuple[bytes, bytes]] = [
    (get("/a"), answer(body=b"A")),
    (get("/h", method="HEAD"), head("HTTP/1.1 200 OK", "Content-Length: 7")),
    (post("/p", "Content-Length: 3") + b"abc", head("HTTP/1.1 100 Continue") + answer("201 Created")),
    (
        post("/c", "Transfer-Encoding: chunked") + chunk(b"ab", ";x") + b"0\r\nT: 1\r\n\r\n",
        head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked") + chunk(b"xyz") + chunk(b""),
    ),
    (head("GET /n HTTP/1.0", eol="\n"), head("HTTP/1.0 304 Not Modified", eol="\n")),
    (b"\r\n" + get("/e", "X: 1\r\n 2"), head("HTTP/1.1 103 x") * 2 + head("HTTP/1.1 204 x")),
    (upgrade("/no"), DENIED),
]
sessions: list[tuple[bytes, bytes]] = [
    (b"", b""),
    (
        upgrade("/ws") + client.text("a") + client.ping("p") + client.close(1000),
        switching() + server.text("b", fin=False) + server.pong("p") + server.more("c"),
    ),
    (
        upgrade("/ws"),
        switching("Sec-WebSocket-Extensions: permessage-deflate") + server.text(z("zip"), rsv=RSV1),
    ),
    (upgrade("/ws"), switching() + b"\x83\x00\x0f"),
    (get("/last", "Connection: close"), head("HTTP/1.1 200 OK") + b"until the end"),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(exchanges), max_size=4), st.sampled_from(sessions), cuts, cuts)
def test_a_conversation_is_told_alike_in_whatever_pieces_it_comes(
    before: list[tuple[bytes, bytes]], last: tuple[bytes, bytes], cuts_c: list[int], cuts_s: list[int]
) -> None:
    def told(sent: list[bytes], got: list[bytes]) -> list[str]:
        both = Beside().client(*sent).server(*got).ends("client").ends("server")
        assert both.relayed == b"".join(sent)
        return by_side(both.told)

    sent = b"".join(asked for asked, _ in [*before, last])
    got = b"".join(reply for _, reply in [*before, last])
    whole = told([sent] if sent else [], [got] if got else [])
    assert not any("unread:" in line for line in whole)
    assert told(list(chunks(sent, cuts_c)), list(chunks(got, cuts_s))) == whole
    assert told([bytes([byte]) for byte in sent], [bytes([byte]) for byte in got]) == whole
    assert sum(" < " in line for line in whole) == len(before) + bool(last[0])


def by_side(lines: list[str]) -> list[str]:
    """Sort what each side said together; remarks of one read come after its messages, so apart from them."""

    def side(line: str) -> tuple[int, bool]:
        of: Direction = "client" if line.startswith("client") or " > " in line else "server"
        return (0 if of == "client" else 1), "! " in line

    return sorted(lines, key=side)
