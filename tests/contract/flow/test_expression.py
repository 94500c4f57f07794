import pytest
from contract.flow.oracle import by_the_oracle, expressions, judge
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.contract.flow.expression import Name, endings, longest, may_be_empty, names, quoted, text
from wsrecord.contract.flow.parser import parse

ANY_NAME = st.text(min_size=1, max_size=6) | st.sampled_from(
    ["session/prompt", "client:x", "a.b-c", "it's", "\\"]
)


@by_the_oracle
@given(expressions(ANY_NAME))
def test_what_is_written_is_read_back_the_same(expression):
    assert parse(text(expression)) == expression


@by_the_oracle
@given(expressions())
def test_the_longest_word_is_as_long_as_the_oracle_says(expression):
    dfa = judge(expression)
    assert longest(expression) == (dfa.maximum_word_length() if dfa.isfinite() else None)


@by_the_oracle
@given(expressions())
def test_what_may_be_empty_is_what_the_oracle_accepts_empty(expression):
    assert may_be_empty(expression) == judge(expression).accepts_input("")


@by_the_oracle
@given(expressions())
def test_endings_are_the_letters_that_lead_into_an_end(expression):
    dfa = judge(expression)
    reached = {state for state in dfa.states if _useful(dfa, state)}
    last = {
        letter
        for state in reached
        for letter, target in dfa.transitions[state].items()
        if target in dfa.final_states
    }
    assert endings(expression) == last


def _useful(dfa, state):
    return state == dfa.initial_state or any(state in row.values() for row in dfa.transitions.values())


def test_names_come_in_the_order_of_the_text_and_know_their_column():
    assert [(name.name, name.at) for name in names(parse("b (a | b)* & c"))] == [
        ("b", 0),
        ("a", 3),
        ("b", 7),
        ("c", 13),
    ]


@pytest.mark.parametrize("name", ["a", "session/prompt", "client:x", "$/progress", "_x", "response.done"])
def test_plain_names_need_quotes_only_where_they_do_not_begin_like_words(name):
    assert quoted(name) == (f"'{name}'" if name.startswith("$") else name)


def test_where_a_name_stands_does_not_make_it_another_name():
    assert Name("a", 3) == Name("a", 9)
