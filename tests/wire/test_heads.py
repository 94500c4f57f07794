"""Heads as bytes: where they end, and the one change that is made to them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.http import get, head, post
from wire.streams import few

from wsrecord.wire.heads import Rewrite, ambiguous_framing, first_value, has_token, head_end, may_be_request

OWN = (b"127.0.0.1:9000", b"localhost:9000", b"[::1]:9000", b"localhost")
rewrite = Rewrite(OWN, b"real.example:8443", b"https")


@pytest.mark.parametrize(
    ("data", "end"),
    [
        (b"", -1),
        (b"a\r\n", -1),
        (b"a\r\n\r", -1),
        (b"a\r\n\r\n", 5),
        (b"a\r\n\r\nbody\r\n\r\n", 5),
        (b"a\n\n", 3),
        (b"a\n\r\n", 4),
        (b"a\r\n\n", 4),
        (b"a\r\r\n\r\r\n", -1),
    ],
)
def test_a_head_ends_after_an_empty_line(data: bytes, end: int) -> None:
    assert head_end(data) == end


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"G",
        b"GET",
        b"GET ",
        b"GET /a b",
        b"GET / HTTP/1.1\r\n",
        b"GET / HTTP/1.0\n",
        b"PRI-VATE /x HTTP/1.1\r\nwhatever",
        b"OPTIONS * HTTP/1.1\r\n",
        b"CONNECT a:1 HTTP/1.1\r\n",
        b"GET http://a/ HTTP/1.1\r\n",
    ],
)
def test_what_may_become_a_request(data: bytes) -> None:
    assert may_be_request(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01",
        b" GET",
        b"GET\t/",
        b"{",
        b"(",
        b"GET /\r\n",
        b"GET / HTTP/2.0\r\n",
        b"PRI * HTTP/2.0\r\n",
        b"GET  / HTTP/1.1\r\n",
        b"GET /a b HTTP/1.1\r\n",
        b"GET / http/1.1\r\n",
        b"SSH-2.0-OpenSSH_9\r\n",
        b"\x00",
    ],
)
def test_what_is_no_request_is_known_at_once(data: bytes) -> None:
    assert not may_be_request(data)


# -- the one change


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("Host: 127.0.0.1:9000", "Host: real.example:8443"),
        ("host:127.0.0.1:9000", "host:real.example:8443"),
        ("HOST:\t localhost:9000 \t", "HOST:\t real.example:8443 \t"),
        ("Host: LocalHost:9000", "Host: real.example:8443"),
        ("Host: [::1]:9000", "Host: real.example:8443"),
        ("Host: localhost", "Host: real.example:8443"),
        ("Origin: http://127.0.0.1:9000", "Origin: https://real.example:8443"),
        ("origin:https://LOCALHOST:9000 ", "origin:https://real.example:8443 "),
        ("ORIGIN: HTTP://[::1]:9000", "ORIGIN: https://real.example:8443"),
    ],
)
def test_the_proxys_own_address_becomes_the_targets(line: str, becomes: str) -> None:
    for eol in ("\r\n", "\n"):
        before = head("GET /ws HTTP/1.1", "A: 1", line, "B: 2", eol=eol)
        assert rewrite.apply(before) == head("GET /ws HTTP/1.1", "A: 1", becomes, "B: 2", eol=eol)
        assert rewrite.apply(b"\r\n" + before) == b"\r\n" + rewrite.apply(before)


@pytest.mark.parametrize(
    "line",
    [
        "Host: example.test",
        "Host: 127.0.0.1",
        "Host: 127.0.0.1:90001",
        "Host: x127.0.0.1:9000",
        "Host: 127.0.0.1:9000, other",
        "Host: 127.0.0.1 :9000",
        "Host:",
        "Origin: null",
        "Origin: http://example.test",
        "Origin: ws://127.0.0.1:9000",
        "Origin: 127.0.0.1:9000",
        "Origin: http://127.0.0.1:9000/",
        "Origin: http://127.0.0.1:9000 http://b",
        "X-Host: 127.0.0.1:9000",
        "Hosts: 127.0.0.1:9000",
        "Referer: http://127.0.0.1:9000/page",
        "X-Forwarded-Host: 127.0.0.1:9000",
        "X-Note: Host: 127.0.0.1:9000",
        "X-Fold: a\r\n Host: 127.0.0.1:9000",
        "X-Fold: a\r\n\tOrigin: http://127.0.0.1:9000",
    ],
)
def test_everything_else_is_left_as_it_is(line: str) -> None:
    before = head("GET /?Host:127.0.0.1:9000 HTTP/1.1", line)
    assert rewrite.apply(before) == before


def test_the_request_line_is_never_changed() -> None:
    before = head("Host: 127.0.0.1:9000 HTTP/1.1", "A: b")
    assert rewrite.apply(before) == before


def test_host_and_origin_are_both_rewritten_and_each_by_itself() -> None:
    before = get("/", "Origin: http://example.test", host="localhost:9000")
    assert rewrite.apply(before) == get("/", "Origin: http://example.test", host="real.example:8443")


values = st.text("abc :/.,\t", max_size=12)
lines = st.builds(lambda name, value: f"{name}:{value}", st.text("abcHost-", min_size=1, max_size=8), values)


@few
@given(st.lists(lines, max_size=5), st.sampled_from(["\r\n", "\n"]))
def test_a_head_without_the_own_address_comes_back_byte_for_byte(fields: list[str], eol: str) -> None:
    before = head("GET / HTTP/1.1", *fields, eol=eol)
    assert rewrite.apply(before) == before


@pytest.mark.parametrize(
    "line", ["Host: a" + " " * 60_000 + "b", "Host:" + " " * 60_000, "Host" + " " * 60_000]
)
def test_a_line_of_blanks_does_not_stop_the_clock(line: str) -> None:
    before = head("GET / HTTP/1.1", line)
    began = time.process_time()
    assert rewrite.apply(before) == before
    assert rewrite.apply(before.replace(b"\n", b"\r")) == before.replace(b"\n", b"\r")
    assert ambiguous_framing(before.replace(b"Host", b"Content-Length")) is None
    assert time.process_time() - began < 0.2


# -- framing


@pytest.mark.parametrize(
    ("fields", "doubt"),
    [
        ((), None),
        (("Content-Length: 5",), None),
        (("Transfer-Encoding: chunked",), None),
        (("Content-Length: 5", "Content-Length: 5"), "more than one Content-Length"),
        (("Content-Length: 5", "content-length: 6"), "more than one Content-Length"),
        (("Content-Length: 5, 5",), "more than one Content-Length"),
        (
            ("Content-Length:5", "X: y", "TRANSFER-ENCODING:chunked"),
            "both Content-Length and Transfer-Encoding",
        ),
        (("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), "more than one Transfer-Encoding"),
        (("Transfer-Encoding: gzip", "Transfer-Encoding: chunked"), "more than one Transfer-Encoding"),
        (("Content-Length : 5", "Content-Length: 6"), "more than one Content-Length"),
        (("X-Content-Length: 5", "Content-Length: 6"), None),
        (("X: Content-Length: 5", "Content-Length: 6"), None),
    ],
)
def test_framing_that_two_parsers_could_read_in_two_ways(fields: tuple[str, ...], doubt: str | None) -> None:
    assert ambiguous_framing(post("/", *fields)) == doubt


def test_header_look_ups_do_not_mind_case() -> None:
    headers = (("CONNECTION", "keep-alive, Upgrade"), ("Connection", "x"))
    assert first_value(headers, "connection") == "keep-alive, Upgrade"
    assert first_value(headers, "upgrade") is None
    assert has_token(headers, "connection", "upgrade")
    assert has_token(headers, "connection", "x")
    assert not has_token(headers, "connection", "keep")
