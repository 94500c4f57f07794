"""A message in a few words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsrecord.cassette.model import Message, Opcode
from wsrecord.report import brief


def name(payload: bytes | str, opcode: Opcode = Opcode.TEXT) -> str | None:
    data = payload.encode() if isinstance(payload, str) else payload
    return brief.event_name(Message(t=0, session=1, sender="client", opcode=opcode, payload=data))


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ('{"type":"agent_started"}', "agent_started"),
        (' \n{"type": "a", "event": "b"}', "a"),
        ('{"event":"phx_join","topic":"x"}', "phx_join"),
        ('{"jsonrpc":"2.0","method":"session/prompt","id":1}', "session/prompt"),
        ('{"header":{"msg_type":"execute_request"}}', "execute_request"),
        ('["PUBLISH","x"]', "PUBLISH"),
        ('[null,3,"topic","event",{}]', "topic"),
        ('42["chat message",{"a":1}]', "chat message"),
        ('42/admin,17["ack"]', "ack"),
        ('451-["upload"]', None),
        ('{"type":17,"event":""}', None),
        ('{"header":"x"}', None),
        ("[1,2]", None),
        ("2probe", None),
        ("plain text", None),
        ("{broken", None),
        ("[" * 5000, None),
        ("", None),
        (b"\xff", None),
        (b'{"type":"' + b"x" * (1 << 20) + b'"}', None),
    ],
)
def test_an_event_is_named_where_most_protocols_name_it(payload: bytes | str, expected: str | None) -> None:
    assert name(payload) == expected


def test_a_ping_has_no_name_and_binary_json_has() -> None:
    assert name('{"type":"a"}', Opcode.PING) is None
    assert name('{"type":"a"}', Opcode.BINARY) == "a"


@settings(deadline=None)
@given(st.binary(), st.sampled_from(Opcode), st.integers(0, 20) | st.none())
def test_any_payload_is_one_harmless_line(data: bytes, opcode: Opcode, limit: int | None) -> None:
    name(data, opcode)
    for shown in (brief.payload(data, text=opcode is Opcode.TEXT, limit=limit), brief.close_text(data)):
        assert len(shown.splitlines()) <= 1
        assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"hello", "hello"),
        (b"hello!", "hello… (crc32 5290dd37)"),
        ("grüße".encode(), "grüße"),
        (b"\x00\x01", "00 01"),
        (b"\xff\xfe\xfd", "ff fe… (crc32 7b1b3bb4)"),
        (b"", ""),
    ],
)
def test_a_cut_payload_says_what_the_whole_was(data: bytes, shown: str) -> None:
    found = brief.payload(data, text=False, limit=5)
    assert found.partition("(")[0] == shown.partition("(")[0]
    assert ("crc32" in found) == ("crc32" in shown)


def test_two_payloads_that_differ_behind_the_cut_look_different() -> None:
    assert brief.payload(b"a" * 99, text=True, limit=5) != brief.payload(b"a" * 98 + b"b", text=True, limit=5)


def test_text_that_is_no_utf_8_shows_its_bytes() -> None:
    assert brief.payload(b"a\xff", text=True, limit=None) == "a\\xff"


@pytest.mark.parametrize(
    ("data", "shown"),
    [(b"", "without a code"), (b"\x03", "03"), (b"\x03\xe8", "1000"), (b"\x03\xe9bye\n", "1001 bye␊")],
)
def test_a_close_is_its_code_and_reason(data: bytes, shown: str) -> None:
    assert brief.close_text(data) == shown


@settings(deadline=None)
@given(st.text(st.characters(categories=["L", "N", "So"])), st.integers(1, 30))
def test_text_fits_its_cells(text: str, cells: int) -> None:
    found = brief.fit(text, cells)
    assert brief.width(found) <= cells
    assert found == text or found.endswith("…")
    assert brief.width(brief.pad(found, cells)) == cells


def test_wide_characters_take_two_cells() -> None:
    assert brief.fit("日本語テキスト", 7) == "日本語…"
    assert brief.fit("日本語", 6) == "日本語"
    assert brief.fit("abc", 2) == "a…"


def test_the_gist_of_an_event_tells_prose_first_and_ids_last() -> None:
    data = (
        b'{"type":"tool_executing","event_id":"0b8f2f63-9a9a-4f39-8df4-6a3b63d9a0a1","seq":3,'
        b'"at":"2026-11-21T10:00:00Z","parameters":{"q":1},"text":"two words","none":null}'
    )
    assert brief.gist(data) == (
        'parameters={"q": 1}  text="two words"  seq=3  event_id="0b8f2f63-9a9a-4f39-8df4-6a3b63d9a0a1"  '
        'at="2026-11-21T10:00:00Z"  none=null'
    )


@pytest.mark.parametrize("data", [b"[1]", b"{", b'"x"', b"", b"{" * 5000])
def test_what_is_no_object_has_no_gist(data: bytes) -> None:
    assert brief.gist(data) is None
