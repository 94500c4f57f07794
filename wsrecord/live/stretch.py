"""Cases one after the other, many at a time, and looks at the server beside them, until something is up.

Nothing waits for the slowest of them: a stretch ends, and everybody has come home, only where somebody has to
look into something alone, or nothing more is to be begun.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from wsrecord.explore.moves import Case
from wsrecord.judge.finding import Finding
from wsrecord.live.care import Care
from wsrecord.live.checkup import Checkup
from wsrecord.live.hurry import hurried
from wsrecord.live.outcome import Acted
from wsrecord.live.suspects import Timed

_ROUND = 5  # cases for each place, between two looks at the server
_LAST = 2  # rounds that are remembered
_SESSION = 5.0  # seconds after which another session watches: a server may end one that only pings


@dataclass(frozen=True, slots=True)
class Player:
    """How cases are played, and which of the failures ask for more than to be known."""

    act: Callable[[Case], Awaitable[Acted]]
    judge: Callable[[Acted], tuple[Case, Finding] | None]  # with the case that shows it
    may: Callable[[], bool]  # whether one more may be begun
    fresh: Callable[[Finding], bool]
    is_open: Callable[[Case], bool]  # whether it is to be tried alone, if it was all right among others
    heavy: Callable[[], bool]  # whether the server has grown
    late: Callable[[], bool]  # whether not even what was begun may go on
    told: Callable[[], None]  # all is well so far


class Stretch:
    """One of them."""

    def __init__(self, cases: Iterator[Case], at_once: int, care: Care, player: Player) -> None:
        self.exhausted = False  # there are no more cases
        self.failed: list[tuple[Case, Finding]] = []
        self.open: list[Case] = []  # what nobody knows of whether it still fails
        self.watch = care.watch()
        self._cases = cases
        self._at_once = at_once
        self._round = _ROUND * at_once
        self._care = care
        self._player = player
        self._checkup = Checkup(care.well)
        self._timed: deque[Timed] = deque(maxlen=_LAST * self._round)
        self.turned_away: list[Case] = []  # those that were not let in
        self._since = 0  # cases since all was well
        self._denied: list[str] = []  # what those were told that were not let in
        self._fresh = False  # something is to be looked into alone
        self._up = False
        self._due = asyncio.Event()

    async def run(self) -> None:
        """Play until something is up, and all have come home."""
        async with self.watch, self._checkup, hurried(self._care.rules, self._hasten):
            looking = asyncio.create_task(self._look())
            try:
                await asyncio.gather(*(self._work() for _ in range(self._at_once)))
                self._up = True
                self._due.set()
                await looking
            finally:
                looking.cancel()

    @property
    def timed(self) -> list[Timed]:
        """The last ones, as they ended."""
        return list(self._timed)

    @property
    def sick(self) -> float | None:
        """When the server was not well any more."""
        return self._checkup.since

    @property
    def alarmed(self) -> bool:
        """Whether others feel that something is wrong, or the server says so."""
        return self.watch.alarmed or self.sick is not None

    def _hasten(self) -> bool:
        return self.alarmed or self._player.late()

    @property
    def denied(self) -> str | None:
        """What everybody was told who came since the last look; None if somebody was let in, or few came."""
        enough = self._since >= self._round or self._since == len(self._timed)
        return self._denied[0] if enough and self._denied and len(self._denied) == self._since else None

    @property
    def crowded(self) -> str | None:
        """What most were told who came since the last look; None if most were let in, or few came."""
        enough = self._since >= self._round or self._since == len(self._timed)
        return self._denied[0] if enough and 2 * len(self._denied) > self._since else None

    # -- playing

    async def _work(self) -> None:
        while not (self._up or self.alarmed) and self._player.may():
            began = time.monotonic()
            case = next(self._cases, None)
            self.watch.excuse(time.monotonic() - began)
            if case is None:
                self.exhausted = True
                return
            began = time.monotonic()
            acted = await self._player.act(case)
            self._take(Timed(began, time.monotonic(), acted))

    def _take(self, one: Timed) -> None:
        self._timed.append(one)
        found = self._player.judge(one.acted)
        self.watch.excuse(time.monotonic() - one.over)
        if found is not None:
            self.failed.append(found)
            self._fresh |= self._player.fresh(found[1])
        if self._player.is_open(one.acted.case):
            self.open.append(one.acted.case)
            self._fresh = True
        if one.acted.denied is not None:
            self._denied.append(one.acted.denied)
            self.turned_away.append(one.acted.case)
        self._up |= one.acted.dead or self._fresh
        self._since += 1
        if not self._since % self._round:
            self._up |= self.crowded is not None
            self._due.set()

    # -- looking

    async def _look(self) -> None:
        """Look at the server after each round, while others go on."""
        try:
            watched = time.monotonic()
            while True:
                await self._due.wait()
                self._due.clear()
                if await self._all_well():
                    self._forget()
                    self._player.told()
                if self._up:
                    return
                if time.monotonic() - watched > _SESSION:
                    await self.watch.renew()
                    watched = time.monotonic()
        finally:
            self._up = True

    async def _all_well(self) -> bool:
        if self._up:
            return False
        if self._player.heavy() or await self._care.gone():
            self._up = True
        return not (self._up or self._fresh or self.alarmed)

    def _forget(self) -> None:
        """All was well by then: what failed since is known already."""
        self._since = 0
        self._denied.clear()
        self.failed.clear()
