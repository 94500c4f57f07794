"""`wsrecord fuzz`."""

import ipaddress
import os
import re
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import click

from wsrecord import __version__
from wsrecord.cassette.recording import load as load_cassette
from wsrecord.cassette.redaction.environment import environment_values
from wsrecord.cli import settings as configuration
from wsrecord.cli.cassettes import USUAL, cassettes
from wsrecord.cli.contracts import needed
from wsrecord.cli.reports import View, deliver, outputs_of
from wsrecord.cli.verify_plan import secrets_of
from wsrecord.config.settings import Settings
from wsrecord.contract.load import load_all
from wsrecord.contract.model import Contract
from wsrecord.dialogue.script import script
from wsrecord.dialogue.steps import Dialogue
from wsrecord.errors import CassetteError, ContractError, UsageError
from wsrecord.explore.moves import Case
from wsrecord.explore.phases import PHASES, Phases
from wsrecord.explore.retold import retold, saved_case
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.judge import coverage, registry
from wsrecord.judge.acceptance import accept
from wsrecord.judge.codes import Group
from wsrecord.judge.verdict import FAIL_ON, weigh
from wsrecord.live.acting import Rules
from wsrecord.live.client import Patience
from wsrecord.live.credentials import Given, Purse, Wallet, ask_for, parse_header, parse_query
from wsrecord.live.door import Door, Way
from wsrecord.live.exploration import Budget, Exploration, Explored
from wsrecord.live.explorer import Explorer
from wsrecord.live.interrupt import run
from wsrecord.live.target import Target, TargetOptions
from wsrecord.live.tls import target_context
from wsrecord.report import dialogue_text
from wsrecord.report.report import Checked, Counts, Report

FAILURES = Path(".wsrecord") / "failures"
_REFUSAL = re.compile(r"(^|[^a-z])(err|error|reject|refus|denied|deny|invalid|nack|fail)", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"wsr-[0-9a-f]+-")


@click.command(
    "fuzz",
    epilog="""
\b
Examples:
  wsrecord fuzz --start 'uvicorn app:app --port {port}' --ready http://127.0.0.1:{port}/health
  wsrecord fuzz --target ws://localhost:8000/ws --contract schemas --from cassettes/ --seconds 30
  wsrecord fuzz --target ws://localhost:8000/ws --phase wire --phase invalid --seed 7
\b
Phases: regressions, examples, valid, invalid, wire, reconnect, mutate; all of them without --phase.
A target that is not on this machine must stand in the configuration: [tool.wsrecord.fuzz] targets.
Exit code: 0 clean, 1 findings, 2 usage, 3 a cassette or contract that can't be used, 4 the target could
not be reached or let nobody in.
""",
)
@click.option("--target", metavar="URL", help="The server: ws, wss, http or https.")
@click.option("--start", metavar="COMMAND", help="Start the server on {port}; it is stopped in the end.")
@click.option("--ready", metavar="URL|PORT|TEXT", help="It is ready when this answers, or is printed.")
@click.option("--reset", metavar="COMMAND", help="Brings the server to its first state.")
@click.option("--start-timeout", type=click.FloatRange(0.1), default=60.0, help="Seconds to get ready. [60]")
@click.option("--contract", "contracts", metavar="PATH", multiple=True, help="The contract's folder or file.")
@click.option(
    "--from", "sources", metavar="CASSETTE", multiple=True, help="How to come in, and what to say; several."
)
@click.option("--phase", "phases", type=click.Choice(PHASES), multiple=True, help="Only this; several.")
@click.option("--sessions", type=click.IntRange(1), default=5_000, help="At most so many. [5000]")
@click.option("--messages", type=click.IntRange(1), default=50_000, help="At most so many. [50000]")
@click.option("--seconds", type=click.FloatRange(0.1), default=60.0, help="At most so long. [60]")
@click.option("--seed", type=int, help="Make the same dialogues again.")
@click.option("--concurrency", type=click.IntRange(1, 100), default=16, help="So many at once. [16]")
@click.option("--first", is_flag=True, help="Stop at the first failure.")
@click.option("--votes", metavar="K/N", default="2/3", help="It counts if K of N replays fail. [2/3]")
@click.option("--health", metavar="PATH", help="A page that must stay good; else that of --ready.")
@click.option("--refusal", "refusals", metavar="EVENT", multiple=True, help="A server's event that says no.")
@click.option("--header", metavar="'NAME: VALUE'", multiple=True, help="Send this header with every request.")
@click.option("--query", metavar="NAME=VALUE", multiple=True, help="Send this parameter with every upgrade.")
@click.option("--secret", metavar="NAME=env:VAR", multiple=True, help="What stands for a redacted value.")
@click.option("--auth", metavar="COMMAND", help="Prints a token, or JSON of variables.")
@click.option("--setup", metavar="COMMAND", help="Prints JSON of variables; run once, before all.")
@click.option(
    "--target-ca", metavar="FILE", type=click.Path(path_type=Path), help="Trust these certificates."
)
@click.option("--insecure", is_flag=True, help="Do not verify the target's certificate.")
@click.option(
    "--save",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=FAILURES,
    help="Where what fails is kept. [.wsrecord/failures]",
)
@click.option("--fail-on", type=click.Choice(FAIL_ON), help="The lightest finding to fail on. [breaking]")
@click.option("--accepted", metavar="FILE", help="The list of accepted findings.")
@click.option("--json", "json_file", metavar="FILE", help="Write the report as JSON; - is standard output.")
@click.option("--junit-xml", "junit_file", metavar="FILE", help="Write the report as JUnit XML.")
@click.option("--sarif", "sarif_file", metavar="FILE", help="Write the report as SARIF.")
@click.option("--coverage", "show_coverage", is_flag=True, help="Show what of the contract was exercised.")
def command(**options: Any) -> None:
    """Make dialogues up, act them out against the real server, and judge what it does.

    What clients may say is taken from the contract: right messages in orders that nobody recorded, messages
    that break one rule each, frames that nobody sends. A failure is tried again, shrunk to few and simple
    messages, and kept as a cassette.
    """
    outputs = outputs_of(options["json_file"], options["junit_file"], options["sarif_file"])
    here = Path.cwd()
    settings = configuration.discover(here).over(
        contract=options["contracts"], fail_on=options["fail_on"], accepted=options["accepted"]
    )
    _allowed(options["target"], settings)
    contract = _contract(settings)
    dialogues = [script(load_cassette(path), (contract,)) for path in _sources(options["sources"])]
    words = Vocabulary(contract, dialogues)
    _servable(words)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    done = _run(options, words, dialogues)
    report = _report(done, contract, settings, here, started)
    deliver(report, outputs, View(coverage=options["show_coverage"]))
    if not outputs.to_stdout:
        click.echo(dialogue_text.text(done.failures, done.saved), nl=False)
        click.echo(_summary(done))
    raise click.exceptions.Exit(int(report.exit_code))


