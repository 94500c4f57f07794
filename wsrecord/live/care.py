"""The server under test while it is mistreated: whether it is well, and how it is brought back."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import replace

from wsrecord.cassette.source import from_recording
from wsrecord.errors import TargetError, UsageError
from wsrecord.judge.codes import Code
from wsrecord.judge.registry import judge_cassette
from wsrecord.judge.shown import Shown
from wsrecord.live.door import Door
from wsrecord.live.printed import Printed
from wsrecord.live.reel import Reel
from wsrecord.live.rules import Rules
from wsrecord.live.target import Mark, Target
from wsrecord.live.vitals import health, memory
from wsrecord.live.watch import Watch, has_pong, hears, prompt

_GRACE = 0.4  # seconds to stop, for a server that may be stuck
_BUSY = 0.7  # seconds that are waited for a busy server, unless it can be started anew in less
_STUCK = 0.1  # seconds to stop, for one that was too busy to answer
_AT_ONCE = 0.3  # seconds for the pong of one that is busy no more
_PONG = 2.0  # seconds for the first pong of all; a server that has none is never asked again
_LOOKS, _LOOK = 6, 0.1  # at a server that seems to end, and seconds between them


class Care:
    """Looks after one target."""

    def __init__(self, target: Target, make: Callable[[Target], Rules], health: str | None) -> None:
        self.rules = make(target)  # those of the server that runs now
        self.lives = 1
        self.has_pongs = True  # as far as is known
        self._renewal: float | None = None  # seconds that the last start took
        self._target = target
        self._make = make
        self._health = health
        self._reviving = asyncio.Lock()

    @property
    def died(self) -> bool:
        """Whether the server that was started has ended."""
        return self._target.died is not None

    def mark(self) -> Mark:
        """Now, of the server that runs now."""
        return self._target.mark()

    def printed(self, since: Mark) -> Printed | None:
        """What it has printed since, if it was started here."""
        return self._target.printed(since)

    async def last_words(self) -> None:
        """Give a server that broke the moment to print, or to end."""
        await self._target.may_end()

    async def end(self, since: float) -> Printed | None:
        """What a server printed since then that has ended; None: it is not ours, or lives."""
        await self.last_words()
        return self.printed(replace(self.mark(), when=since)) if self.died else None

    @property
    def can_renew(self) -> bool:
        """Whether it was started here, or there is a command that resets it."""
        return self._target.options.start is not None or self._target.options.reset is not None

    @property
    def held(self) -> int | None:
        """The memory of the server that was started; None if nobody knows."""
        group = self._target.group
        return None if group is None else memory(group)

    async def knock(self) -> None:
        """Have each user come in, and go; an error where that can't be, or the contract is for others."""
        reels = [await self._knock(door, first=not number) for number, door in enumerate(self.rules.doors)]
        contract = self.rules.contract
        for one in judge_cassette(from_recording(reels[0].recording()), [Shown(contract)], "live").findings:
            if one.code == Code.NO_CONTRACT_APPLIES.number:
                raise UsageError(
                    f"{contract.file}: it does not apply to the sessions that are made here ({one.message}): "
                    "give their path in --target, as ws://127.0.0.1:{port}/ws, or mend `applies:`"
                )

    def watch(self) -> Watch:
        """Somebody beside the others, who asks only where there are answers."""
        return Watch(self.rules.doors[-1], asks=self.has_pongs)

    async def _knock(self, door: Door, *, first: bool) -> Reel:
        reel, pong = Reel({}, lambda: 0), asyncio.Event()
        entry = await door.enter(reel, hears(pong))
        refused = entry.refused
        if refused is None:
            if first:
                self.has_pongs = await has_pong(entry.client, pong, _PONG)
            await entry.client.close()
        entry.client.kill()
        await asyncio.sleep(0)
        if refused is not None:
            of, alone = door.way.dialogue, len(self.rules.doors) == 1
            lets = "lets nobody in" if alone or of is None else f"does not let the user of {of.cassette} in"
            raise TargetError(f"the target {lets}: {refused}")
        return reel

    async def well(self) -> bool:
        """Whether its page of health says so."""
        if self._health is None:
            return True
        status = await health(self._target.upstream, self._health)
        return status is not None and status < 400

    async def gone(self) -> bool:
        """Whether nobody listens any more."""
        try:
            async with asyncio.timeout(3.0):
                _, writer = await asyncio.open_connection(
                    self._target.upstream.host, self._target.upstream.port, ssl=self._target.upstream.tls
                )
        except OSError:
            return True
        writer.close()
        return False

    async def lost(self, *, soon: bool) -> bool:
        """Whether the server has ended; `soon`: there is a sign that it is about to."""
        for _ in range(_LOOKS if soon else 1):
            if self.died or await self.gone():
                return True
            if soon:
                await asyncio.sleep(_LOOK)
        return False

    async def revive(self, grace: float = _GRACE) -> bool:
        """Start the server anew, or run what resets it; whether there is a server that is well."""
        began = time.monotonic()
        if await self._target.again(grace):
            self._renewal = time.monotonic() - began
            self.rules = self._make(self._target)
            self.lives += 1
            return True
        await self._target.reset()
        return not await self.gone()

    async def renew(self, grace: float = _GRACE) -> None:
        """Bring a server that can be brought back to its first state."""
        if self.can_renew:
            await self.revive(grace)

    async def settled(self) -> None:
        """Wait until the server answers at once, for what came before may keep it busy; else renew it."""
        with contextlib.suppress(TimeoutError):
            soon = self._renewal is not None and self._renewal < _BUSY
            async with asyncio.timeout(_AT_ONCE if soon else _BUSY):
                while await self.alive():
                    if await prompt(self.rules.doors[-1], _AT_ONCE, asks=self.has_pongs):
                        return
                    await asyncio.sleep(_LOOK)
        await self.renew(_STUCK)

    async def alive(self) -> bool:
        """Whether there is a server; started anew, if need be."""
        async with self._reviving:
            if self._target.died is not None or await self.gone():
                return await self.revive()
        return True
