"""How far a run of `fuzz` is, and what came of it."""

import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from wsrecord import __version__
from wsrecord.config.settings import Settings
from wsrecord.contract.model import Contract
from wsrecord.explore.failure import Failure, Key
from wsrecord.explore.reached import Reached
from wsrecord.judge import coverage, registry
from wsrecord.judge.acceptance import Acceptance, accept
from wsrecord.judge.codes import Group
from wsrecord.judge.verdict import weigh
from wsrecord.judge.wrongs import phrase
from wsrecord.live.exploration import STOPPED_AT_FIRST, Explored
from wsrecord.report import escape
from wsrecord.report.escape import terminal
from wsrecord.report.findings_text import pointed
from wsrecord.report.report import Checked, Counts, Report
from wsrecord.report.words import count

_SELDOM = 10.0  # seconds between two lines that say how far it is, without a terminal
_NAMED = 6  # of what was not reached, and of what did not come again


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
    phases = ", ".join(f"{name} {many}" for name, many in done.cases.items())
    more = sum(done.more.values())
    phases = f" ({phases})" if phases else ""
    lines = [
        f"{count(done.cases.total(), 'dialogue')}{phases}, {count(done.sessions, 'session')}, "
        f"{count(done.messages, 'message')} in {done.seconds:.0f} s; {done.stopped}"
    ]
    if done.mended:
        were = "was" if done.mended == 1 else "were"
        of = f"{count(done.mended, 'failure')} of the database"
        lines.append(f"{of} did not come again, and {were} taken out of it")
    lines += _room(done)
    for event, times in done.refused.items():
        each = "the only time" if times == 1 else f"each of {times} times"
        lines.append(terminal(f"{event} is right, and was refused {each}: what has to come before it?"))
    lines += _discarded(done)
    if done.hasty:
        names = ", ".join(dict.fromkeys(map(named, done.hasty)))
        lines.append(
            f"{_failures(len(done.hasty))} not seen where the same was said slowly, and no finding: {names}"
        )
    if more:
        others = "its code" if len(done.more) == 1 else "their codes"
        lines.append(f"{_failures(more, 'more ')} not looked into: there were others with {others}")
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


def unclean(report: Report) -> str | None:
    """Why a run without findings is no clean one."""
    if report.findings or not report.untried:
        return None
    them = "it" if report.untried == 1 else "them"
    return (
        f"this is not clean: {_failures(report.untried)} seen, and there was no time to try {them} again: "
        "give more --seconds"
    )


def _room(done: Explored) -> Iterator[str]:
    """Who was not let in."""
    turned = done.turned_away.total()
    if not turned:
        return
    why = terminal(done.turned_away.most_common(1)[0][0])
    were = "was" if turned == 1 else "were"
    all_of_them = count(turned + done.cases.total(), "dialogue")
    help_ = "a lower --concurrency may help"
    if done.at_once is not None:
        help_ = f"{done.at_once} at once in the end, as with --concurrency {done.at_once}"
    yield f"{turned:,} of {all_of_them} {were} turned away ({why}): {help_}"


def _failures(number: int, more: str = "") -> str:
    return f"{number} {more}failure was" if number == 1 else f"{number} {more}failures were"


def named(failure: Failure) -> str:
    """Its code and place, in a few words: `WS306 ping`."""
    finding, extra = failure.finding, failure.finding.extra
    place = pointed(finding.place) or finding.flow or ""
    breaks, what = extra.get("breaks"), extra.get("what")
    if breaks:
        place = f"{place or 'a message'}, {phrase(breaks)}"
    elif not place and what:
        place = str(what)
    return terminal(f"{finding.code} {place}".rstrip())


def _discarded(done: Explored) -> Iterator[str]:
    """What was seen among others and not alone: how many of its replays showed it, of each failure."""
    found: dict[Key, tuple[int, int]] = {}
    names: dict[Key, str] = {}
    kept = {one.key for one in done.failures}  # with another dialogue: that one tells it
    for one in done.discarded:
        if one.key not in kept:
            times, of = found.get(one.key, (0, 0))
            found[one.key] = times + one.times[0], of + one.times[1]
            names.setdefault(one.key, named(one))
    if found:
        told = [f"{names[key]} ({times} of {of})" for key, (times, of) in found.items()]
        more = [f"{len(told) - _NAMED} more"] if len(told) > _NAMED else []
        it = "it was" if len(told) == 1 else "they were"
        head = f"{count(len(told), 'failure')} did not come again when {it} tried alone"
        yield f"{head}: {'; '.join([*told[:_NAMED], *more])}"


def _reached(reached: Reached, *, short: bool) -> Iterator[str]:
    """What was reached of all that there is, and what was not; `short`: a run that had no time to."""
    closes = f"; closes by the server: {', '.join(sorted(reached.closes))}" if reached.closes else ""
    if reached.kinds() or closes:
        yield f"reached: {reached}{closes}"
    for kind in reached.kinds():
        if kind.missed and not short:
            more = f" and {len(kind.missed) - _NAMED} more" if len(kind.missed) > _NAMED else ""
            yield escape.terminal(f"  {kind.name} missed: {', '.join(kind.missed[:_NAMED])}{more}")


def report_of(
    done: Explored,
    contract: Contract,
    settings: Settings,
    acceptances: Sequence[Acceptance],
    started: str,
) -> Report:
    """The findings as the report that all commands give."""
    sifted = accept(
        [failure.finding for failure in done.failures],
        acceptances,
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
            **({"turned_away": dict(done.turned_away)} if done.turned_away else {}),
            **({"refused": done.refused} if done.refused else {}),
            **({"untried": done.untried} if done.untried else {}),
        },
        score=coverage.score(done.shown) if done.shown else None,
        fail_on=settings.fail_on or "breaking",
        version=__version__,
        started=started,
        untried=done.untried if done.trouble is None else 0,
    )
