"""`wsrecord check`."""

import gc
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click

from wsrecord import __version__
from wsrecord.cassette.source import from_path
from wsrecord.cli import settings as configuration
from wsrecord.cli.cassettes import cassettes
from wsrecord.cli.contracts import needed
from wsrecord.cli.numbers import Finite
from wsrecord.cli.progress import Progress
from wsrecord.cli.reports import View, deliver, outputs_of
from wsrecord.config.settings import Settings
from wsrecord.contract.load import load_all
from wsrecord.contract.model import Contract
from wsrecord.errors import UsageError
from wsrecord.explore.kept import NOTE
from wsrecord.judge import coverage, registry
from wsrecord.judge.acceptance import accept
from wsrecord.judge.finding import Finding
from wsrecord.judge.shown import Shown
from wsrecord.judge.verdict import FAIL_ON, FailOn, weigh
from wsrecord.report.escape import terminal
from wsrecord.report.report import Checked, Counts, Report

__all__ = ["cassettes", "checked", "command"]


@click.command(
    "check",
    epilog="""
\b
Examples:
  wsrecord check cassettes/chat.wsr
  wsrecord check cassettes/ --contract schemas --coverage
  wsrecord check 'cassettes/*.wsr' --fail-on warning --junit-xml report.xml
  wsrecord check chat --json - | jq .score
\b
A cassette is a file, a folder (all cassettes in it), a glob, or a name without its ending, also in
cassettes/. Without --contract it is what the configuration says, else contract/, else schemas/.
Exit code: 0 clean, 1 findings, 2 usage, 3 a cassette or contract that can't be used.
""",
)
@click.argument("names", metavar="[CASSETTE]...", nargs=-1)
@click.option(
    "--contract", "contracts", metavar="PATH", multiple=True, help="A contract's folder or file; several."
)
@click.option("--json", "json_file", metavar="FILE", help="Write the report as JSON; - is standard output.")
@click.option("--junit-xml", "junit_file", metavar="FILE", help="Write the report as JUnit XML.")
@click.option("--sarif", "sarif_file", metavar="FILE", help="Write the report as SARIF.")
@click.option("--coverage", "show_coverage", is_flag=True, help="Show what of the contract was exercised.")
@click.option("--min-coverage", type=Finite(0, 100), help="Percent of events and flows to be seen.")
@click.option("--min-score", type=Finite(0, 100), help="The score to be reached, of 100.")
@click.option("--fail-on", type=click.Choice(FAIL_ON), help="The lightest finding to fail on (breaking).")
@click.option("--accepted", metavar="FILE", help="The list of accepted findings.")
@click.option("--all", "every", is_flag=True, help="Show every finding, even if one before is like it.")
def command(
    names: tuple[str, ...],
    contracts: tuple[str, ...],
    json_file: str | None,
    junit_file: str | None,
    sarif_file: str | None,
    show_coverage: bool,
    min_coverage: float | None,
    min_score: float | None,
    fail_on: FailOn | None,
    accepted: str | None,
    every: bool,
) -> None:
    """Check cassettes against contracts; no server is needed."""
    outputs = outputs_of(json_file, junit_file, sarif_file)
    here = Path.cwd()
    settings = configuration.discover(here).over(
        contract=contracts, min_coverage=min_coverage, min_score=min_score, fail_on=fail_on, accepted=accepted
    )
    paths = list(cassettes(names))
    # What judging makes dies young and in no circles: looking for circles took a fifth of the time.
    gc.set_threshold(100_000, 50, 100)
    report = checked(paths, load_all(needed(settings)), settings, here)
    deliver(report, outputs, View(coverage=show_coverage, every=every))
    raise click.exceptions.Exit(int(report.exit_code))


def checked(paths: Iterable[Path], contracts: tuple[Contract, ...], settings: Settings, here: Path) -> Report:
    """Judge cassettes one by one, and what they come to together."""
    started = datetime.now(UTC)
    findings: list[Finding] = []
    looked: list[Checked] = []
    left: list[Path] = []
    counts = Counts()
    shown = [Shown(contract) for contract in contracts]
    with Progress("checking") as progress:
        for path in progress.each(paths):
            source = from_path(path)
            if any(note.code == NOTE for note in source.outline.notes):
                left.append(path)
                continue
            progress.expect(sum(session.count for session in source.outline.sessions))
            case = registry.judge_cassette(source, shown, str(path), progress.advance)
            findings += case.findings
            looked.append(Checked(case.cassette, case.judged))
            counts = Counts(
                counts.sessions + case.sessions, counts.messages + case.messages, counts.events + case.events
            )
    if left:
        _leave_out(left, alone=not looked)
    findings += registry.judge_run(shown)
    findings += coverage.low(shown, settings.min_coverage, settings.min_score)
    sifted = accept(
        findings,
        configuration.acceptances(settings, here, contracts),
        today=date.today(),
        cassettes=[one.cassette for one in looked],
    )
    return Report(
        findings=weigh(sifted.findings, settings.severity),
        accepted=sifted.accepted,
        cassettes=tuple(looked),
        contracts=tuple(contract.name for contract in contracts),
        groups=registry.GROUPS,
        counts=counts,
        coverage=coverage.document(shown),
        score=coverage.score(shown),
        fail_on=settings.fail_on or "breaking",
        version=__version__,
        started=started.isoformat(timespec="seconds"),
    )


def _leave_out(kept: Sequence[Path], *, alone: bool) -> None:
    """Failures of fuzz's: their clients break rules on purpose, and only a replay tells what came of it."""
    which = f"{terminal(str(kept[0]))} is a failure that fuzz kept"
    if len(kept) > 1:
        which = f"{len(kept)} cassettes are failures that fuzz kept"
    way = "what a client breaks there is meant; `wsrecord verify` acts it out again and judges it"
    if alone:
        raise UsageError(f"nothing to check: {which}: {way}")
    click.echo(f"wsrecord: left out: {which}: {way}", err=True)
