"""What a verification comes to, as the report that all pages are made from; and cassettes recorded anew."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from wsrecord import __version__
from wsrecord.cli import settings as configuration
from wsrecord.config.settings import Settings
from wsrecord.judge import coverage, registry
from wsrecord.judge.acceptance import accept
from wsrecord.judge.codes import Group
from wsrecord.judge.drift.chance import counting
from wsrecord.judge.finding import Finding
from wsrecord.judge.verdict import weigh
from wsrecord.live.keeping import replace as put_in_place
from wsrecord.live.rehearsal import Piece
from wsrecord.live.verification import Verified
from wsrecord.report.dialogue_text import move_lines
from wsrecord.report.report import Checked, Counts, Report


def report_of(
    done: Verified,
    pieces: Sequence[Piece],
    settings: Settings,
    here: Path,
    *,
    fail_above: float,
    everything: bool,
    started: str,
) -> Report:
    """All that was found, weighed as configured; `everything`: also what was never seen."""
    findings: list[Finding] = list(done.findings)
    findings += [one for one in registry.judge_run(done.shown) if everything or one.severity != "info"]
    if done.shown or not any(piece.kept for piece in pieces):  # kept failures are no part of the coverage
        findings += coverage.low(done.shown, settings.min_coverage, settings.min_score)
    sifted = accept(
        findings,
        configuration.acceptances(settings, here),
        today=date.today(),
        cassettes=[piece.name for piece in pieces],
    )
    weighed = weigh(sifted.findings, settings.severity)
    counted = set(map(id, counting(weighed, above=fail_above / 100)))
    lenient = [one if id(one) in counted else replace(one, severity="info") for one in weighed]
    return Report(
        findings=tuple(lenient),
        accepted=sifted.accepted,
        cassettes=tuple(
            Checked(piece.name, tuple(one.number for one in piece.recorded.sessions), _dialogue(piece))
            for piece in pieces
        ),
        contracts=tuple(dict.fromkeys(one.name for piece in pieces for one in piece.contracts)),
        groups=(*registry.GROUPS, Group.DRIFT, *([Group.FUZZ] if any(p.kept for p in pieces) else [])),
        counts=Counts(
            done.sessions, done.messages, done.events + sum(one.events.total() for one in done.shown)
        ),
        coverage=coverage.document(done.shown),
        score=coverage.score(done.shown) if done.shown else None,
        fail_on=settings.fail_on or "breaking",
        version=__version__,
        started=started,
    )


def _dialogue(piece: Piece) -> tuple[str, ...]:
    """As `fuzz` shows it."""
    return tuple(move_lines(piece.kept.case)) if piece.kept is not None else ()


def update(done: Verified, pieces: Sequence[Piece], report: Report) -> None:
    """Put the live sessions in the place of the recorded ones, where the replay was a whole one."""
    renewed = 0
    for piece in pieces:
        if piece.kept is not None:
            continue
        live = done.live.get(piece.name)
        if live is None or piece.name not in done.whole or not piece.recorded.sessions:
            click.echo(f"wsrecord: {piece.name} stays as it is: its replay was not a whole one", err=True)
            continue
        put_in_place(Path(piece.name), live)
        renewed += 1
        click.echo(f"wsrecord: recorded {piece.name} anew", err=True)
    if renewed and report.findings:
        click.echo(
            "wsrecord: what is found above is in the new cassettes: look before you commit them", err=True
        )
