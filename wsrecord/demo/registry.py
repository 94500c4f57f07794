"""All threads of one server: who may go on with which, and for how long they are kept."""

import asyncio
import random
from dataclasses import dataclass

from .bugs.scene import World
from .drifts.dice import Dice
from .events import Mint, new_id
from .options import DemoOptions
from .thread import Thread


class Full(Exception):  # noqa: N818 - a refusal, told to the client as a 503
    """The user has as many connected threads as a user may have."""


@dataclass
class Entry:
    """A thread, the one token that resumes it, and the timer that will forget it."""

    thread: Thread
    token: str
    timer: asyncio.TimerHandle | None = None


class Registry:
    """Hands out threads and resume tokens. A token works once, and for its user only."""

    def __init__(self, options: DemoOptions, mint: Mint, rng: random.Random, dice: Dice) -> None:
        self._options = options
        self._mint = mint
        self._rng = rng
        self._dice = dice
        self.world = World(options.bugs, lambda: self.threads)
        self._entries: dict[str, Entry] = {}
        self._by_token: dict[str, str] = {}

    @property
    def threads(self) -> list[Thread]:
        """All threads, connected or not."""
        return [entry.thread for entry in self._entries.values()]

    def find(self, token: str, user_id: str) -> Thread | None:
        """Return the thread that a token resumes; None for a wrong, used or foreign token alike."""
        entry = self._entries.get(self._by_token.get(token, ""))
        return entry.thread if entry and entry.thread.user_id == user_id else None

    def create(self, user_id: str) -> Thread:
        """Return a new thread, in place of the user's oldest abandoned one if need be."""
        mine = [entry.thread for entry in self._entries.values() if entry.thread.user_id == user_id]
        if len(mine) >= self._options.max_threads:
            abandoned = next((thread for thread in mine if thread.listener is None), None)
            if abandoned is None:
                raise Full
            self._forget(abandoned.id)
        thread = Thread(
            new_id(self._rng),
            user_id,
            self._options,
            self._mint,
            self._rng,
            self._dice,
            lambda: self.threads,
            self.world,
        )
        self._entries[thread.id] = Entry(thread, "")
        return thread

    def connected(self, thread: Thread) -> str:
        """Keep a thread while it is connected; return its next resume token, the last one is void."""
        entry = self._entries[thread.id]
        if entry.timer is not None:
            entry.timer.cancel()
            entry.timer = None
        self._by_token.pop(entry.token, None)
        entry.token = self._rng.randbytes(24).hex()
        self._by_token[entry.token] = thread.id
        return entry.token

    def disconnected(self, thread: Thread) -> None:
        """Forget a thread unless it is resumed in time; its runs go on until then."""
        entry = self._entries.get(thread.id)
        if entry is not None:
            loop = asyncio.get_running_loop()
            entry.timer = loop.call_later(self._options.thread_ttl, self._forget, thread.id)

    def clear(self) -> None:
        """Forget all threads."""
        for thread_id in list(self._entries):
            self._forget(thread_id)

    def _forget(self, thread_id: str) -> None:
        entry = self._entries.pop(thread_id)
        self._by_token.pop(entry.token, None)
        if entry.timer is not None:
            entry.timer.cancel()
        for run in list(entry.thread.runs.values()):
            run.drop()
        entry.thread.runs.clear()
