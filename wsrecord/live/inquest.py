"""A case that failed among others: tried again alone, shrunk, and kept."""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from wsrecord.errors import TargetError
from wsrecord.explore import moves as moving
from wsrecord.explore.company import with_bystander
from wsrecord.explore.failure import Failure, Key, alike, chosen, key_of, label, outranks
from wsrecord.explore.moves import Case
from wsrecord.explore.proper import fitting
from wsrecord.explore.shrink import shrinking
from wsrecord.explore.tidy import tidy
from wsrecord.judge import fuzz
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding
from wsrecord.judge.fuzz import Broke
from wsrecord.judge.shown import Shown
from wsrecord.live.acted import findings_of
from wsrecord.live.at_once import all_of, until_one
from wsrecord.live.care import Care
from wsrecord.live.exploration import Exploration, Explored, Progress
from wsrecord.live.finds import Finds
from wsrecord.live.haste import may_be_haste
from wsrecord.live.last_words import LastWords
from wsrecord.live.outcome import Acted
from wsrecord.live.pace import Pace
from wsrecord.live.shelf import Shelf
from wsrecord.live.telling import Telling
from wsrecord.live.witness import ALONE, SLOWLY, Trial, Witness

_TRIES = 3  # suspects of one failure that are tried, if they come to nothing
_EACH_CODE = 12  # failures of one code that are shrunk; more of them are only counted
_SIDE_BY_SIDE = 8
_REELS = 200  # of cases of which the last words of a server may tell
_FELT = ("WS904", "WS905", "WS906")  # these are felt by whoever else is there
_LAST_PLAY = 5.0  # seconds that an interrupted run may still take to write down what it found
_MUTE = (Code.UNANSWERED.number, Code.WIRE_MISHANDLED.number)  # these are told by what does not come
_STATEFUL = ("WS903", "WS905", "WS906")  # after these a server is not what it was


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
        self._witness = Witness(care, random, self._count)
        self._finds = finds
        self._shelf = Shelf(plan.save, plan.values, done)
        self.words = LastWords(self._shelf.redactor, lambda: plan.values, _REELS)
        self._telling = Telling(plan, care, self._shelf)
        self._found: Failure | None = None  # what is being shrunk
        self._seen: Acted | None = None  # the last time that it showed
        self._anew: Acted | None = None  # the last time that it showed from the login on
        self.pace = Pace()
        self._until = time.monotonic() + plan.budget.seconds + plan.budget.shrinking
        self._known: set[Key] = set()
        self._codes: Counter[str] = Counter()
        self._shown: Finding | None = None  # the last time that it was put to the vote
        self._remembers = False  # the server shows it only where nothing was done to it before
        self._felt = False  # others feel the failure that is looked into
        self._tries: Counter[Key] = Counter()  # that came to nothing

    async def alone(self, case: Case, how: Trial = ALONE) -> list[Finding]:
        """One case by itself, with a witness: all that is wrong."""
        acted = await self._witness.alone(case, how)
        return judged(acted, [self._aside()])

    async def around(self, cases: Sequence[Case], how: Trial = ALONE) -> set[str]:
        """Some cases together: the codes of what they did to others, and to the server."""
        return await self._witness.around(cases, how)

    def _aside(self) -> Shown:
        """What is shown here counts for nothing."""
        known = self.done.shown[0]
        return Shown(known.contract, points=known.points)

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
        self._felt = _is_felt(suspected)
        if not self.wants(key):
            return
        self._known.add(key)
        self._seen = self._anew = self._shown = None
        self._remembers = False
        await self._care.renew()  # what earlier dialogues left behind is no part of this one
        first, worst = await self._look_at(case, key)
        if worst is not None and outranks(worst, first or suspected):
            first, key = worst, key_of(worst)  # the same fault, seen for what it is
            self._felt = _is_felt(worst)
            if not self.wants(key):
                return
            self._known.add(key)
        finding, votes = await self._vote(case, key, first)
        if finding is None:
            told = self._telling.finding(first or suspected, self._seen)
            self.done.discarded.append(Failure(key, told, case, votes))
            if votes[0]:
                self.doubt(case, key[0])
            self._tries[key] += 1
            if self._tries[key] < _TRIES:
                self._known.discard(key)
            return
        self._codes[key[0]] += 1
        self._found = Failure(key, finding, case, votes)
        self._say(f"{key[0]} found: shrinking")
        shrunk = in_time = True
        for renewing in (True,) if self._remembers else (False, True):
            small, in_time = await self._shrunk(case, key, renewing=renewing)
            if small == case:
                break
            await self._care.renew()  # each step was played once: all together are put to the vote
            small, first = await self._from_login(tidy(small), key)
            found, again = await self._vote(small, key, first)
            if found is not None:
                case, finding, votes = small, found, again
                break
        else:
            shrunk = False  # what was left did not fail by vote: it stays as it was found
        if may_be_haste(case, key[0], self._seen) and await self._slowly(case, key) is None:
            self.done.hasty.append(Failure(key, finding, case, votes))
            self._found = None
            return
        shrunk = shrunk and self._plan.budget.shrinking > 0
        await self._keep(Failure(key, finding, tidy(case), votes, shrunk=shrunk, in_time=in_time))

    async def _slowly(self, case: Case, key: Key) -> Finding | None:
        """What shows where the same is said slowly."""
        await self._care.renew()
        return await self._shows(case, key, SLOWLY)

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
        self._finds.doubt(case, code, self._telling.values(self._seen))

    def _would_show(self, code: str) -> bool:
        """Whether such a failure could be seen in this run."""
        seen = {Code.HEALTH_LOST.number: self._plan.health, Code.MEMORY_GROWS.number: self._care.held}
        return seen.get(code, code) is not None

    async def _vote(
        self, case: Case, key: Key, first: Finding | None
    ) -> tuple[Finding | None, tuple[int, int]]:
        """Whether enough replays fail in this way, and how many did; `first`: what one showed before."""
        votes = await self._counted(case, key, first, renewing=False)
        if first is not None and votes[0] < self._plan.votes[0] and self._care.can_renew:
            # the server may remember what the replay before left: each gets a server of its own
            self._remembers = True
            votes = await self._counted(case, key, first, renewing=True)
        return (first or self._shown if votes[0] >= self._plan.votes[0] else None), votes

    async def _counted(
        self, case: Case, key: Key, first: Finding | None, *, renewing: bool
    ) -> tuple[int, int]:
        least, most = self._plan.votes
        turns, times = 1, int(first is not None)
        how = Trial(brief=_is_wait(key))
        while times < least and times + most - turns >= least:
            if renewing:
                await self._care.renew()
            more = 1 if renewing else min(least - times, most - turns, self._at_once)
            for found in await all_of([self._shows(case, key, how) for _ in range(more)]):
                turns, times = turns + 1, times + (found is not None)
                self._shown = found or self._shown
        return times, turns

    @property
    def _at_once(self) -> int:
        """How many replays may run side by side: one, where each of them is felt by the others."""
        return 1 if self._felt else min(_SIDE_BY_SIDE, self._plan.concurrency)

    async def _shows(self, case: Case, key: Key, how: Trial = ALONE) -> Finding | None:
        """Whether a case fails in this way, on a server that is well."""
        return (await self._look_at(case, key, how))[0]

    async def _look_at(
        self, case: Case, key: Key, how: Trial = ALONE
    ) -> tuple[Finding | None, Finding | None]:
        """Whether a case fails in this way, and what says most of all that is wrong then."""
        if not await self._fit(key[0]):
            return None, None
        if key[0] == "WS906":
            leak = await self.leaks(case)
            return leak, leak
        acted = await self._witness.alone(case, how)
        found = judged(acted, [self._aside()])
        same = next((one for one in found if alike(key_of(one), key)), None)
        if same is not None:
            self._seen = acted
            self._anew = acted if how.anew else self._anew
            if self._found is not None:
                self._found = replace(self._found, case=case, finding=same)
        return same, chosen(found)

    async def _fit(self, code: str) -> bool:
        """Whether there is a server; it is let to get well again, where a failure tells that it was not."""
        if code == Code.HEALTH_LOST.number:
            await self._care.renew()
        elif code == Code.OTHERS_WAIT.number:
            await self._care.settled()
        return await self._care.alive()

    async def _shrunk(self, case: Case, key: Key, *, renewing: bool) -> tuple[Case, bool]:
        """The smallest case that still fails, as far as the time allows; and whether it did."""
        until = min(self._until, time.monotonic() + self._plan.budget.shrinking)
        tries = shrinking(case)
        tried: set[str] = set()
        try:
            row = next(tries)
            while time.monotonic() < until:
                kept = await self._those_that_fail(row, key, tried, until, renewing=renewing)
                if kept:
                    case = row[kept[0]]
                row = tries.send(kept)
        except StopIteration as end:
            case = end.value
        return case, time.monotonic() < until  # past that, what was left to try was not played

    async def _those_that_fail(
        self, row: Sequence[Case], key: Key, tried: set[str], until: float, *, renewing: bool
    ) -> list[int]:
        """Of candidates, the first that fail in this way; those that were tried before do not."""
        new: list[tuple[int, str]] = []
        for number, one in enumerate(row):
            text = json.dumps(moving.as_json(one), sort_keys=True)
            if text not in tried and fitting(one, self._care.rules.words):
                new.append((number, text))
        size = 1 if renewing else self._at_once
        while new and time.monotonic() < until:
            some, new = new[:size], new[size:]
            if renewing:
                await self._care.renew()
            quick = self._quick(key)
            shown = await until_one([self._shows(row[number], key, quick) for number, _ in some])
            failed = [number for (number, _), found in zip(some, shown, strict=True) if found is not None]
            tried.update(text for number, text in some if not failed or number <= failed[0])
            if failed:
                return failed
        return []

    def _quick(self, key: Key) -> Trial:
        """How a candidate is tried, before those that failed are put to the vote."""
        answer = self.pace.enough if key[0] in _MUTE else None
        return Trial(patience=1.0, answer=answer, brief=_is_wait(key))

    async def _keep(self, failure: Failure) -> None:
        """Write down how it went from the login on, played for that if need be; or as it was seen."""
        acted = self._seen
        try:
            if self._anew is not None and self._anew.case.moves == failure.case.moves:
                acted = self._anew
            elif self._shelf.folder is not None and await self._care.alive():
                acted = await self._witness.alone(failure.case, Trial(anew=True))
                if _is_wait(failure.key):
                    failure, acted = await self._beside(failure, acted)
        finally:
            self._put(failure, acted)
        if failure.key[0] in _STATEFUL:
            await self._care.revive()

    async def _from_login(self, case: Case, key: Key) -> tuple[Case, Finding | None]:
        """Whether it shows as it would be kept: from the login on, and with the user in it who felt it."""
        if _is_wait(key):
            both = tidy(with_bystander(case, len(self._care.rules.doors) - 1))
            found = await self._shows(both, key, Trial(anew=True))
            if found is not None or both.moves == case.moves:
                return both, found
        return case, await self._shows(case, key, Trial(anew=True))

    async def _beside(self, failure: Failure, acted: Acted) -> tuple[Failure, Acted]:
        """With the user in it who watched: whoever replays it knows of no others than those in the case."""
        case = with_bystander(failure.case, len(self._care.rules.doors) - 1)
        if case.moves == failure.case.moves or not await self._fit(failure.key[0]):
            return failure, acted
        both = await self._witness.alone(case, Trial(anew=True))
        if all(one.code != failure.key[0] for one in judged(both, [self._aside()])):
            return failure, acted
        return replace(failure, case=tidy(case)), both

    async def conclude(self) -> None:
        """The run is over: what is being shrunk is kept as small as it is by now."""
        if self._found is not None:
            with contextlib.suppress(TimeoutError, TargetError):
                async with asyncio.timeout(_LAST_PLAY):
                    await self._keep(replace(self._found, shrunk=False))

    def ended_by(self, case: Case) -> Finding:
        """What is told of a server that ended while nobody waited for an answer."""
        end = Broke(session=None, t=0, after=label(case), how="no connection any more")
        return fuzz.judge([end], "live", self._care.rules.contract.name)[0]

    def as_seen(self, acted: Acted, finding: Finding) -> None:
        """A failure that can't be tried again."""
        self._put(Failure(key_of(finding), finding, acted.case, (0, 0), shrunk=False), acted)

    def knows(self, finding: Finding) -> bool:
        """Whether it was looked into, or is about to be."""
        return key_of(finding) in self._known

    def _put(self, failure: Failure, acted: Acted | None) -> None:
        finding = self._with_words(failure.finding, acted)
        clean = self._telling.values(acted, self._seen)
        self._found = self._seen = self._anew = None
        case = failure.case  # with a value for a secret it is not put into the database
        if acted is None:
            finding = self._telling.finding(finding)
        else:
            failure, finding = self._telling.written(failure, finding, acted, self._aside())
        put = self._finds.keep if failure.times[1] else self._finds.doubt
        put(case, failure.key[0], clean)
        self.done.failures.append(replace(failure, finding=finding))

    def _with_words(self, finding: Finding, acted: Acted | None) -> Finding:
        """With what the server printed, if it broke; its secrets are taken out by all that is known."""
        if acted is not None and acted.printed is None:
            acted = self._seen  # it did not break this time
        if acted is None or acted.printed is None or finding.code != Code.SERVER_BROKE.number:
            return finding
        heads = [head for door in self._care.rules.doors for head in door.heads()]
        return self.words.below(finding, acted.printed, [*heads, *acted.reel.records])

    async def leak(self, cases: Sequence[Case]) -> bool:
        """Whether one of some cases may cost memory each time."""
        return await self._witness.leak(cases)

    async def leaks(self, case: Case) -> Finding | None:
        """Whether a case costs memory each time."""
        leak = await self._witness.leaks(case)
        return None if leak is None else fuzz.judge([leak], "live", self._care.rules.contract.name)[0]

    def _count(self, acted: Acted) -> None:
        self.pace.see(acted)
        self.done.sessions += acted.reel.sessions
        self.done.messages += acted.case.messages


def _is_wait(key: Key) -> bool:
    """Whether it is all told by the time that others feel it."""
    return key[0] == Code.OTHERS_WAIT.number


def _is_felt(finding: Finding) -> bool:
    """Whether whoever else is there feels it."""
    return finding.code in _FELT or (finding.code == "WS903" and finding.place.session is None)
