"""The quick way through lines of messages, held to the strict one."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wsrecord.cassette import lines, plain_lines
from wsrecord.cassette.model import Message, Opcode
from wsrecord.errors import CassetteError

START = '{"kind": "message", "t": 5, "session": 1, "sender": "server", "type": "text", '
VALUE = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=5),
        st.just(10**23),
        st.just(10**24),
    ),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=3), inside, max_size=3),
    max_leaves=8,
)
STYLES: list[dict[str, Any]] = [{}, {"separators": (",", ":")}, {"ensure_ascii": False}, {"indent": 1}]
STYLE = st.sampled_from(["", "ascii", "spaced", "ascii spaced", "newline", "html", "slashes", "fancy", " "])


def agree(line: bytes) -> None:
    plain = plain_lines.message(line, lines._dumps)
    if plain is not None:
        (strict,) = lines.decode_strictly(line)
        assert (plain, repr(plain)) == (strict, repr(strict))
        assert plain_lines.count(line) == (plain.session, plain.t, 1)


@settings(max_examples=200)
@given(VALUE, STYLE, st.sampled_from(["json", "text"]), st.booleans(), st.data())
def test_whatever_is_read_quickly_is_read_strictly_to_the_same(
    value: Any, style: str, form: str, styled: bool, data: st.DataObject
) -> None:
    text = START + f'"{form}": {json.dumps(value, ensure_ascii=False)}'
    line = (text + (f', "style": "{style}"' if styled else "") + "}\n").encode("utf-8", "surrogatepass")
    agree(line)
    changed = bytearray(line)
    at = data.draw(st.integers(0, len(changed)))
    changed[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    agree(bytes(changed))


@given(VALUE, st.sampled_from(STYLES))
@example({"a": 1, "style": "ascii"}, {})
@example([{"a": 1, "style": "ascii"}], {})
@example(10**20, {})
@example([1e16, 1e-05, 1.0, -0.0], {})
def test_what_a_recorder_writes_is_read_to_what_it_was(value: Any, style: dict[str, Any]) -> None:
    try:
        payload = json.dumps(value, **style).encode()
    except UnicodeEncodeError:
        return
    line = lines.encode_messages(1, "server", 5, [(1, payload)])
    assert lines.decode(line) == lines.decode_strictly(line)
    assert lines.decode(line) == [Message(5, 1, "server", Opcode.TEXT, payload)]


@pytest.mark.parametrize("payload", [b'{"a":1}', b'{"a": "\\u00e9"}', b"plain", b"{\n}", b'"\\/"'])
def test_an_ordinary_message_is_read_quickly(payload: bytes) -> None:
    line = lines.encode_messages(1, "client", 5, [(1, payload)])
    assert plain_lines.message(line, lines._dumps) == Message(5, 1, "client", Opcode.TEXT, payload)


@pytest.mark.parametrize(
    "rest",
    [
        '"json": {"a": 1, "a": 2}}\n',
        '"json": 1, "text": "x"}\n',
        '"json": 1, "style": "fancy"}\n',
        '"json": 1111111111111111111111111}\n',
        '"text": "\\ud800"}\n',
        '"text": 1}\n',
        '"text": "x", "t": 6}\n',
    ],
)
def test_what_is_wrong_is_told_by_the_strict_reader(rest: str) -> None:
    line = (START + rest).encode()
    assert plain_lines.message(line, lines._dumps) is None
    with pytest.raises(CassetteError):
        lines.decode(line)
