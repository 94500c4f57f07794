"""A session beside the others, that only asks now and then whether anybody is there.

A server that has no pongs is not asked: all that is told of it is that it ended the session.
"""

import asyncio
import contextlib
import time

from wsrecord.cassette.model import Message
from wsrecord.live.client import Client
from wsrecord.live.door import Answers, Door
from wsrecord.live.reel import Reel
from wsrecord.wire.frames import Direction, Opcode

EVERY = 0.1  # seconds between two questions
TOO_LONG = 1.0  # seconds that nobody should have to wait for a pong
_LOOKS, _LOOK = 200, 0.01  # for the last pong, and seconds between them
_QUESTION = b"there?"


async def has_pong(client: Client, pong: asyncio.Event, within: float) -> bool:
    """Ask, and wait for the pong that sets the event; whether it came before the end."""
    client.send(Opcode.PING, _QUESTION)
    ends = [asyncio.ensure_future(one.wait()) for one in (pong, client.gone)]
    try:
        await asyncio.wait(ends, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in ends:
            one.cancel()
    return pong.is_set()


def hears(pong: asyncio.Event) -> Answers:
    """Sets it with each pong."""

    def hear(sender: Direction, messages: list[Message]) -> None:
        if _is_pong(sender, messages):
            pong.set()

    return Answers(hear)


def _is_pong(sender: Direction, messages: list[Message]) -> bool:
    return sender == "server" and any(one.opcode is Opcode.PONG for one in messages)


async def prompt(door: Door, within: float, *, asks: bool = True) -> bool:
    """Whether somebody who comes in is let in, and answered, at once."""
    pong = asyncio.Event()
    began = time.monotonic()
    entry = await door.enter(Reel({}, lambda: 0), hears(pong))
    left = within - (time.monotonic() - began)
    try:
        good = entry.status == 101 and left > 0
        good = good and (not asks or await has_pong(entry.client, pong, left))
        if good:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await entry.client.close()
        return good
    finally:
        entry.client.kill()
        await asyncio.sleep(0)


class Watch:
    """Asks by ping frames, if the server has pongs; `longest` is how long it had to wait."""

    def __init__(self, door: Door, *, asks: bool = True) -> None:
        self.longest = 0.0
        self.when = time.monotonic()  # it began to wait so long, or its connection was lost
        self.lost = False  # its connection ended, and nobody of ours ended it
        self._door = door
        self._asks = asks
        self._client: Client | None = None
        self._asked: float | None = None
        self._pong = asyncio.Event()
        self._excused = 0.0  # seconds since then that do not count
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Watch":
        await self._begin()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()
        client = self._client
        if client is None:
            return
        if self._task is None:  # nothing can be told by it
            client.kill()
            await asyncio.sleep(0)
            return
        if not self.alarmed:
            await self._last_word(client)
        self._note()
        if not self.alarmed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await client.gone.wait()
            self.lost |= client.gone.is_set() or client.closing.is_set()
            await client.close()  # as it should be: how this one goes is not what is tried
        client.kill()
        await asyncio.sleep(0)

    @property
    def alarmed(self) -> bool:
        """Whether something is wrong by now."""
        return self.lost or max(self.longest, self._waiting) > TOO_LONG

    @property
    def _waiting(self) -> float:
        """For how long nobody has answered by now."""
        return 0.0 if self._asked is None else time.monotonic() - self._asked - self._excused

    def excuse(self, seconds: float) -> None:
        """This program itself was busy for so long, and did not hear what came."""
        self._excused += seconds

    async def renew(self) -> None:
        """Go on with a young session: a server may end one that only pings."""
        client = self._client
        if client is None or self.alarmed or client.gone.is_set() or client.closing.is_set():
            return
        await self._stop()
        self._note()
        self._client = self._task = self._asked = None  # nobody may take its end for a loss
        await client.close()
        client.kill()
        await self._begin()

    async def _begin(self) -> None:
        reel = Reel({}, time.monotonic_ns)
        entry = await self._door.enter(reel, Answers(self._hear))
        self._client = entry.client
        if entry.status != 101:
            return
        # with nothing else going on: who does not even answer then keeps nobody waiting
        if not self._asks or await has_pong(entry.client, self._pong, TOO_LONG):
            self._task = asyncio.create_task(self._ask(entry.client))

    async def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def _question(self, client: Client) -> None:
        self._asked, self._excused = time.monotonic(), 0.0
        client.send(Opcode.PING, _QUESTION)

    async def _last_word(self, client: Client) -> None:
        """What a case did last may be on its way: ask once more, and give the end of a server a moment."""
        if not self._asks:
            return
        if self._asked is None and not client.closing.is_set():
            self._question(client)
        for _ in range(_LOOKS):
            if self._asked is None or client.gone.is_set() or self.alarmed:
                break
            await asyncio.sleep(_LOOK)

    def _hear(self, sender: Direction, messages: list[Message]) -> None:
        if _is_pong(sender, messages):
            self._pong.set()
            self._note()
            self._asked = None

    def _note(self) -> None:
        if self._asked is not None and self._waiting > self.longest:
            self.longest, self.when = self._waiting, self._asked

    async def _ask(self, client: Client) -> None:
        while not client.gone.is_set() and not client.closing.is_set():
            if self._asks and self._asked is None:
                self._question(client)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await client.closing.wait()  # set when it is gone, too
        self.lost, self.when = True, time.monotonic()
        self._asked = None
