"""`wsrecord verify`."""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from wsrecord import __version__
from wsrecord.cassette.recording import load as load_cassette
from wsrecord.cassette.redaction.environment import environment_values
from wsrecord.cassette.store import CassetteWriter, open_cassette
from wsrecord.cli import settings as configuration
from wsrecord.cli.check import cassettes
from wsrecord.cli.reports import View, deliver, outputs_of
from wsrecord.config.settings import Settings
from wsrecord.contract.load import load_all
from wsrecord.contract.model import Contract
from wsrecord.dialogue.script import script
from wsrecord.errors import Exit, UsageError
from wsrecord.judge import coverage, registry
from wsrecord.judge.acceptance import accept
from wsrecord.judge.codes import Code, Group
from wsrecord.judge.drift.chance import counting
from wsrecord.judge.drift.options import MATCHES, Match, Options, ignored
from wsrecord.judge.finding import Finding
from wsrecord.judge.verdict import FAIL_ON, fails, weigh
from wsrecord.live.credentials import Given, parse_header, parse_query, parse_secret
from wsrecord.live.interrupt import run
from wsrecord.live.rehearsal import Piece
from wsrecord.live.stage import Waits, parse_pace
from wsrecord.live.target import TargetOptions
from wsrecord.live.tls import target_context
from wsrecord.live.verification import Plan, Verification, Verified
from wsrecord.report.report import Checked, Counts, Report

_STOPPED = (Code.STALLED.number, Code.NOT_SENT.number, Code.CONNECTION_FAILED.number, Code.TARGET_DIED.number)


