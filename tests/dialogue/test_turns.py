"""What a flow lets the client say waits until it does: in its own instance, where that may still come."""

from pathlib import Path

import pytest
from contract.folder import loaded
from dialogue.recordings import Writer
from dialogue.test_milestones import hear as hear_plain

from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.occurrences import tell
from wsrecord.dialogue.script import script
from wsrecord.dialogue.steps import Dialogue, Gate, Say
from wsrecord.dialogue.turns import turns

CONTRACT = """
    name: /type
    server: {started: null, thinking: null, done: null, rated: null, failed: null}
    client: {ask: null, rate: null}
    keys: {run: /run}
    flows: {run: {key: run, order: ORDER}}
"""
RATED = "started thinking* (done rate rated | failed)"


def contract(folder: Path, order: str = RATED):
    return loaded(folder, CONTRACT.replace("ORDER", order))


def recorded() -> Writer:
    writer = Writer().client({"type": "ask"})
    for run in (71, 72):
        writer.server({"type": "started", "run": run})
    for run in (71, 72):
        writer.server({"type": "done", "run": run})
        writer.client({"type": "rate", "run": run}).server({"type": "rated", "run": run})
    return writer.end()


def turn(dialogue: Dialogue, index: int) -> list[Gate]:
    says = [step for step in dialogue.steps if isinstance(step, Say)]
    return [gate for gate in says[index].gates if gate.why == "turn"]


def live(dialogue: Dialogue, *said: tuple[str, int]) -> Bindings:
    bindings = Bindings(dialogue)
    for step in dialogue.steps[:2]:
        bindings.taken(step)
    for kind, run in said:
        hear_plain(bindings, {"type": kind, "run": run})
    return bindings


def test_it_waits_for_its_own_run(tmp_path: Path):
    dialogue = script(recorded().recording, [contract(tmp_path)])
    [first], [second] = turn(dialogue, 1), turn(dialogue, 2)
    assert first.hard
    assert first.text == "done, which lets the recorded run 71 take it"
    bindings = live(dialogue, ("started", 501), ("started", 502), ("done", 502))
    assert not bindings.met(first)
    assert bindings.met(second)
    hear_plain(bindings, {"type": "thinking", "run": 501})
    assert not bindings.met(first)
    hear_plain(bindings, {"type": "done", "run": 501})
    assert bindings.met(first)


@pytest.mark.parametrize("said", ["failed", "rated"])
def test_what_may_never_come_again_and_a_broken_order_are_not_waited_for(tmp_path: Path, said: str):
    dialogue = script(recorded().recording, [contract(tmp_path)])
    [first] = turn(dialogue, 1)
    bindings = live(dialogue, ("started", 501), ("started", 502))
    assert not bindings.met(first)
    hear_plain(bindings, {"type": said, "run": 501})
    assert bindings.met(first)


@pytest.mark.parametrize(
    "order",
    ["(started | thinking | done | rate | rated)*", "started thinking* done rated", "(rate | rated)*"],
)
def test_what_is_always_allowed_or_never_or_not_read_has_no_turn(tmp_path: Path, order: str):
    assert turns(tell(recorded().recording, [contract(tmp_path, order)])) == {}


def test_where_the_end_of_its_flow_is_awaited_that_says_all(tmp_path: Path):
    made = contract(tmp_path, "(started thinking* done | rate rated)*")
    for step in script(recorded().recording, [made]).steps:
        ends = {(gate.flow, gate.key) for gate in step.gates if gate.why == "end"}
        assert not ends & {(gate.flow, gate.key) for gate in step.gates if gate.why == "turn"}
