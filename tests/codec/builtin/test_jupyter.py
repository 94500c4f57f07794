"""Kernel messages; the binary ones are what jupyter_server 2.21 writes."""

import json
from dataclasses import replace
from typing import Any

import pytest
from codec.says import fault, made_up, only, sent

from wsrecord.cassette.model import Opcode
from wsrecord.codec.base import Codec
from wsrecord.codec.registry import make
from wsrecord.codec.unit import UnsayableError


def little(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(8, "little") for number in numbers)


STATUS: dict[str, Any] = {
    "channel": "iopub",
    "header": {"msg_id": "1", "msg_type": "status"},
    "parent_header": {},
    "metadata": {},
    "content": {"execution_state": "busy"},
    "buffers": [],
}
V1 = (
    little(6, 56, 61, 95, 97, 99, 125)
    + b'iopub{"msg_id":"1","msg_type":"status"}{}{}{"execution_state":"busy"}'
)
V1_BUFFER = (
    little(7, 64, 69, 106, 108, 110, 137, 139)
    + b'shell{"msg_id": "1", "msg_type": "status"}{}{}{"execution_state": "busy"}\x00\x01'
)
LEGACY_BUFFERS = (
    b"\x00\x00\x00\x03\x00\x00\x00\x10\x00\x00\x00\xa2\x00\x00\x00\xa4"
    b'{"header": {"msg_id": "1", "msg_type": "status"}, "parent_header": {}, "metadata": {}, '
    b'"content": {"execution_state": "busy"}, "channel": "iopub"}'
    b"ab\xff"
)


def v1() -> Codec:
    return make("jupyter", subprotocol="v1.kernel.websocket.jupyter.org")


def test_the_binary_form_of_the_subprotocol() -> None:
    unit = only(v1(), V1)
    assert (unit.value, unit.name, unit.fault) == (STATUS, "status", None)
    assert sent(v1(), unit) == [V1]
    assert sent(v1(), made_up(STATUS, Opcode.BINARY)) == [V1]


def test_buffers_are_data() -> None:
    unit = only(v1(), V1_BUFFER)
    assert (unit.value["channel"], unit.value["buffers"]) == ("shell", [{"$data": "AAE="}])
    assert sent(v1(), unit) == [V1_BUFFER]


def test_the_legacy_forms_are_text_and_binary_with_buffers() -> None:
    text = json.dumps(STATUS)
    assert only("jupyter", text).value == STATUS
    assert sent("jupyter", only("jupyter", text)) == [text]
    unit = only("jupyter", LEGACY_BUFFERS)
    assert unit.value == STATUS | {"buffers": [{"$data": "YWI="}, {"$data": "/w=="}]}
    assert unit.name == "status"
    assert sent("jupyter", unit) == [LEGACY_BUFFERS]


@pytest.mark.parametrize(("codec", "said"), [(v1, V1_BUFFER), (lambda: make("jupyter"), LEGACY_BUFFERS)])
def test_a_changed_message_is_read_as_what_was_meant(codec: Any, said: bytes) -> None:
    unit = only(codec(), said)
    changed = unit.value | {
        "header": {"msg_id": "other", "msg_type": "status"},
        "buffers": [{"$data": "YQ=="}],
    }
    [again] = sent(codec(), replace(unit, value=changed))
    assert only(codec(), again).value == changed


def test_text_under_the_subprotocol_is_of_the_wrong_kind_and_read() -> None:
    unit = only(v1(), json.dumps(STATUS))
    assert unit.fault is not None
    assert (unit.fault.code, unit.name) == ("wrong-kind", "status")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"", "malformed"),
        (V1[:20], "malformed"),
        (little(1 << 63) + V1[8:], "malformed"),
        (little(6, 61, 56, 95, 97, 99, 125) + V1[56:], "malformed"),
        (V1[:-1], "malformed"),
        (little(3, 32, 33, 35) + b"x{}", "malformed"),
        (V1.replace(b"iopub", b"iop\xffb"), "not-utf8"),
        (V1.replace(b'"busy"', b"'busy'"), "invalid-json"),
        (V1.replace(b"msg_type", b"msg_typo"), "malformed"),
    ],
)
def test_what_is_wrong_is_told(said: bytes, code: str) -> None:
    assert fault(v1(), said) == code


@pytest.mark.parametrize("wrong", [None, {"buffers": ["x"]}, {"buffers": [{"$data": "?"}]}])
def test_what_is_no_kernel_message_can_not_be_said(wrong: object) -> None:
    with pytest.raises(UnsayableError):
        sent(v1(), made_up(wrong, Opcode.BINARY))
