"""A text before JSON."""

from dataclasses import replace

import pytest
from codec.says import broken_text, fault, made_up, only, sent, value

from wsrecord.codec.unit import UnsayableError


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("o", {"prefix": "o"}),
        ('a["hello"]', {"prefix": "a", "data": ["hello"]}),
        ('c[3000,"Go away!"]', {"prefix": "c", "data": [3000, "Go away!"]}),
        ('{"x":1}', {"prefix": "", "data": {"x": 1}}),
        ("", {"prefix": ""}),
    ],
)
def test_the_prefix_is_the_name(text: str, found: dict) -> None:
    unit = only("prefix", text)
    assert (unit.value, unit.name, unit.fault) == (found, found["prefix"], None)
    assert sent("prefix", made_up(found)) == [text]


def test_a_text_can_end_the_prefix() -> None:
    spec = {"prefix": {"until": " "}}
    assert value(spec, "MSG 12") == {"prefix": "MSG", "data": 12}
    assert sent(spec, made_up({"prefix": "MSG", "data": "x"})) == ['MSG "x"']


def test_the_place_of_a_fault_counts_from_the_beginning_of_the_message() -> None:
    unit = only("prefix", "ab[x]")
    assert unit.fault is not None
    assert (unit.fault.code, unit.fault.offset, unit.name) == ("invalid-json", 3, None)
    assert fault("prefix", broken_text(b"\xff[]")) == "not-utf8"


def test_a_changed_value_keeps_the_style() -> None:
    unit = only("prefix", 'a["x", 1]')
    assert sent("prefix", replace(unit, value={"prefix": "b", "data": ["x", 2]})) == ['b["x", 2]']


def test_what_has_no_prefix_can_not_be_said() -> None:
    with pytest.raises(UnsayableError):
        sent("prefix", made_up({"data": 1}))