@click.command(
    "verify",
    epilog="""
\b
Examples:
  wsrecord verify cassettes/ --target ws://localhost:8000/ws --contract schemas
  wsrecord verify chat --start 'uvicorn app:app --port {port}' --ready http://127.0.0.1:{port}/health
  wsrecord verify chat.wsr --target wss://staging.example/ws --secret token=env:TOKEN --repeat 20
  wsrecord verify chat.wsr --target ws://localhost:8000 --against ws://localhost:8001
\b
A cassette is a file, a folder, a glob, or a name without its ending, also in cassettes/. Without a
contract the live server is held against the recording alone.
Exit code: 0 clean, 1 findings, 2 usage, 3 a cassette or contract that can't be used, 4 the target could
not be reached or did not get ready.
""",
)
@click.argument("names", metavar="[CASSETTE]...", nargs=-1)
@click.option("--target", metavar="URL", help="The real server: ws, wss, http or https.")
@click.option("--against", metavar="URL", help="Play on this one too; what it does is what is right.")
@click.option("--start", metavar="COMMAND", help="Start the server on {port}; it is stopped in the end.")
@click.option("--ready", metavar="URL|PORT|TEXT", help="It is ready when this answers, or is printed.")
@click.option(
    "--reset", metavar="COMMAND", help="Brings the server to its first state, before each cassette."
)
@click.option("--start-timeout", type=click.FloatRange(0.1), default=60.0, help="Seconds to get ready. [60]")
@click.option(
    "--contract", "contracts", metavar="PATH", multiple=True, help="A contract's folder or file; several."
)
@click.option("--header", metavar="'NAME: VALUE'", multiple=True, help="Send this header with every request.")
@click.option("--query", metavar="NAME=VALUE", multiple=True, help="Send this parameter with every upgrade.")
@click.option("--secret", metavar="NAME=env:VAR", multiple=True, help="What stands for a redacted value.")
@click.option("--auth", metavar="COMMAND", help="Prints a token, or JSON of variables.")
@click.option("--setup", metavar="COMMAND", help="Prints JSON of variables; run once, before all.")
@click.option(
    "--target-ca", metavar="FILE", type=click.Path(path_type=Path), help="Trust these certificates."
)
@click.option("--insecure", is_flag=True, help="Do not verify the target's certificate.")
@click.option("--pace", default="causal", help="causal (by what the server says), recorded, or recorded*4.")
@click.option("--timeout", type=click.FloatRange(0.1), default=300.0, help="Seconds for one replay. [300]")
@click.option("--wait", type=click.FloatRange(0.01), default=10.0, help="Seconds for what a step needs. [10]")
@click.option("--fresh-ids/--same-ids", default=True, help="Make ids anew that the client made up. [fresh]")
@click.option("--seed", type=int, help="Make the same fresh ids again.")
@click.option("--repeat", type=click.IntRange(1), default=1, help="Play each cassette so often. [1]")
@click.option("--concurrency", type=click.IntRange(1, 1000), default=1, help="So many at once. [1]")
@click.option(
    "--fail-above",
    type=click.FloatRange(0, 100),
    default=0.0,
    help="Percent of runs that may have it. [0]",
)
@click.option("--match", type=click.Choice(MATCHES), help="How close. [contract; without one shape]")
@click.option("--match-event", metavar="EVENT=MATCH", multiple=True, help="The same for some events.")
@click.option(
    "--ignore", metavar="EVENT#/POINTER", multiple=True, help="Do not compare this place; * and ** are wild."
)
@click.option("--fail-on", type=click.Choice(FAIL_ON), help="The lightest finding to fail on. [breaking]")
@click.option("--accepted", metavar="FILE", help="The list of accepted findings.")
@click.option(
    "--save-failures",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Keep the sessions of what failed.",
)
@click.option("--update", is_flag=True, help="Show what changes, and record each cassette anew.")
@click.option("--json", "json_file", metavar="FILE", help="Write the report as JSON; - is standard output.")
@click.option("--junit-xml", "junit_file", metavar="FILE", help="Write the report as JUnit XML.")
@click.option("--sarif", "sarif_file", metavar="FILE", help="Write the report as SARIF.")
@click.option("--coverage", "show_coverage", is_flag=True, help="Show what of the contract was exercised.")
@click.option("--all", "every", is_flag=True, help="Show every finding, even if one before is like it.")
def command(names: tuple[str, ...], **options: Any) -> None:
    """Replay cassettes against the real server, and judge what it does now.

    The client's side of every session is acted out: each message is sent when what it follows on has come,
    with the ids that the live server gave. What the server says is held against the contracts and the
    recording.
    """
    outputs = outputs_of(options["json_file"], options["junit_file"], options["sarif_file"])
    here = Path.cwd()
    settings = configuration.discover(here).over(
        contract=options["contracts"], fail_on=options["fail_on"], accepted=options["accepted"]
    )
    contracts = load_all(_contracts(settings))
    if options["update"] and (options["repeat"] > 1 or options["against"]):
        raise UsageError("--update: record from one replay, without --repeat and --against")
    pieces = [_piece(path, contracts) for path in cassettes(names)]
    started = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="wsrecord-") as folder:
        plan = _plan(options, settings, bool(contracts))
        with _progress() as say:
            done = run(Verification(plan, pieces, Path(folder), say).run())
        report = _report(done, pieces, settings, here, options, started.isoformat(timespec="seconds"))
        deliver(report, outputs, View(coverage=options["show_coverage"], every=options["every"]))
        for path in done.saved:
            click.echo(f"wsrecord: kept {path}", err=True)
        if options["update"]:
            _update(done, pieces, report)
    raise click.exceptions.Exit(int(report.exit_code))


def _contracts(settings: Settings) -> tuple[str, ...]:
    """Where the contracts are; a replay does without where there are none."""
    usual = Path("schemas")
    return settings.contract or ((str(usual),) if (usual / "contract.yaml").is_file() else ())


def _piece(path: Path, contracts: tuple[Contract, ...]) -> Piece:
    recorded = load_cassette(path)
    return Piece(name=str(path), recorded=recorded, dialogue=script(recorded, contracts), contracts=contracts)


def _plan(options: Mapping[str, Any], settings: Settings, contracted: bool) -> Plan:
    tls = target_context(options["target_ca"], insecure=options["insecure"])
    target = TargetOptions(
        url=options["target"],
        start=options["start"],
        ready=options["ready"],
        reset=options["reset"],
        tls=tls,
        patience=options["start_timeout"],
    )
    against = None if options["against"] is None else TargetOptions(url=options["against"], tls=tls)
    fail_on = settings.fail_on or "breaking"
    return Plan(
        target=target,
        against=against,
        given=_given(options),
        pace=parse_pace(options["pace"]),
        waits=Waits(hard=options["wait"]),
        timeout=options["timeout"],
        repeat=options["repeat"],
        concurrency=options["concurrency"],
        fresh_ids=options["fresh_ids"],
        seed=options["seed"],
        options=_options(options, contracted),
        save=options["save_failures"],
        fails=lambda finding: fails(weigh([finding], settings.severity)[0], fail_on),
        environment=environment_values(os.environ),
    )


