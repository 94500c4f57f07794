"""The quick way and the strict way agree on every text: in value, in types, in order and in fault."""

import json
from typing import Any

import pytest
from codec.says import json_values
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wsrecord.cassette.json_quick import MAX_DEPTH, DoubtError, read_plain
from wsrecord.codec.json_text import read_json, read_strictly
from wsrecord.codec.values import same

MANY = settings(max_examples=400)
SPACE = st.sampled_from(["", "", "", " ", "\n", "\t", "\r\n  "])
# Spelled in every way that JSON has, with what might be taken for the end of a key.
_WRITTEN_OUT = ["\\u00e9", "\\u0022", "\\u003A", "\\u003a", "\\u0061", "\\u2028", "\\ud83d\\ude00"]
_WRONG = ["\\ud800", "\\uDE00", "\\x", "\x01"]
_PLAIN = ["a", "b", ":", " :", ",", '\\":', '\\"', "\\\\", "\\/", "\\n", "{", "]", "é", "😀", "\x7f"]
CHARACTER = st.sampled_from(_PLAIN) | st.sampled_from(_WRITTEN_OUT) | st.sampled_from(_WRONG)
STRING = st.lists(CHARACTER, max_size=4).map(lambda parts: '"' + "".join(parts) + '"')
KEY = st.sampled_from(['"a"', '"b"', '"\\u0061"', '"a\\\\"', '":"', '"a:"', '""']) | STRING
DIGITS = st.text("0123456789", min_size=1, max_size=25)
NUMBER = st.one_of(
    st.integers().map(str),
    st.floats().map(repr),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda one: f"{one:.25e}"),
    st.tuples(st.sampled_from(["", "-"]), DIGITS, DIGITS, st.sampled_from("eE"), st.integers(-400, 400)).map(
        lambda parts: "{}{}.{}{}{}".format(*parts)
    ),
    st.sampled_from(
        ["-0", "-0.0", "0e0", "1E5", "1e400", "-1e999", "9" * 400, "9" * 5000, "01", "1.", "NaN"]
    ),
)
SCALAR = st.sampled_from(["true", "false", "null", "Infinity", "nul"]) | NUMBER | STRING


def _list(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    item = st.tuples(SPACE, inside, SPACE).map("".join)
    return st.lists(item, max_size=4).map(lambda items: f"[{','.join(items)}]")


def _map(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    item = st.tuples(SPACE, KEY, SPACE, st.just(":"), SPACE, inside, SPACE).map("".join)
    return st.lists(item, max_size=4).map(lambda items: "{" + ",".join(items) + "}")


TEXT = st.recursive(SCALAR, lambda inside: _list(inside) | _map(inside), max_leaves=12)
DEEP = st.tuples(TEXT, st.integers(MAX_DEPTH - 8, MAX_DEPTH + 8), st.sampled_from(["[]", "{}"])).map(
    lambda given: (given[2][0] + '"a":' * (given[2] == "{}")) * given[1] + given[0] + given[2][1] * given[1]
)


def agree(payload: bytes) -> None:
    quick, strict = read_json(payload), read_strictly(payload)
    assert quick[1] == strict[1]
    assert same(quick[0], strict[0])
    assert json.dumps(quick[0]) == json.dumps(strict[0])  # the order of keys


@MANY
@given(st.tuples(SPACE, TEXT, SPACE).map("".join))
@example('{"a":1,"a":2}')
@example('{"a":1,"a" :2}')
@example('{"a":1,"\\u0061":":","b":"\\u0022:"}')
@example('{"a":"\\u0022:","a":1}')
@example('{"a":"\\":","a":1, "b":"\\u0022\\u003a"}')
@example('{"a\\\\":1,"c":1,"c":2}')
@example('{"a":{"b":1},"a":":"}')
def test_any_text(text: str) -> None:
    agree(text.encode())


@given(DEEP)
def test_deep_text(text: str) -> None:
    agree(text.encode())


@MANY
@given(TEXT.map(str.encode), st.data())
def test_text_with_changed_bytes(payload: bytes, data: st.DataObject) -> None:
    changed = bytearray(payload)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(changed)))
        changed[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    agree(bytes(changed))


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"\0", b"\xfe\xff", b"\xff"])
def test_text_after_a_mark(start: bytes) -> None:
    agree(start + b'{"a":1}')


STYLES: list[dict[str, Any]] = [
    {},
    {"indent": 2},
    {"separators": (",", ":")},
    {"separators": (",", ":"), "ensure_ascii": False},
]


@given(json_values, st.sampled_from(STYLES))
def test_what_programs_write(value: object, style: dict[str, Any]) -> None:
    try:
        payload = json.dumps(value, **style).encode()
    except UnicodeEncodeError:
        return
    agree(payload)


@pytest.mark.parametrize("style", STYLES)
def test_an_ordinary_event_is_read_the_quick_way(style: dict[str, Any]) -> None:
    event = {
        "type": "tool_completed",
        "at": "2026-01-02T03:04:05Z",
        "arguments": '{"q":"é"}',
        "text": "größer als „1“: ja",
        "score": -0.125,
        "big": 1 << 70,
        "list": [1, None, True, {"a": {}}],
    }
    assert read_plain(json.dumps(event, **style).encode()) == event


@pytest.mark.parametrize("text", [b'{"a":1,"a":1}', b'{"a":1,"a" :2}', b"[1e400]", b'"\\ud800"', b"[" * 200])
def test_what_is_odd_is_left_to_the_strict_reader(text: bytes) -> None:
    with pytest.raises(DoubtError):
        read_plain(text)
