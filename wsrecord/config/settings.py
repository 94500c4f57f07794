"""What can be configured. What is None or empty was not, and the command's own default counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from wsrecord.judge.severity import Severity
from wsrecord.judge.verdict import FailOn


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuzz:
    """`[fuzz]`: what a fuzzer may be let loose on."""

    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A whole configuration. Paths are relative to the folder of the file that they stand in."""

    file: str | None = None  # where it was read; None: nowhere
    contract: tuple[str, ...] = ()
    fail_on: FailOn | None = None
    accepted: str | None = None  # the list of accepted findings
    severity: Mapping[str, Severity] = field(default_factory=dict)  # by number: WS102
    min_coverage: float | None = None  # percent
    min_score: float | None = None  # of 100
    fuzz: Fuzz = Fuzz()

    def over(self, **flags: Any) -> Self:
        """Let the flags win that are neither None nor empty; of severities, each by itself."""
        given = {name: value for name, value in flags.items() if value is not None and value != ()}
        if "severity" in given:
            given["severity"] = {**self.severity, **given["severity"]}
        return replace(self, **given)
