"""What is caught and what is left alone: streams changed in one way, and the one code that comes of it."""

import json
import random
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge.drift.stream import CLOSING, OPENING, Stream, base, codes, drifts, profiled, told

from wsrecord.judge.codes import Code
from wsrecord.judge.drift.compare import compare
from wsrecord.judge.drift.profile import Closing, Opening

Change = Callable[[dict[str, Any]], Any]


def each(name: str, change: Change) -> Callable[[Stream], Stream]:
    """Every event of this name changed in place, or replaced by what the change returns."""

    def apply(stream: Stream) -> Stream:
        copied: Stream = json.loads(json.dumps(stream))
        out: Stream = []
        for sender, kind, value in copied:
            if sender == "server" and name in (kind, "*"):
                changed = change(value)
                out.append((sender, kind, value if changed is None else changed))
            else:
                out.append((sender, kind, value))
        return out

    return apply


def rename(before: str, after: str) -> Change:
    def change(value: dict[str, Any]) -> None:
        if before in value:
            value[after] = value.pop(before)

    return change


def wrap(key: str, *names: str) -> Change:
    """All fields but the type, or these, under a key."""

    def change(value: dict[str, Any]) -> None:
        chosen = names or [name for name in value if name != "type"]
        value[key] = {name: value.pop(name) for name in chosen}

    return change


def unwrap(key: str) -> Change:
    return lambda value: value.update(value.pop(key))


def put(name: str, of: Callable[[Any], Any]) -> Change:
    """Another value in a field."""
    return lambda value: value.update({name: of(value.get(name))})


def drop(name: str) -> Change:
    return lambda value: value.pop(name) and None


def deep(path: str, change: Change) -> Change:
    def apply(value: dict[str, Any]) -> None:
        for part in path.split("."):
            value = value[part]
        change(value)

    return apply


def without(name: str) -> Callable[[Stream], Stream]:
    return lambda stream: [said for said in stream if said[1] != name]


def called(before: str, after: str) -> Callable[[Stream], Stream]:
    """Another name for an event."""

    def apply(stream: Stream) -> Stream:
        return [
            (sender, after if name == before else name, {**value, "type": after} if name == before else value)
            for sender, name, value in stream
        ]

    return apply


def ending(stream: Stream) -> Stream:
    """The run ends by a fallback."""
    cut = [said for said in stream if said[1] not in ("completed", "report")]
    at = next(index for index, said in enumerate(cut) if said[1] == "ping")
    fallback = {"type": "fallback", "reason": "the model is tired", "retry": True}
    return [*cut[:at], ("server", "fallback", fallback), *cut[at:]]


def every(number: int, name: str, change: Change) -> Callable[[Stream], Stream]:
    """Each so many-th event of this name only."""
    count = 0

    def some(value: dict[str, Any]) -> Any:
        nonlocal count
        count += 1
        return change(value) if count % number == 0 else None

    return each(name, some)


def leak(stream: Stream) -> Stream:
    return [*stream[:3], ("server", "debug_trace", {"type": "debug_trace", "span": 17}), *stream[3:]]


def swallow_one_pong(stream: Stream) -> Stream:
    last = max(index for index, said in enumerate(stream) if said[1] == "pong")
    return stream[:last] + stream[last + 1 :]


