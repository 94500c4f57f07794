"""A scripted server in a thread: for tests of commands, which have a loop of their own."""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from support.scripted import Peer, scripted


@contextmanager
def served(act: Callable[[Peer], Awaitable[None]], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve as long as the block runs; what went wrong in `act` comes out after."""
    ready, faults = threading.Event(), list[BaseException]()
    place: list[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        over = asyncio.Event()
        async with scripted(act, tls) as port:
            place.append((port, asyncio.get_running_loop(), over))
            ready.set()
            await over.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as fault:
            faults.append(fault)
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="scripted server")
    thread.start()
    ready.wait(10)
    try:
        yield place[0][0]
    finally:
        if place:
            _, loop, over = place[0]
            loop.call_soon_threadsafe(over.set)
        thread.join(10)
    if faults:
        raise faults[0]
