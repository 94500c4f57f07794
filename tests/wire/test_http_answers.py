"""Answers are read beside, one after another; whatever comes, reading them never raises."""

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.http import answer, chunk, head, post, switching
from wire.streams import chunks, cuts

from wsrecord.wire.answers import ResponseReader
from wsrecord.wire.bodies import Body
from wsrecord.wire.http import RequestHead, WholeResponse
from wsrecord.wire.items import DEFAULT_BOUNDS, Bounds

SMALL = Bounds(message=1000, head=300, body=20)


def answers(method: str, *parts: bytes, bounds: Bounds = DEFAULT_BOUNDS, end: bool = False) -> ResponseReader:
    reader = ResponseReader(bounds)
    asked = RequestHead(method, "/", "1.1", (("Host", "a"),))
    reader.expect(asked)
    for now, part in enumerate(parts, 1):
        rest = part
        while rest:
            rest = reader.feed(rest, now)
    if end:
        reader.end(len(parts) + 1)
    return reader


def short(response: WholeResponse) -> tuple[int, Body]:
    return response.head.status, response.body


@pytest.mark.parametrize(
    ("method", "stream", "found"),
    [
        ("GET", answer(body=b"abc"), [(200, Body(b"abc", 3))]),
        ("GET", answer(), [(200, Body())]),
        ("HEAD", head("HTTP/1.1 200 OK", "Content-Length: 5"), [(200, Body())]),
        ("GET", head("HTTP/1.1 204 No Content"), [(204, Body())]),
        ("GET", head("HTTP/1.1 304 Not Modified", "Content-Length: 5"), [(304, Body())]),
        ("GET", head("HTTP/1.1 200", "Content-Length: 1") + b"x", [(200, Body(b"x", 1))]),
        (
            "GET",
            head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked")
            + chunk(b"ab", ";e=1")
            + chunk(b"c")
            + chunk(b""),
            [(200, Body(b"abc", 3))],
        ),
        (
            "GET",
            head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked") + chunk(b"ab") + b"0\r\nX-Sum: 1\r\n\r\n",
            [(200, Body(b"ab", 2))],
        ),
        ("POST", head("HTTP/1.1 100 Continue") + answer(body=b"a"), [(100, Body()), (200, Body(b"a", 1))]),
        (
            "GET",
            head("HTTP/1.1 103 Early Hints", "Link: </a>") * 2 + answer("404 Not Found", body=b"a"),
            [(103, Body()), (103, Body()), (404, Body(b"a", 1))],
        ),
        ("GET", answer("200 OK", "Content-Type: image/png", body=b"a"), [(200, Body(None, 1, "kind"))]),
        ("GET", answer(body=b"a" * 21), [(200, Body(None, 21, "bound"))]),
    ],
)
def test_one_answer(method: str, stream: bytes, found: list[tuple[int, Body]]) -> None:
    for reader in (
        answers(method, stream, bounds=SMALL),
        answers(method, *[bytes([byte]) for byte in stream], bounds=SMALL),
    ):
        assert [short(response) for response in reader.done] == found
        assert [response.interim for response in reader.done] == [status < 200 for status, _ in found]
        assert reader.state == "http"


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_an_answer_without_a_length_is_read_until_the_end(version: str) -> None:
    reader = answers("GET", head(f"HTTP/{version} 200 OK"), b"abc", b"def", end=True)
    assert [short(response) for response in reader.done] == [(200, Body(b"abcdef", 6))]
    (done,) = reader.done
    assert (done.began, done.t, done.head.http) == (1, 4, version)


@pytest.mark.parametrize(
    ("stream", "body"),
    [
        (head("HTTP/1.1 200 OK", "Content-Length: 5") + b"abc", Body(b"abc", 3, "cut")),
        (head("HTTP/1.1 200 OK", "Content-Length: 5"), Body(None, 0, "cut")),
        (head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked") + chunk(b"abc"), Body(b"abc", 3, "cut")),
    ],
)
def test_an_answer_that_stops_short_is_cut(stream: bytes, body: Body) -> None:
    assert [short(response) for response in answers("GET", stream, end=True).done] == [(200, body)]


def test_half_a_head_is_no_answer() -> None:
    reader = answers("GET", b"HTTP/1.1 200 OK\r\nA: b", end=True)
    assert (reader.done, reader.state) == ([], "http")


def test_an_answer_after_an_interim_one_has_a_time_of_its_own() -> None:
    final = answer(body=b"a")
    reader = answers("GET", head("HTTP/1.1 103 Early Hints") + final[:3], final[3:])
    assert [(response.began, response.t) for response in reader.done] == [(1, 1), (1, 2)]
    reader = answers("GET", head("HTTP/1.1 103 Early Hints"), final)
    assert [(response.began, response.t) for response in reader.done] == [(1, 1), (2, 2)]


@pytest.mark.parametrize(
    ("method", "stream", "why"),
    [
        ("GET", b"\x16\x03\x01\x02\x03", "an answer that can't be read"),
        ("GET", b"SSH-2.0-x\r\n\r\n", "an answer that can't be read"),
        ("GET", answer() + b"x", "an answer to no request"),
        ("GET", switching(), "an answer that can't be read"),  # nobody asked for it
        ("GET", b"HTTP/1.1 200 OK\r\nA: " + b"x" * 300, "an answer that can't be read"),
        ("CONNECT", head("HTTP/1.1 200 OK") + b"tunnelled", "a tunnel begins"),
    ],
)
def test_what_is_no_answer_ends_the_reading(method: str, stream: bytes, why: str) -> None:
    reader = answers(method, stream, bounds=SMALL)
    assert reader.state == "opaque"
    assert reader.why.startswith(why)
    assert reader.feed(b"x" * 1000, 9) == b""
    reader.end(10)
    assert len(reader.done) == (1 if b"200 OK\r\n\r\n" in stream or b"Content-Length: 0" in stream else 0)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["GET", "HEAD", "CONNECT"]),
    st.lists(
        st.sampled_from(
            [
                b"HTTP/1.1 200 OK\r\n",
                b"HTTP/1.1 100 Continue\r\n\r\n",
                b"HTTP/1.0 304 x\r\n",
                b"Content-Length: 2\r\n",
                b"Transfer-Encoding: chunked\r\n",
                b"\r\n",
                b"ab",
                b"2\r\nab\r\n",
                b"0\r\n\r\n",
                answer(body=b"abc"),
            ]
        )
        | st.binary(max_size=5),
        max_size=10,
    ).map(b"".join),
    cuts,
)
def test_no_answer_raises_and_pieces_make_no_difference(method: str, data: bytes, places: list[int]) -> None:
    def read(parts: list[bytes]) -> tuple[object, ...]:
        reader = answers(method, *parts, end=True)
        why = reader.why.partition(":")[0]  # h11 words what is no answer at all in two ways
        return [short(response) for response in reader.done], reader.state, why

    whole = read([data] if data else [])
    assert read(list(chunks(data, places))) == whole
    assert read([bytes([byte]) for byte in data]) == whole


def test_h11_is_the_judge() -> None:
    """What this rests on: h11 merges equal lengths, so its headers can't show that there were two."""
    parser = h11.Connection(h11.SERVER)
    parser.receive_data(post("/", "Content-Length: 3", "Content-Length: 3"))
    event = parser.next_event()
    assert isinstance(event, h11.Request)
    assert [name for name, _ in event.headers].count(b"content-length") == 1