CAUGHT: dict[str, tuple[str, Callable[[Stream], Stream]]] = {
    "an answer gone": ("WS801", without("started")),
    "the greeting gone": ("WS801", without("hello")),
    "the last event gone": ("WS801", without("report")),
    "a middle event gone": ("WS801", without("tool_completed")),
    "thoughts gone": ("WS801", without("thinking")),
    "every pong gone": ("WS801", without("pong")),
    "one pong of two swallowed": ("WS801", swallow_one_pong),
    "an event renamed": ("WS801", called("tool_completed", "tool_done")),
    "thinking renamed": ("WS801", called("thinking", "reasoning")),
    "an internal event leaks": ("WS802", leak),
    "a field gone": ("WS803", each("completed", drop("answer"))),
    "a result gone": ("WS803", each("tool_completed", drop("result"))),
    "the tool's name gone": ("WS803", each("tool_executing", drop("tool"))),
    "a deep field gone": ("WS803", each("tool_completed", deep("result", drop("unit")))),
    "a field of items gone": ("WS803", each("report", lambda v: v.update(sections=[{"title": "x"}]))),
    "a common field gone everywhere": ("WS803", each("*", drop("event_id"))),
    "a field gone now and then": ("WS803", every(2, "thinking", drop("tokens"))),
    "a field added": ("WS804", each("completed", put("cost", lambda _: 0.25))),
    "a field added to every thought": ("WS804", each("thinking", put("depth", lambda _: 2))),
    "a deep field added": ("WS804", each("hello", deep("user", put("email", lambda _: "a@b.c")))),
    "a number becomes a text": ("WS805", each("tool_completed", put("took", str))),
    "a text becomes a number": ("WS805", each("hello", put("region", lambda _: 4))),
    "a time becomes a number": ("WS805", each("*", put("timestamp", lambda _: 1795255200.25))),
    "a UUID becomes a number": ("WS805", each("thinking", put("event_id", lambda _: 17))),
    "a list becomes an object": ("WS805", each("report", put("sections", lambda _: {"a": 1, "b": 2}))),
    "an object becomes a text": ("WS805", each("tool_completed", put("result", lambda _: "42 m"))),
    "a flag becomes a text": ("WS805", each("completed", put("final", lambda _: "true"))),
    "a text becomes a number now and then": ("WS805", every(2, "thinking", put("thought", lambda _: 1))),
    "whole numbers get fractions": ("WS805", each("thinking", put("tokens", lambda old: old + 0.5))),
    "a time in another format": ("WS805", each("thinking", put("timestamp", lambda _: "21 Nov, at ten"))),
    "a constant changed": ("WS807", each("thinking", put("v", lambda _: "2.0"))),
    "a constant changed everywhere": ("WS807", each("*", put("v", lambda _: "2.0"))),
    "thought renamed reasoning": ("WS808", each("thinking", rename("thought", "reasoning"))),
    "snake to camel": ("WS808", each("tool_executing", rename("call_id", "callId"))),
    "an object renamed": ("WS808", each("tool_completed", rename("result", "outcome"))),
    "a field renamed everywhere": ("WS808", each("*", rename("timestamp", "time"))),
    "a deep field renamed": ("WS808", each("completed", deep("usage", rename("input", "prompt_tokens")))),
    "fields under data": ("WS809", each("thinking", wrap("data"))),
    "all events under data": ("WS809", each("*", wrap("data"))),
    "one field under data": ("WS809", each("completed", wrap("data", "answer"))),
    "two deep": ("WS809", each("completed", lambda v: v.update(a={"b": {"answer": v.pop("answer")}}))),
    "unwrapped": ("WS809", each("tool_completed", unwrap("result"))),
    "JSON in a text": ("WS809", each("tool_completed", put("result", json.dumps))),
    "a text in a list": ("WS809", each("completed", put("answer", lambda old: [old]))),
    "an object in a list": ("WS809", each("hello", put("user", lambda old: [old]))),
    "a list's only item": ("WS809", each("tool_completed", deep("result", put("notes", lambda n: n[0])))),
    "a text in an object": ("WS809", each("completed", put("answer", lambda old: {"text": old}))),
    "moved to a sibling": (
        "WS809", each("tool_completed", lambda v: v["result"].update(took=v.pop("took"))),
    ),
    "moved out": ("WS809", each("tool_completed", lambda v: v.update(unit=v["result"].pop("unit")))),
    "another ending": ("WS810", ending),
    "a null result": ("WS816", each("tool_completed", put("result", lambda _: None))),
    "null now and then": ("WS816", every(2, "thinking", put("thought", lambda _: None))),
    "renamed now and then": ("WS808", every(2, "thinking", rename("thought", "reasoning"))),
    "under data now and then": ("WS809", every(2, "thinking", wrap("data", "thought", "tokens"))),
    "a list of objects renamed": ("WS808", each("report", rename("sections", "x_parts"))),
    "never null any more": ("WS805", each("thinking", put("parent", lambda _: 4))),
    "a null in items": ("WS816", each("report", put("sections", lambda s: [*s, None]))),
}  # fmt: skip


def known(name: str, stream: Stream) -> Stream:
    """What one change needs to have been recorded."""
    return each("thinking", put("parent", lambda _: None))(stream) if "never null" in name else stream


@pytest.mark.parametrize("name", CAUGHT)
def test_a_change_is_caught_by_its_code_and_not_many_more(name: str) -> None:
    code, change = CAUGHT[name]
    found = drifts(known(name, base(1)), change(base(2)))
    assert codes(found)[:1] == [code], told(found)
    assert len(found) <= 2, told(found)


