"""What stands for what: among ids at one place, telling ones and round ones, no live value stands for two."""

import json
from random import Random

import pytest
from dialogue.recordings import Writer
from dialogue.replay import replay
from hypothesis import given, settings
from hypothesis import strategies as st

from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.script import script
from wsrecord.dialogue.steps import Say


def lines(random, numbers, thoughts):
    """What a server says of each run: its beginning, some thoughts, its end."""
    for asked, run in enumerate(numbers):
        yield [
            {"type": "started", "ref": f"q{asked}", "run": run},
            *({"type": "thinking", "run": run} for _ in range(random.randint(*thoughts))),
            {"type": "done", "run": run},
        ]


def talk(random, first, rates=(0, 1, 2), count=3, thoughts=(0, 4)):
    """Several runs at once, whose numbers a server counts; the client rates them, or but some."""
    writer = Writer()
    for number in range(count):
        writer.client({"type": "ask", "id": f"q{number}"})
    numbers = [first + n for n in range(count)]
    random.shuffle(numbers)
    waiting = list(lines(random, numbers, thoughts))
    while any(waiting):
        writer.server(random.choice([line for line in waiting if line]).pop(0))
    for asked in rates:
        writer.client({"type": "rate", "run": numbers[asked]})
    return writer.end().recording, numbers


def rated(done):
    said = [json.loads(payload) for filled in done.filled.values() for _, payload in filled.messages]
    return [one["run"] for one in said if one["type"] == "rate"]


def crossed(stood_for, live, name="run"):
    """The pairs of runs, recorded and live, whose events stood for each other."""
    return {
        (one.value[name], said.value[name])
        for said in script(live).occurrences
        if said.sender == "server" and said.is_unit
        for one in (stood_for[said.number],)
        if one is not None
    }


@given(st.integers(0, 10**6), st.sampled_from([1, 149_998, 150_000, 999_998, 234_567]))
@settings(max_examples=150, deadline=None)
def test_runs_with_ids_around_a_round_number_are_told_apart(seed, first):
    random = Random(seed)
    recorded, numbers = talk(random, 149_999)
    live, now = talk(random, first)
    done = replay(script(recorded), live)
    assert rated(done) == now
    assert crossed(done.stood_for, live) <= set(zip(numbers, now, strict=True))
    assert done.stalled == []


@given(
    st.integers(0, 10**6), st.sampled_from([1, 15, 149_999, 234_567]), st.sampled_from([(0,), (1,), (2, 0)])
)
@settings(max_examples=150, deadline=None)
def test_runs_that_the_client_never_speaks_of_are_told_apart_from_those_that_it_does(seed, first, rates):
    random = Random(seed)
    recorded, numbers = talk(random, first, rates)
    live, now = talk(random, 1, rates)
    done = replay(script(recorded), live)
    assert rated(done) == [now[asked] for asked in rates]
    assert crossed(done.stood_for, live) <= set(zip(numbers, now, strict=True))


def two(first, second):
    """Two runs; each is known by its number alone."""
    writer = Writer().client({"type": "go"})
    for kind in ("started", "thinking", "done"):
        writer.server({"type": kind, "run": first}).server({"type": kind, "run": second})
    writer.client({"type": "rate", "run": first}).client({"type": "rate", "run": second})
    return script(writer.end().recording)


@pytest.mark.parametrize(("first", "second"), [(150_000, 150_001), (150_001, 150_000)])
def test_a_live_number_that_stands_for_a_telling_one_stands_for_no_round_one_beside_it(first, second):
    dialogue = two(first, second)
    bindings = Bindings(dialogue)
    live = [("started", 1), ("thinking", 1), ("thinking", 1), ("started", 2), ("done", 1), ("done", 2)]
    writer = Writer()
    for kind, run in live:
        writer.server({"type": kind, "run": run})
    units = [one for one in script(writer.recording).occurrences if one.is_unit]
    found = [bindings.heard(1, one.unit) for one in units]
    assert [one.value["run"] if one else None for one in found] == [first, first, None, second, first, second]
    rates = [step for step in dialogue.steps if isinstance(step, Say)][1:]
    assert [json.loads(bindings.fill(step).messages[0][1])["run"] for step in rates] == [1, 2]


