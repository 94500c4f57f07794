"""Moves as values: they can be written down and read again, and their holes filled."""

import json

import pytest

from wsrecord.explore.moves import (
    Case,
    Close,
    Connect,
    Cut,
    HalfClose,
    Hear,
    Probe,
    Raw,
    Say,
    as_json,
    filled,
    from_json,
    holes,
)

CASE = Case(
    (
        Connect(on=1, user=1),
        Say(event="ask", value={"id": {"$new": 1}}, cuts=(1, 2), ping_at=1, then="now"),
        Say(data=b"\xff\0", binary=True, breaks="JSON"),
        Raw(data=b"\x81\x00", breaks="a frame without a mask"),
        Probe(size=125),
        Hear(on=1, event="done"),
        Close(code=None),
        Cut(on=1),
        HalfClose(on=2),
    ),
    "wire",
)


def test_a_case_can_be_written_down_and_read_again() -> None:
    assert from_json(json.loads(json.dumps(as_json(CASE)))) == CASE


@pytest.mark.parametrize("said", [None, [], {}, {"phase": "x", "moves": [{"do": "fly"}]}, {"moves": 5}])
def test_what_is_no_case_is_a_value_error(said: object) -> None:
    with pytest.raises(ValueError, match="no case"):
        from_json(said)


def test_messages_are_what_the_client_sends() -> None:
    assert CASE.messages == 4


def test_holes_are_found_and_filled_wherever_they_are() -> None:
    value = {"id": {"$new": 1}, "list": [{"$given": ["hello", "/id"]}], "$new": 5, "x": 1}
    assert [kind for kind, _ in holes(value)] == ["$new", "$given"]
    assert filled(value, lambda kind, what: kind)["list"] == ["$given"]
