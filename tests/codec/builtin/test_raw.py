"""Messages without a format."""

import pytest
from codec.says import broken_text, fault, made_up, only, sent, value

from wsrecord.cassette.model import Opcode
from wsrecord.codec.unit import UnsayableError


def test_text_is_str_and_binary_is_bytes_and_each_is_named_by_its_kind() -> None:
    assert value("raw", "hé") == "hé"
    assert value("raw", b"\x00\xff") == b"\x00\xff"
    assert [only("raw", said).name for said in ("x", b"x")] == ["text", "binary"]


def test_the_other_kind_is_wrong() -> None:
    assert fault("text", b"x") == "wrong-kind"
    assert fault("binary", "x") == "wrong-kind"


def test_text_that_is_no_utf8_has_no_value() -> None:
    assert fault("raw", broken_text(b"\xff")) == "not-utf8"


def test_str_and_bytes_are_sent_and_nothing_else() -> None:
    assert sent("raw", made_up("é"), made_up(b"\xff", Opcode.BINARY)) == ["é", b"\xff"]
    for wrong in ({}, "\ud800"):
        with pytest.raises(UnsayableError):
            sent("raw", made_up(wrong))
