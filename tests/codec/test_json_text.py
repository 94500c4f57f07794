"""What is JSON, what is not, and what is on the edge."""

import json
import sys

import pytest
from codec.says import json_values
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.cassette.json_quick import MAX_DEPTH
from wsrecord.codec.json_text import half_character, read_json, write_json
from wsrecord.codec.unit import UnsayableError
from wsrecord.codec.values import same


@pytest.mark.parametrize(
    "text", [b"NaN", b"[Infinity]", b'{"a":-Infinity}', b"{'a':1}", b"[1,]", b"01", b"", b"1 2"]
)
def test_what_rfc_8259_refuses_is_invalid(text: bytes) -> None:
    value, fault = read_json(text)
    assert value is None
    assert fault is not None
    assert (fault.code, fault.readable) == ("invalid-json", False)


def test_an_offset_counts_bytes_not_characters() -> None:
    _, fault = read_json('{"é": x}'.encode())
    assert fault is not None
    assert fault.offset == 7


def test_bytes_that_are_no_utf8_say_where() -> None:
    _, fault = read_json(b'{"a":"\xff"}')
    assert fault is not None
    assert (fault.code, fault.offset) == ("not-utf8", 6)


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        (b'{"a":1,"a":2}', {"a": 2}, "duplicate-key"),
        (b'[{"b":{"a":1,"a":1}}]', [{"b": {"a": 1}}], "duplicate-key"),
        (b'["\\ud83d"]', ["\ud83d"], "surrogate"),
        (b'{"\\uDE00":1}', {"\ude00": 1}, "surrogate"),
        (b"\xef\xbb\xbf[1]", [1], "invalid-json"),
        (b"[1e400]", [sys.float_info.max], "number-range"),
        (b"[-1e400]", [-sys.float_info.max], "number-range"),
        (b"[" + b"9" * 5000 + b"]", [sys.float_info.max], "number-range"),
    ],
)
def test_what_is_told_with_its_value(text: bytes, value: object, code: str) -> None:
    found, fault = read_json(text)
    assert fault is not None
    assert (found, fault.code, fault.readable) == (value, code, True)


@pytest.mark.parametrize(
    "text",
    ['"\\ud83d\\ude00"', '"\\\\ud83d"', "[1E2, -0, 123456789012345678901234567890]", " [ ]\r\n", '"\\u0000"'],
)
def test_what_is_unusual_and_right(text: str) -> None:
    assert read_json(text.encode()) == (json.loads(text), None)


def test_a_surrogate_is_told_by_its_place() -> None:
    assert half_character({"a": ["x", {"b/c": "\udc00"}]}) == "/a/1/b~1c"


@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_depth_is_limited_at_the_same_level_always(brackets: str) -> None:
    opening = "[" if brackets == "[]" else '{"a":'
    fits = opening * (MAX_DEPTH - 1) + brackets + brackets[1] * (MAX_DEPTH - 1)
    assert read_json(fits.encode())[1] is None
    for more in (1, 500, 100_000):
        text = opening * (MAX_DEPTH + more) + "1" + brackets[1] * (MAX_DEPTH + more)
        fault = read_json(text.encode())[1]
        assert fault is not None
        assert fault.code == "too-deep"


def test_wide_is_not_deep() -> None:
    assert read_json(b"[" + b",".join([b"[]"] * 5000) + b"]")[1] is None


@pytest.mark.parametrize(
    "like",
    [
        '{"a": "é", "b": [1, 2]}',
        '{"a":"\\u00e9","b":[1,2]}',
        '{"a":"x\\/y","b":[]}',
        '{\n  "a": [\n    1,\n    2\n  ]\n}',
    ],
)
def test_a_value_is_written_in_the_style_of_a_text_like_it(like: str) -> None:
    assert write_json(json.loads(like), like.encode()) == like.encode()


def test_a_lone_surrogate_is_written_as_an_escape() -> None:
    assert write_json(["é\ud83d"]) == '["é\\ud83d"]'.encode()


@pytest.mark.parametrize("value", [b"", {1, 2}, object()])
def test_what_json_can_not_say_is_refused(value: object) -> None:
    with pytest.raises(UnsayableError):
        write_json(value)


@given(json_values)
def test_what_is_written_is_read_again(value: object) -> None:
    found, fault = read_json(write_json(value))
    assert fault is None
    assert same(found, value)


@given(st.binary(max_size=60) | st.text(alphabet='[]{}":,\\ud8x019.eE-n \ufeff', max_size=40).map(str.encode))
def test_no_bytes_make_it_raise_and_python_agrees_where_nothing_is_wrong(payload: bytes) -> None:
    value, fault = read_json(payload)
    if fault is None:
        assert same(value, json.loads(payload.decode()))
    elif not fault.readable:
        assert value is None
