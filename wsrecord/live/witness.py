"""One made-up dialogue by itself, with a look at the server beside it and after it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from wsrecord.explore.failure import label
from wsrecord.explore.moves import Case
from wsrecord.judge import fuzz
from wsrecord.judge.fuzz import Beside, Broke, Fact
from wsrecord.live.acting import act
from wsrecord.live.care import Care
from wsrecord.live.hurry import hurried
from wsrecord.live.outcome import Acted
from wsrecord.live.printed import Printed
from wsrecord.live.rules import Rules
from wsrecord.live.target import Mark
from wsrecord.live.watch import TOO_LONG, Watch

PATIENT = 2.0  # times as long is waited where one is played alone
_END = 0.5
_LEAK_EACH = 256 << 10  # bytes that one case costs, each time
_LEAK_TIMES, _LEAK_ROUNDS, _WARM = 12, 4, 2  # times that one is played, or each of some; and before
_AT_ONCE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How one case is tried alone."""

    patience: float = PATIENT
    answer: float | None = None  # seconds for an answer, if fewer than patience has
    anew: bool = False  # from the login on
    brief: bool = False  # it is enough to know that others feel it
    pause: float = 0.0  # seconds before each move

    @property
    def end(self) -> float:
        """Seconds that a case may still take when others feel it."""
        return 0.0 if self.brief else _END

    def rules(self, rules: Rules) -> Rules:
        """Those of the run, with as much time as this trial has."""
        waiting = rules.waiting.times(self.patience).no_longer(self.answer)
        waiting = replace(waiting, goodbye=0.0) if self.brief else waiting
        return replace(rules, waiting=waiting, pause=self.pause)


ALONE = Trial()
SLOWLY = Trial(pause=0.3)


class Witness:
    """Sees what a case does to a server."""

    def __init__(self, care: Care, random: Random, count: Callable[[Acted], None]) -> None:
        self._care = care
        self._random = random
        self._count = count
        self._begun = self._under_way = 0  # cases by themselves, though several may be side by side

    async def alone(self, case: Case, how: Trial = ALONE) -> Acted:
        """Act it out; what was seen from outside is among its facts."""
        rules = how.rules(self._care.rules)
        self._begun += 1
        self._under_way += 1
        number, single = self._begun, self._under_way == 1
        try:
            async with self._care.watch() as watch, hurried(rules, lambda: watch.alarmed, how.end):
                mark = self._care.mark()
                acted = await act(case, rules, self._fresh(), anew=how.anew)
            self._count(acted)
            acted, printed = await self._seen(acted, case, watch, mark, patient=how.anew)
        finally:
            self._under_way -= 1
        if not single or self._begun != number:  # what others brought about may be among it
            return acted
        return replace(acted, printed=printed)

    async def _seen(
        self, acted: Acted, case: Case, watch: Watch, mark: Mark, *, patient: bool
    ) -> tuple[Acted, Printed | None]:
        """With what was seen from outside; and what the server printed, if it broke."""
        broke = any(isinstance(fact, Broke) for fact in acted.facts)
        if broke and patient:
            await self._care.last_words()
        printed = self._care.printed(mark)  # by now: a look from outside makes some servers print more
        if acted.cut:
            acted = replace(acted, facts=())
        facts = await self._beside(watch, label(case))
        ended = any(isinstance(fact, Broke) for fact in facts)
        if ended and patient:
            await self._care.last_words()
        if ended:
            printed = self._care.printed(mark)
        if any(isinstance(fact, Broke) and fact.session is None for fact in acted.facts):
            facts = [fact for fact in facts if not isinstance(fact, Broke)]
        return replace(acted, facts=(*acted.facts, *facts)), printed if broke or ended else None

    async def around(self, cases: Sequence[Case], how: Trial = ALONE) -> set[str]:
        """Some cases together: the codes of what they did to others, and to the server."""
        rules = how.rules(self._care.rules)
        async with self._care.watch() as watch, hurried(rules, lambda: watch.alarmed, how.end):
            played = await asyncio.gather(*(act(case, rules, self._fresh()) for case in cases))
        for acted in played:
            self._count(acted)
        return {one.code for one in fuzz.judge(await self._beside(watch, "them"), "live")}

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
        elif not await self._care.well():
            facts.append(Beside(kind="health", after=after, expected="a status of 2xx or 3xx", got="another"))
        return facts

    async def leaks(self, case: Case) -> Beside | None:
        """Whether a case costs memory each time, after the first few times."""
        each = await self._grown([case], _LEAK_TIMES)
        if each < _LEAK_EACH:
            return None
        return Beside(
            kind="memory", after=label(case), expected="less than 256 KiB each time", got=f"{each >> 10} KiB"
        )

    async def leak(self, cases: Sequence[Case]) -> bool:
        """Whether one of some cases may cost memory each time."""
        return await self._grown(cases, _LEAK_ROUNDS) >= _LEAK_EACH

    async def _grown(self, cases: Sequence[Case], times: int) -> int:
        """The bytes that the server holds more, for each time that all of them are played."""
        rules = self._care.rules

        async def play(count: int) -> None:
            waiting = iter([case for _ in range(count) for case in cases])

            async def work() -> None:
                for case in waiting:
                    await act(case, rules, self._fresh())

            await asyncio.gather(*(work() for _ in range(_AT_ONCE)))

        await play(_WARM)
        before = self._care.held
        await play(times)
        after = self._care.held
        return 0 if before is None or after is None else (after - before) // times

    def _fresh(self) -> Random:
        return Random(self._random.random())  # noqa: S311 - to be repeated, not to be secret
