"""MQTT packets; those from a client are what paho-mqtt 2.2 writes."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from codec.says import fault, made_up, message, sent, units
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.cassette.model import Opcode
from wsrecord.codec.builtin.mqtt_fields import Reader, Writer
from wsrecord.codec.registry import make
from wsrecord.codec.unit import UnsayableError

FOUR: list[tuple[str, dict[str, Any]]] = [
    (
        "101d00044d51545404ee001e00026d650001770004676f6e65000175000170",
        {
            "packet": "CONNECT",
            "protocol": "MQTT",
            "version": 4,
            "clean": True,
            "keepalive": 30,
            "client_id": "me",
            "will": {"qos": 1, "retain": True, "topic": "w", "payload": "gone"},
            "username": "u",
            "password": "p",
        },
    ),
    ("20020100", {"packet": "CONNACK", "flags": 1, "reason": 0}),
    (
        "32120003612f6200077b226f6e223a747275657d",
        {
            "packet": "PUBLISH",
            "dup": False,
            "qos": 1,
            "retain": False,
            "topic": "a/b",
            "id": 7,
            "payload": '{"on":true}',
        },
    ),
    (
        "31050001610102",
        {"packet": "PUBLISH", "dup": False, "qos": 0, "retain": True, "topic": "a", "payload": "\x01\x02"},
    ),
    (
        "3004000161ff",
        {
            "packet": "PUBLISH",
            "dup": False,
            "qos": 0,
            "retain": False,
            "topic": "a",
            "payload": {"$data": "/w=="},
        },
    ),
    ("820800010003612f2301", {"packet": "SUBSCRIBE", "id": 1, "filters": [{"filter": "a/#", "options": 1}]}),
    ("9003000180", {"packet": "SUBACK", "id": 1, "reasons": [128]}),
    ("a20700020003612f23", {"packet": "UNSUBSCRIBE", "id": 2, "filters": ["a/#"]}),
    ("b0020002", {"packet": "UNSUBACK", "id": 2}),
    ("40020007", {"packet": "PUBACK", "id": 7}),
    ("62020009", {"packet": "PUBREL", "id": 9}),
    ("c000", {"packet": "PINGREQ"}),
    ("d000", {"packet": "PINGRESP"}),
    ("e000", {"packet": "DISCONNECT"}),
]
FIVE: list[tuple[str, dict[str, Any]]] = [
    (
        "103000044d51545405ee001e0c110000003c2600016b00017600026d650518000000050001770004676f6e65000175000170",
        {
            "packet": "CONNECT",
            "protocol": "MQTT",
            "version": 5,
            "clean": True,
            "keepalive": 30,
            "properties": {"session_expiry_interval": 60, "user_property": [["k", "v"]]},
            "client_id": "me",
            "will": {
                "qos": 1,
                "retain": True,
                "properties": {"will_delay_interval": 5},
                "topic": "w",
                "payload": "gone",
            },
            "username": "u",
            "password": "p",
        },
    ),
    (
        "200600000321000a",
        {"packet": "CONNACK", "flags": 0, "reason": 0, "properties": {"receive_maximum": 10}},
    ),
    (
        "321b0003612f6200070809000201ff2300017b226f6e223a747275657d",
        {
            "packet": "PUBLISH",
            "dup": False,
            "qos": 1,
            "retain": False,
            "topic": "a/b",
            "id": 7,
            "properties": {"correlation_data": {"$data": "Af8="}, "topic_alias": 1},
            "payload": '{"on":true}',
        },
    ),
    (
        "82090001000003612f2301",
        {"packet": "SUBSCRIBE", "id": 1, "properties": {}, "filters": [{"filter": "a/#", "options": 1}]},
    ),
    ("a2080002000003612f23", {"packet": "UNSUBSCRIBE", "id": 2, "properties": {}, "filters": ["a/#"]}),
    ("b00400020000", {"packet": "UNSUBACK", "id": 2, "properties": {}, "reasons": [0]}),
    ("40020007", {"packet": "PUBACK", "id": 7}),
    ("4003000710", {"packet": "PUBACK", "id": 7, "reason": 16}),
    ("e00804061f0003627965", {"packet": "DISCONNECT", "reason": 4, "properties": {"reason_string": "bye"}}),
    ("f00118", {"packet": "AUTH", "reason": 24}),
]
CONNECT = bytes.fromhex(FOUR[0][0])
SPEC_FIVE = {"mqtt": {"version": 5}}


@pytest.mark.parametrize(
    ("spec", "packet", "value"), [("mqtt", *case) for case in FOUR] + [(SPEC_FIVE, *case) for case in FIVE]
)
def test_a_packet_is_read_named_and_written(spec: Any, packet: str, value: dict[str, Any]) -> None:
    [unit] = units(spec, bytes.fromhex(packet))
    assert (unit.value, unit.name, unit.fault) == (value, value["packet"], None)
    assert sent(spec, made_up(value, Opcode.BINARY)) == [bytes.fromhex(packet)]


def test_connect_tells_the_version_to_both_sides() -> None:
    connect, connack = bytes.fromhex(FIVE[0][0]), bytes.fromhex(FIVE[1][0])
    _, unit = units("mqtt", message(connect, "client"), message(connack, "server"))
    assert unit.value == FIVE[1][1]
    codec = make("mqtt")
    again = [made_up(FIVE[0][1], Opcode.BINARY), made_up(FIVE[2][1], Opcode.BINARY)]
    assert sent(codec, *again) == [connect, bytes.fromhex(FIVE[2][0])]


@given(st.lists(st.integers(0, len(FOUR) - 1), max_size=6), st.lists(st.integers(0, 200), max_size=8))
def test_packets_may_lie_in_messages_as_they_like(which: list[int], cuts: list[int]) -> None:
    stream = b"".join(bytes.fromhex(FOUR[i][0]) for i in which)
    bounds = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    said = [stream[a:b] for a, b in pairwise(bounds)]
    found = units("mqtt", *said)
    assert [unit.value for unit in found] == [FOUR[i][1] for i in which]
    assert b"".join(sent("mqtt", *found)) == stream  # type: ignore[arg-type]
    at = 0
    for unit in found:  # each unit names the messages that its bytes lay in
        assert unit.wire is not None
        end = at + len(unit.wire.own)
        held = {n for n, (a, b) in enumerate(pairwise(bounds), 1) if a < end and b > at}
        assert held <= set(unit.numbers)
        at = end


def test_what_is_published_can_be_json() -> None:
    spec = {"mqtt": {"payload": "json"}}
    [unit] = units(spec, bytes.fromhex(FOUR[2][0]))
    assert unit.value["payload"] == {"on": True}
    changed = replace(unit, value=unit.value | {"payload": {"on": False}})
    [again] = units(spec, *sent(spec, changed))
    assert again.value["payload"] == {"on": False}
    [broken] = units(spec, bytes.fromhex("300600016162" + "6364"))
    assert broken.fault is not None
    assert (broken.fault.code, broken.readable, broken.value["payload"]) == ("invalid-json", True, "bcd")
    [empty] = units(spec, bytes.fromhex("3003000161"))
    assert (empty.value["payload"], empty.fault) == ("", None)


@pytest.mark.parametrize(
    ("packet", "code"),
    [
        ("0000", "malformed"),
        ("30ffffffffff", "malformed"),
        ("3003000561", "malformed"),
        ("4003000701", "malformed"),
        ("41020007", "malformed"),
        ("30030001ff", "not-utf8"),
        ("3005", "incomplete"),
        ("30", "incomplete"),
    ],
)
def test_what_is_wrong_is_told(packet: str, code: str) -> None:
    assert fault("mqtt", bytes.fromhex(packet)) == code


@pytest.mark.parametrize("properties", ["017f", "0523000123", "0623000123000a", "ff"])
def test_properties_that_are_none_are_malformed(properties: str) -> None:
    body = bytes.fromhex("0001" + properties)
    assert fault(SPEC_FIVE, b"\xb0" + bytes([len(body)]) + body) == "malformed"


def test_after_a_broken_packet_the_next_message_begins_anew() -> None:
    found = units("mqtt", b"\x00\x01\x02", CONNECT)
    assert [unit.name for unit in found] == [None, "CONNECT"]


def test_a_text_message_is_of_the_wrong_kind_and_breaks_no_packet() -> None:
    found = units("mqtt", b"\xc0", "hello", b"\x00")
    assert [(unit.fault and unit.fault.code, unit.numbers) for unit in found] == [
        ("wrong-kind", (2,)),
        (None, (1, 3)),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        {},
        {"packet": "X"},
        {"packet": "PUBACK"},
        {"packet": "PUBACK", "id": 70000},
        {"packet": "PUBLISH", "topic": 5},
        {"packet": "PUBLISH", "topic": "a", "payload": {}},
        {"packet": "SUBSCRIBE", "id": 1, "filters": [{}]},
        {"packet": "CONNECT", "client_id": None},
        {"packet": "PUBLISH", "topic": "x" * 70000},
    ],
)
def test_what_is_no_packet_can_not_be_said(wrong: Any) -> None:
    with pytest.raises(UnsayableError):
        sent("mqtt", made_up(wrong, Opcode.BINARY))


@given(st.integers(0, (1 << 28) - 1))
def test_a_length_is_written_and_read(number: int) -> None:
    writer = Writer()
    writer.put("varint", number)
    reader = Reader(bytes(writer.out), 0)
    assert (reader.take("varint"), reader.at) == (number, len(writer.out))
