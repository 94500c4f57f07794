"""Upgrades granted, refused, in pieces, too early, and written in unusual ways."""

from collections.abc import Iterator

from live.behaviours import also_over_tls, behaviour, left, opened
from live.behaviours.messages import closed
from support import frames, http
from support.script import Step, client, server

C, S = frames.client, frames.server


def refused(status: str, *headers: str) -> bytes:
    return http.head(f"HTTP/1.1 {status}", *headers)


@also_over_tls
def subprotocols() -> Iterator[Step]:
    asked = ("Sec-WebSocket-Protocol: agent.v2, agent.v1", "Sec-WebSocket-Protocol: bearer.abc")
    yield from opened(*asked, answer=("Sec-WebSocket-Protocol: agent.v1",))
    yield server(S.text("{}"))
    yield from closed()


@behaviour
def a_subprotocol_that_nobody_asked_for() -> Iterator[Step]:
    yield from opened(answer=("Sec-WebSocket-Protocol: surprise",))
    yield client(C.close(1010))
    yield from left()


@also_over_tls
def a_refusal_with_a_body() -> Iterator[Step]:
    yield client(http.upgrade())
    yield server(
        http.answer("401 Unauthorized", 'WWW-Authenticate: Bearer realm="x"', body=b'{"error": "who?"}')
    )
    yield from left()


@behaviour
def a_refusal_and_a_second_try_on_the_same_connection() -> Iterator[Step]:
    yield client(http.upgrade())
    yield server(http.answer("401 Unauthorized", body=b"who?"))
    yield from opened("Authorization: Bearer now-with-a-token")
    yield client(C.text("in"))
    yield server(S.text("welcome"))
    yield from closed()


@behaviour
def a_chunked_refusal_and_a_second_try() -> Iterator[Step]:
    yield client(http.upgrade())
    yield server(refused("403 Forbidden", "Transfer-Encoding: chunked"))
    yield server(http.chunk(b"no, "), http.chunk(b"not you", ";why=policy"))
    yield server(b"0\r\nX-Trailer: yes\r\n\r\n")
    yield from opened()
    yield server(S.text("well then"))
    yield from closed()


@behaviour
def a_refusal_that_ends_with_the_connection() -> Iterator[Step]:
    yield client(http.upgrade())
    yield server(refused("503 Service Unavailable", "Connection: close"), b"we are ", b"moving")
    yield server.drop()
    yield client.fin()


@behaviour
def a_redirect() -> Iterator[Step]:
    yield client(http.upgrade())
    yield server(http.answer("307 Temporary Redirect", "Location: ws://elsewhere.test/ws"))
    yield from left()


@behaviour
def an_upgrade_byte_by_byte() -> Iterator[Step]:
    yield client.dribble(http.upgrade())
    yield server.dribble(http.switching(), S.text("hello"))
    yield client(C.text("hello"))
    yield from closed()


@behaviour
def an_upgrade_line_by_line() -> Iterator[Step]:
    for line in http.upgrade().splitlines(keepends=True):
        yield client.later(line)
    yield client(b"")
    for line in http.switching().splitlines(keepends=True):
        yield server(line)
    yield from closed()


@also_over_tls
def a_client_that_talks_before_the_answer() -> Iterator[Step]:
    yield client(http.upgrade(), C.text("early bird"), C.ping("?"))
    yield server(http.switching(), S.pong("?"), S.text("welcome"))
    yield from closed()


@behaviour
def a_client_that_talks_before_a_refusal() -> Iterator[Step]:
    yield client(http.upgrade(), C.text("early bird"))
    yield server(http.answer("403 Forbidden", body=b"no"))
    yield from left()


@behaviour
def a_first_frame_in_the_segment_of_the_answer() -> Iterator[Step]:
    yield client(http.upgrade())
    yield server(http.switching(), S.text("right away"), S.text("cut")[:3])
    yield server(S.text("cut")[3:])
    yield from closed()


@behaviour
def an_answer_before_the_request() -> Iterator[Step]:
    yield server(http.switching(), S.text("too early"))
    yield client(http.upgrade())
    yield from left()


@behaviour
def interim_answers_before_the_101() -> Iterator[Step]:
    yield client(http.upgrade())
    yield server(refused("103 Early Hints", "Link: </style.css>; rel=preload"))
    yield server(refused("102 Processing"), http.switching(), S.text("in"))
    yield client(C.text("in"))
    yield from closed()


