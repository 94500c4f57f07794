"""Cases need not come to their end once it is known that something is wrong around them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from wsrecord.live.rules import Rules

_LOOK = 0.05  # seconds between two looks
_END = 0.5  # seconds that they may still take


@contextlib.asynccontextmanager
async def hurried(rules: Rules, alarmed: Callable[[], bool], within: float = _END) -> AsyncIterator[None]:
    """While the block runs: when there is an alarm, all cases end soon."""

    async def look() -> None:
        while not alarmed():  # noqa: ASYNC110 - many things may raise it
            await asyncio.sleep(_LOOK)
        rules.hurry(within)

    task = asyncio.create_task(look())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
