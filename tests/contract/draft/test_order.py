"""A drafted order allows what it was made from, and reads well."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsrecord.contract.draft.layout import laid_out
from wsrecord.contract.draft.order import order_of, requests_of
from wsrecord.contract.flow.automaton import Automaton
from wsrecord.contract.flow.expression import text
from wsrecord.contract.flow.parser import parse

WORDS = st.lists(
    st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6).map(tuple), min_size=1, max_size=12
)


@settings(deadline=None)
@given(WORDS)
def test_every_word_is_allowed(words: list[tuple[str, ...]]) -> None:
    order = order_of(words)
    assert order is not None
    automaton = Automaton(order)
    assert all(automaton.allows(*word) for word in words)
    requests = requests_of(words)
    if requests is not None:
        automaton = Automaton(requests)
        answered = {word[0] for word in words if len(word) > 1}
        assert all(automaton.allows(*word) for word in words if word[0] in answered)


@settings(deadline=None)
@given(WORDS, st.integers(8, 60))
def test_laid_out_it_says_the_same(words: list[tuple[str, ...]], width: int) -> None:
    order = order_of(words)
    assert order is not None
    assert text(parse(" ".join(laid_out(order, width)))) == text(order)


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ("ab ab", "a b"),
        ("abd acd abcbcd ad", "a (b | c)* d"),
        ("ab ac", "a (b | c)"),
        ("abc ab", "a b c?"),
        ("ab cd", "a b | c d"),
        ("abbd ad", "a b* d"),
        ("abc acb abc acb abc", "a (b & c)"),
        ("abbc abc abbs absb as abbsb ac abc", "a b* (c | s b?)"),  # s: the client stops, and b crosses it
        ("abbd abcd abd abcbd", "a (b | c)* d"),  # c ends nothing
    ],
)
def test_it_reads_as_a_person_would_write_it(words: str, order: str) -> None:
    found = order_of([tuple(word) for word in words.split()])
    assert found is not None
    assert text(found) == order


def test_what_refuses_one_request_may_refuse_any() -> None:
    found = requests_of([("ask", "answer"), ("stop", "stopped"), ("stop", "error")])
    assert found is not None
    assert text(found) == "ask (answer | error) | stop (stopped | error)"