@behaviour
def an_upgrade_to_something_else() -> Iterator[Step]:
    yield client(
        http.get("/", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk")
    )
    yield server(
        refused("101 Switching Protocols", "Connection: Upgrade", "Upgrade: h2c"), b"\x00\x00\x00\x04\x00"
    )
    yield client(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
    yield from left()


@behaviour
def an_upgrade_that_is_ignored() -> Iterator[Step]:
    yield client(http.upgrade())
    yield server(http.answer(body=b"<h1>a page</h1>"))
    yield client(http.get("/again"))
    yield server(http.answer(body=b"again"))
    yield from left()


@behaviour
def header_names_in_any_case() -> Iterator[Step]:
    yield client(
        http.head(
            "GET /ws?Q=%7e&q= HTTP/1.1",
            "sec-websocket-VERSION: 13",
            "HOST: example.test",
            "UPGRADE: WebSocket",
            "connection: keep-alive, upgrade",
            f"SEC-WebSocket-key: {http.KEY}",
            "x-Empty:",
        )
    )
    yield server(
        http.head(
            "HTTP/1.1 101 switching",
            "SEC-WEBSOCKET-ACCEPT: " + http.ACCEPT,
            "upgrade: WEBSOCKET",
            "CONNECTION: UPGRADE",
        )
    )
    yield client(C.text("in"))
    yield from closed()


@behaviour
def odd_spacing_in_headers() -> Iterator[Step]:
    yield client(
        http.head(
            "GET /ws HTTP/1.1",
            "Host:example.test",
            "Upgrade:    websocket   ",
            "Connection:\tUpgrade\t",
            f"Sec-WebSocket-Key:{http.KEY}",
            "Sec-WebSocket-Version: 13",
            "X-Tail: spaces   ",
            "X-Latin: \xe9\xe8",
        )
    )
    yield server(http.switching("X-Spaces:   a   b   ", "X-Empty: "))
    yield server(S.text("in"))
    yield from closed()


@behaviour
def repeated_headers_in_their_order() -> Iterator[Step]:
    yield client(http.upgrade("/ws", "Cookie: a=1", "X-B: 1", "X-A: 2", "X-B: 3", "Cookie: b=2", "x-b: 4"))
    yield server(http.switching("Set-Cookie: a=1; Path=/", "X-Z: 1", "Set-Cookie: b=2", "X-Z: 0"))
    yield from closed()


@behaviour
def a_folded_header() -> Iterator[Step]:
    yield client(http.upgrade("/ws", "X-Folded: one", "  two", "\tthree"))
    yield server(http.switching("X-Folded: one", " two"))
    yield from closed()


@behaviour
def heads_with_bare_line_feeds() -> Iterator[Step]:
    yield client(http.upgrade().replace(b"\r\n", b"\n"))
    yield server(http.switching().replace(b"\r\n", b"\n"))
    yield client(C.text("in"))
    yield server(S.text("in"))
    yield from closed()


@behaviour
def an_absolute_request_target() -> Iterator[Step]:
    yield client(http.upgrade("http://example.test/ws"))
    yield server(http.switching())
    yield from closed()


@behaviour
def empty_lines_before_the_request() -> Iterator[Step]:
    yield client(b"\r\n\r\n", http.upgrade())
    yield server(http.switching())
    yield from closed()


@behaviour
def a_head_of_60_kB() -> Iterator[Step]:
    yield client(http.upgrade("/ws", *(f"X-Long-{i}: {'v' * 1000}" for i in range(60))))
    yield server(http.switching(*(f"X-Long-{i}: {'v' * 1000}" for i in range(60))))
    yield client(C.text("in"))
    yield from closed()


@behaviour
def a_head_of_200_kB_and_a_second_one() -> Iterator[Step]:
    yield client(http.get("/", *(f"X-Long-{i}: {'v' * 1000}" for i in range(200))))
    yield server(http.answer(body=b"long"))
    yield client(http.upgrade())
    yield server(http.switching(), S.text("in"))
    yield from closed()


# A request's head may be held back until it is whole or its connection ends: not awaited here.


@behaviour
def a_handshake_that_the_server_gives_up_on() -> Iterator[Step]:
    yield client.dribble_later(b"GET /ws HTTP/1.1\r\n")
    yield server(http.answer("408 Request Timeout", "Connection: close"))
    yield server.fin()
    yield client.fin()


@behaviour
def an_answer_in_the_middle_of_a_head() -> Iterator[Step]:
    yield client.dribble_later(http.get()[:20])
    yield server(http.answer(body=b"impatient"))
    yield client(http.get()[20:])
    yield server(http.answer(body=b"well"))
    yield from left()


@behaviour
def a_head_that_ends_in_the_middle_of_a_line() -> Iterator[Step]:
    yield client.dribble_later(b"GET /ws HTTP/1.1\r\nUpgr")
    yield client.fin()
    yield server.got(len(b"GET /ws HTTP/1.1\r\nUpgr"))
    yield server(http.answer("400 Bad Request"))
    yield server.fin()


@behaviour
def a_head_that_ends_in_the_middle_of_the_host() -> Iterator[Step]:
    yield client.dribble_later(b"GET /ws HTTP/1.1\r\nHost: exam")
    yield client.fin()
    yield server.got(len(b"GET /ws HTTP/1.1\r\nHost: exam"))
    yield server(http.answer("400 Bad Request"))
    yield server.fin()


@behaviour
def a_client_that_resets_with_its_request_under_way() -> Iterator[Step]:
    yield client.dribble_later(http.upgrade()[:70])
    yield client.rst()
