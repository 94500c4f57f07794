"""The reading end of a pipe that a process writes into; its end is never waited for long.

asyncio's own pipes of a process are not used: with them a process has not ended before everyone who
inherited its output has, a server that it left running for instance.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable

_LAST_WORDS = 0.2  # seconds for what is still in the pipe when the process has ended


class Pipe(asyncio.Protocol):
    """One pipe."""

    def __init__(self, took: Callable[[bytes], None]) -> None:
        self._took = took
        self._ended = asyncio.Event()
        self._transport: asyncio.ReadTransport | None = None

    async def open(self) -> int:
        """Begin to read; return the end to write into, which the caller closes."""
        reading, writing = os.pipe()
        try:
            file = os.fdopen(reading, "rb", buffering=0)
            self._transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: self, file)
        except BaseException:
            os.close(writing)
            raise
        return writing

    def data_received(self, data: bytes) -> None:
        """Hand it on."""
        self._took(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody holds the other end any more."""
        self._ended.set()

    async def close(self) -> None:
        """Take what is there, and let go."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                await self._ended.wait()
        self.drop()
        await asyncio.sleep(0)

    def drop(self) -> None:
        """Let go at once."""
        if self._transport is not None:
            self._transport.close()
