from contract.flow.oracle import by_the_oracle, expressions, judge
from hypothesis import given

from wsrecord.contract.flow.automaton import Automaton
from wsrecord.contract.flow.minimal import minimal


@by_the_oracle
@given(expressions())
def test_it_has_as_few_states_as_the_oracles_and_allows_the_same(expression):
    table = minimal(Automaton(expression))
    dfa = judge(expression).to_partial(retain_names=False, minify=True)
    assert len(table.moves) == len(dfa.states)
    paired = {0: dfa.initial_state}
    for state, row in enumerate(table.moves):  # nearest first, so each is paired before its turn
        theirs = dfa.transitions[paired[state]]
        assert row.keys() == theirs.keys()
        assert (state in table.accepts) == (paired[state] in dfa.final_states)
        for name, target in row.items():
            assert paired.setdefault(target, theirs[name]) == theirs[name]


def test_two_texts_of_one_order_give_one_table():
    assert minimal(Automaton("a b | a c")) == minimal(Automaton("a (c | b)"))


def test_a_thousand_steps_are_made_small_quickly():
    assert len(minimal(Automaton("(a b | a c){1000}")).moves) == 2001
