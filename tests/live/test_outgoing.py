"""A recorded request on its way to another target: what stays, and what must change."""

import pytest

from wsrecord.cassette.model import Headers, Request
from wsrecord.live.outgoing import UnsendableError, outgoing, with_query
from wsrecord.live.upstream import parse_target

TARGET = parse_target("ws://real.example:8080/ws", None)


def request(*headers: tuple[str, str], **fields: object) -> Request:
    given: dict[str, object] = {"method": "GET", "path": "/ws?x=1", **fields}
    return Request(t=1, began=0, connection=1, exchange=1, headers=headers, **given)  # type: ignore[arg-type]


def lines(data: bytes) -> list[str]:
    return data.decode("latin-1").split("\r\n")


def test_all_stays_as_it_was_but_host_and_key() -> None:
    sent = outgoing(
        request(
            ("hOsT", "127.0.0.1:9000"),
            ("X-Twice", "a"),
            ("Upgrade", "websocket"),
            ("X-Twice", "b"),
            ("Sec-WebSocket-Key", "old"),
            ("Cookie", "a=ü"),
        ),
        TARGET,
        key="new",
    )
    assert lines(sent) == [
        "GET /ws?x=1 HTTP/1.1",
        "hOsT: real.example:8080",
        "X-Twice: a",
        "Upgrade: websocket",
        "X-Twice: b",
        "Sec-WebSocket-Key: new",
        "Cookie: a=ü",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://127.0.0.1:9000", "http://real.example:8080"),
        ("http://localhost:9000", "http://real.example:8080"),
        ("http://127.0.0.1:5173", "http://127.0.0.1:5173"),
        ("https://app.example", "https://app.example"),
        ("null", "null"),
        ("http://[", "http://["),
    ],
)
def test_an_origin_of_the_same_place_goes_along(origin: str, expected: str) -> None:
    assert f"Origin: {expected}" in lines(
        outgoing(request(("Host", "127.0.0.1:9000"), ("Origin", origin)), TARGET)
    )


def test_given_headers_take_the_place_of_recorded_ones() -> None:
    sent = outgoing(request(("Host", "x"), ("authorization", "old")), TARGET, (("Authorization", "new"),))
    assert "authorization: old" not in lines(sent)
    assert "Authorization: new" in lines(sent)


@pytest.mark.parametrize(
    "framing",
    [
        (("content-length", "999"),),
        (("Transfer-Encoding", "chunked"),),
        (("Content-Length", "9"), ("Content-Encoding", "gzip"), ("Expect", "100-continue")),
        (),
    ],
)
def test_the_length_is_that_of_the_body(framing: Headers) -> None:
    sent = outgoing(request(("Host", "x"), *framing, method="POST", body=b"{}"), TARGET)
    head, _, body = sent.partition(b"\r\n\r\n")
    fields = [line.lower() for line in head.split(b"\r\n")[2:]]
    assert fields == [b"content-length: 2"]
    assert body == b"{}"


def test_no_body_needs_no_length() -> None:
    assert b"ength" not in outgoing(request(("Host", "x")), TARGET)
    assert b"Content-Length: 0" in outgoing(request(("Content-Length", "0"), method="POST"), TARGET)


def test_a_path_can_not_break_out_of_its_line() -> None:
    sent = outgoing(request(path="/a b\r\nX: y"), TARGET)
    assert lines(sent)[0] == "GET /a%20b%0D%0AX:%20y HTTP/1.1"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (request(("X", "a\r\nY: b")), "line break"),
        (request(("X", "\u20ac")), "no bytes"),
        (request(unkept="bound", size=5), "not recorded"),
    ],
)
def test_what_can_not_be_sent_is_said(wrong: Request, words: str) -> None:
    with pytest.raises(UnsendableError, match=words):
        outgoing(wrong, TARGET)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/ws", "/ws?t=a%20b"),
        ("/ws?x=1", "/ws?x=1&t=a%20b"),
        ("/ws?t=old&x=1", "/ws?t=a%20b&x=1"),
        ("/ws?x=1&t=old&t=older&y", "/ws?x=1&t=a%20b&y"),
    ],
)
def test_a_parameter_takes_the_place_of_its_name(path: str, expected: str) -> None:
    assert with_query(path, (("t", "a b"),)) == expected
