"""What the scanner tells of records that hold secrets."""

import json
from dataclasses import fields, replace

import pytest
from cassette.records import EVERY_KIND, HEAD
from cassette.redaction.planted import PLANTED, SK, Planted
from cassette.redaction.rig import left, redacted, redactor, request, response

from wsrecord.cassette.model import End, Ended, Message, Note, Opcode, Opened, Record, Secret, Unknown
from wsrecord.cassette.redaction.scanner import Hit, scan, scanner

SECRET = "Zx81kq0Lm4-Tt7Rb2Wn9Q"


def message(payload: bytes, opcode: Opcode = Opcode.TEXT) -> Message:
    return Message(t=1, session=3, sender="client", opcode=opcode, payload=payload)


def hits(*records: Record) -> list[Hit]:
    return list(scan(records))


def test_it_tells_the_message_and_the_pointer() -> None:
    (hit,) = hits(message(b"{}"), message(json.dumps({"a": [0, {"x/y": {"password": SECRET}}]}).encode()))
    assert (hit.record, hit.session, hit.message, hit.what) == (2, 3, 2, "message")
    assert hit.place == "payload /a/1/x~1y/password"
    assert hit.kind == "password"


def test_it_tells_the_header_the_path_and_the_body() -> None:
    asked = request(
        f"/ws?token={SECRET}", (("X-Api-Key", SECRET),), json.dumps({"u": {"password": SECRET}}).encode()
    )
    assert {h.place for h in hits(asked)} == {"path", "header x-api-key", "body /u/password"}


def test_it_tells_close_reasons_notes_and_bytes() -> None:
    closed = message(b"\x0f\xa0token=" + SECRET.encode(), Opcode.CLOSE)
    note = Note(t=1, code="x", text=f"password={SECRET}")
    binary = message(b"\x00\xff\x00password=" + SECRET.encode(), Opcode.BINARY)
    assert [h.place for h in hits(closed, note, binary)] == ["close reason byte 8", "text", "payload byte 12"]


def test_a_value_caught_once_is_told_wherever_it_stands_later() -> None:
    found = hits(
        response(body=json.dumps({"access_token": SECRET}).encode()), message(f"hi {SECRET}".encode())
    )
    assert [h.what for h in found] == ["response", "message"]


@pytest.mark.parametrize(
    ("record", "what", "place"),
    [
        (request(headers=((f"X-{SK}", "1"),)), "request", "header 2's name"),
        (replace(request(), extra={"deep": [{"password": "pw1"}]}), "request", "extra /deep/0/password"),
        (replace(request(), method=SK), "request", "method"),
        (replace(message(b""), extra={"raw": SK.encode()}), "message", "extra"),
        (replace(message(b""), extra={"raw": b"\xff" + SK.encode()}), "message", "extra"),
        (replace(message(b""), unread=SK), "message", "unread"),
        (Note(t=1, code=SK, text=""), "note", "code"),
        (Opened(t=1, connection=1, extra={SK: 1}), "opened", "extra"),
        (Ended(t=1, connection=4, sender="client", how=f"x {SK}"), "ended", "how"),
        (Secret(placeholder=SK, name="x", length=1), "secret", "placeholder"),
        (Secret(placeholder="wsr-0123456789ab-x-1", name=SK, length=1), "secret", "name"),
        (replace(HEAD, recorder=SK), "head", "recorder"),
        (replace(HEAD, targets={f"/{SK}": "ws://x"}), "head", "targets prefix"),
        (replace(HEAD, targets={"/": f"ws://x/?token={SECRET}"}), "head", "targets address"),
        (End(t=1, connections=1, exchanges=1, sessions=1, messages=1, incomplete=SK), "end", "incomplete"),
        (Unknown(kind="weather", extra={"auth": {"password": "pw1"}}), "weather", "extra /auth/password"),
    ],
    ids=lambda v: v if isinstance(v, str) else type(v).__name__,
)
def test_no_string_of_a_record_is_left_out(record: Record, what: str, place: str) -> None:
    found = hits(record)
    assert [h.what for h in found] == [what]
    assert found[0].place.startswith(place)
    assert SK not in repr(found)


def test_records_without_secrets_have_no_hits() -> None:
    assert hits(*EVERY_KIND) == []


def test_a_placeholder_of_any_cassette_is_no_hit() -> None:
    assert hits(message(b'{"password": "wsr-fedcba987654-password-12"}')) == []
    assert (
        hits(
            request("/?token=wsr-fedcba987654-token-1", (("Authorization", "Bearer wsr-fedcba987654-a_b-3"),))
        )
        == []
    )


@pytest.mark.parametrize("planted", PLANTED, ids=lambda p: p.id)
def test_what_the_redactor_wrote_is_clean(planted: Planted) -> None:
    records, messages = redacted(planted, redactor())
    written = [message(m[1], Opcode(m[0])) for m in messages]
    assert hits(*records, *written) == []


@pytest.mark.parametrize(
    "planted", [p for p in PLANTED if p.text and not p.headers and not p.query], ids=lambda p: p.id
)
def test_every_planted_message_is_told_without_its_secret(planted: Planted) -> None:
    red = scanner()
    records = [message(t.encode()) for t in planted.text]
    assert len(list(scan(records, red))) >= 1
    told = list(scan(records, red))
    assert len(told) >= 1
    for hit in told:
        shown = " ".join(str(getattr(hit, f.name)) for f in fields(hit))
        assert left(shown.encode(), planted.secret) == [] or planted.secret in ("hunter2",)
