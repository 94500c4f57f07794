"""What findings come to."""

import pytest

from wsrecord.errors import Exit
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding, Place
from wsrecord.judge.severity import Severity
from wsrecord.judge.verdict import FAIL_ON, FailOn, exit_code, weigh


def found(severity: Severity) -> Finding:
    return Code.UNKNOWN_EVENT.at(Place(), "", severity=severity)


@pytest.mark.parametrize(
    ("fail_on", "failing"),
    [
        ("never", set()),
        ("breaking", {"breaking"}),
        ("warning", {"breaking", "warning"}),
        ("info", {"breaking", "warning", "info"}),
    ],
)
def test_a_finding_fails_that_is_as_heavy_as_asked_for(fail_on: FailOn, failing: set[str]) -> None:
    severities: tuple[Severity, ...] = ("breaking", "warning", "info")
    for severity in severities:
        wanted = Exit.FINDINGS if severity in failing else Exit.CLEAN
        assert exit_code([found(severity)], fail_on) is wanted


def test_one_of_many_is_enough() -> None:
    assert exit_code([found("info"), found("breaking"), found("info")], "breaking") is Exit.FINDINGS


@pytest.mark.parametrize("fail_on", FAIL_ON)
def test_nothing_found_is_clean(fail_on: FailOn) -> None:
    assert exit_code([], fail_on) is Exit.CLEAN


def test_a_code_weighs_what_is_configured() -> None:
    one, other = found("warning"), Code.CUT.at(Place(), "")
    assert [finding.severity for finding in weigh([one, other], {"WS102": "breaking"})] == [
        "breaking",
        "info",
    ]
