"""Ids made anew look like those they replace."""

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.dialogue.fresh import renewed


@pytest.mark.parametrize(
    ("value", "like"),
    [
        ("66fa9116-179b-4aec-8f7b-1b70d15b643a", r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f-]{16}"),
        ("call_abc123XYZ789", r"call_[a-z]{3}\d{3}[A-Z]{3}\d{3}"),
        ("9f86d081884c7d65", r"[0-9a-f]{16}"),
        ("m50001", r"[a-z]\d{5}"),
    ],
)  # fmt: skip
def test_they_keep_their_form(value, like):
    new = renewed(value, Random(1))
    assert re.fullmatch(like, new)
    assert new != value


@given(st.uuids().map(str), st.integers())
def test_two_replays_draw_two_values(value, seed):
    assert renewed(value, Random(seed)) != renewed(value, Random(seed + 1))


def test_numbers_stay():
    assert renewed(7, Random(1)) == 7
