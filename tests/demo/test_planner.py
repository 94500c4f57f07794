import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.demo.planner import plan


@pytest.mark.parametrize(
    ("prompt", "calls"),
    [
        ("What is 2+3*4?", [("calculator", "2+3*4")]),
        ("Compute (1 + 2) * 3 and 7 ** 2", [("calculator", "(1 + 2) * 3"), ("calculator", "7 ** 2")]),
        ("How do close codes work?", [("search", "close code work")]),
        ("What does 1001 mean", [("search", "1001 mean")]),
        ("the weather, please", [("archive_lookup", "weather")]),
        ("a slow look at mocks", [("archive_lookup", "mocks"), ("search", "mock")]),
        ("stock PONG?", [("stock_ticker", "PONG"), ("search", "pong")]),
        ("frames; ping", [("search", "frame"), ("search", "ping")]),
        ("?!", []),
    ],
)
def test_each_clause_goes_to_the_tool_that_fits(prompt, calls):
    assert [(call.tool, *call.parameters.values()) for call in plan(prompt)] == calls


@pytest.mark.parametrize("part", ["(", "1 ", "1+", "+", ") ", "1(", "-1-(", ". ", "a b "])
def test_a_long_prompt_is_planned_at_once(part):
    begun = time.perf_counter()
    plan(part * (4000 // len(part)))
    assert time.perf_counter() - begun < 0.5


@given(st.text(max_size=200))
def test_any_text_has_a_plan(text):
    for call in plan(text):
        assert all(call.parameters.values())
