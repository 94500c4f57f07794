"""JSON messages."""

from dataclasses import replace

import pytest
from codec.says import broken_text, fault, made_up, only, sent, value

from wsrecord.cassette.model import Opcode


def test_a_text_message_is_a_value() -> None:
    assert value("json", '{"type":"a","n":[1,2.5,null,true]}') == {"type": "a", "n": [1, 2.5, None, True]}


def test_a_binary_message_is_of_the_wrong_kind_and_still_read() -> None:
    unit = only("json", b'{"type":"a"}')
    assert unit.fault is not None
    assert (unit.fault.code, unit.readable, unit.value) == ("wrong-kind", True, {"type": "a"})
    assert not only("json", b"\x00\x01").readable


def test_binary_messages_are_right_where_the_contract_says_so() -> None:
    assert value({"json": {"binary": True}}, b'{"type":"a"}') == {"type": "a"}


def test_a_text_message_that_is_no_utf8_is_told() -> None:
    assert fault("json", broken_text(b'"\xff"')) == "not-utf8"


@pytest.mark.parametrize(
    "text", ['{ "a" : 1.50 }', '{"a":1e2}', '{"a":1,"a":2}', '["\\u00e9 é"]', "not json"]
)
def test_an_unchanged_value_is_sent_in_its_own_bytes(text: str) -> None:
    assert sent("json", only("json", text)) == [text]


def test_a_changed_value_is_sent_in_the_style_of_the_old_one() -> None:
    unit = only("json", '{"id": "old", "n": [1, 2]}')
    assert sent("json", replace(unit, value=unit.value | {"id": "new"})) == ['{"id": "new", "n": [1, 2]}']


def test_a_value_that_only_looks_equal_is_a_changed_one() -> None:
    unit = only("json", "[1]")
    assert sent("json", replace(unit, value=[True])) == ["[true]"]
    assert sent("json", replace(unit, value=[1.0])) == ["[1.0]"]


def test_what_is_made_up_is_written_tightly() -> None:
    assert sent("json", made_up({"a": ["é"]})) == ['{"a":["é"]}']
    assert sent({"json": {"binary": True}}, made_up([1], Opcode.BINARY)) == [b"[1]"]
