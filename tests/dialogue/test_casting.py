"""Which recorded request a live one stands for."""

import pytest
from dialogue.recordings import Writer, secret

from wsrecord.cassette.model import Request
from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.casting import Candidate, Credentials, cast
from wsrecord.dialogue.part import Part, part


def live(method: str, path: str, body: bytes | None = None, **headers: str) -> Request:
    given = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Request(
        t=0, began=0, connection=0, exchange=0, method=method, path=path, headers=given, body=body
    )  # fmt: skip


def candidates(found: Part) -> list[Candidate]:
    return [
        Candidate(one.asked, one.exchange.request)
        for one in found.answers.values()
        if one.exchange.request is not None
    ]


def path_of(found: Part, request: Request) -> str | None:
    chosen = cast(candidates(found), request, Bindings(found.dialogue), Credentials())
    return chosen.request.path if chosen is not None else None


def test_method_and_path_decide_and_an_id_may_be_another_one() -> None:
    writer = Writer().exchange("GET", "/rooms").exchange("GET", "/rooms/room-6613fa00bd")
    found = part(writer.exchange("POST", "/rooms", {"name": "x"}).exchange("GET", "/users/7").recording)
    assert path_of(found, live("GET", "/rooms")) == "/rooms"
    assert path_of(found, live("GET", "/rooms/room-0000aaaa11?x=1")) == "/rooms/room-6613fa00bd"
    assert path_of(found, live("GET", "/users/8")) == "/users/7"
    for request in (live("DELETE", "/rooms"), live("GET", "/room"), live("GET", "/users/x"), live("GET", "")):
        assert path_of(found, request) is None


def test_query_and_body_tell_alike_ones_apart() -> None:
    writer = Writer().exchange("GET", "/s?q=one&page=1").exchange("GET", "/s?q=two&page=1")
    found = part(writer.recording)
    assert path_of(found, live("GET", "/s?page=1&q=two")) == "/s?q=two&page=1"
    assert path_of(found, live("GET", "/s?q=three")) == "/s?q=one&page=1"
    writer = Writer().exchange("POST", "/do", {"what": "a"}).exchange("POST", "/do", {"what": "b", "n": 1})
    found = part(writer.recording)
    chosen = cast(
        candidates(found), live("POST", "/do", b'{"n":1,"what":"b"}'), Bindings(found.dialogue), Credentials()
    )
    assert chosen is not None
    assert chosen.asked.exchange == (2, 1)


def test_the_same_credentials_are_the_same_user() -> None:
    one, two = secret("token", 1), secret("token", 2)
    writer = Writer(one, two)
    for token in (one, two, one):
        writer.exchange("GET", "/me", headers=[("Authorization", f"Bearer {token}")])
    found = part(writer.recording)
    bindings, known = Bindings(found.dialogue), Credentials()
    left = candidates(found)
    order = []
    for token in ("ada-token", "ada-token", "bob-token"):
        request = live("GET", "/me", Authorization=f"Bearer {token}")
        chosen = cast(left, request, bindings, known)
        assert chosen is not None
        known.learn(chosen.asked, {"headers": {"authorization": [f"Bearer {token}"]}})
        left.remove(chosen)
        order.append(chosen.asked.exchange)
    assert order == [(1, 1), (3, 1), (2, 1)]


@pytest.mark.parametrize("path", ["/%ff%fe", "/?" + "a=1&" * 5000, "//", "/\x00", "/rooms/" + "x" * 100_000])
def test_any_path_and_body_can_be_asked_for(path: str) -> None:
    found = part(Writer().exchange("GET", "/rooms/room-6613fa00bd", {"a": 1}).recording)
    for body in (None, b"\xff", b"[" * 100_000, b'{"a":'):
        path_of(found, live("GET", path, body))
