"""Where an upgrade is refused, or nothing can be read any more: traffic goes on, byte for byte."""

import pytest
from support.frames import client
from support.http import answer, get, head, post, switching, upgrade
from wire.beside import Beside

from wsrecord.wire.http import RefusedError
from wsrecord.wire.items import Bounds

SMALL = Bounds(message=200, head=300, body=20)
NOT_RECORDED = "; relayed and not recorded from here on"
DENIED = answer("401 Unauthorized", body=b"who?")


# -- a refused upgrade


def test_a_refused_upgrade_is_an_exchange_and_may_be_tried_again() -> None:
    both = Beside().client(upgrade("/ws")).server(DENIED)
    assert both.told == ["1 > GET /ws upgrade", "1 < 401 upgrade who?"]
    both.client(post("/login", "Content-Length: 2") + b"me").server(answer())
    assert both.told == ["2 > POST /login me", "2 < 200"]
    both.client(upgrade("/ws?again")).server(switching()).client(client.text("in"))
    assert both.told == ["3 > GET /ws?again upgrade", "3 < 101 upgrade", "client: text in"]


@pytest.mark.parametrize("together", [True, False])
def test_requests_sent_before_the_refusal_are_read_after_it(together: bool) -> None:
    later = get("/b") + post("/c", "Content-Length: 1") + b"x"
    both = Beside().client(upgrade("/ws"), later)
    assert both.relayed == upgrade("/ws") + later
    assert both.told == ["1 > GET /ws upgrade"]
    found = [DENIED, answer(body=b"B"), answer(body=b"C")]
    both.server(*([b"".join(found)] if together else found))
    assert both.told == ["1 < 401 upgrade who?", "2 > GET /b", "3 > POST /c x", "2 < 200 B", "3 < 200 C"]
    assert both.relayed == upgrade("/ws") + later
    assert both.client(get("/d")).told == ["4 > GET /d"]


def test_a_second_upgrade_may_be_on_its_way_when_the_first_is_refused() -> None:
    both = Beside().client(upgrade("/1") + upgrade("/2") + client.text("hi")).server(DENIED + switching())
    assert both.told == [
        "1 > GET /1 upgrade",
        "1 < 401 upgrade who?",
        "2 > GET /2 upgrade",
        "2 < 101 upgrade",
        "client: text hi",
    ]


def test_half_a_body_may_be_on_its_way_when_the_upgrade_is_refused() -> None:
    both = (
        Beside().client(upgrade("/ws") + post("/b", "Content-Length: 2") + b"x").server(DENIED).client(b"y")
    )
    assert both.told[2:] == ["2 > POST /b xy"]
    assert both.relayed == upgrade("/ws") + post("/b", "Content-Length: 2") + b"xy"


def test_half_a_head_that_went_on_before_the_refusal_does_not_go_on_twice() -> None:
    sent = upgrade("/ws") + get("/b")
    both = Beside().client(sent[:-9]).server(DENIED).client(sent[-9:])
    assert both.ends("client").relayed == sent
    assert both.told[2:] == [
        f"client! unread: half a head came before the upgrade was answered{NOT_RECORDED}"
    ]


def test_frames_that_came_before_a_refusal_are_no_requests() -> None:
    both = Beside().client(upgrade("/ws") + client.text("early")).server(DENIED)
    assert both.told[2:] == [f"client! unread: not an HTTP/1 request{NOT_RECORDED}"]
    assert both.tap.mode == "opaque"
    assert both.relayed == upgrade("/ws") + client.text("early")


def test_an_ambiguous_request_that_went_on_before_the_refusal_ends_the_reading() -> None:
    sent = upgrade("/ws") + post("/b", "Content-Length: 1", "Content-Length: 2") + b"x"
    both = Beside().client(sent).server(DENIED)
    assert both.relayed == sent
    assert both.told[2:] == [
        "client! unread: the request's framing is ambiguous: more than one Content-Length" + NOT_RECORDED
    ]


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (DENIED, "an upgrade was refused before the request for it had ended"),
        (switching(), "it switched before the request for it had ended"),
    ],
)
def test_an_upgrade_that_is_answered_before_it_has_ended_ends_the_reading(reply: bytes, why: str) -> None:
    both = Beside().client(upgrade("/ws", "Content-Length: 5") + b"ab").server(reply)
    assert both.told[-1] == f"server! unread: {why}{NOT_RECORDED}"
    assert both.client(b"cde" + get("/b")).tap.mode == "opaque"


