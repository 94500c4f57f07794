"""Hypothesis' settings for a run of `fuzz`: which profile counts, and what it means here."""

import contextlib
import hashlib
import runpy
import secrets
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import click
from hypothesis import Phase, Verbosity
from hypothesis import settings as hypothesis_settings
from hypothesis.database import ExampleDatabase
from hypothesis.errors import HypothesisException

from wsrecord.config.settings import Fuzz
from wsrecord.errors import UsageError, did_you_mean
from wsrecord.explore.failure import label
from wsrecord.explore.limits import limited
from wsrecord.explore.moves import Case
from wsrecord.explore.phases import PHASES, Phases
from wsrecord.explore.proper import fitting, restated
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.live import database
from wsrecord.live.exploration import Budget
from wsrecord.live.finds import Finds
from wsrecord.report import escape

Warn = Callable[[str], None]
# What each of Hypothesis' settings means here; docs/fuzz.md says it to users. None: nothing.
MEANING: Mapping[str, str | None] = {
    "max_examples": "most",
    "derandomize": "repeats",
    "database": "database",
    "verbosity": "voice",
    "phases": "phases",
    "report_multiple_bugs": "first",
    "stateful_step_count": None,
    "suppress_health_check": None,
    "deadline": None,
    "print_blob": None,
    "backend": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What a profile comes to."""

    most: int | None = None  # dialogues of each phase
    repeats: bool = False  # the same dialogues in each run
    database: ExampleDatabase | None = None
    name: str = ""  # what the database is called
    reads: bool = True  # cases of it are tried
    phases: tuple[str, ...] = PHASES
    shrinks: bool = True
    first: bool = False
    voice: Literal["quiet", "normal", "verbose"] = "normal"

    def seed(self, contract: str, given: int | None) -> int:
        """The seed that was given; else the one that a contract always has, or another one in each run."""
        if given is not None:
            return given
        if not self.repeats:
            return secrets.randbelow(1 << 31)
        return int.from_bytes(hashlib.sha256(contract.encode()).digest()[:4]) >> 1

    def budget(self, sessions: int, messages: int, seconds: float) -> Budget:
        """What a run may cost."""
        made = Budget(sessions=sessions, messages=messages, seconds=seconds)
        return made if self.shrinks else replace(made, shrinking=0.0)

    def cases(self, made: Phases, wanted: Sequence[str]) -> Iterator[Case]:
        """The dialogues of a run; `wanted` phases are those that were asked for by name."""
        phases = wanted or self.phases
        cases = made.cases(phases)
        if self.most is not None:
            cases = limited(cases, phases, self.most)
        return _told(cases) if self.voice == "verbose" else cases

    def again(
        self, kept: Sequence[Case], finds: Finds, words: Vocabulary, users: int, wanted: Sequence[str]
    ) -> list[Case]:
        """What failed before, kept or in the database: as wrong as the contract says now."""
        now = [restated(case, words) for case in kept]
        if not self.reads or "regressions" not in (wanted or self.phases):
            return now
        there = [case.moves for case in kept]
        for case in finds.known(users):
            if case.moves not in there and fitting(case, words):
                now.append(restated(case, words))
                if now[-1] != case:
                    finds.leave(case)  # under the contract of then it may fail as it did
        return now

    def finds(self, contract: str, warn: Warn) -> Finds:
        """The database, for a contract."""
        return Finds(self.database, contract, warn, self.name)


def habits_of(options: Mapping[str, Any], configured: Fuzz, warn: Warn) -> Habits:
    """What the options, the configuration and Hypothesis itself say, in this order."""
    if configured.profiles is not None:
        _load(configured.profiles)
    name: str | None = options["profile"] or configured.profile
    profile = hypothesis_settings() if name is None else _profile(name, configured)
    where: str | None = options["database"] or configured.database
    base = profile.database if where is None else database.opened(where, warn)
    phases = frozenset(profile.phases)
    kept = {"examples": Phase.explicit in phases, "regressions": True}
    voice: Literal["quiet", "normal", "verbose"] = "normal"
    if profile.verbosity is not Verbosity.normal:
        voice = "quiet" if profile.verbosity is Verbosity.quiet else "verbose"
    return Habits(
        most=profile.max_examples if name is not None else None,
        repeats=profile.derandomize,
        database=base,
        name=database.shown(where) if where is not None else "the database of Hypothesis' profile",
        reads=Phase.reuse in phases,
        phases=tuple(phase for phase in PHASES if kept.get(phase, Phase.generate in phases)),
        shrinks=Phase.shrink in phases,
        first=not profile.report_multiple_bugs,
        voice=voice,
    )


def _told(cases: Iterator[Case]) -> Iterator[Case]:
    for case in cases:
        click.echo(f"wsrecord: {case.phase}: {escape.terminal(label(case))}", err=True)
        yield case


def _profile(name: str, configured: Fuzz) -> hypothesis_settings:
    try:
        return hypothesis_settings.get_profile(name)
    except HypothesisException:
        known = sorted(getattr(hypothesis_settings, "_profiles", {}))
        hint = did_you_mean(name, known) or f"; there is {', '.join(known)}"
        where = configured.profiles or "a file, and name that in [tool.wsrecord.fuzz] as `profiles`"
        raise UsageError(
            f"Hypothesis has no settings profile {name}{hint}. Profiles are registered in {where}"
        ) from None


def _load(path: str) -> None:
    """Run the file that registers profiles, as Python would: what is beside it can be imported."""
    if not Path(path).is_file():
        raise UsageError(f"{path}: there is no such file; it is named as `profiles` in [tool.wsrecord.fuzz]")
    folder = str(Path(path).resolve().parent)
    sys.path.insert(0, folder)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            runpy.run_path(path, run_name="wsrecord.profiles")
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        lines = [
            frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path
        ]
        line = error.lineno if isinstance(error, SyntaxError) and error.filename == path else None
        place = f"{path}:{line or (lines[-1] if lines else 1)}"
        what = escape.terminal(f"{type(error).__name__}: {error}")
        raise UsageError(f"{place}: the settings profiles can't be loaded: {what}") from None
    finally:
        if folder in sys.path:
            sys.path.remove(folder)
