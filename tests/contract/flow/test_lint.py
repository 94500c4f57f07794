import time

import pytest
from contract.flow.transcript import flows

from wsrecord.contract.flow.lint import lint
from wsrecord.contract.flow.spec import FlowSpec

CHILD = FlowSpec("tool", "begin finish", inside="run")


@pytest.mark.parametrize(
    ("order", "level", "code", "sentence"),
    [
        (
            "started (done)?",
            "error",
            "parent-ends-at-once",
            "the order may end with its first event, started, with no time for tool",
        ),
        (
            "(started done)*",
            "warning",
            "may-be-empty",
            "the order allows no event at all, which says nothing: an instance begins with its first event",
        ),
        (
            "started say client:say",
            "warning",
            "half-sided",
            "the order has both say and client:say: the first never means the client's; say a side with each",
        ),
        (
            "started (work | work done)+ done?",
            "warning",
            "two-readings",
            "`started work done` can be read in two ways: work at column 10 of the order, or at column 17",
        ),
        (
            "started (done | done)",
            "warning",
            "adds-nothing",
            "done at column 10 adds nothing: without it the order allows the same",
        ),
    ],
)
def test_what_is_odd_is_said_with_what_it_means(order, level, code, sentence):
    remark = next(remark for remark in lint(flows(FlowSpec("run", order), CHILD)) if remark.code == code)
    assert (remark.level, remark.flow, remark.text) == (level, "run", sentence)


def test_a_but_event_that_ends_no_parent_excuses_nobody():
    run = FlowSpec("run", "started (warned* done | failed)")
    tool = FlowSpec("tool", "begin finish", inside="run", but=frozenset({"warned", "failed"}))
    assert [(r.code, r.text) for r in lint(flows(run, tool))] == [
        ("but-is-no-end", "`but` names warned, which never ends a run")
    ]


def test_an_order_too_large_to_look_at_is_said_and_not_an_error():
    parts = " & ".join(f"p{number}" for number in range(20))
    codes = {remark.code for remark in lint(flows(FlowSpec("all", f"({parts}) (end | p0 end | end)")))}
    assert "too-large" in codes


@pytest.mark.parametrize(
    "order",
    [
        " | ".join(["a"] * 300),
        "a? " * 100,
        " ".join(f"e{number}?" for number in range(140)),
        "start (" + " | ".join(f"e{number}" for number in range(990)) + ")* end",
        " & ".join(["(a b)*"] * 6),
        "(a | b)* a (a | b){12}",
    ],
)
def test_odd_orders_are_looked_at_in_a_few_seconds(order):
    began = time.process_time()
    remarks = lint(flows(FlowSpec("odd", order)))
    assert time.process_time() - began < 5
    assert len(remarks) <= 6


def test_a_flow_that_only_ends_at_once_is_fine_without_children():
    assert lint(flows(FlowSpec("ping", "ping pong?"))) == []
