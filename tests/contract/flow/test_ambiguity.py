from collections import Counter
from itertools import islice

import pytest
from contract.flow.oracle import by_the_oracle, expressions
from hypothesis import given

from wsrecord.contract.flow.ambiguity import ambiguous, idle, undecided
from wsrecord.contract.flow.automaton import Automaton
from wsrecord.contract.flow.expression import Name, text
from wsrecord.contract.flow.language import equivalent
from wsrecord.contract.flow.words import words


@by_the_oracle
@given(expressions(leaves=5))
def test_an_order_is_ambiguous_when_two_readings_spell_one_word(expression):
    """Each name marked with its place: a reading is a word of marked names."""
    automaton = Automaton(expression)
    found = ambiguous(automaton)
    spelled = Counter(
        tuple(name[0] for name in reading) for reading in islice(words(Automaton(_marked(automaton))), 60)
    )
    twice = [word for word, count in spelled.items() if count > 1]
    if found is None:
        assert not twice
    elif twice:
        assert len(found.word) == min(map(len, twice))
        assert found.word in twice
    if found is not None:
        assert automaton.allows(*found.word)
        assert found.first.name == found.second.name == found.word[found.index]
        assert undecided(automaton) is not None


def _marked(automaton):
    numbers = iter(automaton.places)

    def mark(part):
        if isinstance(part, Name):
            place = next(numbers)
            return Name(f"{place.name}{place.number}")
        if hasattr(part, "parts"):
            return type(part)(tuple(map(mark, part.parts)))
        return type(part)(mark(part.part), part.least, part.most)

    return mark(automaton.expression)


@pytest.mark.parametrize(
    ("order", "word", "columns"),
    [
        ("a b? | a c?", "a", (0, 7)),
        ("(a b) & a", "a a b", (1, 8)),
        ("start (work | work done)+ done?", "start work done", (7, 14)),
    ],
)
def test_a_word_with_two_readings_is_shown_with_both_places(order, word, columns):
    found = ambiguous(Automaton(order))
    assert " ".join(found.word) == word
    assert (found.first.at, found.second.at) == columns


@pytest.mark.parametrize("order", ["a b? | a c", "a* a", "a b a", "(a | b a)*"])
def test_a_word_that_later_events_make_plain_has_one_reading(order):
    assert ambiguous(Automaton(order)) is None


def test_an_event_that_only_later_events_make_plain_is_undecided():
    found = undecided(Automaton("start done | start failed"))
    assert (found.word, found.first.at, found.second.at) == (("start",), 0, 13)
    assert undecided(Automaton("start (work start)* done")) is None


@by_the_oracle
@given(expressions(leaves=5))
def test_what_adds_nothing_can_be_left_out(expression):
    automaton = Automaton(expression)
    for part in idle(automaton):
        assert equivalent(automaton, Automaton(part.without)) is None


@pytest.mark.parametrize(
    ("order", "parts"),
    [
        ("a | a", ["a", "a"]),
        ("a b* b?", ["b?"]),
        ("a (b | c | b c?)", ["b"]),
        ("started (working | done)* done?", ["done?"]),
        ("a b? c*", []),
        ("a | b", []),
    ],
)
def test_parts_that_add_nothing_are_found(order, parts):
    assert [text(part.part) for part in idle(Automaton(order))] == parts
