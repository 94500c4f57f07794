"""msgpack messages."""

from dataclasses import replace
from typing import Any

import msgpack
import pytest
from codec.says import fault, json_values, made_up, only, sent, units, value
from hypothesis import given

from wsrecord.cassette.model import Opcode
from wsrecord.codec.base import MOST_UNITS
from wsrecord.codec.unit import UnsayableError
from wsrecord.codec.values import same


@given(json_values)
def test_what_json_can_say_stays_what_it_is(given_value: Any) -> None:
    if isinstance(given_value, dict) or "$" not in str(given_value):
        unit = only("msgpack", msgpack.packb(given_value))
        assert unit.fault is None
    if "$" not in str(given_value):
        assert same(unit.value, given_value)


@pytest.mark.parametrize(
    ("packed", "found"),
    [
        (msgpack.packb({"data": b"\x00"}), {"data": {"$data": "AA=="}}),
        (msgpack.packb({1: "a"}), {"$pairs": [[1, "a"]]}),
        (msgpack.packb(msgpack.Timestamp(1_700_000_000, 5)), {"$time": [1_700_000_000, 5]}),
        (msgpack.packb(msgpack.ExtType(7, b"x")), {"$ext": [7, "eA=="]}),
        (msgpack.packb([float("nan")]), [{"$float": "nan"}]),
    ],
)
def test_what_json_can_not_say_has_a_form_and_is_written_from_it(packed: bytes, found: Any) -> None:
    assert value("msgpack", packed) == found
    assert sent("msgpack", made_up(found, Opcode.BINARY)) == [packed]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "invalid-msgpack"),
        (b"\xc1", "invalid-msgpack"),
        (b"\x92\x01", "invalid-msgpack"),
        (b"\xdd\xff\xff\xff\xff", "invalid-msgpack"),
        (b"\xdb\xff\xff\xff\xffabc", "invalid-msgpack"),
        (b"\xd8\xff\x00", "invalid-msgpack"),
        (b"\x91" * 129 + b"\x01", "too-deep"),
        (b"\x91" * 100_000, "too-deep"),
        (b"\x82\xa1a\x01\xa1a\x02", "duplicate-key"),
        (b"\xa2a\xff", "not-utf8"),
    ],
)
def test_what_is_wrong_is_told(payload: bytes, code: str) -> None:
    assert fault("msgpack", payload) == code


def test_lengths_that_lie_take_neither_time_nor_memory() -> None:
    assert fault("msgpack", b"\xdd\x00\x0f\xff\xff" * 500) in ("invalid-msgpack", "too-deep")


def test_a_text_message_is_of_the_wrong_kind_unless_the_contract_allows_it() -> None:
    assert only("msgpack", "\x01").fault == only("msgpack", "\x02").fault
    assert fault("msgpack", "\x01") == "wrong-kind"
    assert value({"msgpack": {"text": True}}, "\x01") == 1


def test_values_one_after_the_other_are_units_and_go_back_into_one_message() -> None:
    payload = b"\x01\xa1a\x81\xa1k\xc0"
    found = units("msgpack", payload)
    assert [unit.value for unit in found] == [1, "a", {"k": None}]
    assert sent("msgpack", *found) == [payload]
    assert sent("msgpack", replace(found[0], value=2), *found[1:]) == [b"\x02" + payload[1:]]


def test_what_comes_before_a_broken_value_is_read_and_a_bad_string_spoils_only_its_own() -> None:
    found = units("msgpack", b"\x01\xa1\xff\xa1b\x03\xc1\x04")
    assert [unit.fault and unit.fault.code for unit in found] == [
        None,
        "not-utf8",
        None,
        None,
        "invalid-msgpack",
    ]
    assert sent("msgpack", *found) == [b"\x01\xa1\xff\xa1b\x03\xc1\x04"]


def test_a_message_of_more_values_than_anyone_sends_is_cut_off() -> None:
    found = units("msgpack", b"\x01" * (MOST_UNITS + 10))
    assert len(found) == MOST_UNITS + 1
    assert not found[-1].readable


@pytest.mark.parametrize("wrong", [1 << 64, {"$ext": [999, ""]}, {"$data": "?"}, "\ud800"])
def test_what_msgpack_can_not_say_is_refused(wrong: Any) -> None:
    with pytest.raises(UnsayableError):
        sent("msgpack", made_up(wrong, Opcode.BINARY))
