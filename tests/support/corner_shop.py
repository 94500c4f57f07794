"""The shopkeeper in a thread of the test's: its port, and how many of its sockets are open."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from websockets.asyncio.server import Request, Response, Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed

from support.shopkeeper import Shop
from wsrecord.contract.model import Contract

WITHIN = 10.0


class CornerShop:
    """One server."""

    def __init__(self, contract: Contract, bug: str, token: str | None) -> None:
        self.port = 0
        self.sessions = 0  # opened so far
        self.open = 0
        self.closed = threading.Event()  # set whenever no session is open
        self._contract, self._bug, self._token = contract, bug, token
        self._loop = asyncio.new_event_loop()
        self._server: Server | None = None
        self._ready = threading.Event()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="corner shop")

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/shop"

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(WITHIN)

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(WITHIN)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        async with serve(self._session, "127.0.0.1", 0, process_request=self._let_in) as server:
            self._server = server
            self.port = next(iter(server.sockets)).getsockname()[1]
            self._ready.set()
            await self._over.wait()

    def _let_in(self, _: ServerConnection, request: Request) -> Response | None:
        if self._token is None or request.headers.get("Authorization") == f"Bearer {self._token}":
            return None
        return Response(401, "Unauthorized", Headers())

    async def _session(self, connection: ServerConnection) -> None:
        shop = Shop(self._contract, self._bug)
        self.sessions += 1
        self.open += 1
        self.closed.clear()
        try:
            async for text in connection:
                if self._bug == "shuts" and '"put"' in str(text):
                    self._over.set()
                    connection.transport.abort()
                    return
                answer = shop.answer(text)
                if answer is not None:
                    await connection.send(json.dumps(answer))
        except ConnectionClosed:
            pass
        except RuntimeError:  # the bug of a shop's; the server would write it into the log
            await connection.close(1011)
        finally:
            self.open -= 1
            if not self.open:
                self.closed.set()


@contextmanager
def corner_shop(contract: Contract, bug: str = "", token: str | None = None) -> Iterator[CornerShop]:
    """Serve as long as the block runs."""
    shop = CornerShop(contract, bug, token)
    shop.start()
    try:
        yield shop
    finally:
        shop.stop()
