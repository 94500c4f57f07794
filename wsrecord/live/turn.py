"""Copies of what one turn of the loop relayed: read when all of it has been forwarded, written in one go.

A session's latency is the relay's alone, and what fifty sessions said in one turn costs one look
for secrets and one `write()`. Nothing waits longer than the turn: the reading is the next thing that
the loop does, before it asks for more input.
"""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

Read: TypeAlias = Callable[[bytes, int], None]
Failed: TypeAlias = Callable[[Exception], None]

_MOST_HELD = 1024 * 1024  # bytes of copies; more are read at once


class Turn:
    """Gathers copies, and has them read at the end of the turn."""

    __slots__ = ("_after", "_clock", "_copies", "_held", "_loop")

    def __init__(self, clock: Callable[[], int], after: Callable[[], None]) -> None:
        self._clock = clock
        self._after = after
        self._copies: list[tuple[Read, bytes, int, Failed]] = []
        self._held = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    def add(self, read: Read, data: bytes, failed: Failed) -> None:
        """Have these bytes read soon; they came now. `failed` hears of a reader that breaks."""
        copies = self._copies
        if not copies:
            if self._loop is None:
                self._loop = asyncio.get_running_loop()
            self._loop.call_soon(self.end)
        copies.append((read, data, self._clock(), failed))
        self._held += len(data)
        if self._held > _MOST_HELD:
            self.end()

    def end(self) -> None:
        """Read what there is: also before anything else is told, so that records keep their order."""
        copies = self._copies
        if not copies:
            return
        self._copies = []
        self._held = 0
        for read, data, now, failed in copies:
            try:
                read(data, now)
            except Exception as error:  # a bug in the tap must not break the session, nor its neighbours
                failed(error)
        self._after()

    def flush(self) -> None:
        """Have written what was read without waiting for the end of the turn."""
        self._after()
