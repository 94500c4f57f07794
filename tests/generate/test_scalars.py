"""Formats, patterns and numbers: what is drawn is what was asked for, odd forms and all."""

import re

import pytest
from contract.folder import schema
from hypothesis import given, settings
from hypothesis import strategies as st

from wsrecord.contract.formats import FORMATS as CHECKS
from wsrecord.contract.patterns import compiled
from wsrecord.generate.formats import FORMATS, NEARLY
from wsrecord.generate.generator import Generator, generator
from wsrecord.generate.sampling import sampled
from wsrecord.generate.texts import matching


def test_every_format_that_is_checked_can_be_generated():
    assert set(FORMATS) == set(CHECKS) == set(NEARLY)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_right_and_its_near_misses_are_wrong(name):
    texts = sampled(FORMATS[name], 300)
    assert [text for text in texts if not CHECKS[name](text)] == []
    assert len(set(texts)) >= 10
    assert [text for text in NEARLY[name] if CHECKS[name](text)] == []


def test_a_leap_second_comes_once_in_a_while():
    moments = sampled(FORMATS["date-time"], 500)
    assert 0 < sum(":60" in moment for moment in moments) < 100


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"^\d{3}-\d{4}$", r"\S", r"^(?!x)[a-z]+$", r"^[^a]*$", r"a|b", r"^\u{1F600}+$", r"^\p{L}+$"),
        *(r"(a)\1", r"^\s$", r"\.[0-9]{3}Z$"),
    ],
)  # fmt: skip
def test_patterns_are_found_in_what_is_generated(pattern):
    made = generator(schema({"type": "string", "pattern": pattern}))
    assert isinstance(made, Generator), made
    assert all(compiled(pattern)(text) for text in sampled(made.values(), 40))


def test_a_search_is_not_a_full_match():
    assert any(not re.fullmatch("ab", text) for text in sampled(matching("ab"), 50))


@settings(max_examples=60, deadline=None)
@given(
    st.fractions(-1000, 1000, max_denominator=100).map(float),
    st.floats(0, 1000),
    st.sampled_from([1, 2, 3, 0.5, 0.25, 10]),
    st.booleans(),
)
def test_bounds_and_steps(low, width, step, exclusive):
    asked = {"type": "number", "maximum": low + width, "multipleOf": step}
    asked["exclusiveMinimum" if exclusive else "minimum"] = low
    made = generator(schema(asked))
    first = -(-low // step) * step
    if exclusive and first <= low:
        first += step
    assert isinstance(made, Generator) or first > low + width or first + step > low + width
