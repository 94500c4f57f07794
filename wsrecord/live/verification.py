"""Cassettes against the real server: started, asked for credentials, played as often as wanted, judged."""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from wsrecord.cassette.recording import Recording
from wsrecord.cassette.redaction.redactor import Redactor, Vault
from wsrecord.errors import TargetError
from wsrecord.judge.drift.chance import over_runs
from wsrecord.judge.drift.options import Options
from wsrecord.judge.drift.steps import died
from wsrecord.judge.finding import Finding
from wsrecord.judge.shown import Shown
from wsrecord.live.credentials import Given, Wallet, ask_for
from wsrecord.live.played import Played
from wsrecord.live.rehearsal import Piece, compared, judged, perform, written
from wsrecord.live.stage import Pace, Stage, Waits
from wsrecord.live.target import Target, TargetOptions, ready
from wsrecord.live.upstream import Routes

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to play against what, how often, and how it is judged."""

    target: TargetOptions
    against: TargetOptions | None = None  # the other side of a comparison: what it does is right
    given: Given = field(default_factory=Given)
    pace: Pace = field(default_factory=Pace)
    waits: Waits = field(default_factory=Waits)
    timeout: float = 300.0
    repeat: int = 1
    concurrency: int = 1
    fresh_ids: bool = True
    seed: int | None = None
    options: Options = field(default_factory=Options)
    save: Path | None = None  # a folder for what failed
    fails: Callable[[Finding], bool] = lambda finding: finding.severity == "breaking"
    environment: Mapping[str, str] = field(default_factory=dict)  # values that look like secrets


@dataclass(slots=True)
class Verified:
    """What came of all cassettes."""

    findings: list[Finding] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    saved: list[Path] = field(default_factory=list)
    runs: int = 0
    sessions: int = 0
    messages: int = 0
    events: int = 0
    live: dict[str, Path] = field(default_factory=dict)  # by cassette: its last run, without secrets


class Verification:
    """One run of `verify`."""

    def __init__(self, plan: Plan, pieces: Sequence[Piece], folder: Path, say: Progress) -> None:
        self._plan = plan
        self._pieces = pieces
        self._folder = folder  # for live cassettes, while they are judged
        self._say = say
        self._wallet = Wallet(plan.given, time.time)
        self._vault = Vault()
        self._random = Random(plan.seed)  # noqa: S311 - ids that are new, not secret
        self._limit = asyncio.Semaphore(plan.concurrency)
        self._judging = asyncio.Lock()
        contracts = {one.name: one for piece in pieces for one in piece.contracts}
        self.done = Verified(shown=[Shown(one) for one in contracts.values()])

    async def run(self) -> Verified:
        """Play all cassettes."""
        try:
            return await self._all()
        except BaseExceptionGroup as group:  # each task's own: the first stands for all
            raise group.exceptions[0] from None

    async def _all(self) -> Verified:
        plan = self._plan
        async with AsyncExitStack() as stack:
            target = await stack.enter_async_context(ready(plan.target))
            other = None
            if plan.against is not None:
                other = await stack.enter_async_context(ready(plan.against))
            await self._ask()
            if plan.target.reset is not None or plan.concurrency == 1:
                for piece in self._pieces:
                    await target.reset()
                    await self._piece(piece, target, other)
            else:
                async with asyncio.TaskGroup() as group:
                    for piece in self._pieces:
                        group.create_task(self._piece(piece, target, other))
            self._died(target)
        return self.done

    async def _ask(self) -> None:
        """See that every secret is there before anything is connected."""
        missing: dict[str, None] = {}
        for piece in self._pieces:
            purse = await self._wallet.of("")
            purse.check()
            wanted = [(one.name, str(one.value)) for one in piece.dialogue.secrets]
            missing.update(dict.fromkeys(purse.missing(wanted)))
        if missing:
            raise ask_for(list(missing))

    async def _piece(self, piece: Piece, target: Target, other: Target | None) -> None:
        """All runs of one cassette."""
        runs: list[list[Finding]] = []

        async def one(number: int) -> None:
            async with self._limit:
                runs.append(await self._run(piece, target, other, number))

        if self._plan.concurrency == 1:
            for number in range(1, self._plan.repeat + 1):
                await one(number)
        else:
            async with asyncio.TaskGroup() as group:
                for number in range(1, self._plan.repeat + 1):
                    group.create_task(one(number))
        self.done.findings += over_runs(runs)

    async def _run(self, piece: Piece, target: Target, other: Target | None, number: int) -> list[Finding]:
        self._say(
            f"{piece.name}, run {number} of {self._plan.repeat}" if self._plan.repeat > 1 else piece.name
        )
        played, live, path = await self._play(piece, target, number)
        if other is None:
            found = await self._aside(judged, piece, played, live, self.done.shown, self._plan.options)
        else:
            theirs, before, _ = await self._play(piece, other, number)
            found = await self._aside(compared, piece, played, live, before, theirs, self._plan.options)
        self._count(live, found)
        if self._plan.save is not None and any(map(self._plan.fails, found)):
            self.done.saved.append(self._kept(path, piece, number))
        self.done.live[piece.name] = path
        return found

    async def _aside(self, judge: Callable[..., list[Finding]], *case: Any) -> list[Finding]:
        """Judge one run at a time in a thread: no other replay hears its server late for that."""
        async with self._judging:
            return await asyncio.to_thread(judge, *case)

    async def _play(self, piece: Piece, target: Target, number: int) -> tuple[Played, Recording, Path]:
        plan = self._plan
        purse = await self._wallet.of("")
        stage = Stage(
            Routes.of({"/": target.upstream}),
            pace=plan.pace,
            waits=plan.waits,
            timeout=plan.timeout,
            purse=purse,
        )
        wanted = [(one.name, str(one.value)) for one in piece.dialogue.secrets]
        fresh = Random(self._random.random()) if plan.fresh_ids else None  # noqa: S311 - as above
        played = await perform(piece, stage, purse.values(wanted), fresh)
        if played.denied and self._wallet.refused(""):
            purse = await self._wallet.of("")  # the token was good once: ask for another, once
            stage = Stage(stage.routes, pace=plan.pace, waits=plan.waits, timeout=plan.timeout, purse=purse)
            played = await perform(piece, stage, purse.values(wanted), fresh)
        if played.unreachable is not None:
            raise TargetError(f"{target.died or played.unreachable.text}")
        nonce = secrets.token_hex(6)
        values = {**plan.environment, **self._wallet.secrets}
        redactor = Redactor(nonce=nonce, values=values, vault=self._vault)
        name = f"{len(list(self._folder.iterdir()))}-{number}.wsr"
        path, live = written(played, self._folder / name, redactor, nonce)
        return played, live, path

    def _count(self, live: Recording, found: Iterable[Finding]) -> None:
        self.done.runs += 1
        self.done.sessions += len(live.sessions)
        self.done.messages += sum(session.count for session in live.sessions)

    def _kept(self, path: Path, piece: Piece, number: int) -> Path:
        assert self._plan.save is not None
        self._plan.save.mkdir(parents=True, exist_ok=True)
        stem = Path(piece.name).name.removesuffix(".jsonl").removesuffix(".wsr")
        for at in range(number, number + 10_000):
            place = self._plan.save / f"{stem}-{at}.wsr"
            if not place.exists():
                place.write_bytes(path.read_bytes())
                place.chmod(0o600)
                return place
        raise TargetError(f"{self._plan.save} is full of failures: remove some")

    def _died(self, target: Target) -> None:
        how = target.died
        if how is not None:
            self.done.findings.append(died(how).finding())
