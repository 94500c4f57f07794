import random
from itertools import islice

from contract.flow.oracle import by_the_oracle, expressions, judge
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.contract.flow.automaton import Automaton
from wsrecord.contract.flow.words import chance_word, words


@by_the_oracle
@given(expressions())
def test_words_come_all_and_shortest_first(expression):
    found = ["".join(word) for word in islice(words(Automaton(expression)), 60)]
    assert found == ["".join(word) for word in islice(_oracle_words(judge(expression)), 60)]


def _oracle_words(dfa):
    length = 0
    while length <= (dfa.maximum_word_length() if dfa.isfinite() else length):
        yield from sorted("".join(word) for word in dfa.words_of_length(length))
        length += 1


@by_the_oracle
@given(expressions(), st.randoms(use_true_random=False), st.integers(0, 12))
def test_a_word_by_chance_is_allowed_and_keeps_its_budget(expression, chance, budget):
    automaton = Automaton(expression)
    word = chance_word(automaton, chance.choice, budget)
    assert automaton.allows(*word)
    assert len(word) <= max(budget, automaton.start.needs)


def test_chance_comes_to_every_ending():
    automaton = Automaton("start (work)* (done report? | failed)")
    chance = random.Random(7)
    last = {chance_word(automaton, chance.choice, 6)[-1] for _ in range(100)}
    assert last == {"done", "report", "failed"}


def test_a_length_without_words_is_not_searched_twice():
    automaton = Automaton("((a | b) (a | b))*")
    assert next(words(automaton, at_least=61)) == ("a",) * 62
    assert next(words(Automaton("a b?"), at_least=3), None) is None
