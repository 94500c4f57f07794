"""All that one run found: the one value that every page is made from."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wsrecord.errors import Exit
from wsrecord.judge import verdict
from wsrecord.judge.acceptance import Accepted
from wsrecord.judge.codes import Group
from wsrecord.judge.finding import Finding
from wsrecord.judge.severity import SEVERITIES, Severity
from wsrecord.judge.verdict import FailOn
from wsrecord.report.words import count


@dataclass(frozen=True, slots=True)
class Checked:
    """A cassette that was looked at, and its sessions that a contract applied to."""

    cassette: str
    sessions: tuple[int, ...] = ()
    dialogue: tuple[str, ...] = ()  # what the client of a kept failure does, line by line


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was looked at: a clean report over nothing must be seen to be one."""

    sessions: int = 0
    messages: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was looked at, what was found, and what it comes to."""

    findings: tuple[Finding, ...]  # what counts
    accepted: tuple[Accepted, ...] = ()
    cassettes: tuple[Checked, ...] = ()
    contracts: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()  # what was judged
    counts: Counts = Counts()
    coverage: Mapping[str, Any] = field(default_factory=dict)  # plain values
    score: float | None = None  # 0 to 100
    fail_on: FailOn = "breaking"
    version: str = ""  # of wsrecord
    started: str = ""  # UTC, ISO 8601
    untried: int = 0  # failures that were seen, and that there was no time to try again

    @property
    def exit_code(self) -> Exit:
        """What the findings come to; what was not tried again is no clean run either."""
        return verdict.exit_code(self.findings, self.fail_on) or (
            Exit.FINDINGS if self.untried else Exit.CLEAN
        )

    def severities(self) -> dict[Severity, int]:
        """How many findings there are of each weight, the heaviest first."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in SEVERITIES}

    def looked(self) -> str:
        """How much was looked at, in words."""
        parts = (
            (len(self.cassettes), "cassette"),
            (self.counts.sessions, "session"),
            (self.counts.messages, "message"),
            *([(self.counts.events, "event")] if self.contracts else []),
        )
        return ", ".join(count(number, thing) for number, thing in parts)
