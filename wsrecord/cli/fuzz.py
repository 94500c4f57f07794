"""`wsrecord fuzz`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import click

from wsrecord.cassette.recording import load as load_cassette
from wsrecord.cli import fuzz_replay
from wsrecord.cli import settings as configuration
from wsrecord.cli.fuzz_login import Login, unasked
from wsrecord.cli.fuzz_plan import (
    allowed,
    begun,
    contract_of,
    given_of,
    plan_of,
    refusals_of,
    saved_cases,
    servable,
    sources,
    spoken_in,
    votes_of,
)
from wsrecord.cli.fuzz_profile import Habits, habits_of
from wsrecord.cli.fuzz_report import progress, report_of, summary, unclean
from wsrecord.cli.numbers import Finite
from wsrecord.cli.reports import View, deliver, outputs_of
from wsrecord.cli.verify_plan import writable
from wsrecord.dialogue.script import script
from wsrecord.dialogue.steps import Dialogue
from wsrecord.errors import WsrecordError
from wsrecord.explore.frontier import Frontier
from wsrecord.explore.grown import Grown
from wsrecord.explore.kept import kept_of
from wsrecord.explore.moves import Case
from wsrecord.explore.phases import PHASES, Phases
from wsrecord.explore.refusals import refused_in
from wsrecord.explore.retold import retold
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.judge.verdict import FAIL_ON
from wsrecord.live.client import Patience
from wsrecord.live.customs import Customs
from wsrecord.live.door import Door, Way
from wsrecord.live.exploration import Budget, Explored
from wsrecord.live.explorer import Explorer
from wsrecord.live.interrupt import run
from wsrecord.live.rules import Rules
from wsrecord.live.target import Target
from wsrecord.report import dialogue_text
from wsrecord.report.words import count

FAILURES = Path(".wsrecord") / "failures"


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
not be reached, let nobody in, or went for good. A run that is interrupted, or loses its target, ends with 1
if it had found something; else an interrupted one ends with 130. 1 is also what a run ends with that saw a
failure at its end, and had no time to try it again.
""",
)
@click.option("--target", metavar="URL", help="The server: ws, wss, http or https.")
@click.option("--start", metavar="COMMAND", help="Start the server on {port}; it is stopped in the end.")
@click.option("--ready", metavar="URL|PORT|TEXT", help="It is ready when this answers, or is printed.")
@click.option("--reset", metavar="COMMAND", help="Brings the server to its first state.")
@click.option(
    "--start-timeout",
    type=Finite(0.1),
    help="Seconds to get ready. [60; 10 without --start and --ready]",
)
@click.option("--contract", "contracts", metavar="PATH", multiple=True, help="The contract's folder or file.")
@click.option(
    "--from", "sources", metavar="CASSETTE", multiple=True, help="How to come in, and what to say; several."
)
@click.option("--phase", "phases", type=click.Choice(PHASES), multiple=True, help="Only this; several.")
@click.option("--sessions", type=click.IntRange(1), default=5_000, help="At most so many. [5000]")
@click.option("--messages", type=click.IntRange(1), default=50_000, help="At most so many. [50000]")
@click.option("--seconds", type=Finite(0.1), default=60.0, help="At most so long. [60]")
@click.option("--seed", type=int, help="Make the same dialogues again.")
@click.option("--concurrency", type=click.IntRange(1, 100), default=16, help="So many at once. [16]")
@click.option("--first", is_flag=True, help="Stop at the first failure.")
@click.option(
    "--settled", metavar="SECONDS", type=Finite(0.1), help="Stop when nothing new came for so long."
)
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
@click.option(
    "--database",
    metavar="DIR|redis://…|none",
    help="Where runs share what they find; Hypothesis' own format.",
)
@click.option("--profile", metavar="NAME", help="One of Hypothesis' settings profiles.")
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
    writable(options["save"], "--save")
    here = Path.cwd()
    settings = configuration.discover(here).over(
        contract=options["contracts"], fail_on=options["fail_on"], accepted=options["accepted"]
    )
    allowed(options["target"], settings)
    habits = habits_of(options, settings.fuzz, _warn)
    acceptances = configuration.acceptances(settings, here)
    contract = contract_of(settings)
    recorded = [load_cassette(path) for path in sources(options["sources"])]
    recorded = [one for one in recorded if kept_of(one) is None]
    dialogues = [script(one, (contract,)) for one in recorded]
    for one in recorded if options["sources"] else []:
        if not one.sessions:
            _warn(f"{one.path}: there is no session in it, so it shows neither a way in nor what to say")
    words = Vocabulary(contract, dialogues)
    servable(words)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    given = given_of(options)
    for name in unasked(given, dialogues):
        _warn(f"--secret {name}: nothing asks for it, no cassette and no {{{name}}} in --header or --query")
    login = Login(given, contract, dialogues, options["target"])
    login.recorded = [spoken_in(one) for one in recorded]
    try:
        done = _run(options, habits, words, dialogues, login)
    except WsrecordError as error:  # it may quote what the server said, or an address
        raise login.without_values(error) from None
    report = report_of(done, contract, settings, acceptances, started)
    deliver(report, outputs, View(coverage=options["show_coverage"]))
    if not outputs.to_stdout:
        known = [id(one.finding) for one in report.accepted]
        told = [failure for failure in done.failures if id(failure.finding) not in known]
        click.echo(dialogue_text.text(told, done.saved), nl=False)
        click.echo("".join(f"{line}\n" for line in fuzz_replay.lines(done.saved, options)), nl=False)
        click.echo(summary(done, options["save"]))
    if done.trouble is not None:
        click.echo(f"wsrecord: {login.without_values(done.trouble)}", err=True)
    if (why := unclean(report)) is not None:
        _warn(why)
    raise click.exceptions.Exit(int(report.exit_code))


