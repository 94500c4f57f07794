"""What can be configured. What is None or empty was not, and the command's own default counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from wsrecord.judge.drift.options import Match
from wsrecord.judge.severity import Severity
from wsrecord.judge.verdict import FailOn


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuzz:
    """`[fuzz]`: what a fuzzer may be let loose on, and Hypothesis' settings for it."""

    targets: tuple[str, ...] = ()
    database: str | None = None  # a folder, redis://…, none
    profile: str | None = None  # one of Hypothesis' settings profiles, by name
    profiles: str | None = None  # a file of Python that registers some


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """`[verify]`: what is replayed against what, and how; by the names of the command's options."""

    target: str | None = None
    against: str | None = None
    start: str | None = None
    ready: str | None = None
    reset: str | None = None
    start_timeout: float | None = None  # seconds
    header: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    auth: str | None = None
    setup: str | None = None
    target_ca: str | None = None
    insecure: bool | None = None
    pace: str | None = None
    timeout: float | None = None  # seconds
    wait: float | None = None  # seconds
    fresh_ids: bool | None = None
    repeat: int | None = None
    concurrency: int | None = None
    fail_above: float | None = None  # percent
    match: Match | None = None
    match_event: Mapping[str, Match] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    save_failures: str | None = None

    def over(self, **flags: Any) -> Self:
        """Let the flags win that were given; where an option may stand several times, each by its name."""
        given = {name: value for name, value in flags.items() if value is not None and value != ()}
        for name, mark in (("header", ":"), ("query", "="), ("secret", "=")):
            if name in given:
                mine = {_name(text, mark) for text in given[name]}
                kept = [text for text in getattr(self, name) if _name(text, mark) not in mine]
                given[name] = (*kept, *given[name])
        if "ignore" in given:
            given["ignore"] = (*self.ignore, *given["ignore"])
        if "match_event" in given:  # the first glob that fits counts
            given["match_event"] = given["match_event"] | {
                name: match for name, match in self.match_event.items() if name not in given["match_event"]
            }
        base = self
        if "start" not in given and "{port}" not in given.get("target", "{port}"):
            base = replace(self, start=None, ready=None, reset=None)  # another server than the configured one
        return replace(base, **given)


def _name(text: str, mark: str) -> str:
    return text.partition(mark)[0].strip().lower()


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
    verify: Verify = Verify()
    fuzz: Fuzz = Fuzz()

    def over(self, **flags: Any) -> Self:
        """Let the flags win that are neither None nor empty; of severities, each by itself."""
        given = {name: value for name, value in flags.items() if value is not None and value != ()}
        if "severity" in given:
            given["severity"] = {**self.severity, **given["severity"]}
        return replace(self, **given)
