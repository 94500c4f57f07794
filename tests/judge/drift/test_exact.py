"""Value by value."""

from collections.abc import Callable
from typing import Any

import pytest
from judge.drift.stream import Stream, base, codes, profiled, told
from judge.drift.test_compare import each, put

from wsrecord.judge.drift.compare import compare
from wsrecord.judge.drift.drift import Drift
from wsrecord.judge.drift.options import Options, ignored


def exactly(recorded: Stream, live: Stream, **more: Any) -> list[Drift]:
    options = Options(match="exact", **more)
    keep = {"keep": options.exactly}
    return compare(profiled(recorded, **keep), profiled(live, **keep), options)


def answers(*values: dict[str, Any]) -> Stream:
    return [("server", "answer", {"type": "answer", **value}) for value in values]


@pytest.mark.parametrize(
    ("recorded", "live"),
    [
        ({"text": "42"}, {"text": "42"}),
        ({"n": 1}, {"n": 1.0}),
        ({"id": "8f21c0d4"}, {"id": "11aa09be"}),
        ({"at": "2026-11-21T10:00:00Z"}, {"at": "2027-01-02T03:04:05Z"}),
        ({"x": "3f0e0d6a-57b1-4f0e-9f6c-2f4f5bd0a7b1"}, {"x": "00000000-57b1-4f0e-9f6c-2f4f5bd0a7b1"}),
        ({"timestamp": 1795255200.25}, {"timestamp": 1795255999.5}),
        ({"took": None}, {"took": None}),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 2]}}),
    ],
)  # fmt: skip
def test_equal_values_and_new_ids_and_times_are_no_difference(
    recorded: dict[str, Any], live: dict[str, Any]
) -> None:
    found = exactly(answers(recorded), answers(live))
    assert not found, told(found)


@pytest.mark.parametrize(
    ("recorded", "live", "pointer"),
    [
        ({"text": "42"}, {"text": "43"}, "/text"),
        ({"n": 1}, {"n": 2}, "/n"),
        ({"ok": True}, {"ok": False}, "/ok"),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, "/a/b/*"),
        ({"a": [1, 2]}, {"a": [1]}, "/a"),
        ({"text": "see run one"}, {"text": "see run two"}, "/text"),
    ],
)
def test_another_value_is_told_once_with_its_place(
    recorded: dict[str, Any], live: dict[str, Any], pointer: str
) -> None:
    found = exactly(answers(recorded), answers(live))
    assert [(drift.code.number, drift.pointer) for drift in found] == [("WS820", pointer)], told(found)


def test_the_same_id_is_always_the_same_other() -> None:
    recorded = answers({"id": "8f21c0d4"}, {"ref": "8f21c0d4"})
    assert not exactly(recorded, answers({"id": "11aa09be"}, {"ref": "11aa09be"}))
    found = exactly(recorded, answers({"id": "11aa09be"}, {"ref": "77cc31f0"}))
    assert [drift.pointer for drift in found] == ["/ref"]


def test_a_linked_value_is_what_it_is_live_inside_texts_too() -> None:
    recorded = answers({"room": "blue", "url": "/rooms/blue/1"})
    live = answers({"room": "green", "url": "/rooms/green/1"})
    assert codes(exactly(recorded, live)) == ["WS820", "WS820"]
    assert not exactly(recorded, live, bound={"blue": "green"})
    assert codes(exactly(recorded, live, bound={"blue": "red"})) == ["WS820", "WS820"]


def test_a_linked_number_is_what_it_is_live_in_a_url_too_and_a_count_beside_it_is_compared_as_ever() -> None:
    recorded = answers({"room": 4711, "took": 4711, "url": "/rooms/4711/ws"})
    live = answers({"room": 5822, "took": 12, "url": "/rooms/5822/ws"})
    found = exactly(recorded, live, bound={4711: 5822})
    assert [drift.pointer for drift in found] == [drift.pointer for drift in exactly(
        answers({"took": 4711}), answers({"took": 12})
    )]  # fmt: skip


def test_ignored_places_and_events_that_are_compared_by_shape_differ_freely() -> None:
    recorded, live = answers({"text": "42", "took": 3}), answers({"text": "41", "took": 4})
    assert [drift.pointer for drift in exactly(recorded, live)] == ["/text", "/took"]
    assert [drift.pointer for drift in exactly(recorded, live, ignore=(ignored("/took"),))] == ["/text"]
    assert not exactly(recorded, live, events={"answer": "shape"})


def test_another_number_of_events_is_a_difference() -> None:
    found = exactly(answers({"n": 1}, {"n": 1}), answers({"n": 1}))
    assert [(drift.code.number, drift.expected, drift.got) for drift in found] == [
        ("WS820", "2 times", "1 times")
    ]


@pytest.mark.parametrize("change", [put("answer", str.upper), put("final", lambda _: False)])
def test_a_difference_in_many_events_is_told_once(change: Callable[[dict[str, Any]], Any]) -> None:
    recorded = base(1, runs=3)
    found = exactly(recorded, each("completed", change)(recorded))
    assert codes(found) == ["WS820"], told(found)
    assert found[0].extra["count"] == 3


def test_a_stream_is_exactly_itself() -> None:
    assert not exactly(base(1), base(1))


def test_another_type_is_told_by_its_shape_alone() -> None:
    assert codes(exactly(answers({"n": 1}), answers({"n": "1"}))) == ["WS805"]


def test_a_secret_is_no_value() -> None:
    recorded, live = answers({"key": "wsr-aa-key-1"}), answers({"key": "wsr-bb-key-1 x"})
    options = Options(match="exact")

    def secret(value: Any) -> bool:
        return str(value).startswith("wsr-")

    before, after = (profiled(one, keep=options.exactly, secret=secret) for one in (recorded, live))
    assert not compare(before, after, options, secret=secret)