def _given(options: Mapping[str, Any]) -> Given:
    secrets = {}
    for text in options["secret"]:
        name, value, warning = parse_secret(text, os.environ)
        secrets[name] = value
        if warning is not None:
            click.echo(f"wsrecord: {warning}", err=True)
    return Given(
        headers=tuple(map(parse_header, options["header"])),
        query=tuple(map(parse_query, options["query"])),
        secrets=secrets,
        auth=options["auth"],
        setup=options["setup"],
    )


def _options(options: Mapping[str, Any], contracted: bool) -> Options:
    events = {}
    for text in options["match_event"]:
        name, equals, wanted = text.rpartition("=")
        if not equals or wanted not in MATCHES:
            raise UsageError(f"--match-event {text!r}: write EVENT={'|'.join(MATCHES)}")
        events[name] = wanted
    places = []
    for text in options["ignore"]:
        try:
            places.append(ignored(text))
        except ValueError as error:
            raise UsageError(f"--ignore {text!r}: {error}") from None
    match: Match = options["match"] or ("contract" if contracted else "shape")
    if match == "contract" and not contracted:
        raise UsageError("--match contract needs a contract: give --contract PATH")
    return Options(match=match, events=events, ignore=tuple(places))


@contextmanager
def _progress() -> Iterator[Any]:
    """On a terminal: what is being played."""
    stream = sys.stderr
    if not stream.isatty():
        yield lambda _: None
        return

    def say(text: str) -> None:
        room = shutil.get_terminal_size().columns - 12
        shown = re.sub(r"[^ -~]", "?", text)[-max(10, room) :]
        stream.write(f"\r\x1b[Kreplaying {shown}")
        stream.flush()

    try:
        yield say
    finally:
        stream.write("\r\x1b[K")
        stream.flush()


def _report(
    done: Verified,
    pieces: list[Piece],
    settings: Settings,
    here: Path,
    options: Mapping[str, Any],
    started: str,
) -> Report:
    findings: list[Finding] = list(done.findings)
    if options["show_coverage"]:
        findings += [one for one in registry.judge_run(done.shown) if one.severity == "info"]
    sifted = accept(
        findings,
        configuration.acceptances(settings, here),
        today=date.today(),
        cassettes=[piece.name for piece in pieces],
    )
    weighed = weigh(sifted.findings, settings.severity)
    counted = set(map(id, counting(weighed, above=options["fail_above"] / 100)))
    lenient = [one if id(one) in counted else replace(one, severity="info") for one in weighed]
    return Report(
        findings=tuple(lenient),
        accepted=sifted.accepted,
        cassettes=tuple(
            Checked(piece.name, tuple(one.number for one in piece.recorded.sessions)) for piece in pieces
        ),
        contracts=tuple(one.contract.name for one in done.shown),
        groups=(*registry.GROUPS, Group.DRIFT),
        counts=Counts(done.sessions, done.messages, sum(one.events.total() for one in done.shown)),
        coverage=coverage.document(done.shown),
        score=coverage.score(done.shown) if done.shown else None,
        fail_on=settings.fail_on or "breaking",
        version=__version__,
        started=started,
    )


def _update(done: Verified, pieces: list[Piece], report: Report) -> None:
    """Put the live sessions in the place of the recorded ones, where the replay was a whole one."""
    for piece in pieces:
        stopped = [
            one for one in report.findings if one.place.cassette == piece.name and one.code in _STOPPED
        ]
        live = done.live.get(piece.name)
        if live is None or stopped:
            click.echo(f"wsrecord: {piece.name} stays as it is: its replay was not a whole one", err=True)
            continue
        path = Path(piece.name)
        with open_cassette(path) as old:
            encoding = old.encoding
        with (
            open_cassette(live) as reader,
            CassetteWriter.create(path, encoding=encoding, replace=True) as writer,
        ):
            writer.copy(reader)
        click.echo(f"wsrecord: recorded {piece.name} anew", err=True)
    if report.exit_code is Exit.FINDINGS:
        click.echo("wsrecord: the new cassettes have what is found above", err=True)
