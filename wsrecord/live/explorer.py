"""Fuzzing: cases are acted out, many at a time; what fails among them is looked into alone."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from random import Random

from wsrecord.errors import TargetError
from wsrecord.explore.failure import Failure, chosen, key_of, label
from wsrecord.explore.moves import Case
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding
from wsrecord.judge.shown import Shown
from wsrecord.live.acting import Rules, act
from wsrecord.live.care import Care
from wsrecord.live.exploration import Exploration, Explored, Progress
from wsrecord.live.inquest import TOO_LONG, Inquest, judged
from wsrecord.live.outcome import Acted
from wsrecord.live.target import Target, ready
from wsrecord.live.watch import EVERY, Watch

_LEAK = 48 << 20  # bytes more than at the beginning, after which it is looked for what costs them
_ROUND = 5  # cases for each place, between two looks at the server
_STORY = 12  # moves
_PURSUIT = 15.0  # seconds to find which of many cases did it
_LAST = 2  # of them, those that may have ended the server


class Explorer:
    """One run of `fuzz`."""

    def __init__(
        self, plan: Exploration, rules: Callable[[Target], Rules], cases: Iterator[Case], say: Progress
    ) -> None:
        self.done = Explored()
        self._plan = plan
        self._make = rules
        self._cases = cases
        self._say = say
        self._random = Random(plan.seed)  # noqa: S311 - to be repeated, not to be secret
        self._care: Care
        self._inquest: Inquest
        self._began = time.monotonic()
        self._gone: tuple[Case, Finding] | None = None  # a case during which the server went
        self._memory: tuple[int, int | None] = (0, None)  # what the server held at first, by its life

    async def run(self) -> Explored:
        """Explore until a budget is used up; what was found by then is kept, whatever happens."""
        async with AsyncExitStack() as stack:
            target = await stack.enter_async_context(ready(self._plan.target))
            await target.reset()
            self._care = Care(target, self._make, self._plan.health)
            self._inquest = Inquest(self._plan, self._care, self.done, self._say, self._random)
            self.done.shown = [Shown(self._care.rules.contract)]
            self._began = time.monotonic()
            try:
                await self._explore()
            finally:
                self.done.seconds = time.monotonic() - self._began
        return self.done

    # -- exploring

    async def _explore(self) -> None:
        recent: list[Case] = []
        while not self._used_up():
            size = _ROUND * self._plan.concurrency
            batch = [case for _, case in zip(range(size), self._cases, strict=False)]
            if not batch:
                self.done.stopped = "there was nothing more to try"
                return
            suspects, dead = await self._together(batch)
            recent = [*recent, *batch][-64:]
            for case, finding in sorted(suspects, key=_promise):
                if self._out_of_time() or self._enough:
                    break
                await self._inquest.look_into(case, key_of(finding))
            if dead and not await self._care.alive():
                self.done.stopped = "the target is gone"
                if self._gone is not None:  # it can't be tried again: it is told as it was seen
                    case, finding = self._gone
                    self.done.failures.append(Failure(key_of(finding), finding, case))
                return
            await self._memory_of(recent)
            self._tell()

    async def _pool(self, batch: Sequence[Case]) -> list[tuple[float, float, Acted]]:
        """Some cases, so many at once; none is begun any more when nobody answers, or the time is over."""
        acted: list[tuple[float, float, Acted]] = []
        waiting = iter(batch)

        async def work() -> None:
            for case in waiting:
                if self._out_of_time() or any(one.dead for _, _, one in acted):
                    return
                random = Random(self._random.random())  # noqa: S311 - to be repeated
                began = time.monotonic()
                one = await act(case, self._care.rules, random)
                acted.append((began, time.monotonic(), one))
                self._count(one)

        await asyncio.gather(*(work() for _ in range(self._plan.concurrency)))
        return acted

    async def _together(self, batch: Sequence[Case]) -> tuple[list[tuple[Case, Finding]], bool]:
        """Many cases at once, and a look at the server after them."""
        async with Watch(self._care.rules.doors[-1]) as watch:
            timed = await self._pool(batch)
        acted = [one for _, _, one in timed]
        denied = next((one.denied for one in acted if one.denied is not None), None)
        if denied is not None and all(one.denied is not None for one in acted):
            raise TargetError(f"the target lets nobody in: {denied}")
        suspects: list[tuple[Case, Finding]] = []
        for one in acted:
            found = chosen(judged(one, self.done.shown))
            if found is not None:
                suspects.append((one.case, found))
        dead = any(one.dead for one in acted) or self._care.died or await self._care.gone()
        batch = [one.case for one in acted]
        if dead:
            broke = [pair for pair in suspects if pair[1].code == Code.SERVER_BROKE.number]
            broke.sort(key=lambda pair: pair[1].place.session is None)  # those it left without an answer
            self._gone = broke[0] if broke else None
            return await self._whose(batch[-_LAST * self._plan.concurrency :], "WS903") or suspects[:1], dead
        sick = not await self._care.well()
        if sick:
            await self._care.revive()
        if sick or watch.longest > TOO_LONG or watch.lost:
            around = [one.case for began, over, one in timed if _around(watch, began, over)]
            suspects += await self._whose(batch if sick else around, "WS905" if sick else "WS904")
        return suspects, dead

    async def _whose(self, batch: Sequence[Case], code: str) -> list[tuple[Case, Finding]]:
        """Of cases that ran together: which one does it alone."""
        until = time.monotonic() + _PURSUIT
        for case in batch:
            if time.monotonic() > until or not await self._care.alive():
                return []
            for finding in await self._inquest.alone(case):
                if finding.code == code and (code != "WS903" or finding.place.session is None):
                    if code == "WS905":
                        await self._care.revive()
                    return [(case, finding)]
        return []

    # -- memory

    async def _memory_of(self, recent: Sequence[Case]) -> None:
        """Whether the started server holds far more than at the beginning, and which case costs it that."""
        held, (life, first) = self._care.held, self._memory
        if held is None:
            return
        if first is None or life != self._care.lives:
            self._memory = self._care.lives, held
            return
        if held - first < _LEAK:
            return
        for case in reversed(recent):
            if len(case.moves) <= 2 and await self._inquest.leaks(case) is not None:
                await self._inquest.look_into(case, ("WS906", "", "", "", label(case)))
                break
        self._memory = self._care.lives, self._care.held

    # -- counting

    def _count(self, acted: Acted) -> None:
        self.done.cases[acted.case.phase] += 1
        self.done.sessions += acted.reel.sessions
        self.done.messages += acted.case.messages

    @property
    def _enough(self) -> bool:
        return self._plan.first and bool(self.done.failures)

    def _out_of_time(self) -> bool:
        return time.monotonic() - self._began >= self._plan.budget.seconds

    def _used_up(self) -> bool:
        budget, done = self._plan.budget, self.done
        if self._enough:
            done.stopped = "one failure was enough"
            return True
        spent = time.monotonic() - self._began
        for name, used, most in (
            ("sessions", done.sessions, budget.sessions),
            ("messages", done.messages, budget.messages),
            ("seconds", spent, budget.seconds),
        ):
            if used >= most:
                done.stopped = f"the budget of {most:,g} {name} is used up"
                return True
        return False

    def _tell(self) -> None:
        done, budget = self.done, self._plan.budget
        spent = time.monotonic() - self._began
        self._say(
            f"{done.cases.total()} cases, {done.sessions} sessions, {spent:.0f} of {budget.seconds:g} s, "
            f"{len(done.failures)} failures"
        )


def _promise(suspect: tuple[Case, Finding]) -> tuple[bool, bool, int]:
    """First what failed alone already; then longer stories: short ones may fail by what those left."""
    size = len(suspect[0].moves)
    return suspect[1].code not in (Code.OTHERS_WAIT.number, Code.HEALTH_LOST.number), size > _STORY, -size


def _around(watch: Watch, began: float, over: float) -> bool:
    """Whether a case was under way when another session began to wait."""
    return began <= watch.when + 2 * EVERY and over >= watch.when - 2 * EVERY
