"""Lines: readable where that loses nothing, and never losing anything."""

import json
from pathlib import Path

import pytest
from cassette.records import EVERY_KIND, HEAD, cassettes, messages, records
from hypothesis import given

from wsrecord.cassette import binary, lines
from wsrecord.cassette.model import Message, Opcode, Record
from wsrecord.errors import CassetteError


def text(payload: bytes, opcode: Opcode = Opcode.TEXT) -> dict[str, object]:
    """The line of one message, as JSON."""
    message = Message(t=1, session=1, sender="client", opcode=opcode, payload=payload)
    line = lines.encode(message)
    assert lines.decode(line) == [message]
    found = json.loads(line)
    for name in ("kind", "t", "session", "sender", "type"):
        del found[name]
    return found


def refused(line: str) -> str:
    with pytest.raises(CassetteError) as caught:
        lines.decode(line.encode("utf-8", "surrogatepass"))
    return str(caught.value)


MESSAGE = '{"kind": "message", "t": 1, "session": 1, "sender": "client", "type": "text", '


@given(records)
def test_every_record_comes_back_from_its_line(record: Record) -> None:
    line = lines.encode(record)
    assert line.count(b"\n") == 1
    assert lines.decode(line) == [record]


@given(cassettes)
def test_binary_to_lines_and_back_changes_nothing(cassette: list[Record]) -> None:
    there = [found for line in lines.encode_all(cassette) for found in lines.decode(line)]
    data = b"".join(binary.encode_all(there))
    back = [found for body in read_bodies(data) for found in binary.decode(body)]
    assert back == cassette
    assert b"".join(binary.encode_all(back)) == data


def read_bodies(data: bytes) -> list[bytes]:
    found = []
    while data:
        size = int.from_bytes(data[:4], "big")
        found.append(data[8 : 8 + size])
        data = data[8 + size :]
    return found


def test_a_head_line_says_first_what_it_is() -> None:
    assert lines.encode(HEAD).startswith(b'{"wsrecord": 1, "kind": "head", ')


def test_every_kind_is_one_line() -> None:
    for record in EVERY_KIND:
        line = lines.encode(record)
        assert lines.decode(line) == [record]
        assert line.endswith(b"}\n")


@pytest.mark.parametrize(
    ("payload", "style"),
    [
        (b'{"a":"b","c":[1,2]}', None),
        ('{"a":"é"}'.encode(), None),
        (b'{"a": "b", "c": [1, 2]}', "spaced"),
        (b'{"a":"\\u00e9"}', "ascii"),
        (b'{"a": "\\u00e9"}', "ascii spaced"),
        (b'{"a":"\\ud800"}', "ascii"),
        (b'{"a":"\\u003cb\\u003e"}\n', "html newline"),
        (b'["<\\/b>"]', "slashes"),
        (b"[1.0,-0.0,1e+16,0.1]", None),
    ],
)
def test_json_stands_as_json_with_its_style(payload: bytes, style: str | None) -> None:
    found = text(payload)
    assert found.pop("json") == json.loads(payload)
    assert found == ({"style": style} if style else {})


@pytest.mark.parametrize(
    "payload",
    [
        b'{"a":1,"a":2}',  # which of them would it be
        b'{"a" : 1}',
        b'{"a":1, "b":2}',
        b"[1e5]",
        b"[1.10]",
        b"[1E999]",
        b"[NaN]",
        b"[1" + b"0" * 400 + b"]",
        b"[" * 65 + b"]" * 65,
        b"[" * 20000,
        b'"a string"',
        b"17",
        b"null",
        b"2probe",
        b'42["hello",{}]',
        b"",
        b'["' + b"a" * (1 << 20) + b'"]',  # a page that nobody reviews
    ],
)
def test_what_would_not_come_back_as_it_was_stands_as_text(payload: bytes) -> None:
    assert text(payload) == {"text": payload.decode()}


def test_bytes_that_are_no_text_stand_as_base64() -> None:
    assert text(b"\xff\x00", Opcode.BINARY) == {"data": "/wA="}


