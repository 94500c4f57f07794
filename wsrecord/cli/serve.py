"""`wsrecord serve`."""

import os
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from wsrecord import __version__
from wsrecord.cassette.recording import load as load_cassette
from wsrecord.cassette.redaction.environment import environment_values
from wsrecord.cli import settings as configuration
from wsrecord.cli.cassettes import cassette
from wsrecord.cli.contracts import contracts as contracts_of
from wsrecord.cli.numbers import Finite
from wsrecord.cli.record import address, own_tls
from wsrecord.cli.reports import View, deliver, outputs_of
from wsrecord.cli.verify_plan import secrets_of
from wsrecord.config.settings import Settings
from wsrecord.contract.load import load_all
from wsrecord.dialogue.part import part
from wsrecord.judge import coverage, registry
from wsrecord.judge.acceptance import accept
from wsrecord.judge.codes import Group
from wsrecord.judge.shown import Shown
from wsrecord.judge.verdict import FAIL_ON, weigh
from wsrecord.live.proxy import Listen
from wsrecord.live.serving import Program, Served, serve
from wsrecord.live.stage import parse_pace
from wsrecord.report.report import Checked, Counts, Report
from wsrecord.report.words import count


@click.command(
    "serve",
    epilog="""
\b
Examples:
  wsrecord serve chat --loop
  wsrecord serve cassettes/two-users.wsr --contract schemas --junit-xml client.xml
  wsrecord serve chat --listen 127.0.0.1:8000 --pace recorded*4
  wsrecord serve chat --secret jwt=env:TEST_TOKEN --fresh-ids
\b
Without --loop it ends when every session of the cassette was played and is over. Ctrl-C ends it with
the report; a second one at once.
Exit code: 0 clean, 1 findings, 2 usage, 3 a cassette or contract that can't be used, 130 interrupted.
""",
)
@click.argument("name", metavar="CASSETTE")
@click.option(
    "--listen",
    metavar="HOST:PORT",
    help="Where clients connect to.  [default: 127.0.0.1:9000, or the next free port]",
)
@click.option("--tls", is_flag=True, help="Serve wss:// and https:// with a throw-away certificate.")
@click.option(
    "--cert", metavar="FILE", type=click.Path(path_type=Path), help="Serve TLS with this certificate."
)
@click.option(
    "--key", metavar="FILE", type=click.Path(path_type=Path), help="The key that belongs to --cert."
)
@click.option(
    "--contract", "contracts", metavar="PATH", multiple=True, help="A contract's folder or file; several."
)
@click.option("--pace", default="causal", help="causal (by what the client says), recorded, or recorded*4.")
@click.option("--loop", is_flag=True, help="Begin the cassette anew for further sessions, until Ctrl-C.")
@click.option(
    "--secret", metavar="NAME=env:VAR", multiple=True, help="What the server says for a placeholder."
)
@click.option("--fresh-ids/--same-ids", default=False, help="Make ids anew that the server made up. [same]")
@click.option("--seed", type=int, help="Make the same fresh ids again.")
@click.option("--max-connections", type=click.IntRange(1), default=1000, show_default=True, help="At once.")
@click.option("--handshake-timeout", type=Finite(0.1), default=10.0, help="Seconds for a whole request. [10]")
@click.option("--fail-on", type=click.Choice(FAIL_ON), help="The lightest finding to fail on. [breaking]")
@click.option("--accepted", metavar="FILE", help="The list of accepted findings.")
@click.option("--json", "json_file", metavar="FILE", help="Write the report as JSON; - is standard output.")
@click.option("--junit-xml", "junit_file", metavar="FILE", help="Write the report as JUnit XML.")
@click.option("--sarif", "sarif_file", metavar="FILE", help="Write the report as SARIF.")
@click.option("--all", "every", is_flag=True, help="Show every finding, even if one before is like it.")
def command(name: str, **options: Any) -> None:
    """Play the recorded server's part to real clients, and judge what they say.

    For developing a front end without its backend, and for testing clients: each message of a client is
    matched with the recorded one by its event and its ids, and answered as it was; ids that the client made
    up come back in the answers. HTTP requests that were recorded are answered too.
    """
    outputs = outputs_of(options["json_file"], options["junit_file"], options["sarif_file"])
    here = Path.cwd()
    settings = configuration.discover(here).over(
        contract=options["contracts"], fail_on=options["fail_on"], accepted=options["accepted"]
    )
    contracts = load_all(contracts_of(settings))
    path = cassette(name)
    recorded = load_cassette(path)
    shown = [Shown(one) for one in contracts]
    started = datetime.now(UTC).isoformat(timespec="seconds")
    say = _say
    with tempfile.TemporaryDirectory(prefix="wsrecord-") as folder:
        tls = _tls(options, Path(folder))
        host, port, fixed = address(options["listen"])
        program = Program(
            name=str(path),
            part=part(recorded, contracts),
            listen=Listen(host=host or "127.0.0.1", port=port if fixed else 9000, fixed=fixed, tls=tls),
            nonce=recorded.head.nonce,
            pace=parse_pace(options["pace"]),
            loop=options["loop"],
            secrets=secrets_of(options["secret"]),
            environment=environment_values(os.environ),
            fresh_ids=options["fresh_ids"],
            seed=options["seed"],
            connections=options["max_connections"],
            handshake=options["handshake_timeout"],
        )
        served = serve(program, shown, Path(folder), say)
    if served.left_out:
        say(f"{count(served.left_out, 'finding')} more were left out")
    report = _report(served, program, shown, settings, here, started)
    deliver(report, outputs, View(every=options["every"]))
    raise click.exceptions.Exit(int(report.exit_code))


def _say(text: str) -> None:
    click.echo(f"wsrecord: {text}", err=True)


def _tls(options: Mapping[str, Any], folder: Path) -> Any:
    certificate, tls = own_tls(dict(options))
    if certificate is not None:
        tls, trust = certificate.context(folder)
        _say(f"clients must trust the certificate {trust}")
    return tls


def _report(
    served: Served, program: Program, shown: list[Shown], settings: Settings, here: Path, started: str
) -> Report:
    sifted = accept(
        served.findings,
        configuration.acceptances(settings, here),
        today=date.today(),
        cassettes=[program.name],
    )
    return Report(
        findings=weigh(sifted.findings, settings.severity),
        accepted=sifted.accepted,
        cassettes=(Checked(program.name, tuple(program.part.roles)),),
        contracts=tuple(one.contract.name for one in shown),
        groups=(*registry.GROUPS, Group.DRIFT),
        counts=Counts(served.sessions, served.messages, sum(one.events.total() for one in shown)),
        coverage=coverage.document(shown),
        score=coverage.score(shown) if shown else None,
        fail_on=settings.fail_on or "breaking",
        version=__version__,
        started=started,
    )
