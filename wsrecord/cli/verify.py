"""`wsrecord verify`."""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from wsrecord.cli import settings as configuration
from wsrecord.cli.cassettes import cassettes
from wsrecord.cli.contracts import contracts as contracts_of
from wsrecord.cli.numbers import Finite
from wsrecord.cli.reports import View, deliver, outputs_of
from wsrecord.cli.verify_plan import learned, notes_on, piece, wanted
from wsrecord.cli.verify_plan import plan as plan_of
from wsrecord.cli.verify_report import report_of, update
from wsrecord.contract.load import load_all
from wsrecord.errors import UsageError
from wsrecord.judge.drift.options import MATCHES
from wsrecord.judge.verdict import FAIL_ON
from wsrecord.live.interrupt import run
from wsrecord.live.verification import Verification
from wsrecord.report.escape import terminal


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
contract the live server is held against the recording alone. What is always the same stands in the
configuration: [tool.wsrecord.verify] in pyproject.toml, or [verify] in wsrecord.toml.
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
@click.option(
    "--start-timeout",
    type=Finite(0.1),
    help="Seconds to get ready. [60; 10 without --start and --ready]",
)
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
@click.option("--insecure", is_flag=True, default=None, help="Do not verify the target's certificate.")
@click.option("--pace", metavar="PACE", help="causal (by what the server says), recorded, or recorded*4.")
@click.option("--timeout", type=Finite(0.1), help="Seconds for one replay. [300]")
@click.option("--wait", type=Finite(0.01), help="Seconds for what a step needs. [10]")
@click.option("--fresh-ids/--same-ids", default=None, help="Make ids anew that the client made up. [fresh]")
@click.option("--seed", type=int, help="Make the same fresh ids again.")
@click.option("--repeat", type=click.IntRange(1), help="Play each cassette so often. [1]")
@click.option("--concurrency", type=click.IntRange(1, 1000), help="So many at once. [1]")
@click.option(
    "--fail-above",
    type=Finite(0, 100),
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
@click.option("--min-coverage", type=Finite(0, 100), help="Percent of events and flows to be seen.")
@click.option("--min-score", type=Finite(0, 100), help="The score to be reached, of 100.")
@click.option("--all", "every", is_flag=True, help="Show every finding, even if one before is like it.")
def command(names: tuple[str, ...], **options: Any) -> None:
    """Replay cassettes against the real server, and judge what it does now.

    The client's side of every session is acted out: each message is sent when what it follows on has come,
    with the ids that the live server gave. What the server says is held against the contracts and the
    recording.
    """
    outputs = outputs_of(options["json_file"], options["junit_file"], options["sarif_file"])
    here, started = Path.cwd(), datetime.now(UTC)
    settings = configuration.discover(here).over(
        contract=options["contracts"],
        **{name: options[name] for name in ("fail_on", "accepted", "min_coverage", "min_score")},
    )
    verify = wanted(settings, options)
    if options["update"] and ((verify.repeat or 1) > 1 or verify.against):
        raise UsageError("--update: record from one replay, without --repeat and --against")
    configuration.acceptances(settings, here)  # a slip in the list is told before anything is played
    contracts = load_all(contracts_of(settings))
    pieces = [piece(path, contracts) for path in cassettes(names)]
    teachers = learned(pieces) if any(one.kept for one in pieces) else ()
    plan = plan_of(verify, settings, seed=options["seed"], contracted=bool(contracts), learned=teachers)
    for note in notes_on(pieces, plan, updating=options["update"]):
        click.echo(f"wsrecord: {note}", err=True)
    with tempfile.TemporaryDirectory(prefix=f"wsrecord-{os.getpid()}-") as folder:
        with _progress() as say:
            done = run(Verification(plan, pieces, Path(folder), say).run())
        report = report_of(
            done,
            pieces,
            settings,
            here,
            fail_above=verify.fail_above or 0.0,
            everything=options["show_coverage"],
            started=started.isoformat(timespec="seconds"),
        )
        deliver(report, outputs, View(coverage=options["show_coverage"], every=options["every"]))
        for note in (*done.notes, *(f"kept {path}" for path in done.saved)):
            click.echo(f"wsrecord: {terminal(note)}", err=True)
        if options["update"] and done.trouble is None:
            update(done, pieces, report)
    if done.trouble is not None:
        raise done.trouble
    raise click.exceptions.Exit(int(report.exit_code))


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
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
