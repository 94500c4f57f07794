import time

import pytest
from contract.flow.oracle import LETTERS, by_the_oracle, expressions, judge
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.contract.flow import automaton as engine
from wsrecord.contract.flow.automaton import Automaton
from wsrecord.contract.flow.expression import text
from wsrecord.contract.flow.prose import is_missing
from wsrecord.errors import ContractError

RUN = """agent_started (agent_thinking | agent_fallback | cancel_run)*
         (agent_completed final_report? | run_cancelled | error)"""


def letters(most=8):
    return st.text(LETTERS, max_size=most)


@by_the_oracle
@given(expressions(), st.data())
def test_a_walk_is_judged_at_each_step_as_the_oracle_does(expression, data):
    automaton, dfa = Automaton(expression), judge(expression)
    useful = {state for state in dfa.states if _reaches_an_end(dfa, state)}
    mine, theirs = automaton.start, dfa.initial_state
    for _ in range(8):
        onward = {letter for letter, target in dfa.transitions[theirs].items() if target in useful}
        assert automaton.allowed(mine) == tuple(sorted(onward))
        assert automaton.accepts(mine) == (theirs in dfa.final_states)
        assert automaton.closed(mine) == (theirs in dfa.final_states and not onward)
        assert all(automaton.step(mine, letter) is None for letter in set(LETTERS) - onward)
        if not onward:
            return
        letter = data.draw(st.sampled_from(sorted(onward)))
        mine, theirs = automaton.step(mine, letter), dfa.transitions[theirs][letter]


@by_the_oracle
@given(expressions(), letters())
def test_any_word_is_allowed_when_the_oracle_accepts_it(expression, word):
    assert Automaton(expression).allows(*word) == judge(expression).accepts_input(word)


@by_the_oracle
@given(expressions(), letters(4))
def test_what_is_missing_are_exactly_the_shortest_completions(expression, word):
    automaton = Automaton(expression)
    state = automaton.after(*word)
    if state is None:
        return
    missing = automaton.missing(state)
    if missing is None:
        assert automaton.accepts(state)
        return
    shortest = judge(missing)
    assert shortest.minimum_word_length() == shortest.maximum_word_length() == state.needs
    needed = _words(automaton, state, state.needs)
    assert {"".join(rest) for rest in shortest} == needed


def _words(automaton, state, length):
    if not length:
        return {""} if automaton.accepts(state) else set()
    return {
        name + rest
        for name, target in automaton.moves(state).items()
        for rest in _words(automaton, target, length - 1)
    }


def _reaches_an_end(dfa, state):
    seen, queue = {state}, [state]
    for here in queue:
        for target in set(dfa.transitions[here].values()) - seen:
            seen.add(target)
            queue.append(target)
    return bool(seen & dfa.final_states)


def test_states_are_equal_when_the_same_may_follow_by_the_same_places():
    automaton = Automaton(RUN)
    assert automaton.after("agent_started") == automaton.after(
        "agent_started", "agent_thinking", "cancel_run"
    )
    assert automaton.after("agent_started") != automaton.start


def test_an_end_that_something_may_follow_is_not_closed():
    automaton = Automaton(RUN)
    completed = automaton.after("agent_started", "agent_completed")
    assert automaton.accepts(completed)
    assert not automaton.closed(completed)
    assert automaton.allowed(completed) == ("final_report",)
    assert automaton.closed(automaton.after("agent_started", "agent_completed", "final_report"))


@pytest.mark.parametrize(
    ("order", "word", "sentence"),
    [
        (RUN, "agent_started agent_thinking", "agent_completed, run_cancelled or error is missing"),
        ("a b c", "a", "b, then c are missing"),
        ("a z | a y | a x b | a w", "a", "z, y or w is missing"),
        ("a (b & c d)", "a", "b and (c, then d) are missing"),
        ("a (b & c)", "a b", "c is missing"),
        ("a b{5}", "a b b", "b 3 times are missing"),
        ("a (b | c d | e)", "a", "b or e is missing"),
        ("a (x y)* z", "a x", "y, then z are missing"),
        ("a (b|c|d|e|f|g|h|i|j|k)", "a", "b, c, d, e, f, g, h or 3 more is missing"),
    ],
)
def test_what_is_missing_is_said_in_the_order_of_the_text(order, word, sentence):
    automaton = Automaton(order)
    assert is_missing(automaton.missing(automaton.after(*word.split()))) == sentence


@pytest.mark.parametrize(
    ("order", "states"),
    [
        ("(a b){1,50}", 101),
        (" & ".join("abcdefghijkl"), 2**12),
        ("a{1000}", 1001),
        ("(a | b)* a (a | b){10}", 2**11),
    ],
)
def test_counts_and_interleavings_stay_within_bounds(order, states):
    began = time.process_time()
    assert len(Automaton(order).explore()) == states
    assert time.process_time() - began < 1


def test_a_huge_order_runs_and_only_a_look_at_all_of_it_is_refused():
    names = [f"part_{number}" for number in range(40)]
    automaton = Automaton(" & ".join(names), "flows.huge.order")
    assert automaton.allows(*reversed(names))
    with pytest.raises(ContractError, match=r"flows.huge.order: the order has more than 20,000 states"):
        automaton.explore()


@pytest.mark.parametrize("order", ["((a b?){1,50}){1,50}", "a? " * 1_000, "a? " * 400, "a* " * 300])
def test_an_order_with_too_many_readings_at_once_is_refused_by_name(order):
    automaton = Automaton(order, "flows.odd.order")
    began = time.process_time()
    with pytest.raises(ContractError, match=r"flows.odd.order: .* read in more than 500 ways at once"):
        automaton.after(*"a" * 200)
    assert time.process_time() - began < 1


def test_states_outlive_the_moment_the_memory_starts_afresh():
    automaton = Automaton(" & ".join(f"p{number}" for number in range(16)))
    early = automaton.after("p3", "p1")
    start = automaton.start
    with pytest.raises(ContractError):
        automaton.explore()
    automaton.after(*(f"p{number}" for number in reversed(range(16))))
    assert automaton.start == start
    assert automaton.start is not start
    assert automaton.after("p1", "p3") == early
    assert automaton.step(early, "p0") == automaton.after("p0", "p1", "p3")
    assert len(automaton._kept) <= engine.MOST_KEPT + 1_000


def test_places_are_numbered_from_left_to_right_and_told_apart():
    automaton = Automaton("a (b | a c)")
    assert [(place.number, place.label, place.at) for place in automaton.places] == [
        (0, "a (1 of 2)", 0),
        (1, "b", 3),
        (2, "a (2 of 2)", 7),
        (3, "c", 9),
    ]
    assert automaton.taken(automaton.start, "a") == (0,)
    assert automaton.taken(automaton.after("a"), "a") == (2,)
    assert automaton.taken(automaton.start, "c") == ()


def test_it_shows_its_order():
    assert repr(Automaton("a  (b|c)")) == f"Automaton({text(Automaton('a (b | c)').expression)!r})"