@pytest.mark.parametrize("name", CAUGHT)
def test_it_is_caught_against_several_recordings_too(name: str) -> None:
    code, change = CAUGHT[name]
    recorded = profiled(*(known(name, stream) for stream in (base(1), base(3), base(5, runs=2))))
    found = compare(recorded, profiled(change(base(2))))
    assert codes(found)[:1] == [code], told(found)
    assert len(found) <= 2, told(found)


def test_a_field_missing_now_and_then_is_placed_where_it_is_missing() -> None:
    live = every(3, "thinking", drop("tokens"))(base(2, thoughts=5))
    (drift,) = drifts(base(1), live)
    assert drift.live is not None
    number = drift.live.number
    assert number is not None
    assert "tokens" not in live[number - 1][2]
    assert live[number - 1][1] == "thinking"


def one_optional(stream: Stream) -> Stream:
    """A field that only the first tool's completion has."""
    seen = False
    out = []
    for sender, name, value in stream:
        if name == "tool_completed" and not seen:
            seen, value = True, {**value, "cached": True}  # noqa: PLW2901
        out.append((sender, name, value))
    return out


def mixed_numbers(stream: Stream) -> Stream:
    return every(2, "thinking", put("tokens", lambda old: old + 0.5))(stream)


def nullable(stream: Stream) -> Stream:
    return every(2, "thinking", put("thought", lambda _: None))(stream)


def by_call(*keys: str) -> Callable[[Stream], Stream]:
    """A map whose keys are names of things."""
    held = {key: {"state": "open", "age": index} for index, key in enumerate(keys)}
    return each("completed", put("calls", lambda _: held))


def reordered(stream: Stream) -> Stream:
    return [(sender, name, dict(reversed(list(value.items())))) for sender, name, value in stream]


def swapped_tools(stream: Stream) -> Stream:
    """Parallel tools: both begin, then both end."""
    tools = [said for said in stream if said[1].startswith("tool_")]
    first = next(index for index, said in enumerate(stream) if said[1].startswith("tool_"))
    rest = [said for said in stream if not said[1].startswith("tool_")]
    order = sorted(tools, key=lambda said: said[1], reverse=True)
    return [*rest[:first], *order, *rest[first:]]


def same(stream: Stream) -> Stream:
    return stream