def test_too_much_before_the_answer_ends_the_reading() -> None:
    both = Beside(SMALL).client(upgrade(), *[client.text("x" * 100)] * 3).server(switching())
    assert both.told[1:] == [f"client! unread: too much came before the upgrade was answered{NOT_RECORDED}"]
    assert both.relayed == upgrade() + client.text("x" * 100) * 3


# -- opaque


def test_bytes_that_are_no_http_are_relayed_at_once_and_not_read() -> None:
    both = Beside().client(b"\x16\x03\x01")
    assert (both.relayed, both.tap.mode) == (b"\x16\x03\x01", "opaque")
    assert both.told == [f"client! unread: not an HTTP/1 request{NOT_RECORDED}"]
    assert both.client(get("/a")).server(answer()).ends("client").ends("server").told == []


def test_an_upgrade_to_another_protocol_ends_the_reading() -> None:
    both = Beside().client(get("/", "Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings"))
    both.server(head("HTTP/1.1 101 Switching Protocols", "Upgrade: h2c", "Connection: Upgrade") + b"\0\0\0\4")
    assert both.told == [
        "1 > GET /",
        "1 < 101",
        f"server! unread: it switched to a protocol that is not WebSocket{NOT_RECORDED}",
    ]
    assert both.client(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").told == []
    assert both.tap.mode == "opaque"


def test_a_tunnel_ends_the_reading() -> None:
    both = Beside().client(get("a:1", method="CONNECT")).server(head("HTTP/1.1 200 OK")).client(b"\x16\x03")
    assert both.told == ["1 > CONNECT a:1", "1 < 200", f"server! unread: a tunnel begins{NOT_RECORDED}"]
    assert both.relayed.endswith(b"\x16\x03")


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (answer("408 Request Timeout"), "an answer to no request"),
        (b"\x00\x01", "an answer to no request"),
    ],
)
def test_half_a_head_is_not_lost_when_the_server_ends_the_reading(reply: bytes, why: str) -> None:
    both = Beside().client(get("/a")[:9]).server(reply)
    assert both.told == [f"server! unread: {why}{NOT_RECORDED}"]
    assert both.client(get("/a")[9:20], get("/a")[20:]).relayed == get("/a")
    assert both.tap.mode == "opaque"
    assert both.told == []


def test_half_a_head_is_not_lost_when_another_protocol_begins() -> None:
    asked = get("/", "Upgrade: h2c", "Connection: Upgrade")
    both = (
        Beside()
        .client(asked + b"PRI * HT")
        .server(head("HTTP/1.1 101 x", "Upgrade: h2c", "Connection: Upgrade"))
    )
    assert both.client(b"TP/2.0\r\n").relayed == asked + b"PRI * HTTP/2.0\r\n"


@pytest.mark.parametrize("reply", [b"", answer("408 Request Timeout")])
def test_half_a_head_goes_on_when_the_client_ends(reply: bytes) -> None:
    both = Beside().client(get("/a")[:9]).server(reply)
    assert both.ends("client").relayed == get("/a")[:9]
    (line,) = both.told
    assert line.endswith(NOT_RECORDED)


def test_an_empty_line_after_the_last_request_goes_on_and_is_not_remarked_on() -> None:
    both = Beside().client(get("/a"), b"\r\n").server(answer())
    assert not both.tap.holding
    assert both.ends("client").relayed == get("/a") + b"\r\n"
    assert both.told == ["1 > GET /a", "1 < 200"]


def test_an_answer_that_can_not_be_read_ends_the_reading_of_both_sides() -> None:
    both = Beside().client(get("/a")).server(b"HTTP/9 what\r\n\r\n")
    (_, line) = both.told
    assert line.startswith("server! unread: an answer that can't be read")
    assert both.tap.mode == "opaque"
    assert both.client(get("/b")).relayed == get("/a") + get("/b")


def test_an_ambiguous_request_is_refused() -> None:
    with pytest.raises(RefusedError, match="more than one Content-Length"):
        Beside().client(post("/a", "Content-Length: 1", "Content-Length: 1"))
