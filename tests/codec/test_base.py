"""What holds for every codec, with every kind of bytes."""

from itertools import product

import pytest
from codec.says import as_sent, message, only, said_again, units
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.cassette.model import Message, Opcode
from wsrecord.codec.registry import make, names
from wsrecord.codec.unit import UnsayableError

SPECS = [
    *names(),
    {"ndjson": {"spans": True}},
    {"json": {"binary": True}},
    {"json-array": {"name": 3}},
    {"socket.io": {"version": 3}},
    {"prefix": {"until": " "}},
    {"mqtt": {"version": 5, "payload": "json"}},
    {"jupyter": {"v1": True}},
    {"by-frame": {"text": "json-rpc", "binary": "mqtt"}},
]
# Codecs whose units say all of every message, whatever it holds; not: blank lines, packets over messages
PARTS = ("ndjson", "mqtt", "socket.io")
WHOLE = [spec for spec in SPECS if not any(name in str(spec) for name in PARTS)]
ids = str
BLANK = b" \t\r\n"

SEEDS = rb"""
null
{"type":"a"}
["a",{}]
[{"id":1,"method":"m"},{"id":2,"result":null}]
42["x",1]
451-["x",{"_placeholder":true,"num":0}]
2probe
a[1]
"\ud800"
[[[{"a":"\u00e9\/","a":1e400}]]]
""".strip().split(b"\n")
ODD_SEEDS = [
    b"",
    b'{"a":1}\n{"b":2}\n',
    b"\xef\xbb\xbf[{}]",
    b"9" * 5000,
    b"\x81\xa1a\x01\xc0",
    b"\x81\xa1a\xa1\xff\x01",
    b"\xdd\xff\xff\xff\xff",
    b"\xd8\x00\x00",
    b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00",
    b"\x30\x05\x00\x01ahi",
    b"\x00\x00\x00\x01\x00\x00\x00\x08{}",
    b"\x06\x00\x00\x00\x00\x00\x00\x00",
]
seeds = st.sampled_from(SEEDS + ODD_SEEDS)
payloads = st.one_of(
    seeds,
    st.binary(max_size=40),
    st.tuples(seeds, st.binary(max_size=4), seeds).map(b"".join),
    st.tuples(seeds, st.integers(0, 12)).map(lambda pair: pair[0][: -pair[1]]),
)
messages = st.builds(
    Message,
    t=st.just(5),
    session=st.just(1),
    sender=st.sampled_from(["client", "server"]),
    opcode=st.sampled_from([Opcode.TEXT, Opcode.BINARY]),
    payload=payloads,
)


@pytest.mark.parametrize("spec", SPECS, ids=ids)
@given(said=st.lists(messages, max_size=6))
def test_no_traffic_makes_a_codec_raise_and_all_of_it_can_be_said_again(
    spec: object, said: list[Message]
) -> None:
    codec = make(spec)
    found = codec.units(said)
    for unit in found:
        assert unit.numbers
        assert isinstance(unit.text, str)
        assert unit.readable or unit.value is None
    for sender in ("client", "server"):
        joined = b"".join(
            payload for _, payload in codec.encode([unit for unit in found if unit.sender == sender])
        )
        whole = b"".join(one.payload for one in said if one.sender == sender)
        # Units of one side may end in another order than they began, and blank lines are in none.
        assert sorted(joined.translate(None, BLANK)) == sorted(whole.translate(None, BLANK))


@pytest.mark.parametrize("spec", WHOLE, ids=ids)
@given(said=st.lists(messages, max_size=4))
def test_messages_come_back_byte_for_byte(spec: object, said: list[Message]) -> None:
    assert said_again(spec, said) == as_sent(said)


@pytest.mark.parametrize("spec", SPECS, ids=ids)
def test_control_messages_hold_no_units(spec: object) -> None:
    control = [
        Message(t=0, session=1, sender="client", opcode=opcode, payload=b"\x03\xe8")
        for opcode in (Opcode.PING, Opcode.PONG, Opcode.CLOSE)
    ]
    assert units(spec, *control) == []


@pytest.mark.parametrize(
    ("spec", "why"), list(product(SPECS, ["bomb", "blind", "extension", "later"])), ids=ids
)
def test_what_the_recorder_did_not_keep_is_a_fault_and_can_not_be_sent(spec: object, why: str) -> None:
    codec = make(spec)
    unit = only(codec, message(b"", unread=why))
    assert unit.fault is not None
    assert (unit.fault.code, unit.value) == ("unread", None)
    with pytest.raises(UnsayableError, match="message 1"):
        codec.encode([unit])


def test_a_cut_payload_is_unread_even_where_its_beginning_could_be_read() -> None:
    unit = only("text", message("hel", size=5))
    assert unit.fault is not None
    assert (unit.fault.code, unit.fault.text) == ("unread", "3 of its 5 bytes were kept")


def test_a_placeholder_may_make_a_message_shorter_or_longer() -> None:
    text = '{"token":"wsr-0123456789ab-token-1"}'
    for size in (len(text) + 900, 20):
        unit = only("json", message(text, size=size))
        assert unit.fault is None
        assert unit.value == {"token": "wsr-0123456789ab-token-1"}


def test_a_payload_that_was_redacted_and_cut_is_unread_where_it_can_not_be_read() -> None:
    unit = only("json", message('{"token":"wsr-0123456789ab-token-1","x":', size=5000))
    assert unit.fault is not None
    assert unit.fault.code == "unread"


def test_what_waits_is_given_up_where_a_message_is_missing() -> None:
    found = units({"ndjson": {"spans": True}}, message('{"a":'), message("", unread="blind"), message("1}\n"))
    assert [unit.fault and unit.fault.code for unit in found] == ["incomplete", "unread", "invalid-json"]
    assert [unit.numbers for unit in found] == [(1,), (2,), (3,)]
