"""Plain HTTP before, beside and instead of an upgrade."""

from collections.abc import Iterator

from live.behaviours import also_over_tls, behaviour, left, opened
from live.behaviours.messages import bulk, closed
from support import frames, http
from support.script import Step, client, server

C, S = frames.client, frames.server
CHUNKED = "Transfer-Encoding: chunked"
LAST = b"0\r\n\r\n"


@also_over_tls
def requests_on_a_connection_kept_alive_and_then_an_upgrade() -> Iterator[Step]:
    yield client(http.post("/login", "Content-Type: text/json", "Content-Length: 13"), b'{"user": "a"}')
    yield server(http.answer("200 OK", "Set-Cookie: sid=1", "Content-Type: text/json", body=b'{"id": 7}'))
    yield client(http.get("/page"))
    yield server(http.answer(body=b"<h1>page</h1>"))
    yield from opened("Cookie: sid=1")
    yield server(S.text("in"))
    yield from closed()


@also_over_tls
def a_post_in_chunks() -> Iterator[Step]:
    yield client(http.post("/runs", CHUNKED))
    yield client(http.chunk(b'{"a": '), http.chunk(b"1}", ';sig="x"'))
    yield client(LAST)
    yield server(http.head("HTTP/1.1 201 Created", CHUNKED))
    yield server(http.chunk(b"first"))
    yield server(http.chunk(b"second"), b"0\r\nX-Sum: 11\r\n\r\n")
    yield client(http.get("/next"))
    yield server(http.answer(body=b"next"))
    yield from left()


@behaviour
def a_body_byte_by_byte() -> Iterator[Step]:
    yield client(http.post("/runs", "Content-Length: 5"))
    yield client.dribble(b"12345")
    yield server(http.head("HTTP/1.1 200 OK", CHUNKED))
    yield server.dribble(http.chunk(b"abc") + LAST)
    yield from left()


@behaviour
def answers_without_a_body() -> Iterator[Step]:
    yield client(http.get("/", method="HEAD"))
    yield server(http.head("HTTP/1.1 200 OK", "Content-Length: 5000"))
    yield client(http.get("/", "If-None-Match: x"))
    yield server(http.head("HTTP/1.1 304 Not Modified", "Content-Length: 5000", 'ETag: "x"'))
    yield client(http.get("/", method="DELETE"))
    yield server(http.head("HTTP/1.1 204 No Content"))
    yield from opened()
    yield server(S.text("in"))
    yield from closed()


@behaviour
def a_post_that_waits_for_100_continue() -> Iterator[Step]:
    yield client(http.post("/runs", "Content-Length: 4", "Expect: 100-continue"))
    yield server(http.head("HTTP/1.1 100 Continue"))
    yield client(b"body")
    yield server(http.answer("200 OK", body=b"thanks"))
    yield from opened()
    yield from closed()


@behaviour
def an_answer_before_the_body_has_come() -> Iterator[Step]:
    yield client(http.post("/runs", "Content-Length: 1000"), b"x" * 400)
    yield server(http.answer("413 Payload Too Large", body=b"enough"))
    yield client(b"x" * 600)
    yield client(http.get("/next"))
    yield server(http.answer(body=b"next"))
    yield from left()


@behaviour
def a_refused_expectation() -> Iterator[Step]:
    yield client(http.post("/runs", "Content-Length: 1000", "Expect: 100-continue"))
    yield server(http.answer("417 Expectation Failed", "Connection: close", body=b"no"))
    yield server.drop()
    yield client.fin()


@also_over_tls
def a_body_that_ends_with_the_connection() -> Iterator[Step]:
    yield client(http.get("/stream"))
    yield server(http.head("HTTP/1.1 200 OK", "Connection: close", "Content-Type: text/event-stream"))
    yield server(b"data: 1\n\n")
    yield server(b"data: 2\n\n")
    yield server.fin()
    yield client.fin()


@behaviour
def a_body_cut_short_by_a_reset() -> Iterator[Step]:
    yield client(http.get("/file"))
    yield server(http.head("HTTP/1.1 200 OK", "Content-Length: 1000"), b"x" * 500)
    yield server.rst()


@behaviour
def an_HTTP_10_answer() -> Iterator[Step]:
    yield client(http.head("GET / HTTP/1.0", "Host: example.test"))
    yield server(http.head("HTTP/1.0 200 OK", "Content-Type: text/plain"), b"old")
    yield server.fin()
    yield client.fin()


@behaviour
def pipelined_requests() -> Iterator[Step]:
    yield client(http.get("/1"), http.get("/2", method="HEAD"), http.get("/3"), http.upgrade())
    yield server(http.answer(body=b"one"))
    yield server(http.head("HTTP/1.1 200 OK", "Content-Length: 3"), http.answer(body=b"three")[:20])
    yield server(http.answer(body=b"three")[20:], http.switching(), S.text("in"))
    yield client(C.text("in"))
    yield from closed()


@behaviour
def a_request_sent_and_the_direction_ended() -> Iterator[Step]:
    yield client(http.get("/slow", "Connection: close"))
    yield client.fin()
    yield server(http.answer(body=b"worth the wait"))
    yield server.fin()


@behaviour
def a_body_of_4_MB_each_way() -> Iterator[Step]:
    yield client(http.post("/upload", f"Content-Length: {1 << 22}"), bulk(1 << 22))
    yield server(http.answer(body=bulk(1 << 22)))
    yield from left()


@behaviour
def a_body_in_gzip() -> Iterator[Step]:
    yield client(http.get("/", "Accept-Encoding: gzip"))
    yield server(http.answer("200 OK", "Content-Encoding: gzip", body=b"\x1f\x8b not really gzip"))
    yield from left()


@behaviour
def a_tunnel() -> Iterator[Step]:
    yield client(http.head("CONNECT example.test:443 HTTP/1.1", "Host: example.test:443"))
    yield server(http.head("HTTP/1.1 200 Connection established"))
    yield client(b"\x16\x03\x01 not HTTP any more")
    yield server(b"\x16\x03\x03 nor this")
    yield from left()


@behaviour
def a_request_for_no_path() -> Iterator[Step]:
    yield client(http.get("*", method="OPTIONS"))
    yield server(http.head("HTTP/1.1 204 No Content", "Allow: GET"))
    yield client(http.get("/then"))
    yield server(http.answer(body=b"then"))
    yield from left()


@behaviour
def an_answer_that_nobody_asked_for() -> Iterator[Step]:
    yield client(http.get("/"))
    yield server(http.answer(body=b"one"), http.answer(body=b"two"))
    yield server.fin()
    yield client.fin()


@behaviour
def a_status_that_does_not_exist() -> Iterator[Step]:
    yield client(http.get("/"))
    yield server(http.answer("799 \xff\xfe odd", body=b"x"))
    yield server(b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx")
    yield from left()
