"""A case that failed among others: tried again alone, shrunk, and kept."""

import asyncio
import json
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from wsrecord.cassette.recording import load
from wsrecord.cassette.redaction.redactor import Redactor, Vault
from wsrecord.errors import CassetteError
from wsrecord.explore import moves as moving
from wsrecord.explore.failure import Failure, Key, alike, chosen, key_of, label
from wsrecord.explore.moves import Case
from wsrecord.explore.proper import fitting
from wsrecord.explore.retold import note_of
from wsrecord.explore.shrink import shrinking
from wsrecord.explore.tidy import tidy
from wsrecord.judge import fuzz
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding
from wsrecord.judge.fuzz import Beside, Broke, Fact
from wsrecord.judge.shown import Shown
from wsrecord.live.acted import findings_of
from wsrecord.live.acting import act
from wsrecord.live.care import Care
from wsrecord.live.exploration import Exploration, Explored, Progress
from wsrecord.live.finds import Finds
from wsrecord.live.hurry import hurried
from wsrecord.live.outcome import Acted
from wsrecord.live.watch import TOO_LONG, Watch

_LEAK_EACH = 256 << 10  # bytes that one case costs, each time
_LEAK_TIMES = 12
_TRIES = 5  # suspects of one failure that are tried, if they come to nothing
_EACH_CODE = 6  # failures of one code that are shrunk; more of them are only counted
_SIDE_BY_SIDE = 8
_FELT = ("WS904", "WS905", "WS906")  # these are felt by whoever else is there
_STATEFUL = ("WS903", "WS905", "WS906")  # after these a server is not what it was
_PATIENT = 2.0  # times as long is waited where a failure is tried again


def judged(acted: Acted, shown: Sequence[Shown]) -> list[Finding]:
    """All that is wrong in a case, as it was played."""
    return findings_of(acted, acted.reel.recording(), shown, "live")


