"""Requests are cut at their heads' ends; not a byte is lost, whatever comes."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.http import chunk, get, head, post, upgrade
from wire.streams import chunks, cuts

from wsrecord.wire.bodies import Body
from wsrecord.wire.http import HeadPiece, RefusedError, RequestHead, WholeRequest
from wsrecord.wire.items import DEFAULT_BOUNDS, Bounds
from wsrecord.wire.requests import RequestReader

SMALL = Bounds(message=1000, head=300, body=20)


def raw(pieces: list[HeadPiece | bytes]) -> list[bytes]:
    return [piece.raw if isinstance(piece, HeadPiece) else piece for piece in pieces]


def requests(*parts: bytes, bounds: Bounds = DEFAULT_BOUNDS) -> RequestReader:
    reader = RequestReader(bounds)
    for now, part in enumerate(parts, 1):
        assert b"" not in raw(reader.feed(part, now))
    return reader


def shown(request: WholeRequest) -> tuple[str, str, bytes | None]:
    return request.head.method, request.head.path, request.body.content


def test_a_request_is_a_head_piece_and_its_body() -> None:
    reader = RequestReader(DEFAULT_BOUNDS)
    (first, body) = reader.feed(post("/a", "Content-Length: 3") + b"abc", 7)
    assert isinstance(first, HeadPiece)
    assert first.raw == post("/a", "Content-Length: 3")
    assert first.head == RequestHead("POST", "/a", "1.1", (("Host", "example.test"), ("Content-Length", "3")))
    assert body == b"abc"
    assert list(reader.done) == [WholeRequest(first.head, Body(b"abc", 3), 7, 7)]


def test_names_are_kept_in_their_case_and_order() -> None:
    (piece,) = RequestReader(DEFAULT_BOUNDS).feed(head("GET / HTTP/1.1", "hOST: a", "X-b: 1", "x-B: 2"), 1)
    assert isinstance(piece, HeadPiece)
    assert piece.head.headers == (("hOST", "a"), ("X-b", "1"), ("x-B", "2"))


def test_half_a_head_is_held_and_half_a_body_is_not() -> None:
    reader = RequestReader(DEFAULT_BOUNDS)
    assert reader.feed(b"POST / HT", 1) == []
    assert reader.holding
    assert len(reader.feed(b"TP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n", 2)) == 1
    assert not reader.holding
    assert reader.feed(b"ab", 3) == [b"ab"]
    assert reader.feed(b"cd", 4) == [b"cd"]
    (done,) = reader.done
    assert (done.began, done.t, done.body.content) == (1, 4, b"abcd")


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (get("/a") + get("/b"), [("GET", "/a", None), ("GET", "/b", None)]),
        (post("/a", "Content-Length: 3") + b"abc" + get("/b"), [("POST", "/a", b"abc"), ("GET", "/b", None)]),
        (post("/a", "Content-Length: 0") + get("/b"), [("POST", "/a", None), ("GET", "/b", None)]),
        (
            post("/a", "Transfer-Encoding: chunked")
            + chunk(b"ab")
            + chunk(b"c", ";x=1")
            + chunk(b"")
            + get("/b"),
            [("POST", "/a", b"abc"), ("GET", "/b", None)],
        ),
        (
            post("/a", "Transfer-Encoding: Chunked") + chunk(b"ab") + b"0\r\nTrailer: x\r\n\r\n" + get("/b"),
            [("POST", "/a", b"ab"), ("GET", "/b", None)],
        ),
        (head("GET /a HTTP/1.0") + get("/b"), [("GET", "/a", None), ("GET", "/b", None)]),
        (
            head("GET /a HTTP/1.1", "Host: a", eol="\n") + get("/b"),
            [("GET", "/a", None), ("GET", "/b", None)],
        ),
        (b"\r\n\r\n" + get("/a") + b"\n\r\n" + get("/b"), [("GET", "/a", None), ("GET", "/b", None)]),
        (
            get("/a", method="HEAD") + get("/b", method="DELETE"),
            [("HEAD", "/a", None), ("DELETE", "/b", None)],
        ),
        (post("/a", "Expect: 100-continue", "Content-Length: 1") + b"x", [("POST", "/a", b"x")]),
        (
            get("*", method="OPTIONS") + get("http://x/a"),
            [("OPTIONS", "*", None), ("GET", "http://x/a", None)],
        ),
        (get("/a", "X-Long: 1\r\n 2\r\n\t3") + get("/b"), [("GET", "/a", None), ("GET", "/b", None)]),
    ],
)
def test_one_request_after_another(stream: bytes, found: list[tuple[str, str, bytes | None]]) -> None:
    for reader in (requests(stream), requests(*[bytes([byte]) for byte in stream])):
        assert [shown(request) for request in reader.done] == found
        assert reader.state == "head"


def test_what_follows_an_upgrade_comes_back_raw_until_it_is_refused() -> None:
    reader = RequestReader(DEFAULT_BOUNDS)
    pieces = reader.feed(get("/a") + upgrade("/ws") + get("/b"), 1)
    assert raw(pieces) == [get("/a"), upgrade("/ws"), get("/b")]
    assert pieces[reader.early_from :] == [get("/b")]
    assert reader.feed(b"\x81\x00", 2) == [b"\x81\x00"]
    assert reader.early_from == 0
    reader.resume()
    assert isinstance(reader.feed(get("/c"), 3)[0], HeadPiece)


@pytest.mark.parametrize(
    ("fields", "upgrades"),
    [
        (("Upgrade: websocket", "Connection: Upgrade"), True),
        (("upgrade: WebSocket", "connection: keep-alive, UPGRADE"), True),
        (("Upgrade: h2c, websocket", "Connection: keep-alive", "Connection: upgrade"), True),
        (("Upgrade: websocket",), False),
        (("Connection: Upgrade",), False),
        (("Upgrade: websocket2", "Connection: Upgrade"), False),
        (("Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings"), False),
    ],
)
def test_which_request_asks_for_a_websocket(fields: tuple[str, ...], upgrades: bool) -> None:
    reader = requests(get("/", *fields))
    assert reader.done[0].head.upgrades is upgrades
    assert reader.state == ("switching" if upgrades else "head")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x16\x03\x01\x02", "not an HTTP/1 request"),
        (b"SSH-2.0-x\r\n", "not an HTTP/1 request"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "not an HTTP/1 request"),
        (b"\r\n\x00", "not an HTTP/1 request"),
        (b"GET / HTTP/1.1\r\n\r\n", "a head that can't be read"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", "a head that can't be read"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\nabc", "a head that can't be read"),
        (post("/", "Transfer-Encoding: chunked") + b"zz\r\n", "a body that can't be read"),
    ],
)
def test_what_can_not_be_read_is_let_go_at_once(data: bytes, why: str) -> None:
    for parts in ([data], [bytes([byte]) for byte in data]):
        reader = RequestReader(SMALL)
        gone = [one for now, part in enumerate(parts) for one in raw(reader.feed(part, now))]
        assert b"".join(gone) == data
        assert reader.state == "opaque"
        assert reader.why.startswith(why)
        assert not reader.holding
        assert reader.feed(b"more", 99) == [b"more"]


def test_the_longest_head_that_is_read_is_the_bounds() -> None:
    def padded(size: int) -> bytes:
        return get("/", "A: " + "x" * (size - len(get("/", "A: "))))

    assert requests(padded(300), bounds=SMALL).state == "head"
    with pytest.raises(RefusedError, match="a head of more than 300 bytes") as caught:
        requests(padded(301), bounds=SMALL)
    assert caught.value.status.startswith("431 ")


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nA: " + b"x" * 300,
        b"GET / HTTP/1.1\r\nHost: a\r\nA: " + b"x" * 300 + b"\r\n\r\nrest",
        b"\r\n" * 200,
    ],
)
def test_a_head_past_the_bound_is_refused_however_it_comes(data: bytes) -> None:
    for parts in ([data], [bytes([byte]) for byte in data]):
        reader = RequestReader(SMALL)
        with pytest.raises(RefusedError, match="a head of more than 300 bytes"):
            _ = [reader.feed(part, 1) for part in parts]
        assert not reader.holding


def test_a_path_may_hold_raw_utf8_as_servers_take_it() -> None:
    data = "GET /grüße?a=é HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    reader = RequestReader(DEFAULT_BOUNDS)
    (piece,) = reader.feed(data, 1)
    assert isinstance(piece, HeadPiece)
    assert piece.raw == data
    assert piece.head.path.encode("latin-1").decode() == "/grüße?a=é"


@pytest.mark.parametrize(
    "fields",
    [
        ("Content-Length: 3", "Content-Length: 3"),
        ("Content-Length: 3", "Content-Length: 4"),
        ("Content-Length: 3, 3",),
        ("Content-Length: 3", "Transfer-Encoding: chunked"),
        ("transfer-encoding: chunked", "CONTENT-LENGTH: 3"),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: gzip", "Transfer-Encoding: chunked"),
    ],
)
def test_ambiguous_framing_is_refused_and_nothing_of_it_goes_on(fields: tuple[str, ...]) -> None:
    data = post("/", *fields) + b"abc"
    reader = RequestReader(DEFAULT_BOUNDS)
    with pytest.raises(RefusedError, match="ambiguous"):
        reader.feed(data, 1)
    assert reader.release() == b""
    assert not reader.done


def test_empty_lines_before_a_request_are_no_unfinished_head() -> None:
    reader = RequestReader(DEFAULT_BOUNDS)
    assert reader.feed(b"\r\n", 1) == []
    assert not reader.holding  # or a client that sends one after its last request were timed out
    reader.feed(b"GET", 2)
    assert reader.holding
    assert reader.release() == b"\r\nGET"


def test_a_cut_body_ends_its_request() -> None:
    reader = requests(post("/a", "Content-Length: 5") + b"abc")
    reader.cut(9)
    assert [(request.body, request.t) for request in reader.done] == [(Body(b"abc", 3, "cut"), 9)]
    reader.cut(10)
    assert len(reader.done) == 1


def test_what_is_given_up_goes_on_with_the_next_bytes() -> None:
    reader = RequestReader(DEFAULT_BOUNDS)
    reader.feed(b"GET / HT", 1)
    assert reader.give_up("the server said so")
    assert reader.feed(b"TP/1.1", 2) == [b"GET / HTTP/1.1"]
    assert reader.feed(b"\r\n", 3) == [b"\r\n"]


httpish = st.lists(
    st.sampled_from(
        [
            b"GET / HTTP/1.1\r\n",
            b"POST /a HTTP/1.1\n",
            b"GET /x HTTP/1.0\r\n",
            b"Host: a\r\n",
            b"host:b\n",
            b"Content-Length: 3\r\n",
            b"Content-Length: 0\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Upgrade: websocket\r\nConnection: upgrade\r\n",
            b"X: 1\r\n folded\r\n",
            b"\r\n",
            b"\r\n",
            b"\n",
            b"\r",
            b"abc",
            b"3\r\nabc\r\n",
            b"0\r\n\r\n",
            b"3;x=1\r\nab",
            get("/"),
            get("/b", "Connection: close"),
            post("/c", "Content-Length: 3") + b"abc",
            post("/d", "Transfer-Encoding: chunked") + chunk(b"abc") + chunk(b""),
            get("x:1", method="CONNECT"),
            b"\xff",
            b"x" * 200,
        ]
    )
    | st.binary(max_size=6),
    max_size=14,
).map(b"".join)


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=100) | httpish, cuts)
@example(b"\r\n\r\r\n\r\r\n\n", [])
@example(b"x" * 301 + b"\r\n", [301])
@example(get("/") + b"GET / HT", [])
@example(b"\r\n" + get("/") + b"\r\nGET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 300, [3, 4, 60])
def test_every_byte_goes_on_once_and_in_order(data: bytes, places: list[int]) -> None:
    """Unless the request is refused; and pieces make no difference to what is read."""

    def read(parts: list[bytes]) -> tuple[bytes, list[object], str, str, bool]:
        reader = RequestReader(SMALL)
        gone = b""
        try:
            for now, part in enumerate(parts):
                pieces = raw(reader.feed(part, now))
                assert b"" not in pieces
                gone += b"".join(pieces)
        except RefusedError as error:
            return b"", [], "refused", str(error), False
        gone += reader.release()
        assert gone == data
        done: list[object] = [(request.head, request.body) for request in reader.done]
        return gone, done, reader.state, reader.why, reader.holding

    whole = read([data] if data else [])
    in_pieces = read(list(chunks(data, places)))
    by_bytes = read([bytes([byte]) for byte in data])
    assert in_pieces == whole
    assert by_bytes == whole
