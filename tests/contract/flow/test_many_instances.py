"""Many instances at once: each is judged by its own events alone, and quickly."""

import time

from contract.flow.transcript import flows
from hypothesis import given, settings
from hypothesis import strategies as st

from wsrecord.contract.flow.instances import Instances
from wsrecord.contract.flow.spec import FlowSpec
from wsrecord.contract.flow.words import chance_word

ORDER = "started (thinking | failing)* (completed report? | cancelled | error)"
MANY = flows(FlowSpec("run", ORDER, ("run",)))


@st.composite
def sessions(draw):
    """Some runs, some of them spoilt, their events between each other's."""
    chance = draw(st.randoms(use_true_random=False))
    automaton = MANY["run"].automaton
    runs = {}
    for number in range(draw(st.integers(1, 4))):
        word = list(chance_word(automaton, chance.choice, 7))
        if draw(st.booleans()):
            spoil = draw(st.sampled_from(["drop", "double", "swap", "add"]))
            at = draw(st.integers(0, len(word) - 1))
            if spoil == "drop":
                del word[at]
            elif spoil == "double":
                word.insert(at, word[at])
            elif spoil == "swap":
                word[at], word[-1] = word[-1], word[at]
            else:
                word.insert(at + 1, draw(st.sampled_from(automaton.names)))
        runs[f"r{number}"] = word
    turns = [run for run, word in runs.items() for _ in word]
    chance.shuffle(turns)
    left = {run: iter(word) for run, word in runs.items()}
    return runs, [(run, next(left[run])) for run in turns]


@settings(deadline=None)
@given(sessions())
def test_each_run_gets_the_one_finding_that_its_own_events_deserve(session):
    runs, events = session
    instances = Instances(MANY)
    found = {}
    for number, (run, name) in enumerate(events):
        for fault in instances.feed(name, "server", {"run": run}, number):
            assert run not in found
            found[run] = (fault.code, fault.event.name, fault.allowed)
    for fault in instances.end(cut=False):
        run = fault.key[0][1]
        assert run not in found
        found[run] = (fault.code, None, fault.allowed)
    deserved = {run: _deserved(word) for run, word in runs.items()}
    assert found == {run: fault for run, fault in deserved.items() if fault is not None}


def _deserved(word):
    automaton = MANY["run"].automaton
    for index, name in enumerate(word):
        if automaton.after(*word[: index + 1]) is None:
            before = automaton.after(*word[:index])
            code = "not-started" if not index else "after-end" if automaton.closed(before) else "out-of-order"
            return code, name, automaton.allowed(before)
    last = automaton.after(*word)
    return ("never-ended", None, automaton.allowed(last)) if word and not automaton.accepts(last) else None


def test_ten_thousand_events_through_three_flows_take_less_than_half_a_second():
    order = "started (working | asking answered)* done"
    three = flows(
        FlowSpec("session", "(started | working | asking | answered | done)*", ()),
        FlowSpec("run", order, ("run",)),
        FlowSpec("step", order, ("run", "step"), inside="run"),
    )
    events = []
    for number in range(1_000):
        keys = {"run": f"r{number}", "step": 1}
        names = ["started", "working", *["asking", "answered", "working"] * 2, "working", "done"]
        events += [(name, keys) for name in names]
    session = Instances(three)
    began = time.process_time()
    for number, (name, keys) in enumerate(events):
        assert not session.feed(name, "server", keys, number)
    took = time.process_time() - began
    assert len(events) == 10_000
    assert not session.end(cut=False)
    assert took < 0.5
