"""What a run of `fuzz` goes by: where it may go, how it comes in, what it has to say and may cost."""

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from wsrecord.cassette.model import Record
from wsrecord.cassette.recording import Recording
from wsrecord.cassette.recording import load as load_cassette
from wsrecord.cli.cassettes import cassettes, usual
from wsrecord.cli.contracts import needed
from wsrecord.cli.health import page_of_health
from wsrecord.cli.verify_plan import secrets_of
from wsrecord.config.settings import Settings
from wsrecord.contract.load import load_all
from wsrecord.contract.model import Contract
from wsrecord.dialogue.steps import Dialogue
from wsrecord.dialogue.whereabouts import whereabouts
from wsrecord.errors import CassetteError, ContractError, UsageError, did_you_mean
from wsrecord.explore.kept import kept_of
from wsrecord.explore.moves import Case
from wsrecord.explore.refusals import server_events, usual_refusals
from wsrecord.explore.retold import saved_case
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.judge.codes import Code
from wsrecord.live.credentials import Given, Purse, ask_for, parse_header, parse_query
from wsrecord.live.customs import Customs
from wsrecord.live.door import Way
from wsrecord.live.exploration import Budget, Exploration
from wsrecord.live.target import TargetOptions, patience_of
from wsrecord.live.tls import target_context

_PLACEHOLDER = re.compile(r"wsr-[0-9a-f]+-")


def given_of(options: Mapping[str, Any]) -> Given:
    """What the options say about credentials."""
    return Given(
        headers=tuple(map(parse_header, options["header"])),
        query=tuple(map(parse_query, options["query"])),
        secrets=secrets_of(options["secret"]),
        auth=options["auth"],
        setup=options["setup"],
    )


def plan_of(options: Mapping[str, Any], budget: Budget, seed: int, values: Mapping[str, str]) -> Exploration:
    """What to try on what, as the options have it."""
    target = TargetOptions(
        url=options["target"],
        start=options["start"],
        ready=options["ready"],
        reset=options["reset"],
        tls=target_context(options["target_ca"], insecure=options["insecure"]),
        patience=patience_of(options["start_timeout"], options["start"], options["ready"]),
    )
    return Exploration(
        target=target,
        budget=budget,
        concurrency=options["concurrency"],
        first=options["first"],
        settled=options["settled"],
        seed=seed,
        votes=votes_of(options["votes"]),
        health=page_of_health(options["health"], options["ready"]),
        save=options["save"],
        values=values,
    )


def votes_of(text: str) -> tuple[int, int]:
    """How many of how many replays must fail."""
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})", text)
    votes = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= votes[0] <= votes[1]:
        raise UsageError(f"--votes {text!r}: write K/N, as 2/3: two of three replays")
    return votes


def begun(cases: Iterator[Case], asked: Sequence[str]) -> Iterator[Case]:
    """The same cases; phases that were asked for and come to nothing are no clean run."""
    first = list(islice(cases, 1))
    if not first and set(asked) - {"regressions"}:
        raise UsageError(f"there is nothing to try under this contract in: {', '.join(asked)}")
    return chain(first, cases)


def allowed(url: str | None, settings: Settings) -> None:
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


def contract_of(settings: Settings) -> Contract:
    """The one contract that the run is under."""
    found = load_all(needed(settings))
    if len(found) != 1:
        raise UsageError(f"fuzz works under one contract at a time, and here are {len(found)}")
    return found[0]


def servable(words: Vocabulary) -> None:
    """Say which events can not be said; without any, there is nothing to do."""
    for name, why in words.unservable.items():
        click.echo(f"wsrecord: {name} is left out: {why}", err=True)
    if words.unservable and not words.terms:
        raise ContractError(
            f"{words.contract.file}: no right value was found for any event of the client's; give cassettes "
            "in which clients say them with --from; `wsrecord contract lint` may say why"
        )
    if not words.terms:
        raise ContractError(
            f"{words.contract.file}: there is no event of the client's to say anything with; name some under "
            "`client:`"
        )


def sources(names: Sequence[str]) -> list[Path]:
    """The cassettes that are given, or the usual ones."""
    return list(cassettes(tuple(names))) if names else usual()


def spoken_in(recording: Recording) -> list[Record]:
    """What clients said there: cases are made of it."""
    said = (one for session in recording.sessions for one in session.messages)
    return [one for one in said if one.sender == "client"]


def saved_cases(folder: Path, customs: Customs) -> Iterator[Case]:
    """The failures that were kept; `customs` learns of those that were refused without a reason."""
    for path in sorted(folder.glob("*.wsr*")) if folder.is_dir() else ():
        recording = load_cassette(path)
        case, kept = saved_case(recording), kept_of(recording)
        if case is None:
            raise CassetteError(f"{path}: this was not kept by fuzz; move it elsewhere")
        if kept is not None and kept.code == Code.VALID_REFUSED.number:
            customs.trust(case)
        yield case


def ways_of(contract: Contract, dialogues: Sequence[Dialogue], held: Purse | None) -> list[Way]:
    """One way in for each user of the recordings. None: as long as nobody has what it takes."""
    purse = held or Purse()
    found: dict[str, Way] = {}
    missing: dict[str, dict[str, None]] = {}
    for dialogue in dialogues:
        way = Way(dialogue, purse=purse)
        asks, connect = way.steps
        if connect is None:
            continue
        asked = [(ask.request.path, ask.request.body) for ask in asks]
        who = _PLACEHOLDER.sub("wsr-", repr((asked, connect.request.path)))
        if who not in found or (found[who].back is None and way.back is not None):
            found[who] = way
        wanted = [(one.name, str(one.value)) for one in dialogue.secrets]
        lacking = purse.missing(wanted)
        for one in dialogue.secrets:
            if one.name in lacking:
                missing.setdefault(one.name, {})[whereabouts(dialogue, one)] = None
    if missing and held is not None:
        raise ask_for(missing, held.printed)
    subprotocol = contract.handshake.subprotocol if contract.handshake is not None else None
    subprotocol = subprotocol or next(filter(None, contract.applies.subprotocols), None)
    return list(found.values()) or [Way(subprotocol=subprotocol, purse=purse)]


def refusals_of(contract: Contract, given: Sequence[str]) -> frozenset[str]:
    """Which of the server's events refuse something."""
    known = server_events(contract)
    for name in given:
        if name not in known:
            hint = did_you_mean(name, known)
            raise UsageError(f"--refusal {name}: the contract has no such event of the server's{hint}")
    return usual_refusals(contract).union(given)