LEFT_ALONE: dict[str, tuple[Callable[[Stream], Stream], Callable[[Stream], Stream]]] = {
    "nothing": (same, same),
    "key order": (same, reordered),
    "more thoughts": (same, lambda _: base(7, thoughts=20)),
    "one thought": (same, lambda _: base(7, thoughts=1)),
    "more tools": (same, lambda _: base(7, tools=6)),
    "one tool": (same, lambda _: base(7, tools=1)),
    "more runs": (same, lambda _: base(7, runs=3)),
    "fewer runs": (lambda _: base(7, runs=3), lambda _: base(9, runs=1)),
    "parallel tools": (same, swapped_tools),
    "an optional field absent": (one_optional, same),
    "an optional field there": (same, one_optional),
    "whole numbers where both were seen": (mixed_numbers, same),
    "null where both were seen": (nullable, same),
    "other keys in a map of ids": (by_call("call_8f21c0", "call_11aa9d"), by_call("call_77e1d2")),
    "other keys in a map of names": (by_call("ada", "bob"), by_call("cleo", "dan", "eve")),
    "an empty list": (same, each("tool_completed", deep("result", put("notes", lambda _: [])))),
    "a longer list": (same, each("report", put("sections", lambda s: s * 5))),
    "other texts": (same, each("thinking", put("thought", lambda _: "Something quite different"))),
    "another answer of one word": (each("completed", put("answer", lambda _: "yes")),
                                   each("completed", put("answer", lambda _: "no"))),
    "another tool": (same, each("tool_executing", put("tool", lambda _: "search"))),
    "another user": (same, each("hello", deep("user", put("name", lambda _: "Zoe")))),
    "other numbers": (same, each("thinking", put("tokens", lambda old: old * 1000))),
    "another order of pongs": (same, lambda s: [*s, ("client", "ping", {}), s[-1]]),
    "a float that is whole": (same, each("tool_completed", put("took", lambda _: 1.0))),
    "an int where a float was": (same, each("tool_completed", put("took", lambda _: 1))),
    "an error once in a list of results": (same, every(2, "report", put("note", lambda _: "x"))),
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_what_varies_by_nature_is_left_alone(name: str) -> None:
    before, after = LEFT_ALONE[name]
    found = drifts(before(base(1)), after(base(2)))
    assert all(drift.severity == "info" for drift in found), told(found)


def test_an_enum_s_new_value_is_caught_where_there_were_enough_of_the_old() -> None:
    def state(*words: str) -> Callable[[Stream], Stream]:
        rng = random.Random(4)
        return each("thinking", put("state", lambda _: rng.choice(words)))

    recorded = state("open", "busy")(base(1, thoughts=30))
    assert codes(drifts(recorded, state("open", "busy", "stuck")(base(2, thoughts=30)))) == ["WS806"]
    assert not drifts(recorded, state("open")(base(2, thoughts=30)))


@pytest.mark.parametrize(
    ("opening", "severity"),
    [
        (Opening(403), "breaking"),
        (Opening(None), "breaking"),
        (Opening(101, None, OPENING.extensions), "breaking"),
        (Opening(101, "agent.v2", OPENING.extensions), "breaking"),
        (Opening(101, "agent.v1"), "warning"),
    ],
)
def test_a_handshake_that_changed_is_caught(opening: Opening, severity: str) -> None:
    live = base(2) if opening.status == 101 else []
    found = compare(profiled(base(1)), profiled(live, opening=opening))
    assert codes(found) == ["WS811"], told(found)
    assert found[0].severity == severity


@pytest.mark.parametrize(
    ("closing", "severity"),
    [
        (Closing("server", 1011, "boom"), "breaking"),
        (Closing("server"), "breaking"),
        (Closing("server", 4001), "breaking"),
        (Closing("server", 1001), "warning"),
        (Closing("client", 1000), "warning"),
        (Closing("server", 1000, "bye"), "info"),
    ],
)
def test_a_close_that_changed_is_caught(closing: Closing, severity: str) -> None:
    found = compare(profiled(base(1)), profiled(base(2), closing=closing))
    assert codes(found) == ["WS812"], told(found)
    assert found[0].severity == severity


def test_a_session_that_broke_off_is_told_by_its_close_and_what_is_missing_weighs_little() -> None:
    cut = profiled(base(2)[:5], closing=Closing("server", 1011, "boom"))
    found = compare(profiled(base(1)), cut)
    assert [drift.code for drift in found if drift.severity != "info"] == [Code.CLOSE_CHANGED], told(found)


def test_an_event_is_not_missed_if_nobody_asked_for_it() -> None:
    asked_once = [said for said in base(2) if said[1] not in ("ping", "pong")]
    assert not drifts(base(1), asked_once)


def test_binary_for_text_is_caught() -> None:
    found = compare(profiled(base(1)), profiled(base(2), binary=["report"]))
    assert codes(found) == ["WS813"], told(found)
    assert not compare(profiled(base(1), binary=["report"]), profiled(base(2), binary=["report"]))


def test_size_and_time_far_off_are_remarks() -> None:
    found = compare(profiled(base(1)), profiled(base(2), sizes={"report": 90_000}))
    assert [(drift.code, drift.severity) for drift in found] == [(Code.SIZE_OFF, "info")]
    assert codes(compare(profiled(base(1), sizes={"report": 90_000}), profiled(base(2)))) == ["WS814"]
    assert not compare(profiled(base(1)), profiled(base(2), sizes={"report": 2000}))
    found = compare(profiled(base(1)), profiled(base(2), delays={"pong": 4.0}))
    assert [(drift.code, drift.severity) for drift in found] == [(Code.TIMING_OFF, "info")]
    assert not compare(profiled(base(1)), profiled(base(2), delays={"pong": 0.9}))


def test_a_secret_s_placeholder_is_no_value() -> None:
    def token(text: str) -> Stream:
        return each("*", put("grant", lambda _: text))(base(1))

    recorded = profiled(token("wsr-0123456789ab-jwt-1"), secret=lambda text: "wsr-0123456789ab-" in str(text))
    live = profiled(token("wsr-ba9876543210-jwt-1"), secret=lambda text: "wsr-ba9876543210-" in str(text))
    assert not compare(recorded, live)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_a_stream_against_itself_gives_nothing(seed: int, runs: int) -> None:
    stream = base(seed, runs=runs)
    assert not drifts(stream, stream)


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(["a", "b", "c"])
said = st.tuples(
    st.sampled_from(["client", "server"]), names, st.dictionaries(st.text(max_size=4), values, max_size=4)
)
streams = st.lists(said, max_size=15)


@settings(deadline=None)
@given(streams)
def test_any_stream_against_itself_gives_nothing(stream: Stream) -> None:
    found = drifts(stream, stream)
    assert not found, told(found)


@settings(deadline=None)
@given(streams, streams)
def test_any_two_streams_can_be_compared(one: Stream, other: Stream) -> None:
    for drift in drifts(one, other):
        assert drift.finding("a.wsr").message


@settings(deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_other_ids_and_another_order_of_thoughts_give_nothing(seed: int, rng: random.Random) -> None:
    stream = base(seed)
    fresh: dict[str, str] = {}

    def renew(value: Any) -> Any:
        if isinstance(value, dict):
            items = list(value.items())
            rng.shuffle(items)
            return {name: renew(item) for name, item in items}
        if isinstance(value, list):
            return [renew(item) for item in value]
        if isinstance(value, str) and (len(value) == 36 or value.startswith("call_")):
            new = (
                f"call_{rng.getrandbits(40):010x}"
                if len(value) != 36
                else str(uuid.UUID(int=rng.getrandbits(128)))
            )
            return fresh.setdefault(value, new)
        return value

    copy: Stream = [(sender, name, renew(value)) for sender, name, value in stream]
    thoughts = [index for index, said in enumerate(copy) if said[1] == "thinking"]
    shuffled = rng.sample(thoughts, len(thoughts))
    moved = list(copy)
    for index, other in zip(thoughts, shuffled, strict=True):
        moved[index] = copy[other]
    found = drifts(stream, moved)
    assert not found, told(found)


def test_ten_thousand_events_are_compared_in_time() -> None:
    stream = base(1, runs=700, thoughts=6)
    assert len(stream) > 9_000
    assert len(json.dumps(stream)) / len(stream) > 250
    start = time.perf_counter()
    recorded = profiled(stream)
    live = profiled(base(2, runs=700, thoughts=6))
    assert not compare(recorded, live)
    assert time.perf_counter() - start < 2


def test_closing_and_opening_alike_give_nothing() -> None:
    other = Closing("client", 1001)
    assert not compare(profiled(base(1), closing=other), profiled(base(2), closing=Closing("client", 1000)))
    assert not compare(profiled(base(1), closing=CLOSING), profiled(base(2), closing=CLOSING))
    assert not compare(profiled(base(1), opening=None, closing=None), profiled(base(2)))


def other_tool(stream: Stream) -> Stream:
    """A search in place of each second calculation, with results of its own."""
    out, asked = [], 0
    for sender, name, value in stream:
        if name == "tool_executing":
            asked += 1
        if name.startswith("tool_") and asked % 2 == 0:
            value = {**value, "tool": "search"}  # noqa: PLW2901
            value.update({"input": {"query": "x"}} if name == "tool_executing" else {})
            value.update({"result": {"hits": [{"url": "a"}]}} if name == "tool_completed" else {})
        elif name == "tool_completed":
            value = {**value, "tool": "calculator"}  # noqa: PLW2901
        out.append((sender, name, value))
    return out


def searched(change: Change) -> Change:
    return lambda value: change(value) if value.get("tool") == "search" else None


def test_what_depends_on_the_tool_is_compared_tool_by_tool() -> None:
    recorded = other_tool(base(1, tools=6))
    assert not drifts(recorded, other_tool(base(2, tools=4)))
    lost = each("tool_completed", searched(deep("result", drop("hits"))))(other_tool(base(2, tools=4)))
    found = drifts(recorded, lost)
    assert [(drift.code, drift.severity) for drift in found] == [(Code.FIELD_GONE, "breaking")], told(found)


def test_a_tool_that_the_recording_never_used_says_nothing_of_the_others() -> None:
    only = each("tool_completed", put("tool", lambda _: "calculator"))(base(1))
    for before, after in ((only, other_tool(base(2, tools=4))), (other_tool(base(2, tools=4)), only)):
        found = drifts(before, after)
        assert all(drift.severity == "info" for drift in found), told(found)


def test_names_without_end_are_compared_in_bounded_time() -> None:
    rng = random.Random(1)

    def word() -> str:
        return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=9))

    def kinds() -> Stream:
        return [("server", word(), {"x": 1, "type": word()}) for _ in range(5000)]

    def fields() -> Stream:
        return [("server", "k", {word(): word() for _ in range(280)})]

    start = time.perf_counter()
    assert len(drifts(kinds(), kinds())) <= 4000
    assert drifts(fields(), fields())
    assert time.perf_counter() - start < 20
