"""Cassettes against the real server: started, asked for credentials, played as often as wanted, judged."""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from random import Random

from wsrecord.cassette.recording import Recording
from wsrecord.cassette.redaction.environment import with_environment
from wsrecord.cassette.redaction.ordinary import MIN_LEARNED
from wsrecord.cassette.redaction.redactor import Redactor, Vault
from wsrecord.dialogue.steps import Dialogue
from wsrecord.errors import TargetError, WsrecordError
from wsrecord.judge.codes import Code
from wsrecord.judge.drift.chance import over_runs
from wsrecord.judge.drift.options import Options
from wsrecord.judge.finding import Finding
from wsrecord.judge.shown import Shown
from wsrecord.live.casting import Actor
from wsrecord.live.client import Patience
from wsrecord.live.credentials import Given, Wallet, ask_for, values_in
from wsrecord.live.discretion import Discretion
from wsrecord.live.keeping import keep
from wsrecord.live.last_words import LastWords
from wsrecord.live.played import Played
from wsrecord.live.printed import Printed, broke_in
from wsrecord.live.reel import Reel
from wsrecord.live.regressions import Regressions
from wsrecord.live.rehearsal import Piece, compared, judged, perform, vacuous, whole, written
from wsrecord.live.stage import Pace, Stage, Waits
from wsrecord.live.target import Target, TargetOptions, ready
from wsrecord.live.upstream import Routes
from wsrecord.report.words import count as count_of

_MESSAGES, _TIMES = 20_000, 10  # so many, and so often as recorded, may come: more is a flood
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
    health: str | None = None  # the path of a page that must stay good, for kept failures
    learned: Sequence[Dialogue] = ()  # recordings that say how clients speak, for kept failures


@dataclass(slots=True)
class Verified:
    """What came of all cassettes."""

    findings: list[Finding] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    saved: list[Path] = field(default_factory=list)
    runs: int = 0
    sessions: int = 0
    messages: int = 0
    events: int = 0  # of kept failures: those of recordings are in `shown`
    live: dict[str, Path] = field(default_factory=dict)  # by cassette: its last run, without secrets
    whole: set[str] = field(default_factory=set)  # cassettes whose last run did all that was recorded
    notes: list[str] = field(default_factory=list)  # for people, beside the findings
    trouble: TargetError | None = None  # why it went no further


@dataclass(frozen=True, slots=True)
class Take:
    """One replay of a cassette, written down."""

    played: Played
    live: Recording
    path: Path


