"""Several things at once, none of which is left running."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


async def all_of(work: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """All of it at once; if one fails, none is left running."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until_one(work: Sequence[Coroutine[Any, Any, T | None]]) -> list[T | None]:
    """All of it at once, until the first of them that comes to something: the rest is given up, as None."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        for task in tasks:
            if await task is not None:
                break
        return [one.result() if one.done() else None for one in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
