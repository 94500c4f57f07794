"""Looks now and then whether the server says that it is well, while much is done to it."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

_EVERY = 0.25  # seconds


class Checkup:
    """`since`: when it was first seen that the server is not well."""

    def __init__(self, well: Callable[[], Awaitable[bool]]) -> None:
        self.since: float | None = None
        self._well = well
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Checkup":
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _look(self) -> None:
        while self.since is None:
            before = time.monotonic()
            if not await self._well():
                self.since = before
            await asyncio.sleep(_EVERY)