def _run(options: Mapping[str, Any], words: Vocabulary, dialogues: Sequence[Dialogue]) -> Explored:
    seed = options["seed"] if options["seed"] is not None else secrets.randbelow(1 << 31)
    given = _given(options)
    wallet = Wallet(given, lambda: datetime.now(UTC).timestamp())
    say = _progress()
    budget = Budget(sessions=options["sessions"], messages=options["messages"], seconds=options["seconds"])
    click.echo(
        f"wsrecord: seed {seed}; at most {budget.sessions} sessions, {budget.messages} messages, "
        f"{budget.seconds:g} s",
        err=True,
    )

    explorers: list[Explorer] = []

    async def explore() -> Explored:
        purse = await wallet.of("")
        purse.check()
        ways = _ways(words.contract, dialogues, purse)
        tls = target_context(options["target_ca"], insecure=options["insecure"])

        def rules(target: Target) -> Rules:
            doors = [Door(way, target.upstream, Patience(close=2.0)) for way in ways]
            return Rules(words.contract, words, _refusals(words.contract, options["refusals"]), doors)

        cases = Phases(
            words,
            recorded=[case for dialogue in dialogues for case in retold(dialogue, words)],
            saved=list(_saved(options["save"])),
            users=len(ways),
            codec=words.contract.codec.spec,
            random=Random(seed),  # noqa: S311 - to be repeated
        ).cases(options["phases"] or PHASES)
        plan = _plan(options, budget, seed, tls, {**environment_values(os.environ), **wallet.secrets})
        explorers.append(Explorer(plan, rules, cases, say))
        return await explorers[0].run()

    try:
        return run(explore())
    except KeyboardInterrupt:
        if not explorers or not explorers[0].done.failures:
            raise
        done = explorers[0].done
        done.stopped = "interrupted"
        return done
    finally:
        say("")


def _given(options: Mapping[str, Any]) -> Given:
    return Given(
        headers=tuple(map(parse_header, options["header"])),
        query=tuple(map(parse_query, options["query"])),
        secrets=secrets_of(options["secret"]),
        auth=options["auth"],
        setup=options["setup"],
    )


def _plan(
    options: Mapping[str, Any], budget: Budget, seed: int, tls: Any, values: Mapping[str, str]
) -> Exploration:
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})", options["votes"])
    votes = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= votes[0] <= votes[1]:
        raise UsageError(f"--votes {options['votes']!r}: write K/N, as 2/3: two of three replays")
    target = TargetOptions(
        url=options["target"],
        start=options["start"],
        ready=options["ready"],
        reset=options["reset"],
        tls=tls,
        patience=options["start_timeout"],
    )
    return Exploration(
        target=target,
        budget=budget,
        concurrency=options["concurrency"],
        first=options["first"],
        seed=seed,
        votes=votes,
        health=_health(options),
        save=options["save"],
        values=values,
    )


