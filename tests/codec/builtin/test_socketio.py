"""Socket.IO over Engine.IO; the packets are what python-socketio 5.18 writes."""

from dataclasses import replace

import pytest
from codec.says import fault, made_up, message, only, sent, units

from wsrecord.cassette.model import Opcode
from wsrecord.codec.unit import UnsayableError

PACKETS = [
    (
        '0{"sid":"x","pingInterval":25000}',
        "engine/open",
        {"packet": "engine/open", "data": {"sid": "x", "pingInterval": 25000}},
    ),
    ("2", "engine/ping", {"packet": "engine/ping"}),
    ("3probe", "engine/pong", {"packet": "engine/pong", "data": "probe"}),
    ("5", "engine/upgrade", {"packet": "engine/upgrade"}),
    ("40", "socket/connect", {"packet": "connect"}),
    (
        '40/ns,{"token":"x"}',
        "socket/connect",
        {"packet": "connect", "namespace": "/ns", "data": {"token": "x"}},
    ),
    (
        '42/ns,7["said",{"a":1}]',
        "said",
        {"packet": "event", "namespace": "/ns", "id": 7, "data": ["said", {"a": 1}]},
    ),
    ('42["x"]', "x", {"packet": "event", "data": ["x"]}),
    (
        '43/ns,7[{"ok":true}]',
        "socket/ack",
        {"packet": "ack", "namespace": "/ns", "id": 7, "data": [{"ok": True}]},
    ),
    ("41", "socket/disconnect", {"packet": "disconnect"}),
    ("41/ns,", "socket/disconnect", {"packet": "disconnect", "namespace": "/ns"}),
    ('44{"message":"no"}', "socket/connect_error", {"packet": "connect_error", "data": {"message": "no"}}),
]
WITH_BYTES = [
    '452-["pic",{"img":{"_placeholder":true,"num":0}},{"_placeholder":true,"num":1}]',
    b"\x00\xff",
    b"abc",
]


@pytest.mark.parametrize(("text", "name", "value"), PACKETS)
def test_a_packet_has_a_name_and_comes_back(text: str, name: str, value: dict) -> None:
    unit = only("socket.io", text)
    assert (unit.name, unit.value, unit.fault) == (name, value, None)
    assert sent("socket.io", made_up(value)) == [text]


def test_an_acknowledgement_is_named_by_its_event() -> None:
    found = units(
        "socket.io",
        message('42/a,1["said"]', "client"),
        message('42/b,1["sung"]', "client"),
        message("43/b,1[]", "server"),
        message("43/a,1[]", "server"),
        message("43/a,1[]", "server"),
    )
    assert [unit.name for unit in found] == ["said", "sung", "sung/ack", "said/ack", "socket/ack"]


def test_attachments_take_their_places() -> None:
    unit = only("socket.io", *WITH_BYTES)
    assert (unit.name, unit.numbers, unit.fault) == ("pic", (1, 2, 3), None)
    assert unit.value == {
        "packet": "binary_event",
        "data": ["pic", {"img": {"$data": "AP8="}}, {"$data": "YWJj"}],
    }
    assert sent("socket.io", unit) == WITH_BYTES
    assert sent("socket.io", made_up(unit.value)) == WITH_BYTES


def test_a_changed_attachment_is_sent() -> None:
    unit = only("socket.io", *WITH_BYTES)
    changed = replace(unit, value={"packet": "binary_event", "data": ["pic", {"$data": "AA=="}]})
    assert sent("socket.io", changed) == ['451-["pic",{"_placeholder":true,"num":0}]', b"\x00"]


def test_engine_io_3_marks_its_binary_messages() -> None:
    spec = {"socket.io": {"version": 3}}
    said = ['461-3[{"_placeholder":true,"num":0}]', b"\x04z"]
    unit = only(spec, *said)
    assert unit.value == {"packet": "binary_ack", "id": 3, "data": [{"$data": "eg=="}]}
    assert sent(spec, unit) == said
    assert sent(spec, made_up(unit.value)) == said


def test_engine_packets_and_the_other_side_may_come_between() -> None:
    head, first, second = WITH_BYTES
    found = units(
        "socket.io",
        message(head),
        message("2"),
        message(first),
        message('42["x"]', "client"),
        message(second),
    )
    assert [(unit.name, unit.numbers) for unit in found] == [
        ("engine/ping", (2,)),
        ("x", (4,)),
        ("pic", (1, 3, 5)),
    ]


def test_attachments_that_do_not_come_are_told() -> None:
    found = units("socket.io", WITH_BYTES[0], b"\x00", '42["x"]')
    assert [unit.fault and unit.fault.code for unit in found] == ["incomplete", None]
    assert found[0].fault is not None
    assert found[0].fault.text == "1 of its 2 attachments came"
    assert sent("socket.io", found[0]) == [*WITH_BYTES[:1], b"\x00"]
    assert fault("socket.io", WITH_BYTES[0]) == "incomplete"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("", "malformed"),
        ("x", "malformed"),
        ("7", "malformed"),
        ("4", "malformed"),
        ("49", "malformed"),
        (b"x", "malformed"),
        ("42", "malformed"),
        ("42[]", "malformed"),
        ('42{"a":1}', "malformed"),
        ("43[1]", "malformed"),
        ('421-["x"]', "malformed"),
        ('459999-["x"]', "malformed"),
        ("42[x]", "invalid-json"),
        ("0", "invalid-json"),
        ('42["x",1,{"a":1,"a":2}]', "duplicate-key"),
    ],
)
def test_what_is_wrong_is_told(said: str | bytes, code: str) -> None:
    assert fault("socket.io", said) == code


def test_a_placeholder_without_its_attachment_is_told() -> None:
    assert fault("socket.io", '451-["x",{"_placeholder":true,"num":5}]', b"z") == "malformed"


@pytest.mark.parametrize(
    "wrong", [None, {}, {"packet": "x"}, {"packet": "binary_event", "data": [{"$data": "?"}]}]
)
def test_what_is_no_packet_can_not_be_said(wrong: object) -> None:
    with pytest.raises(UnsayableError):
        sent("socket.io", made_up(wrong, Opcode.TEXT))
