"""Published protocols as contracts: right traces pass, a wrong one is one finding of the right code."""

import pytest
from real.traces import CONTRACTS, FOLDER, RIGHT, TABLES, WRONG, Trace

from wsrecord.contract.lint import lint_path


def test_four_protocols_are_stated() -> None:
    assert list(CONTRACTS) == ["acp", "ag-ui", "jupyter", "openai-realtime"]


@pytest.mark.parametrize("protocol", CONTRACTS)
def test_a_published_protocol_s_contract_lints_clean(protocol: str) -> None:
    assert [remark for remark in lint_path(FOLDER / protocol) if remark.level != "info"] == []


@pytest.mark.parametrize("protocol", CONTRACTS)
def test_a_published_protocol_has_right_and_wrong_traces(protocol: str) -> None:
    assert len(TABLES[protocol]["right"]) >= 5
    assert len(TABLES[protocol]["wrong"]) >= 8


@pytest.mark.parametrize("trace", RIGHT, ids=str)
def test_a_right_trace_is_left_alone(trace: Trace) -> None:
    assert [(one.code, one.message) for one in trace.findings()] == []


@pytest.mark.parametrize("trace", WRONG, ids=str)
def test_a_wrong_trace_is_one_finding(trace: Trace) -> None:
    found = trace.findings()
    assert [one.code for one in found] == [trace.code], [one.message for one in found]