def _health(options: Mapping[str, Any]) -> str | None:
    """The path of the page: it is on the target, whatever host a URL names."""
    given: str | None = options["health"]
    if given is not None:
        if not given.startswith("/"):
            raise UsageError(f"--health {given!r}: give a path on the target, as /health")
        return given
    ready: str = options["ready"] or ""
    if not ready.startswith(("http://", "https://")):
        return None
    return urlsplit(ready.replace("{port}", "1")).path or "/"


def _allowed(url: str | None, settings: Settings) -> None:
    """Nobody fuzzes a stranger by a slip."""
    if url is None:
        return
    host = urlsplit(url if "://" in url else f"ws://{url}".replace("{port}", "1")).hostname or ""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    if not local and host not in settings.fuzz.targets:
        raise UsageError(
            f"{host} is not on this machine. If it is yours to break, say so in the configuration:\n"
            f'  [tool.wsrecord.fuzz]\n  targets = ["{host}"]'
        )


def _contract(settings: Settings) -> Contract:
    found = load_all(needed(settings))
    if len(found) != 1:
        raise UsageError(f"fuzz works under one contract at a time, and here are {len(found)}")
    return found[0]


def _servable(words: Vocabulary) -> None:
    for name, why in words.unservable.items():
        click.echo(f"wsrecord: {name} is left out: {why}", err=True)
    if not words.terms:
        raise ContractError(
            f"{words.contract.file}: there is no event of the client's to say anything with; name some under "
            "`client:`"
        )


def _sources(names: Sequence[str]) -> list[Path]:
    if names:
        return list(cassettes(tuple(names)))
    usual = Path(USUAL)
    return list(cassettes((USUAL,))) if usual.is_dir() and any(usual.iterdir()) else []


def _saved(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.glob("*.wsr*")) if folder.is_dir() else ():
        case = saved_case(load_cassette(path))
        if case is None:
            raise CassetteError(f"{path}: this was not kept by fuzz; move it elsewhere")
        yield case


def _ways(contract: Contract, dialogues: Sequence[Dialogue], purse: Purse) -> list[Way]:
    """One way in for each user of the recordings."""
    found: dict[str, Way] = {}
    missing: dict[str, None] = {}
    for dialogue in dialogues:
        way = Way(dialogue, purse=purse)
        asks, connect = way.steps
        if connect is None:
            continue
        asked = [(ask.request.path, ask.request.body) for ask in asks]
        who = _PLACEHOLDER.sub("wsr-", repr((asked, connect.request.path)))
        found.setdefault(who, way)
        wanted = [(one.name, str(one.value)) for one in dialogue.secrets]
        missing.update(dict.fromkeys(purse.missing(wanted)))
    if missing:
        raise ask_for(list(missing))
    subprotocol = contract.handshake.subprotocol if contract.handshake is not None else None
    return list(found.values()) or [Way(subprotocol=subprotocol, purse=purse)]


def _refusals(contract: Contract, given: Sequence[str]) -> frozenset[str]:
    names = [key.name for key in contract.events if key.sender == "server"]
    for name in given:
        if name not in names:
            raise UsageError(f"--refusal {name}: the contract has no such event of the server's")
    return frozenset([*given, *(name for name in names if _REFUSAL.search(name))])


def _progress() -> Any:
    """On a terminal: how far it is."""
    stream = sys.stderr
    if not stream.isatty():
        return lambda _: None

    def say(text: str) -> None:
        stream.write(f"\r\x1b[K{text}")
        stream.flush()

    return say


def _summary(done: Explored) -> str:
    phases = ", ".join(f"{name} {count}" for name, count in done.cases.items())
    more = sum(done.more.values())
    lines = [
        f"{done.cases.total()} dialogues ({phases}), {done.sessions} sessions, {done.messages} messages in "
        f"{done.seconds:.0f} s; {done.stopped}"
    ]
    if done.flaky:
        lines.append(f"{done.flaky} failures did not come again when they were tried alone")
    if more:
        lines.append(f"{more} failures more were not looked into: there were others with their codes")
    return "\n".join(lines)


def _report(done: Explored, contract: Contract, settings: Settings, here: Path, started: str) -> Report:
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
        coverage=coverage.document(done.shown),
        score=coverage.score(done.shown) if done.shown else None,
        fail_on=settings.fail_on or "breaking",
        version=__version__,
        started=started,
    )