class Inquest:
    """Looks into what failed."""

    def __init__(
        self, plan: Exploration, care: Care, done: Explored, say: Progress, random: Random, finds: Finds
    ) -> None:
        self._plan = plan
        self._care = care
        self.done = done
        self._say = say
        self._random = random
        self._finds = finds
        self._vault = Vault()
        self._known: set[Key] = set()
        self._codes: Counter[str] = Counter()
        self._felt = False  # others feel the failure that is looked into
        self._tries: Counter[Key] = Counter()  # that came to nothing

    async def alone(self, case: Case, *, patience: float = _PATIENT) -> list[Finding]:
        """One case by itself, with a witness: all that is wrong."""
        return (await self._witnessed(case, patience=patience))[1]

    async def around(self, cases: Sequence[Case]) -> set[str]:
        """Some cases together: the codes of what they did to others, and to the server."""
        rules = self._care.rules
        async with Watch(rules.doors[-1]) as watch, hurried(rules, lambda: watch.alarmed):
            played = await asyncio.gather(*(act(case, rules, self._fresh()) for case in cases))
        for acted in played:
            self._count(acted)
        return {one.code for one in fuzz.judge(await self._beside(watch, "them"), "live")}

    async def _witnessed(
        self, case: Case, *, anew: bool = False, patience: float = _PATIENT
    ) -> tuple[Acted, list[Finding]]:
        rules = replace(self._care.rules, waiting=self._care.rules.waiting.times(patience))
        async with Watch(rules.doors[-1]) as watch, hurried(rules, lambda: watch.alarmed):
            acted = await act(case, rules, self._fresh(), anew=anew)
        self._count(acted)
        if acted.cut:
            acted = replace(acted, facts=())
        facts = await self._beside(watch, label(case))
        if any(isinstance(fact, Broke) and fact.session is None for fact in acted.facts):
            facts = [fact for fact in facts if not isinstance(fact, Broke)]
        acted = replace(acted, facts=(*acted.facts, *facts))
        return acted, judged(acted, [self._aside()])

    def _aside(self) -> Shown:
        """What is shown here counts for nothing."""
        known = self.done.shown[0]
        return Shown(known.contract, points=known.points)

    async def _beside(self, watch: Watch, after: str) -> list[Fact]:
        """What was done to others, and to the server as a whole."""
        if await self._care.lost(soon=watch.lost):
            return [Broke(session=None, t=0, after=after, how="no connection any more")]
        facts: list[Fact] = []
        if watch.longest > TOO_LONG:
            got = f"none within {watch.longest:.2g} s"
            facts.append(Beside(kind="wait", after=after, expected=f"a pong within {TOO_LONG:g} s", got=got))
        elif watch.lost:
            got = "the end of its connection"
            facts.append(Beside(kind="wait", after=after, expected="that it goes on", got=got))
        if not await self._care.well():
            facts.append(Beside(kind="health", after=after, expected="a status of 2xx or 3xx", got="another"))
        return facts

    def wants(self, key: Key) -> bool:
        """Whether a failure is to be looked into; what is too much of one code is counted, once."""
        if key in self._known:
            return False
        if self._codes[key[0]] < _EACH_CODE:
            return True
        self._known.add(key)
        self.done.more[key[0]] += 1
        return False

    async def look_into(self, case: Case, suspected: Finding) -> None:
        """Try it again; if it fails by vote, shrink it and keep it."""
        key = key_of(suspected)
        self._felt = key[0] in _FELT or (key[0] == "WS903" and suspected.place.session is None)
        if not self.wants(key):
            return
        self._known.add(key)
        await self._care.renew()  # what earlier dialogues left behind is no part of this one
        finding, votes = await self._vote(case, key)
        if finding is None:
            self.done.flaky += 1
            if votes[0]:
                self.doubt(case, key[0])
            self._tries[key] += 1
            if self._tries[key] < _TRIES:
                self._known.discard(key)
            return
        self._codes[key[0]] += 1
        self._say(f"{key[0]} found: shrinking")
        for renewing in (False, True):
            small = await self._shrunk(case, key, renewing=renewing)
            if small == case:
                break
            await self._care.renew()  # each step was played once: all together are put to the vote
            found, again = await self._vote(small, key)
            if found is not None:
                case, finding, votes = small, found, again
                break
        await self._keep(Failure(key, finding, tidy(case), votes))

    async def again(self, case: Case) -> None:
        """A case of the database that was all right among others: by itself, before it is let go."""
        if not self._finds.is_open(case):
            return
        code, found = self._finds.code(case), None
        for _ in range(self._plan.votes[1]):
            if found is None and self._would_show(code):
                if not await self._fit(code):
                    return
                leaks = code == Code.MEMORY_GROWS.number
                found = await self.leaks(case) if leaks else chosen(await self.alone(case))
        if found is None and self._would_show(code):
            self._finds.forget(case)
            self.done.mended += 1
        elif found is not None and key_of(found) in self._known:
            self.doubt(case, code)  # another one shows the same, and is kept
        elif found is not None:
            await self.look_into(case, found)
        self._finds.leave(case)

    def doubt(self, case: Case, code: str) -> None:
        """It may fail: the next run will see."""
        self._finds.doubt(case, code, self._redactor().loosely)

    def _would_show(self, code: str) -> bool:
        """Whether such a failure could be seen in this run."""
        seen = {Code.HEALTH_LOST.number: self._plan.health, Code.MEMORY_GROWS.number: self._care.held}
        return seen.get(code, code) is not None

    async def _vote(self, case: Case, key: Key) -> tuple[Finding | None, tuple[int, int]]:
        """Whether enough replays fail in this way, and how many did."""
        least, most = self._plan.votes
        turns = times = 0
        finding = None
        while times < least and times + most - turns >= least:
            more = min(least - times, self._at_once)
            for found in await asyncio.gather(*(self._shows(case, key) for _ in range(more))):
                turns, times = turns + 1, times + (found is not None)
                finding = found or finding
        return (finding if times >= least else None), (times, turns)

    @property
    def _at_once(self) -> int:
        """How many replays may run side by side: one, where each of them is felt by the others."""
        return 1 if self._felt else min(_SIDE_BY_SIDE, self._plan.concurrency)

    async def _shows(self, case: Case, key: Key, *, patience: float = _PATIENT) -> Finding | None:
        """Whether a case fails in this way, on a server that is well."""
        if not await self._fit(key[0]):
            return None
        if key[0] == "WS906":
            return await self.leaks(case)
        same = (one for one in await self.alone(case, patience=patience) if alike(key_of(one), key))
        return next(same, None)

    async def _fit(self, code: str) -> bool:
        """Whether there is a server; it is let to get well again, where a failure tells that it was not."""
        if code == Code.HEALTH_LOST.number:
            await self._care.renew()
        elif code == Code.OTHERS_WAIT.number:
            await self._care.settled()
        return await self._care.alive()

    async def _shrunk(self, case: Case, key: Key, *, renewing: bool) -> Case:
        """The smallest case that still fails, as far as the time allows."""
        until = time.monotonic() + self._plan.budget.shrinking
        tries = shrinking(case)
        tried: set[str] = set()
        try:
            row = next(tries)
            while time.monotonic() < until:
                kept = await self._first_that_fails(row, key, tried, until, renewing=renewing)
                if kept is not None:
                    case = row[kept]
                row = tries.send(kept)
        except StopIteration as end:
            case = end.value
        return case

    async def _first_that_fails(
        self, row: Sequence[Case], key: Key, tried: set[str], until: float, *, renewing: bool
    ) -> int | None:
        """Of candidates, the first that fails in this way; those that were tried before do not."""
        new: list[int] = []
        for number, one in enumerate(row):
            text = json.dumps(moving.as_json(one), sort_keys=True)
            if text not in tried and fitting(one, self._care.rules.words):
                tried.add(text)
                new.append(number)
        size = 1 if renewing else self._at_once
        while new and time.monotonic() < until:
            some, new = new[:size], new[size:]
            if renewing:
                await self._care.renew()
            shown = await asyncio.gather(*(self._shows(row[number], key, patience=1.0) for number in some))
            for number, found in zip(some, shown, strict=True):
                if found is not None:
                    return number
        return None

    async def _keep(self, failure: Failure) -> None:
        """Play it once more from the login on, and write that down without its secrets."""
        finding = failure.finding
        if self._plan.save is not None:
            await self._care.alive()
            acted, _ = await self._witnessed(failure.case, anew=True)
            try:
                path, found = self._written(acted, failure)
            except (OSError, CassetteError) as error:
                self._say(f"it could not be kept: {error}")
            else:
                self.done.saved.append(path)
                finding = found or finding
            if failure.key[0] in _STATEFUL:
                await self._care.revive()
        self._finds.keep(failure.case, failure.key[0], self._redactor().loosely)
        self.done.failures.append(replace(failure, finding=finding))

    def _redactor(self, nonce: str = "") -> Redactor:
        return Redactor(nonce=nonce or secrets.token_hex(6), values=self._plan.values, vault=self._vault)

    def _written(self, acted: Acted, failure: Failure) -> tuple[Path, Finding | None]:
        assert self._plan.save is not None
        self._plan.save.mkdir(parents=True, exist_ok=True)
        nonce = secrets.token_hex(6)
        redactor = self._redactor(nonce)
        text = json.dumps(moving.as_json(failure.case), sort_keys=True)
        acted.reel.records.append(note_of(text, acted.reel.clock()))
        path = acted.reel.save(_free(self._plan.save, failure), nonce, redactor)
        found = findings_of(acted, load(path), [self._aside()], str(path))
        return path, next((one for one in found if alike(key_of(one), failure.key)), None)

    async def leaks(self, case: Case) -> Finding | None:
        """Whether a case costs memory each time, after the first few times."""
        before = None
        for turn in range(_LEAK_TIMES + 4):
            if turn == 4:
                before = self._care.held
            await act(case, self._care.rules, self._fresh())
        after = self._care.held
        if before is None or after is None or after - before < _LEAK_EACH * _LEAK_TIMES:
            return None
        each = (after - before) // _LEAK_TIMES
        fact = Beside(
            kind="memory", after=label(case), expected="less than 256 KiB each time", got=f"{each >> 10} KiB"
        )
        return fuzz.judge([fact], "live", self._care.rules.contract.name)[0]

    def _fresh(self) -> Random:
        return Random(self._random.random())  # noqa: S311 - to be repeated, not to be secret

    def _count(self, acted: Acted) -> None:
        self.done.sessions += acted.reel.sessions
        self.done.messages += acted.case.messages


def _free(folder: Path, failure: Failure) -> Path:
    words = "-".join(part for part in (failure.key[0], failure.key[1], failure.key[4]) if part)
    stem = "".join(c if c.isalnum() else "-" for c in words.lower())[:60].strip("-")
    for number in range(1, 10_000):
        path = folder / f"{stem}-{number}.wsr"
        if not path.exists():
            return path
    raise CassetteError(f"{folder} is full of failures: remove some")
