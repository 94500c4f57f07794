"""What findings come to: their weights as configured, and the exit code."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal, TypeAlias, get_args

from wsrecord.errors import Exit
from wsrecord.judge.finding import Finding
from wsrecord.judge.severity import Severity, rank

FailOn: TypeAlias = Literal["breaking", "warning", "info", "never"]
FAIL_ON: tuple[FailOn, ...] = get_args(FailOn)


def weigh(findings: Iterable[Finding], severities: Mapping[str, Severity]) -> tuple[Finding, ...]:
    """Give the findings of these codes these severities."""
    return tuple(
        replace(finding, severity=severities[finding.code]) if finding.code in severities else finding
        for finding in findings
    )


def fails(finding: Finding, fail_on: FailOn) -> bool:
    """Whether this finding is reason enough to fail."""
    return fail_on != "never" and rank(finding.severity) <= rank(fail_on)


def exit_code(findings: Iterable[Finding], fail_on: FailOn) -> Exit:
    """The exit code that these findings, accepted ones left out, come to."""
    return Exit.FINDINGS if any(fails(finding, fail_on) for finding in findings) else Exit.CLEAN