class Verification:
    """One run of `verify`."""

    def __init__(self, plan: Plan, pieces: Sequence[Piece], folder: Path, say: Progress) -> None:
        self._plan = plan
        self._pieces = pieces
        self._folder = folder  # for live cassettes, while they are judged
        self._say = say
        self._wallet = Wallet(plan.given, time.time)
        self._vault = Vault()
        recent = max(2, plan.concurrency)
        self._words = LastWords(self._any_redactor, lambda: self._values, recent)
        self._discretion = Discretion(lambda: self._values, self._any_redactor)
        self._random = Random(plan.seed)  # noqa: S311 - ids that are new, not secret
        self._good: dict[str, Mapping[str, str]] = {}  # by user: what the server took
        self._limit = asyncio.Semaphore(plan.concurrency)
        self._judging = asyncio.Lock()
        self._numbers = count(1)
        self._actors = {piece.name: Actor(piece) for piece in pieces}
        self._reached = False  # somebody was there, once at least
        contracts = {one.name: one for piece in pieces if piece.kept is None for one in piece.contracts}
        self.done = Verified(shown=[Shown(one) for one in contracts.values()])

    async def run(self) -> Verified:
        """Play all cassettes; a TargetError says that there was nobody to play with."""
        try:
            return await self._all()
        except Exception as error:  # of a group, each task's own: the first stands for all
            while isinstance(error, ExceptionGroup):
                error = error.exceptions[0]
            if isinstance(error, TargetError):
                raise TargetError(self.clean(str(error))) from None
            if isinstance(error, WsrecordError):  # it shows how to write things: no pattern may touch that
                raise type(error)(self._without_values(str(error))) from None
            raise error from None

    def clean(self, text: str) -> str:
        """Any text without the secrets that this run knows."""
        return self._any_redactor().text(text)

    def _without_values(self, text: str) -> str:
        for value in sorted(self._values.values(), key=len, reverse=True):
            text = text.replace(value, "…")
        return text

    @property
    def _values(self) -> dict[str, str]:
        """The secrets that are known, and long enough to be looked for."""
        urls = (self._plan.target.url, self._plan.against.url if self._plan.against is not None else None)
        in_urls = {name: value for url in urls for name, value in values_in(url).items()}
        known = with_environment({**in_urls, **self._wallet.secrets}, self._plan.environment)
        return {name: value for name, value in known.items() if len(value) >= MIN_LEARNED}

    async def _all(self) -> Verified:
        plan = self._plan
        if plan.given.auth is None and plan.given.setup is None:
            await self._ask()  # what is missing is said before a server takes its time to start
        async with AsyncExitStack() as stack:
            target = await stack.enter_async_context(ready(replace(plan.target, clean=self.clean)))
            other = None
            if plan.against is not None:
                other = await stack.enter_async_context(ready(replace(plan.against, clean=self.clean)))
            self._wallet = Wallet(plan.given.filled(target.filled), time.time, target.variables)
            await self._ask()
            recordings = [piece for piece in self._pieces if piece.kept is None]
            await self._recordings(recordings, target, other)
            kept = [piece for piece in self._pieces if piece.kept is not None]
            await self._kept(kept, target, fresh=not recordings)
        return self.done

    async def _recordings(self, pieces: Sequence[Piece], target: Target, other: Target | None) -> None:
        """Play them, one by one or together."""
        plan = self._plan
        if plan.concurrency == 1 or plan.target.reset is not None:
            for piece in pieces:
                if self.done.trouble is None:
                    self.done.findings += await self._piece(piece, target, other)
        else:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._piece(one, target, other)) for one in pieces]
            for task in tasks:
                self.done.findings += task.result()
        if len(self.done.whole) < len(pieces):
            await target.may_end()
        if target.ending is not None:
            last = Printed(tuple(target.output), target.ending)
            self.done.findings.append(self._words.of_the_end(last))

    async def _kept(self, pieces: Sequence[Piece], target: Target, *, fresh: bool) -> None:
        """Act kept failures out, each by itself, on a server that what came before has not touched."""
        plan = self._plan
        regressions = Regressions(target, plan.learned, plan.health, self._random)
        for at, piece in enumerate(pieces):
            runs: list[list[Finding]] = []
            try:
                for number in range(1, plan.repeat + 1):
                    self._say(
                        f"{piece.name}, run {number} of {plan.repeat}" if plan.repeat > 1 else piece.name
                    )
                    if self.done.trouble is None and await self._as_new(target, fresh=fresh or number > 1):
                        runs.append(await self._regression(regressions, piece, number))
                    fresh = False
            except TargetError as error:
                if not self._reached:
                    raise
                self.done.trouble = TargetError(self.clean(str(error)))
            if runs:
                self.done.findings += over_runs(runs)
            if self.done.trouble is not None:
                if left := len(pieces) - at - bool(runs):
                    were = "was" if left == 1 else "were"
                    self.done.notes.append(f"{count_of(left, 'kept failure')} {were} not acted out")
                return

    async def _as_new(self, target: Target, *, fresh: bool) -> bool:
        """A server as it is at its start, where it can be had; whether there is one."""
        if (not fresh or target.died is not None) and await target.again():
            self._wallet = Wallet(self._plan.given.filled(target.filled), time.time, target.variables)
            await self._ask()
        elif not await target.there():
            self.done.trouble = TargetError("the target is gone")
            return False
        return await self._reset(target)

    async def _regression(self, regressions: Regressions, piece: Piece, number: int) -> list[Finding]:
        """One run of a kept failure."""
        plan, done, actor = self._plan, self.done, self._actors[piece.name]
        purses = {user: await self._wallet.of(user) for user in actor.wanted}
        replay = await regressions.replay(piece, actor, purses, self._write)
        self._reached = True
        self._discretion.learn(replay.heard)
        found = [self._discretion.finding(one) for one in replay.findings]
        if replay.printed is not None:
            broke = Code.SERVER_BROKE.number
            words, heard = replay.printed, replay.heard
            found = [self._words.below(one, words, heard) if one.code == broke else one for one in found]
        done.runs += 1
        done.sessions += len(replay.live.sessions)
        done.messages += sum(session.count for session in replay.live.sessions)
        done.events += replay.events
        if plan.save is not None and any(map(plan.fails, found)):
            done.saved.append(keep(replay.path, plan.save, piece.name, number))
        if replay.unsaid:
            done.notes.append(
                f"{piece.name}: {replay.unsaid} of its messages could not be said: the server ends the "
                "session earlier now, or does not give what they need"
            )
        if replay.lifted and not found and number == 1:
            done.notes.append(
                f"{piece.name}: the contract allows now what was wrong in it ({'; '.join(replay.lifted)}), "
                "and it was said as a right message: remove it, unless it is to show that"
            )
        return found

    async def _ask(self) -> None:
        """See that every secret is there before anything is connected."""
        missing: dict[str, dict[str, None]] = {}
        printed: dict[str, Sequence[str]] = {}
        for piece in self._pieces:
            actor = self._actors[piece.name]
            for user in actor.wanted:
                purse = await self._wallet.of(user)
                purse.check()
                printed.update(purse.printed)
                for name in actor.missing(user, purse):
                    missing.setdefault(name, {}).update(actor.said(name))
        if missing:
            raise ask_for(missing, printed)

    async def _piece(self, piece: Piece, target: Target, other: Target | None) -> list[Finding]:
        """All runs of one cassette."""
        plan = self._plan
        runs: dict[int, list[Finding]] = {}

        async def one(number: int) -> None:
            async with self._limit:
                runs[number] = await self._run(piece, target, other, number)

        if plan.concurrency == 1:
            for number in range(1, plan.repeat + 1):
                if await self._reset(target):
                    await one(number)
        elif await self._reset(target):
            async with asyncio.TaskGroup() as group:
                for number in range(1, plan.repeat + 1):
                    group.create_task(one(number))
        return [*vacuous(piece), *over_runs([found for _, found in sorted(runs.items())])]

    async def _reset(self, target: Target) -> bool:
        """Bring the server back to its first state; what was found before that fails is not lost."""
        if self.done.trouble is not None:
            return False
        if target.died is not None:  # there is nothing to reset, and the replay will say so
            return True
        try:
            await target.reset()
        except TargetError as error:
            if not self._reached:
                raise
            self.done.trouble = TargetError(self.clean(str(error)))
            return False
        return True

    async def _run(self, piece: Piece, target: Target, other: Target | None, number: int) -> list[Finding]:
        self._say_run(piece, number)
        mark = target.mark()
        played = await self._play(piece, target, number)
        self._words.played(played.reel)
        printed = None
        if self._plan.concurrency == 1 and broke_in(played.reel.records):  # it was by itself
            await target.may_end()
            printed = target.printed(mark)
        theirs = None if other is None else await self._play(piece, other, number)
        async with self._judging:  # in a thread: other replays' clocks go on
            found = await asyncio.to_thread(self._judged, piece, played, theirs, number)
        return self._words.below_first(found, printed, played.reel.records)

    def _judged(self, piece: Piece, played: Played, theirs: Played | None, number: int) -> list[Finding]:
        """Write down what was played, and judge it."""
        plan, done = self._plan, self.done
        take = self._take(piece, played)
        if theirs is None:
            found = judged(piece, played, take.live, done.shown, plan.options)
        else:
            before = self._take(piece, theirs)
            pair = (played, take.live), (theirs, before.live)
            found = compared(piece, *pair, done.shown, plan.options)
        found = self._cleaned(found)
        done.runs += 1
        done.sessions += len(take.live.sessions)
        done.messages += sum(session.count for session in take.live.sessions)
        if plan.save is not None and any(map(plan.fails, found)):
            done.saved.append(keep(take.path, plan.save, piece.name, number))
        done.live[piece.name] = take.path
        (done.whole.add if whole(played) else done.whole.discard)(piece.name)
        return found

    async def _play(self, piece: Piece, target: Target, number: int) -> Played:
        actor, wallet = self._actors[piece.name], self._wallet
        fresh = self._random.random() if self._plan.fresh_ids else None
        played = await self._act(piece, target, fresh)
        stale = [user for user in {actor.user(one) for one in played.denied} if await self._is_stale(user)]
        if stale:
            whose = " and ".join(filter(None, stale))
            self.done.notes.append(
                f"{piece.name}, run {number}: a token{f' of {whose}' if whose else ''} that was good before "
                "was refused with 401; another was asked for, and the run begun anew"
            )
            played = await self._act(piece, target, fresh)
        if not played.denied:
            for user in actor.wanted:
                self._good[user] = (await wallet.of(user)).variables
        if played.unreachable is None:
            self._reached = True
        elif not self._reached:
            raise TargetError(target.died or played.unreachable.text)
        return played

    def _say_run(self, piece: Piece, number: int) -> None:
        often = self._plan.repeat
        self._say(f"{piece.name}, run {number} of {often}" if often > 1 else piece.name)

    async def _is_stale(self, user: str) -> bool:
        """Whether a user's token was good once: a new one that is refused is a finding."""
        held = (await self._wallet.of(user)).variables
        return self._good.get(user) == held and self._wallet.refused(user, held)

    async def _act(self, piece: Piece, target: Target, fresh: float | None) -> Played:
        plan, actor = self._plan, self._actors[piece.name]
        purses = {user: await self._wallet.of(user) for user in actor.wanted}
        stage = Stage(
            Routes.of({"/": target.upstream}),
            pace=plan.pace,
            waits=plan.waits,
            timeout=plan.timeout,
            patience=Patience(messages=_MESSAGES + _TIMES * piece.messages),
            purse=purses[""],
            purses={connection: purses[user] for connection, user in actor.users.items()},
        )
        values: dict[str, str] = {}
        for user, wanted in actor.wanted.items():
            values.update(purses[user].values(wanted))
        ids = None if fresh is None else Random(fresh)  # noqa: S311 - as above
        return await perform(piece, stage, values, ids)

    def _take(self, piece: Piece, played: Played) -> Take:
        saved, live = self._write(played.reel)
        return Take(played, live, saved)

    def _write(self, reel: Reel) -> tuple[Path, Recording]:
        nonce = secrets.token_hex(6)
        path = self._folder / f"{next(self._numbers)}.wsr"
        return written(reel, path, self._redactor(nonce), nonce)

    def _any_redactor(self) -> Redactor:
        return self._redactor(secrets.token_hex(6))

    def _redactor(self, nonce: str) -> Redactor:
        return Redactor(nonce=nonce, values=self._values, vault=self._vault)

    def _cleaned(self, findings: Iterable[Finding]) -> list[Finding]:
        """What the player tells was not read from a cassette: it passes the redactor here."""
        text = self._any_redactor().text
        return [one.through(text, places=False) for one in findings]
