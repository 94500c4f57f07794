"""The server under test while it is mistreated: whether it is well, and how it is brought back."""

import asyncio
from collections.abc import Callable

from wsrecord.live.acting import Rules
from wsrecord.live.target import Target
from wsrecord.live.vitals import health, memory


class Care:
    """Looks after one target."""

    def __init__(self, target: Target, make: Callable[[Target], Rules], health: str | None) -> None:
        self.rules = make(target)  # those of the server that runs now
        self.lives = 1
        self._target = target
        self._make = make
        self._health = health

    @property
    def died(self) -> bool:
        """Whether the server that was started has ended."""
        return self._target.died is not None

    @property
    def can_renew(self) -> bool:
        """Whether it was started here, or there is a command that resets it."""
        return self._target.options.start is not None or self._target.options.reset is not None

    @property
    def held(self) -> int | None:
        """The memory of the server that was started; None if nobody knows."""
        group = self._target.group
        return None if group is None else memory(group)

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

    async def revive(self) -> bool:
        """Start the server anew, or run what resets it; whether there is a server that is well."""
        if await self._target.again():
            self.rules = self._make(self._target)
            self.lives += 1
            return True
        await self._target.reset()
        return not await self.gone()

    async def renew(self) -> None:
        """Bring a server that can be brought back to its first state."""
        if self.can_renew:
            await self.revive()

    async def alive(self) -> bool:
        """Whether there is a server; started anew, if need be."""
        if self._target.died is not None or await self.gone():
            return await self.revive()
        return True
