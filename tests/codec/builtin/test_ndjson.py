"""Several JSON values in a message."""

from dataclasses import replace

import pytest
from codec.says import fault, made_up, message, sent, units

SPANS = {"ndjson": {"spans": True}}


@pytest.mark.parametrize("text", ['{"a":1}\n{"a":2}', '{"a":1}\n{"a":2}\n', '\n {"a":1}\r\n\n\n{"a":2}\n \n'])
def test_each_line_is_a_unit_and_all_go_back_into_one_message(text: str) -> None:
    found = units("ndjson", text)
    assert [unit.value for unit in found] == [{"a": 1}, {"a": 2}]
    assert sent("ndjson", *found) == [text]


def test_a_changed_line_keeps_what_stands_around_it() -> None:
    first, second = units("ndjson", '{"a": 1}\n\n{"a": 2}\n')
    assert sent("ndjson", replace(first, value={"a": 9}), second) == ['{"a": 9}\n\n{"a": 2}\n']


def test_blank_lines_alone_are_no_units() -> None:
    assert units("ndjson", "\n", "", " \r\n") == []


def test_one_bad_line_does_not_spoil_the_others() -> None:
    assert [unit.fault and unit.fault.code for unit in units("ndjson", "1\nx\n3")] == [
        None,
        "invalid-json",
        None,
    ]


def test_another_separator_can_end_a_value() -> None:
    spec = {"ndjson": {"separator": "\x1e"}}
    found = units(spec, '{"protocol":"json","version":1}\x1e{"type":6}\x1e')
    assert [unit.value for unit in found] == [{"protocol": "json", "version": 1}, {"type": 6}]
    assert sent(spec, made_up({"type": 6})) == ['{"type":6}\x1e']


def test_a_value_may_go_on_in_the_next_message_of_its_side() -> None:
    found = units(
        SPANS,
        message('{"a":', "server", 1),
        message("[1]\n", "client", 2),
        message('1}\n{"b', "server", 3),
        message('":2}', "server", 4),
        message("\n", "server", 5),
    )
    assert [(unit.sender, unit.value, unit.numbers, unit.t) for unit in found] == [
        ("client", [1], (2,), 2),
        ("server", {"a": 1}, (1, 3), 3),
        ("server", {"b": 2}, (3, 4, 5), 5),
    ]


def test_without_spans_a_message_ends_its_last_value() -> None:
    assert [unit.fault and unit.fault.code for unit in units("ndjson", '{"a":', "1}")] == ["invalid-json"] * 2


def test_a_value_that_never_ended_is_told_at_the_end() -> None:
    assert fault(SPANS, '{"a":', "1}") == "incomplete"


def test_binary_messages_are_of_the_wrong_kind() -> None:
    assert fault("ndjson", b"1\n") == "wrong-kind"
    assert units({"ndjson": {"binary": True}}, b"1\n")[0].fault is None
