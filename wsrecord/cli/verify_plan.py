"""What `wsrecord verify` is to do, from its options and the configuration."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from wsrecord.cassette.recording import Recording
from wsrecord.cassette.recording import load as load_cassette
from wsrecord.cassette.redaction.environment import environment_values
from wsrecord.cli.cassettes import usual
from wsrecord.cli.health import page_of_health
from wsrecord.config.settings import Settings, Verify
from wsrecord.contract.model import Contract
from wsrecord.dialogue.script import script
from wsrecord.dialogue.steps import Dialogue
from wsrecord.errors import UsageError, did_you_mean
from wsrecord.explore.kept import Kept, kept_of
from wsrecord.judge.drift.options import MATCHES, Match, Options, ignored
from wsrecord.judge.evidence import is_for
from wsrecord.judge.verdict import fails, weigh
from wsrecord.live.credentials import Given, parse_header, parse_query, parse_secret
from wsrecord.live.rehearsal import Piece
from wsrecord.live.stage import Waits, parse_pace
from wsrecord.live.target import TargetOptions, patience_of
from wsrecord.live.tls import target_context
from wsrecord.live.verification import Plan

_WHOLE = 300.0  # seconds for one replay


def wanted(settings: Settings, flags: Mapping[str, Any]) -> Verify:
    """What the configuration says of verify, and the flags over it."""
    known = {field.name for field in fields(Verify)}
    given = {name: value for name, value in flags.items() if name in known}
    given["match_event"] = _events(flags["match_event"]) or None
    return settings.verify.over(**given)


def piece(path: Path, contracts: tuple[Contract, ...]) -> Piece:
    """A cassette, ready to be played."""
    recorded = load_cassette(path)
    kept = kept_of(recorded)
    if kept is not None:
        contracts = (_contract_of(recorded, kept, contracts),)
    dialogue = script(recorded, contracts)
    return Piece(name=str(path), recorded=recorded, dialogue=dialogue, contracts=contracts, kept=kept)


def _contract_of(recorded: Recording, kept: Kept, contracts: tuple[Contract, ...]) -> Contract:
    """The one that a kept failure is judged by."""
    what = f"{recorded.path} is a failure that fuzz kept"
    if not contracts:
        raise UsageError(f"{what}, and the contract is what it is judged by: give --contract PATH")
    named = [one for one in contracts if one.name == kept.contract or not kept.contract]
    first = recorded.sessions[:1]
    found = [one for one in contracts if any(is_for(one, session) for session in first)]
    found = [one for one in found if one in named] or named or found
    if not found:
        raise UsageError(
            f"{what} under the contract {kept.contract or 'of its sessions'}, and that is none of "
            f"{', '.join(one.name for one in contracts)}: give it with --contract PATH"
        )
    return found[0]


def learned(pieces: Sequence[Piece]) -> list[Dialogue]:
    """What teaches how clients speak, where there are kept failures: recordings, as for `fuzz`."""
    found = [piece.dialogue for piece in pieces if piece.kept is None]
    if found or not pieces:
        return found
    recorded = [load_cassette(path) for path in usual()]
    return [script(one, pieces[0].contracts) for one in recorded if kept_of(one) is None]


def plan(
    verify: Verify,
    settings: Settings,
    *,
    seed: int | None,
    contracted: bool,
    learned: Sequence[Dialogue] = (),
) -> Plan:
    """All that a verification needs to know, beside the cassettes."""
    tls = target_context(
        None if verify.target_ca is None else Path(verify.target_ca), insecure=bool(verify.insecure)
    )
    fail_on = settings.fail_on or "breaking"
    return Plan(
        target=TargetOptions(
            url=verify.target,
            start=verify.start,
            ready=verify.ready,
            reset=verify.reset,
            tls=tls,
            patience=patience_of(verify.start_timeout, verify.start, verify.ready),
            say=_say,
        ),
        against=None
        if verify.against is None
        else TargetOptions(
            url=verify.against, tls=tls, patience=patience_of(verify.start_timeout, None, None), say=_say
        ),
        given=_given(verify),
        pace=parse_pace(verify.pace or "causal"),
        waits=Waits() if verify.wait is None else Waits(hard=verify.wait),
        timeout=verify.timeout or _WHOLE,
        repeat=verify.repeat or 1,
        concurrency=verify.concurrency or 1,
        fresh_ids=verify.fresh_ids is not False,
        seed=seed,
        options=_options(verify, contracted),
        save=writable(verify.save_failures, "--save-failures"),
        fails=lambda finding: fails(weigh([finding], settings.severity)[0], fail_on),
        environment=environment_values(os.environ),
        health=page_of_health(None, verify.ready),
        learned=learned,
    )


def _say(text: str) -> None:
    click.echo(f"wsrecord: {text}", err=True)


def notes_on(pieces: Sequence[Piece], plan: Plan, *, updating: bool) -> Iterator[str]:
    """Which options do not mean kept failures."""
    if not any(piece.kept for piece in pieces):
        return
    if plan.against is not None:
        yield "--against: failures that fuzz kept are judged by the contract alone, on the target"
    if updating:
        yield "--update: failures that fuzz kept stay as they are"


def writable(name: str | Path | None, option: str) -> Path | None:
    """A folder for failures: that it can be had is seen before anything is played."""
    if name is None:
        return None
    path = Path(name)
    near = next(one for one in (path, *path.absolute().parents) if one.exists())
    if not near.is_dir() or not os.access(near, os.W_OK):
        raise UsageError(f"{option} {name}: {near} is no folder that can be written to")
    return path


def secrets_of(given: Iterable[str]) -> dict[str, str]:
    """What `--secret` gives, by name."""
    secrets = {}
    for text in given:
        name, value, warning = parse_secret(text, os.environ)
        secrets[name] = value
        if warning is not None:
            click.echo(f"wsrecord: {warning}", err=True)
    return secrets


def _given(verify: Verify) -> Given:
    return Given(
        headers=tuple(map(parse_header, verify.header)),
        query=tuple(map(parse_query, verify.query)),
        secrets=secrets_of(verify.secret),
        auth=verify.auth,
        setup=verify.setup,
    )


def _options(verify: Verify, contracted: bool) -> Options:
    places = []
    for text in verify.ignore:
        try:
            places.append(ignored(text))
        except ValueError as error:
            raise UsageError(f"--ignore {text!r}: {error}") from None
    match: Match = verify.match or ("contract" if contracted else "shape")
    if "contract" in (match, *verify.match_event.values()) and not contracted:
        raise UsageError(
            "--match contract needs a contract: give --contract PATH, or match by shape or exact"
        )
    return Options(match=match, events=verify.match_event, ignore=tuple(places))


def _events(texts: tuple[str, ...]) -> dict[str, Match]:
    found: dict[str, Match] = {}
    for text in texts:
        name, equals, how = text.rpartition("=")
        match = next((one for one in MATCHES if one == how), None)
        if not equals or not name or match is None:
            hint = did_you_mean(how, MATCHES) if equals else ""
            raise UsageError(f"--match-event {text!r}: write EVENT={'|'.join(MATCHES)}{hint}")
        found[name] = match
    return found