def numbered(*calls):
    """A server that counts runs and calls apart."""
    writer = Writer().client({"type": "go"})
    for run, call in calls:
        writer.server({"type": "called", "run": run, "call": call})
        writer.server({"type": "ended", "run": run, "call": call})
    for run, call in calls:
        writer.client({"type": "rate", "run": run, "call": call})
    return writer.end().recording


def test_equal_numbers_at_two_places_are_two_things():
    dialogue = script(numbered((150_000, 345_678), (150_001, 300_000)))
    done = replay(dialogue, numbered((1, 1), (2, 2)))
    said = [json.loads(payload) for filled in done.filled.values() for _, payload in filled.messages]
    assert [(one["run"], one["call"]) for one in said[1:]] == [(1, 1), (2, 2)]
    assert None not in done.stood_for.values()


def test_what_the_client_counts_and_what_the_server_counts_may_be_equal_at_one_place():
    def mixed(*runs):
        writer = Writer().client({"type": "ask", "id": 1}).server({"type": "seen", "id": 1})
        for run in runs:
            writer.server({"type": "seen", "id": run}).server({"type": "told", "id": run})
        for run in runs:
            writer.client({"type": "open", "thing": run})
        return writer.end().recording

    dialogue = script(mixed(234_567, 345_678))
    assert {one.scope for one in dialogue.variables} == {"", "echo 1"}
    done = replay(dialogue, mixed(2, 1))
    said = [json.loads(payload) for filled in done.filled.values() for _, payload in filled.messages]
    assert [one["thing"] for one in said if one["type"] == "open"] == [2, 1]
    assert None not in done.stood_for.values()


def test_small_live_numbers_of_two_kinds_stand_for_large_ones_of_two_kinds():
    dialogue = script(numbered((150_003, 345_678), (150_001, 345_679), (150_002, 345_671)))
    live = numbered((1, 2), (2, 3), (3, 1))
    done = replay(dialogue, live)
    said = [json.loads(payload) for filled in done.filled.values() for _, payload in filled.messages]
    assert [(one["run"], one["call"]) for one in said[1:]] == [(1, 2), (2, 3), (3, 1)]
    assert None not in done.stood_for.values()
    assert done.stalled == []


def test_a_telling_live_value_stands_for_one_wherever_it_is_said():
    writer = (
        Writer()
        .server({"type": "made", "item": "aa11bb22cc"})
        .server({"type": "sold", "thing": "dd33ee44ff"})
    )
    writer.server({"type": "kept", "item": "aa11bb22cc"}).server({"type": "lost", "thing": "dd33ee44ff"})
    dialogue = script(writer.client({"type": "use", "thing": "dd33ee44ff"}).end().recording)
    bindings = Bindings(dialogue)
    for event in ({"type": "made", "item": "0099ffee88"}, {"type": "sold", "thing": "0099ffee88"}):
        [unit] = [one for one in script(Writer().server(event).recording).occurrences if one.is_unit]
        bindings.heard(1, unit.unit)
    [thing] = [one for one in dialogue.variables if one.origin == "server"]
    assert bindings.value(thing) is None


def test_an_id_that_is_known_by_its_name_and_as_a_thing_is_one():
    def talk(*rooms):
        writer = Writer()
        for kind in ("opened", "said"):
            for room in rooms:
                writer.server({"type": kind, "room_id": room})
        return writer.client({"type": "join", "room_id": rooms[1]}).end().recording

    live = talk(8, 7)
    done = replay(script(talk(1, 2)), live)
    assert crossed(done.stood_for, live, "room_id") == {(1, 8), (2, 7)}
    [said] = [json.loads(payload) for filled in done.filled.values() for _, payload in filled.messages]
    assert said["room_id"] == 7