def test_a_binary_message_that_is_text_can_be_read() -> None:
    assert text(b'{"a":1}', Opcode.BINARY) == {"json": {"a": 1}}


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"\x03\xe8", {"code": 1000}),
        ("\x0f\xa1adieu ✓".encode("latin-1", "ignore"), None),
        (b"\x03\xe9" + "später".encode(), {"code": 1001, "reason": "später"}),
        (b"", {"text": ""}),
        (b"\x03", {"text": "\x03"}),
        (b"\x03\xe8\xff", {"data": "A+j/"}),
    ],
)
def test_a_close_stands_as_code_and_reason_where_it_has_them(payload: bytes, expected: object) -> None:
    found = text(payload, Opcode.CLOSE)
    assert expected is None or found == expected


@pytest.mark.parametrize("char", "\u2028\u2029\u202e\u2066\x7f\x9b\ufeff\u200b")
def test_what_could_deceive_a_reviewer_is_escaped(char: str) -> None:
    message = Message(t=1, session=1, sender="client", opcode=Opcode.TEXT, payload=f"a\\{char}b".encode())
    line = lines.encode(message)
    assert char not in line.decode()
    assert f"\\u{ord(char):04x}".encode() in line
    assert lines.decode(line) == [message]


@given(messages)
def test_the_batch_call_writes_the_same_lines(message: Message) -> None:
    rest = {
        name: value
        for name in ("began", "frames", "size", "unread")
        if (value := getattr(message, name)) is not None
    }
    item = (int(message.opcode), message.payload, {**rest, **message.extra})
    assert lines.encode_messages(message.session, message.sender, message.t, [item]) == lines.encode(message)


def test_an_empty_line_is_nothing() -> None:
    assert lines.decode(b"  \r\n") == []


def test_line_ends_of_another_system_do_no_harm() -> None:
    line = lines.encode(EVERY_KIND[7])
    assert lines.decode(line[:-1] + b"\r\n") == [EVERY_KIND[7]]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("[]", "not a JSON object"),
        ("{", "no JSON"),
        ('{"kind": "ended", "kind": "ended"}', "same key twice"),
        ('{"t": 1}', "without a kind"),
        (MESSAGE + '"json": 1, "text": "1"}', "json and text at once"),
        (MESSAGE + '"x": 1}', "neither json, text nor data"),
        (MESSAGE + '"text": 1}', "text must be text, not a number"),
        (MESSAGE + '"text": "\\ud800"}', "lone surrogate"),
        (MESSAGE + '"data": "a"}', "not base64"),
        (MESSAGE + '"data": "~~~~"}', "not base64"),
        (MESSAGE + '"json": {}, "style": "bold"}', "newer wsrecord"),
        (MESSAGE + '"json": [1e999]}', "can't be written"),
        (MESSAGE + '"json": {}, "payload": "x"}', "'payload'"),
        (MESSAGE + '"text": "x", "style": "spaced"}', "the name is taken"),
        (MESSAGE + '"text": "x", "code": 1000}', "the name is taken"),
        (MESSAGE.replace('"text"', '"frame"') + '"text": ""}', "type must be one of"),
        (MESSAGE.replace('"text"', '"close"') + '"code": 65536}', "below 65536"),
        (MESSAGE.replace('"text"', '"close"') + '"code": 1000, "text": ""}', "the name is taken"),
        ('{"kind": "messages", "list": []}', "each message stands alone"),
        ('{"kind": "x", "v": NaN}', "NaN is not JSON"),
        ('{"kind": "x", "v": 99999999999999999999}', "beyond 64 bits"),
        ('{"kind": "x", "v": ' + "9" * 5000 + "}", "24 digits"),
        ('{"kind": "x", "v": {"$data": "?"}}', "not base64"),
        ('{"kind": "x", "v": {"$map": 1}}', "$map must hold a map"),
        ('{"kind": "x", "v": ' + "[" * 80 + "]" * 80 + "}", "deeper"),
        ('{"kind": "x", "v": ' + "[" * 100_000 + "]" * 100_000 + "}", "deeper"),
        ('{"kind": "note", "t": 1, "code": "a", "text": "b", "data": "?"}', "note: data: not base64"),
        ('{"kind": "request", "body": "x"}', "'body'"),
        ("\ud800", "no JSON"),
    ],
)
def test_a_wrong_line_is_refused_by_name(line: str, says: str) -> None:
    assert says in refused(line)


def test_a_cassette_may_be_sorted_and_spaced_by_hand(tmp_path: Path) -> None:
    line = json.dumps(json.loads(lines.encode(HEAD)), sort_keys=True, separators=(",", ":"))
    assert lines.decode(line.encode()) == [HEAD]