def _warn(text: str) -> None:
    click.echo(f"wsrecord: {text}", err=True)


def _terms(seed: int, budget: Budget) -> str:
    most = f"{count(budget.sessions, 'session')}, {count(budget.messages, 'message')}, {budget.seconds:g} s"
    return f"seed {seed}; at most {most}"


def _phases(
    words: Vocabulary,
    dialogues: Sequence[Dialogue],
    ways: Sequence[Way],
    saved: Sequence[Case],
    seed: int,
    frontier: Frontier,
) -> Phases:
    return Phases(
        words,
        recorded=[case for dialogue in dialogues for case in retold(dialogue, words)],
        saved=saved,
        users=len(ways),
        returns={number: way.back.numbers for number, way in enumerate(ways) if way.back is not None},
        codec=words.contract.codec.spec,
        random=Random(seed),  # noqa: S311 - to be repeated
        # a random of its own: what the server did moves nothing but what grows from it
        grown=Grown(words, frontier, Random(f"grown {seed}")),  # noqa: S311
    )


def _run(
    options: Mapping[str, Any], habits: Habits, words: Vocabulary, dialogues: Sequence[Dialogue], login: Login
) -> Explored:
    seed = habits.seed(words.contract.name, options["seed"])
    refusals = refusals_of(words.contract, options["refusals"])
    votes_of(options["votes"])
    say = progress(habits.voice)
    budget = habits.budget(options["sessions"], options["messages"], options["seconds"])
    terms = iter([_terms(seed, budget)] if habits.voice != "quiet" else [])
    finds = habits.finds(words.contract.name, _warn)

    explorers: list[Explorer] = []

    async def explore() -> Explored:
        customs = Customs()
        kept = list(saved_cases(options["save"], customs))
        saved = habits.again(kept, finds, words, len(login.ways), options["phases"])
        login.cases = saved if "regressions" in (options["phases"] or habits.phases) else ()
        if not login.needs_server:
            await login.fetch()  # what is missing is said before a server takes its time to start

        def rules(target: Target) -> Rules:
            for line in terms:  # once there is a server, and once: what can't begin has no terms
                _warn(line)
            doors = [Door(way, target.upstream, Patience(close=2.0)) for way in login.ways]
            said_no = refused_in(dialogues, refusals)
            return Rules(words.contract, words, refusals, doors, refusable=said_no)

        frontier = Frontier()
        made = _phases(words, dialogues, login.ways, saved, seed, frontier)
        plan = plan_of(options, budget, seed, login.values)
        target = replace(
            plan.target,
            clean=login.clean,
            say=_warn if habits.voice != "quiet" else lambda _: None,
            prepare=login.fetch if login.needs_server else None,
        )
        plan = replace(plan, target=target, first=plan.first or habits.first, recorded=login.recorded)
        cases = begun(habits.cases(made, options["phases"]), options["phases"])
        explorers.append(Explorer(plan, rules, cases, say, finds, frontier, customs))
        done = await explorers[0].run()
        if done.trouble is not None and not done.failures:
            raise done.trouble
        return done

    try:
        return run(explore())
    except KeyboardInterrupt:
        say("")
        done = explorers[0].done if explorers else Explored()
        if done.failures:
            return done
        if done.cases:
            click.echo(f"nothing was found: {summary(done, options['save'])}", err=True)
        raise
    finally:
        say("")
