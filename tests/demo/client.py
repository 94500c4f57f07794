"""What the demo's tests share: a plain HTTP client and a WebSocket client that keeps what it hears."""

import asyncio
import itertools
import json
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect

from wsrecord.demo.auth import USERS
from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import DemoServer

Event = dict[str, Any]

FAST = DemoOptions(pace=0.001)
RUN_ENDS = {"agent_completed", "run_cancelled", "error"}


@asynccontextmanager
async def opened(
    server: DemoServer, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open a bare connection to a server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=tls)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):  # the server may have reset it
            await writer.wait_closed()


async def exchange(server: DemoServer, data: bytes, *, half_close: bool = False) -> bytes:
    """Send bytes on a connection of their own; return all that comes back until the server closes."""
    async with opened(server) as (reader, writer):
        writer.write(data)
        if half_close:
            writer.write_eof()
        return await asyncio.wait_for(reader.read(), 5)


async def request(
    server: DemoServer, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Make one HTTP request; return status, headers and body."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: demo",
        "Connection: close",
        f"Content-Length: {len(content)}",
    ]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    answer = await exchange(server, "\r\n".join(lines).encode() + b"\r\n\r\n" + content)
    return parse(answer)


def parse(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    return int(first.split()[1]), headers, body


async def log_in(server: DemoServer, username: str = "ada") -> str:
    password = USERS[username].password
    status, _, body = await request(server, "POST", "/login", {"username": username, "password": password})
    assert status == 200
    return str(json.loads(body)["access_token"])


async def health(server: DemoServer) -> dict[str, Any]:
    _, _, body = await request(server, "GET", "/health")
    return dict(json.loads(body))


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something holds that nobody announces."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.005)


class Client:
    """A connected user."""

    def __init__(self, websocket: ClientConnection) -> None:
        self.websocket = websocket
        self.heard: list[Event] = []
        self._numbers = itertools.count(1)

    @property
    def greeting(self) -> Event:
        return self.heard[0]

    async def next(self) -> Event:
        async with asyncio.timeout(30):
            event = json.loads(await self.websocket.recv())
        self.heard.append(event)
        return event

    async def until(self, *names: str, run_id: str | None = None) -> Event:
        """Hear events until one of these names (of one run, if given); return it."""
        while True:
            event = await self.next()
            if event["type"] in names and run_id in (None, event["run_id"]):
                return event

    async def say(self, kind: str, **fields: Any) -> str:
        message = {"type": kind, "message_id": f"m{next(self._numbers)}", **fields}
        await self.websocket.send(json.dumps(message))
        return str(message["message_id"])

    async def start(self, prompt: str, **fields: Any) -> str:
        """Start a run; return its id."""
        message_id = await self.say("start_agent", prompt=prompt, **fields)
        started = await self.until("agent_started")
        assert started["reply_to"] == message_id
        return str(started["run_id"])

    async def ask(self, prompt: str, **fields: Any) -> list[Event]:
        """Make a whole run; return its events."""
        run_id = await self.start(prompt, **fields)
        await self.until(*RUN_ENDS, run_id=run_id)
        await self.sync()
        return [event for event in self.heard if event["run_id"] == run_id]

    async def sync(self) -> None:
        """Hear all that was sent so far."""
        message_id = await self.say("ping")
        while (await self.until("pong"))["reply_to"] != message_id:
            pass

    async def refused(self, message: str | bytes) -> Event:
        """Send a message that must be answered with an error."""
        await self.websocket.send(message)
        error = await self.until("error")
        assert error["run_id"] is None
        return error


@asynccontextmanager
async def connected(
    server: DemoServer,
    username: str = "ada",
    *,
    small_buffer: bool = False,
    options: Any = None,
    **query: Any,
) -> AsyncIterator[Client]:
    token = await log_in(server, username)
    sock = None
    if small_buffer:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", server.port))
    url = f"{server.url}?{urlencode(query)}" if query else server.url
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(
        url, additional_headers=headers, subprotocols=["agent.v1"], proxy=None, sock=sock, **(options or {})
    ) as websocket:
        client = Client(websocket)
        await client.next()
        yield client
