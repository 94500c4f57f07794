"""A server on a real socket whose every byte the test writes, and a look at what is left behind after."""

import asyncio
import gc
import os
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from support.frames import masked_with
from wsrecord.live.handshake import accept_for


class Peer:
    """One client, as the scripted server sees it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def write(self, data: bytes) -> None:
        self.writer.write(data)

    async def head(self) -> bytes:
        return await self.reader.readuntil(b"\r\n\r\n")

    async def request(self) -> tuple[bytes, bytes]:
        """A head and its body, by its length."""
        head = await self.head()
        length = next(
            (line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), b":0"
        )
        return head, await self.reader.readexactly(int(length.partition(b":")[2]))

    async def upgrade(self, *headers: str, accept: str | None = None) -> bytes:
        """Agree to an upgrade."""
        head = await self.head()
        key = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
        lines = (
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {accept or accept_for(key.partition(b':')[2].decode())}",
            *headers,
        )
        self.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        return head

    async def frame(self) -> tuple[int, bytes]:
        """One frame of the client: its first byte and its payload, unmasked."""
        first, second = await self.reader.readexactly(2)
        assert second & 0x80, "a client masks"
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", await self.reader.readexactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", await self.reader.readexactly(8))
        mask = await self.reader.readexactly(4)
        return first, masked_with(mask, await self.reader.readexactly(length))

    def reset(self) -> None:
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@asynccontextmanager
async def scripted(
    act: Callable[[Peer], Awaitable[None]], tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve: each connection is one run of `act`; its faults come out at the end."""
    acting: set[asyncio.Task[None]] = set()
    faults: list[BaseException] = []

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        acting.add(task)
        try:
            await act(Peer(reader, writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, or the test is over
        except Exception as fault:
            faults.append(fault)
        finally:
            acting.discard(task)
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    server = await asyncio.start_server(met, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(acting):
            task.cancel()
        if acting:
            await asyncio.wait(acting)
        await server.wait_closed()
    if faults:
        raise faults[0]


@asynccontextmanager
async def nothing_left() -> AsyncIterator[None]:
    """As many tasks and descriptors after as before."""
    before = _tasks(), _descriptors()
    yield
    for _ in range(100):  # what is closed is let go in the loop's next turns
        if (_tasks(), _descriptors()) == before:
            return
        await asyncio.sleep(0.01)
        gc.collect()
    assert (_tasks(), _descriptors()) == before


def _tasks() -> int:
    return len(asyncio.all_tasks())


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))
