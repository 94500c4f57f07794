"""How far a run of `fuzz` is, and what came of it."""

import shutil
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from wsrecord import __version__
from wsrecord.cli import settings as configuration
from wsrecord.config.settings import Settings
from wsrecord.contract.model import Contract
from wsrecord.explore.reached import Reached
from wsrecord.judge import coverage, registry
from wsrecord.judge.acceptance import accept
from wsrecord.judge.codes import Group
from wsrecord.judge.verdict import weigh
from wsrecord.live.exploration import STOPPED_AT_FIRST, Explored
from wsrecord.report import escape
from wsrecord.report.escape import terminal
from wsrecord.report.report import Checked, Counts, Report

_SELDOM = 10.0  # seconds between two lines that say how far it is, without a terminal
_NAMED = 6  # of what was not reached


def progress(voice: str = "normal") -> Any:
    """How far it is."""
    stream = sys.stderr
    if voice == "quiet":
        return lambda _: None
    if not stream.isatty():
        return _seldom()

    def say(text: str) -> None:
        # a line that is too long begins another one, which `\r` does not go back from
        stream.write(f"\r\x1b[K{text[: shutil.get_terminal_size().columns - 1]}")
        stream.flush()

    return say


def _seldom() -> Any:
    """Into a file, a line now and then: that it lives."""
    last = time.monotonic()

    def say(text: str) -> None:
        nonlocal last
        if text and time.monotonic() - last >= _SELDOM:
            last = time.monotonic()
            click.echo(f"wsrecord: {text}", err=True)

    return say


def summary(done: Explored, folder: Path) -> str:
    """What was done, in a few lines."""
    phases = ", ".join(f"{name} {count}" for name, count in done.cases.items())
    more = sum(done.more.values())
    phases = f" ({phases})" if phases else ""
    lines = [
        f"{done.cases.total()} dialogues{phases}, {done.sessions} sessions, {done.messages} messages in "
        f"{done.seconds:.0f} s; {done.stopped}"
    ]
    if done.mended:
        lines.append(f"{done.mended} failures of the database did not come again, and were taken out of it")
    if done.flaky:
        lines.append(f"{done.flaky} failures did not come again when they were tried alone")
    if more:
        lines.append(f"{more} failures more were not looked into: there were others with their codes")
    if done.reached is not None:
        lines += _reached(done.reached, short=done.stopped == STOPPED_AT_FIRST)
    if done.untried:
        lines.append(f"{_failures(done.untried)} seen at the end, and not tried again")
    if done.unkept:
        why = terminal(done.why_unkept)
        lines.append(
            f"{_failures(done.unkept)} found that could not be kept in {terminal(str(folder))}: {why}"
        )
    return "\n".join(lines)


def _failures(count: int) -> str:
    return "1 failure was" if count == 1 else f"{count} failures were"


def _reached(reached: Reached, *, short: bool) -> Iterator[str]:
    """What was reached of all that there is, and what was not; `short`: a run that had no time to."""
    closes = f"; closes by the server: {', '.join(sorted(reached.closes))}" if reached.closes else ""
    if reached.kinds() or closes:
        yield f"reached: {reached}{closes}"
    for kind in reached.kinds():
        if kind.missed and not short:
            more = f" and {len(kind.missed) - _NAMED} more" if len(kind.missed) > _NAMED else ""
            yield escape.terminal(f"  {kind.name} missed: {', '.join(kind.missed[:_NAMED])}{more}")


def report_of(done: Explored, contract: Contract, settings: Settings, here: Path, started: str) -> Report:
    """The findings as the report that all commands give."""
    sifted = accept(
        [failure.finding for failure in done.failures],
        configuration.acceptances(settings, here),
        today=date.today(),
        cassettes=[str(path) for path in done.saved],
    )
    return Report(
        findings=tuple(weigh(sifted.findings, settings.severity)),
        accepted=sifted.accepted,
        cassettes=tuple(Checked(str(path), ()) for path in done.saved),
        contracts=(contract.name,),
        groups=(*registry.GROUPS, Group.FUZZ),
        counts=Counts(done.sessions, done.messages, sum(one.events.total() for one in done.shown)),
        coverage={
            **coverage.document(done.shown),
            **({"reached": done.reached.document()} if done.reached is not None else {}),
        },
        score=coverage.score(done.shown) if done.shown else None,
        fail_on=settings.fail_on or "breaking",
        version=__version__,
        started=started,
    )
