"""Fuzzing: cases are acted out, many at a time; what fails among them is looked into alone."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from random import Random

from wsrecord.errors import TargetError
from wsrecord.explore.failure import chosen, key_of
from wsrecord.explore.frontier import Frontier
from wsrecord.explore.merged import merged
from wsrecord.explore.moves import Case
from wsrecord.judge import fuzz
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding
from wsrecord.judge.fuzz import Meant
from wsrecord.live.acting import act
from wsrecord.live.care import Care
from wsrecord.live.customs import Customs, Unclear
from wsrecord.live.exploration import STOPPED_AT_FIRST, Exploration, Explored, Progress
from wsrecord.live.finds import Finds
from wsrecord.live.inquest import Inquest
from wsrecord.live.lessons import Lessons
from wsrecord.live.outcome import Acted
from wsrecord.live.rules import Rules
from wsrecord.live.stretch import Player, Stretch
from wsrecord.live.supply import Supply
from wsrecord.live.suspects import suspects, with_source
from wsrecord.live.target import Target, ready
from wsrecord.live.witness import Trial
from wsrecord.report import fuzz_progress

_LEAK = 48 << 20  # bytes more than at the beginning, after which it is looked for what costs them
_SMALL, _GROUP = 8, 8  # messages of a case that may cost it, and cases that are tried together
_RECENT = 64  # cases that may have cost it
_STORY = 12  # moves
_NEAR = 20  # cases that are remembered where one of them ended the server
_PURSUIT = 12.0  # seconds to find which of many cases did it
_BROKE = Code.SERVER_BROKE.number
_FEW, _MORE = 4, 8  # of them that are tried together, at first and then


class Explorer:
    """One run of `fuzz`."""

    def __init__(
        self,
        plan: Exploration,
        rules: Callable[[Target], Rules],
        cases: Iterator[Case],
        say: Progress,
        finds: Finds,
        frontier: Frontier | None = None,
        customs: Customs | None = None,
    ) -> None:
        """`frontier` is told what each case reached; `customs` what the server takes."""
        self.done = Explored()
        self._plan = plan
        self._customs = customs or Customs()
        self._make = lambda target: replace(rules(target), customs=self._customs)
        self._cases = Supply(cases, self._room)
        self._at_once = plan.concurrency
        self._unclear = Unclear(self._customs)
        self._say = say
        self._finds = finds
        self._random = Random(plan.seed)  # noqa: S311 - to be repeated, not to be secret
        self._care: Care
        self._inquest: Inquest
        self._frontier = frontier or Frontier()
        self._lessons: Lessons
        self._began = self._learned = self._home = time.monotonic()
        self._gone: tuple[Acted, Finding] | None = None  # a case during which the server went
        self._number = 0  # of cases that were begun
        self._waiting: list[tuple[Case, Finding]] = []  # suspects, the first is being looked into
        self._near: list[Case] = []  # those of which one may have done it
        self._memory: tuple[int, int | None] = (0, None)  # what the server held at first, by its life

    async def run(self) -> Explored:
        """Explore until a budget is used up; what was found by then is kept, whatever happens."""
        async with AsyncExitStack() as stack:
            target = await stack.enter_async_context(ready(self._plan.target))
            await target.reset()
            self._care = Care(target, self._make, self._plan.health)
            self._inquest = Inquest(self._plan, self._care, self.done, self._say, self._random, self._finds)
            rules = self._care.rules
            self._lessons = Lessons(rules.contract, rules.refusals, self._frontier)
            self.done.reached = self._lessons.reached
            self.done.shown = [self._lessons.reached.shown]
            self._began = time.monotonic()
            try:
                await self._care.knock()
                await self._explore()
            except TargetError as error:
                self.done.stopped, self.done.trouble = "the target is gone", error
                self._tell_gone()
                await self._inquest.conclude()
            except asyncio.CancelledError:
                self.done.stopped = "interrupted"
                await self._inquest.conclude()
                raise
            finally:
                self.done.seconds = time.monotonic() - self._began
                self.done.refused = self._customs.refused()
                self._tell_untried()
        return self.done

    def _tell_gone(self) -> None:
        """What ended the target can't be tried again: it is told as it was seen."""
        if self._gone is not None and not any(one.key[0] == _BROKE for one in self.done.failures):
            self._inquest.as_seen(*self._gone)
        for case in self._near[:_NEAR]:
            if not self._finds.is_open(case):  # what was known before stands as it was
                self._inquest.doubt(case, _BROKE)

    def _tell_untried(self) -> None:
        done = self.done
        told = {one.key for one in (*done.failures, *done.hasty, *done.discarded)}
        rest = [finding for _, finding in self._waiting[1:] if not self._inquest.knows(finding)]
        left = {key_of(finding) for finding in [*(one for _, one in self._waiting[:1]), *rest]}
        self.done.untried = len(left - told)

    # -- exploring

    async def _explore(self) -> None:
        recent: list[Case] = []
        while not self._used_up():
            stretch = await self._stretch()
            found, dead = await self._considered(stretch)
            recent = [*recent, *(one.acted.case for one in stretch.timed)][-_RECENT:]
            self._waiting = sorted(found, key=_promise)
            while self._waiting and not self._too_late():
                self._tell_over()
                await self._inquest.look_into(*self._waiting[0])
                self._waiting = [] if self._enough else self._waiting[1:]
            if dead and not await self._care.alive():
                self.done.stopped = "the target is gone"
                self._tell_gone()
                return
            for case in stretch.open:
                if not self._out_of_time() and not self._enough:
                    await self._inquest.again(case)
            await self._memory_of(recent)
            self._tell()
            if self._cases.exhausted and not self._used_up():
                self.done.stopped = "there was nothing more to try"
                return

    async def _stretch(self) -> Stretch:
        """Play until something is up."""
        player = Player(
            act=self._act,
            judge=self._judge,
            may=lambda: not self._tried or not self._used_up(),  # a run that tries nothing says nothing
            fresh=lambda finding: self._inquest.wants(key_of(finding)),
            is_open=self._finds.is_open,
            heavy=self._heavy,
            late=self._too_late,
            told=self._well,
        )
        stretch = Stretch(iter(self._cases.draw, None), self._at_once, self._care, player)
        self._learned = time.monotonic()
        await stretch.run()
        self._home = time.monotonic()
        self._learn()
        return stretch

    def _learn(self) -> None:
        """Time has passed in which cases were played: was anything new?"""
        now = time.monotonic()
        self._lessons.spent(now - self._learned)
        self._learned = now

    def _fresh(self) -> Random:
        """For the next case: the same one in each run of a seed, whatever is looked into meanwhile."""
        self._number += 1
        return Random(f"{self._plan.seed}-{self._number}")  # noqa: S311 - to be repeated, not to be secret

    async def _act(self, case: Case) -> Acted:
        if self._finds.is_open(case) and self._finds.code(case) == Code.VALID_REFUSED.number:
            self._customs.trust(case)
        try:
            return await act(case, self._care.rules, self._fresh())
        finally:
            self._cases.done(case)

    def _judge(self, acted: Acted) -> tuple[Case, Finding] | None:
        self._count(acted)
        finding = chosen(self._lessons.judged(acted)) if not acted.cut else None
        self._customs.learn(acted.facts)
        if finding is None:
            unclear = self._unclear.take(acted.case, acted.facts)
            return None if unclear is None else (unclear[0], self._refused(unclear[1]))
        case = acted.case if acted.betrayed is None else merged(acted.betrayed, acted.case)
        return case, finding

    def _refused(self, fact: Meant) -> Finding:
        return fuzz.judge([fact], "live", self._care.rules.contract.name)[0]

    async def _considered(self, stretch: Stretch) -> tuple[list[tuple[Case, Finding]], bool]:
        """What of a stretch has to be looked into, and whether the server died."""
        if stretch.denied is not None:
            raise TargetError(f"the target lets nobody in: {stretch.denied}")
        if stretch.crowded is not None:
            self._make_room(stretch)
        watch, timed = stretch.watch, stretch.timed
        found = [(with_source(case, finding, timed), finding) for case, finding in stretch.failed]
        dead = await self._care.lost(soon=watch.lost)
        if dead:
            played = [one.acted for one in timed]
            broke = [pair for pair in found if pair[1].code == _BROKE]
            broke.sort(key=lambda pair: pair[1].place.session is None)  # those it left without an answer
            self._gone = next(((o, pair[1]) for pair in broke[:1] for o in played if o.case is pair[0]), None)
            end = min((one.over for one in timed if one.acted.dead), default=time.monotonic())
            when = watch.when if watch.lost else end
            self._near = suspects(timed, when)
            if self._gone is None and self._near:
                last = next(one for one in played if one.case is self._near[0])
                self._gone = last, self._inquest.ended_by(last.case)
            if self._gone is not None and timed:
                printed = await self._care.end(min(one.began for one in timed))
                self._gone = replace(self._gone[0], printed=printed), self._gone[1]
                for one in played:  # whose words the last ones are nobody knows
                    self._inquest.words.played(one.reel)
            return await self._whose(self._near, "WS903") or found[:1], dead
        if watch.alarmed:
            found += await self._whose(suspects(timed, watch.when), "WS904")
        elif stretch.sick is not None or not await self._care.well():
            found += await self._whose(suspects(timed, stretch.sick or time.monotonic()), "WS905")
        return found, dead

    def _make_room(self, stretch: Stretch) -> None:
        """Fewer at once, where most are turned away; those come once more."""
        if self._at_once == 1:
            raise TargetError(f"the target lets hardly anybody in, one at a time: {stretch.crowded}")
        self._at_once = self.done.at_once = self._at_once // 2
        self._cases.put_back(stretch.turned_away)

    async def _whose(self, candidates: Sequence[Case], code: str) -> list[tuple[Case, Finding]]:
        """Which of some cases does it alone: some together at first, the likeliest few, then each of them."""
        until = time.monotonic() + _PURSUIT
        how = Trial(patience=1.0, brief=code == Code.OTHERS_WAIT.number)
        start, size = 0, _FEW
        while start < len(candidates):
            some = candidates[start : start + size]
            start, size = start + size, _MORE
            if time.monotonic() > until or not await self._fit(code):
                return []
            if code not in await self._inquest.around(some, how):
                continue
            if len(some) > _FEW and await self._fit(code):
                half = some[:_FEW]
                some = half if code in await self._inquest.around(half, how) else some[_FEW:]
            for case in some:
                if not await self._fit(code):
                    return []
                for finding in await self._inquest.alone(case, how):
                    if finding.code == code and (code != "WS903" or finding.place.session is None):
                        return [(case, finding)]
        return []

    async def _fit(self, code: str) -> bool:
        """Whether the server shows nothing of this by itself; it is brought back, if need be."""
        if code == "WS905" and not await self._care.well():
            return await self._care.revive()
        if code == "WS904":
            await self._care.settled()
        return await self._care.alive()

    # -- memory

    def _heavy(self) -> bool:
        """Whether the started server holds far more than at the beginning."""
        held, (life, first) = self._care.held, self._memory
        if held is None:
            return False
        if first is None or life != self._care.lives:
            self._memory = self._care.lives, held
            return False
        return held - first >= _LEAK

    async def _memory_of(self, recent: Sequence[Case]) -> None:
        """If the started server holds far more than at the beginning: which case costs it that."""
        if not self._heavy():
            return
        await self._care.renew()  # what is full leaks no more
        until = time.monotonic() + _PURSUIT
        late = [case for case in reversed(recent) if case.messages <= _SMALL]
        late.sort(key=lambda case: case.phase != "invalid")  # what is refused is forgotten soonest
        for start in range(0, len(late), _GROUP):
            some = late[start : start + _GROUP]
            if time.monotonic() > until or self._too_late():
                break
            if await self._inquest.leak(some):
                for case in some:
                    await self._care.renew()
                    if (leak := await self._inquest.leaks(case)) is not None:
                        await self._inquest.look_into(case, leak)
                        break
                break
        self._memory = self._care.lives, self._care.held

    # -- counting

    def _count(self, acted: Acted) -> None:
        self._inquest.pace.see_among_others(acted)
        if acted.denied is not None:
            self.done.turned_away[acted.denied] += 1
            return
        self.done.cases[acted.case.phase] += 1
        self.done.sessions += acted.reel.sessions
        self.done.messages += acted.case.messages

    @property
    def _enough(self) -> bool:
        return self._plan.first and bool(self.done.failures)

    @property
    def _tried(self) -> bool:
        return bool(self.done.cases or self.done.turned_away)

    def _room(self) -> int:
        """Sessions that there may be yet."""
        return self._plan.budget.sessions - self.done.sessions

    def _out_of_time(self) -> bool:
        return time.monotonic() - self._began >= self._plan.budget.seconds

    def _too_late(self) -> bool:
        """Whether not even what was seen is looked into any more."""
        budget = self._plan.budget
        return time.monotonic() >= max(self._began + budget.seconds, self._home) + budget.shrinking

    def _used_up(self) -> bool:
        budget, done = self._plan.budget, self.done
        if self._enough:
            done.stopped = STOPPED_AT_FIRST
            return True
        if self._plan.settled is not None and self._lessons.stale >= self._plan.settled:
            done.stopped = f"nothing new was reached for {self._plan.settled:g} s"
            return True
        spent = time.monotonic() - self._began
        for name, used, most in (
            ("session", done.sessions, budget.sessions),
            ("message", done.messages, budget.messages),
            ("second", spent, budget.seconds),
        ):
            if used >= most or (name == "session" and self._cases.full):
                things = name if most == 1 else f"{name}s"
                done.stopped = f"the budget of {most:,g} {things} is used up"
                return True
        return False

    def _well(self) -> None:
        self._learn()
        self._tell()

    def _tell(self) -> None:
        done, budget = self.done, self._plan.budget
        spent = time.monotonic() - self._began
        if spent < budget.seconds:  # after that only what is looked into is of interest
            many = done.cases.total()
            reached = self._lessons.reached
            self._say(fuzz_progress.line(len(done.failures), spent, budget.seconds, many, reached))

    def _tell_over(self) -> None:
        """Say why failures are looked into, and no dialogues made up any more."""
        if self._used_up():
            late = self._out_of_time()
            why = f"{self._plan.budget.seconds:g} s are over" if late else self.done.stopped
            self._say(fuzz_progress.over(len(self.done.failures), why))


def _promise(suspect: tuple[Case, Finding]) -> tuple[bool, bool, int]:
    """First what failed alone already; then longer stories: short ones may fail by what those left."""
    size = len(suspect[0].moves)
    return suspect[1].code not in (Code.OTHERS_WAIT.number, Code.HEALTH_LOST.number), size > _STORY, -size
