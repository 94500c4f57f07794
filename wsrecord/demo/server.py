"""The demo server as a whole: start it inside a program, or run it until a signal."""

import asyncio
import random
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from . import DemoError
from .auth import USERS, Auth
from .connection import Connection
from .drifts.dice import Dice
from .events import Mint
from .options import DemoOptions
from .registry import Registry


class DemoServer:
    """One server; any number of them live side by side in a process."""

    def __init__(self, options: DemoOptions) -> None:
        self.options = options
        rng = options.randomness()
        # Each part draws from its own stream, so with a seed one part's use doesn't shift another's.
        self.auth = Auth(_branch(options, rng), options.clock, options.token_ttl)
        mint = Mint(_branch(options, rng), options.clock)
        branch = _branch(options, rng)
        self.dice = Dice(_branch(options, rng))
        self.registry = Registry(options, mint, branch, self.dice)
        self.connections: set[Connection] = set()
        self.upgrades = self.logins = 0  # so many were asked for, so many succeeded
        self.registry.world.die = self._die
        self.died = asyncio.Event()  # by a bug
        self.listener: asyncio.Server | None = None
        self.host = ""
        self.port = 0

    @property
    def url(self) -> str:
        """The WebSocket's URL."""
        return f"{'wss' if self.options.tls else 'ws'}://{self._authority}/ws"

    @property
    def http_url(self) -> str:
        """The URL of the plain HTTP side, without a slash at its end."""
        return f"{'https' if self.options.tls else 'http'}://{self._authority}"

    def health(self) -> dict[str, Any]:
        """Return the body of GET /health."""
        threads = self.registry.threads
        sessions = sum(thread.listener is not None for thread in threads)
        return {"status": "ok", "sessions": sessions, "runs": sum(len(thread.runs) for thread in threads)}

    def connect(self) -> Connection:
        """Return the protocol of a new connection."""
        return Connection(self)

    async def shut_down(self) -> None:
        """End every run and every session, and wait until they have ended."""
        runs = [run for thread in self.registry.threads for run in list(thread.runs.values())]
        for run in runs:
            run.fail("shutting_down", "the server is shutting down")
        open_now = list(self.connections)
        for connection in open_now:
            connection.shut_down()
        if open_now:
            _, late = await asyncio.wait(
                [connection.gone for connection in open_now], timeout=self.options.close_timeout
            )
            for connection in list(self.connections):
                connection.abort()
            if late:
                await asyncio.wait(late)
        self.registry.clear()
        for run in runs:
            await run.stopped()

    def _die(self) -> None:
        """End as a crash would: nobody is told, nobody is let in any more."""
        self.died.set()
        if self.listener is not None:
            self.listener.close()
        for connection in list(self.connections):
            connection.abort()

    @property
    def _authority(self) -> str:
        # A wildcard is an address to listen on, not one to connect to.
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


def _branch(options: DemoOptions, rng: random.Random) -> random.Random:
    return rng if options.seed is None else random.Random(rng.getrandbits(128))  # noqa: S311 - a seed asks for it


@asynccontextmanager
async def serve_demo(
    host: str = "127.0.0.1", port: int = 0, *, options: DemoOptions | None = None
) -> AsyncIterator[DemoServer]:
    """Serve while the block runs; port 0 takes a free one, `server.port` says which."""
    server = DemoServer(options or DemoOptions())
    loop = asyncio.get_running_loop()
    try:
        listener = await loop.create_server(
            server.connect, host, port, ssl=server.options.tls, backlog=512, start_serving=False
        )
    except OSError as error:
        raise DemoError(f"can't listen on {host}:{port}: {error.strerror or error}") from error
    if server.options.send_buffer is not None:
        for sock in listener.sockets:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, server.options.send_buffer)
    server.listener = listener
    server.host, server.port = host, listener.sockets[0].getsockname()[1]
    await listener.start_serving()
    try:
        yield server
    finally:
        listener.close()
        await server.shut_down()


def run_demo_server(
    host: str = "127.0.0.1",
    port: int = 8765,
    *,
    options: DemoOptions | None = None,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve until SIGINT or SIGTERM; `announce` gets one line once the server is ready."""
    asyncio.run(_serve_until_signal(host, port, options, announce))


async def _serve_until_signal(
    host: str, port: int, options: DemoOptions | None, announce: Callable[[str], None]
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serve_demo(host, port, options=options) as server:
        users = ", ".join(USERS)
        announce(f"wsrecord demo server ready: {server.url} (log in at {server.http_url}/login: {users})")
        waiting = [asyncio.create_task(event.wait()) for event in (stop, server.died)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        if server.died.is_set():
            raise DemoError("a bug ended the server")
