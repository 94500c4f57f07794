"""Where several runs are open, a step waits for what its own run said."""

from itertools import permutations

import pytest
from dialogue.recordings import Writer

from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.script import script
from wsrecord.dialogue.steps import Dialogue, Gate, Say

RUNS = ("1f0c9a77-11", "2e8b3d45-22", "3d7a6c19-33")
LIVE = {"1f0c9a77-11": "a9c04e81-77", "2e8b3d45-22": "b85d2f36-88", "3d7a6c19-33": "c71e8a52-99"}


def event(kind: str, run: str) -> dict[str, str]:
    return {"type": kind, "run": run}


def recorded(*, streams: bool = False, runs: tuple[str, ...] = RUNS) -> Dialogue:
    """All runs are open at once; each is rated when it is done."""
    writer = Writer().client({"type": "go"})
    for run in runs:
        writer.server(event("started", run))
    for run in runs:
        for _ in range(2 if streams else 0):
            writer.server(event("done", run))
        writer.server(event("done", run)).client(event("rate", run))
    return script(writer.end().recording)


def rates(dialogue: Dialogue) -> list[Say]:
    return [step for step in dialogue.steps if isinstance(step, Say)][1:]


def own(step: Say) -> list[Gate]:
    return [gate for gate in step.gates if gate.same]


def live(dialogue: Dialogue) -> Bindings:
    """All live runs have started, none is done."""
    bindings = Bindings(dialogue)
    for step in dialogue.steps[:2]:
        bindings.taken(step)
    for run in RUNS:
        hear(bindings, event("started", LIVE[run]))
    return bindings


def hear(bindings: Bindings, said: dict[str, str]) -> None:
    [unit] = [
        one.unit
        for one in script(Writer().server(said).end().recording).occurrences
        if one.sender == "server" and one.unit
    ]
    bindings.heard(1, unit)


@pytest.mark.parametrize("order", tuple(permutations(RUNS)))
def test_each_step_waits_for_the_end_of_its_own_run_in_whatever_order_runs_end(order: tuple[str, ...]):
    dialogue = recorded()
    bindings = live(dialogue)
    ended: set[str] = set()
    for run in order:
        hear(bindings, event("done", LIVE[run]))
        ended.add(run)
        for step, mine in zip(rates(dialogue), RUNS, strict=True):
            [gate] = own(step)
            assert gate.kinds == ("done",)
            assert gate.since == -1
            assert bindings.met(gate) is (mine in ended)


def test_no_other_gate_asks_for_the_same_kind():
    for step in rates(recorded()):
        assert [gate for gate in step.gates if gate.why == "kind" and "done" in gate.kinds] == own(step)


def test_a_stream_and_a_single_run_are_waited_for_as_ever():
    assert not any(own(step) for step in rates(recorded(streams=True)))
    assert not any(own(step) for step in rates(recorded(runs=RUNS[:1])))


def test_what_ended_before_the_message_before_counts_too():
    writer = Writer().client({"type": "go"})
    for kind in ("started", "done"):
        for run in RUNS:
            writer.server(event(kind, run))
    for run in RUNS:
        writer.client(event("rate", run))
    dialogue = script(writer.end().recording)
    bindings = live(dialogue)
    hear(bindings, event("done", LIVE[RUNS[0]]))
    assert [bindings.met(gate) for step in rates(dialogue) for gate in own(step)] == [True, False, False]


def test_what_came_for_some_only_is_no_milestone():
    writer = Writer().client({"type": "go"})
    for number, run in enumerate(RUNS):
        writer.server(event("started", run))
        if number != 1:
            writer.server(event("thinking", run))
        writer.client(event("cancel", run))
    assert not any(own(step) for step in rates(script(writer.end().recording)))


def test_a_second_message_of_a_run_waits_for_what_came_since_its_first():
    writer = Writer().client({"type": "go"})
    for run in RUNS[:2]:
        writer.server(event("started", run))
    for kind in ("one", "two"):
        for run in RUNS[:2]:
            writer.server(event("done", run))
        for run in RUNS[:2]:
            writer.client(event(kind, run))
    dialogue = script(writer.end().recording)
    first, _, second, _ = rates(dialogue)
    [gate] = own(second)
    assert gate.since == first.number
    bindings = live(dialogue)
    hear(bindings, event("done", LIVE[RUNS[0]]))
    bindings.taken(first)
    assert not bindings.met(gate)
    hear(bindings, event("done", LIVE[RUNS[0]]))
    assert bindings.met(gate)


def one_rated(*said: str, runs: tuple[str, ...] = RUNS[:2]) -> tuple[Say, Bindings]:
    """Several runs are open; the client rates one of them. `done2`: the second run is done."""
    writer = Writer().client({"type": "go"})
    for run in runs:
        writer.server(event("started", run))
    for words in said:
        kind, run = words[:-1], RUNS[int(words[-1]) - 1]
        if kind == "rate":
            writer.client(event(kind, run))
        else:
            writer.server(event(kind, run))
    dialogue = script(writer.end().recording)
    bindings = Bindings(dialogue)
    for step in dialogue.steps[:2]:
        bindings.taken(step)
    for run in runs:
        hear(bindings, event("started", LIVE[run]))
    return rates(dialogue)[0], bindings


@pytest.mark.parametrize(
    "said", [("done1", "done2", "rate2"), ("done2", "rate2", "done1"), ("done2", "done1", "rate2")]
)
def test_the_only_run_that_is_rated_is_waited_for_too(said: tuple[str, ...]):
    step, bindings = one_rated(*said)
    [gate] = own(step)
    hear(bindings, event("done", LIVE[RUNS[0]]))
    assert not bindings.met(gate)
    hear(bindings, event("done", LIVE[RUNS[1]]))
    assert bindings.met(gate)
    assert [one for one in step.gates if one.why == "kind" and one.kinds == ("done",)] == [gate]


@pytest.mark.parametrize(
    "said",
    [
        ("thought2", "rate2", "done1", "done2"),  # no other run thought: it may be chance that this one did
        ("word2", "rate2", "word1", "word1"),  # a stream
    ],
)
def test_what_the_other_runs_did_not_say_once_is_no_milestone_of_the_only_one(said: tuple[str, ...]):
    step, _ = one_rated(*said)
    assert own(step) == []


def test_values_that_the_server_did_not_give_alike_are_no_runs():
    step, _ = one_rated("done2", "rate2", "done3")
    assert own(step) == []
