import pytest
from contract.flow.oracle import by_the_oracle, expressions, judge
from hypothesis import given

from wsrecord.contract.flow.automaton import Automaton
from wsrecord.contract.flow.language import completion, equivalent, inside, shared
from wsrecord.errors import ContractError


@by_the_oracle
@given(expressions(leaves=5), expressions(leaves=5))
def test_inside_agrees_with_the_oracle_and_its_witness_is_a_shortest(one, other):
    witness = inside(Automaton(one), Automaton(other))
    outside = judge(one) - judge(other)
    assert (witness is None) == outside.isempty()
    if witness is not None:
        assert outside.accepts_input("".join(witness))
        assert len(witness) == outside.minimum_word_length()


@by_the_oracle
@given(expressions(leaves=5), expressions(leaves=5))
def test_a_shared_word_is_a_shortest_of_the_intersection(one, other):
    word = shared(Automaton(one), Automaton(other))
    both = judge(one) & judge(other)
    assert (word is None) == both.isempty()
    if word is not None:
        assert both.accepts_input("".join(word))
        assert len(word) == both.minimum_word_length()


@by_the_oracle
@given(expressions(leaves=5), expressions(leaves=5))
def test_equivalent_orders_have_no_word_apart(one, other):
    word = equivalent(Automaton(one), Automaton(other))
    apart = judge(one) ^ judge(other)
    assert (word is None) == apart.isempty()
    assert word is None or apart.accepts_input("".join(word))


def test_a_stricter_order_is_inside_a_looser_one_and_not_the_other_way():
    strict, loose = Automaton("started working completed"), Automaton("started working* (completed | failed)")
    assert inside(strict, loose) is None
    assert inside(loose, strict) == ("started", "completed")


def test_a_witness_ends_with_the_shortest_way_to_an_end():
    automaton = Automaton("a (b (x | c d) | e)")
    assert completion(automaton, automaton.after("a", "b")) == ("x",)
    assert inside(automaton, Automaton("a e")) == ("a", "b", "x")


def test_a_witness_is_shortest_however_it_is_found():
    assert inside(Automaton("a x x x | b"), Automaton("c")) == ("b",)
    assert inside(Automaton("a a a | b"), Automaton("a a a a")) == ("b",)


def test_a_comparison_too_large_names_both_orders():
    parts = [f"p{number}" for number in range(20)]
    with pytest.raises(ContractError, match="mine, next to theirs: the order has more than 20,000 states"):
        inside(Automaton(" & ".join(parts), "mine"), Automaton(f"({' | '.join(parts)})*", "theirs"))
