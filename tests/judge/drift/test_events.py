"""Which events are due, and what it weighs when they are missing."""

import pytest
from judge.drift.stream import Stream, drifts, profiled, told

from wsrecord.judge.codes import Code
from wsrecord.judge.drift.compare import compare
from wsrecord.judge.drift.events import required


def stream(text: str) -> Stream:
    """`>ask busy done`: what begins with > is the client's."""
    return [
        ("client", word[1:], {}) if word.startswith(">") else ("server", word, {"type": word, word: 1})
        for word in text.split()
    ]


@pytest.mark.parametrize(
    ("text", "name", "due"),
    [
        ("hello >ask busy done", "hello", True),  # the greeting
        (">ask busy done", "busy", "ask"),  # first after the only one
        (">ask busy think done", "done", "ask"),  # last after the only one
        (">ask busy think done", "think", False),  # in the middle, once
        (">ask busy think done >ask busy think done", "think", "ask"),  # once after each of two
        (">ask busy think done >ask busy done", "think", False),
        (">ask busy think think done >ask busy think done", "think", False),
        (">ask a think think b >ask a think b >ask a think think b", "think", "ask"),  # after each of three
        (">ask busy beat done beat", "beat", False),  # last, but elsewhere too
        (">ask a >get b", "b", "get"),
    ],
)
def test_an_event_is_due_by_what_it_regularly_followed(text: str, name: str, due: str | bool) -> None:
    assert required(profiled(stream(text)), name) == due


def weights(recorded: str, live: str) -> list[tuple[str, str, str | None]]:
    found = drifts(stream(recorded), stream(live))
    return [(drift.code.slug, drift.severity, drift.event) for drift in found]


def test_what_is_due_breaks_what_came_by_chance_does_not() -> None:
    recorded = ">ask busy think done"
    assert weights(recorded, ">ask think done") == [("event-gone", "breaking", "busy")]
    assert weights(recorded, ">ask busy done") == [("event-gone", "warning", "think")]


def test_what_came_in_some_recorded_sessions_is_hardly_missed() -> None:
    recorded = profiled(stream(">ask busy think done"), stream(">ask busy done"))
    found = compare(recorded, profiled(stream(">ask busy done")))
    assert [(drift.code, drift.severity) for drift in found] == [(Code.EVENT_GONE, "info")], told(found)


def test_an_answer_to_each_question_is_counted() -> None:
    assert weights(">p q >p q >p q", ">p q >p q >p") == [("event-gone", "breaking", "q")]
    assert weights(">p q >p q >p q", ">p >p >p q q q") == []
    assert weights(">p q >p q q", ">p q >p") == []


def test_what_followed_a_message_that_was_not_sent_is_not_missed() -> None:
    assert weights(">a x >b y", ">a x") == []


def test_an_ending_is_one_finding() -> None:
    recorded = ">ask busy think done report"
    assert weights(recorded, ">ask busy think failed") == [("ending-changed", "breaking", "failed")]
    assert weights(recorded, ">ask busy think failed sorry") == [
        ("ending-changed", "breaking", "sorry"), ("event-new", "warning", "failed"),
    ]  # fmt: skip
    assert weights(recorded, ">ask busy think") == [
        ("event-gone", "breaking", "report"), ("event-gone", "warning", "done"),
    ]  # fmt: skip


def test_both_endings_recorded_are_both_fine() -> None:
    recorded = profiled(stream(">ask busy done"), stream(">ask busy failed"))
    assert not [
        drift for drift in compare(recorded, profiled(stream(">ask busy failed"))) if drift.severity != "info"
    ]


def test_a_new_event_like_a_lost_one_is_its_new_name() -> None:
    recorded = [("server", "a", {"type": "a", "x": 1, "y": 2}), ("server", "b", {"type": "b", "z": 1})]
    live = [("server", "c", {"type": "c", "x": 1, "y": 2}), ("server", "b", {"type": "b", "z": 1})]
    (drift,) = drifts(recorded, live)
    assert (drift.code, drift.event, drift.got) == (Code.EVENT_GONE, "a", "c")
    assert "probably renamed" in drift.message


def test_an_event_with_a_new_name_is_still_compared() -> None:
    recorded = [("server", "a", {"type": "a", "x": 1, "y": 2, "w": "u"})]
    live = [("server", "c", {"type": "c", "x": "1", "y": 2, "w": "u"})]
    assert [drift.code for drift in drifts(recorded, live)] == [Code.EVENT_GONE, Code.FIELD_RETYPED]


def test_an_ending_that_follows_several_messages_is_known_as_one() -> None:
    recorded = ">ask busy done report >more busy done report >ask busy done"
    assert ("ending-changed", "breaking", "error") in weights(recorded, ">ask busy error >more busy error")
    assert not any(
        slug == "ending-changed" for slug, *_ in weights(recorded, ">ask busy done >more busy done")
    )


def test_what_never_ended_anything_is_no_ending_when_the_next_message_overtakes_the_end() -> None:
    recorded = ">ask busy think done >stop stopped >ask busy think done"
    assert weights(recorded, ">ask busy think done >stop think >ask busy think done") == [
        ("event-gone", "breaking", "stopped")
    ]
