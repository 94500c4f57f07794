"""A bare byte relay, as right as asyncio lets one be: bytes, half-close, RST and back-pressure carried over.

A `Line` is one relayed connection; the wrong relays of the tests override one of its methods each.
"""

import asyncio
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import ClassVar

LINGER_NOT = struct.pack("ii", 1, 0)


class Line:
    """One connection through the relay: two sides, and what is done with what comes from them."""

    def __init__(self) -> None:
        self.client = Side(self, "client")
        self.server = Side(self, "server")

    def came(self, side: "Side", data: bytes) -> None:
        side.other.write(data)

    def ended(self, side: "Side") -> None:
        """A FIN: end the same direction on the other side."""
        side.other.end()
        if side.other.eof:
            self.client.close()
            self.server.close()

    def reset(self, side: "Side") -> None:
        side.other.abort()

    def full(self, side: "Side", yes: bool) -> None:
        """The way out to this side is full (or no longer): do not read on the other."""
        side.other.hold(yes)


class Side(asyncio.Protocol):
    """One of a line's two sockets."""

    def __init__(self, line: Line, name: str) -> None:
        self.line = line
        self.name = name
        self.eof = False
        self.gone = False
        self._ended = False
        self._transport: asyncio.Transport | None = None
        self._before = bytearray()  # written before there was a connection

    @property
    def other(self) -> "Side":
        return self.line.server if self.name == "client" else self.line.client

    # what a line does to a side

    def write(self, data: bytes) -> None:
        if self._transport is None:
            self._before += data
        elif not self.gone and data:
            self._transport.write(data)

    def end(self) -> None:
        self._ended = True
        if self._transport is not None and not self.gone:
            if self._transport.can_write_eof():
                with suppress(OSError):  # reset in this moment: asyncio will say so next
                    self._transport.write_eof()
            else:  # TLS: the end of one direction is the end of both
                self._transport.close()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """asyncio's abort alone would send a FIN."""
        if self._transport is not None and not self.gone:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            self._transport.abort()

    def hold(self, yes: bool) -> None:
        if self._transport is not None and not self.gone and not self.eof:
            if yes:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    # what asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._socket = transport.get_extra_info("socket")
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._before:
            transport.write(bytes(self._before))
        if self._ended:
            self.end()

    def data_received(self, data: bytes) -> None:
        self.line.came(self, data)

    def eof_received(self) -> bool:
        self.eof = True
        tls = self._transport is not None and self._transport.get_extra_info("ssl_object")
        if not self.gone and not tls:
            Resets.of(asyncio.get_running_loop()).watch(self)
        self.line.ended(self)
        return not tls

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.gone:
            self.gone = True
            Resets.of(asyncio.get_running_loop()).forget(self)
            if isinstance(exc, OSError):
                self.line.reset(self)

    def pause_writing(self) -> None:
        self.line.full(self, True)

    def resume_writing(self) -> None:
        self.line.full(self, False)

    def fileno(self) -> int:
        return int(self._socket.fileno())

    def look(self) -> None:
        """After a FIN asyncio reads no more, so it would hear of a RST only by writing."""
        if not self.gone and self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self.abort()
            self.line.reset(self)


class Resets:
    """Hears of resets on sockets that nobody reads any more: an epoll of errors only, watched by the loop."""

    _one: ClassVar[dict[asyncio.AbstractEventLoop, "Resets"]] = {}

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._epoll = select.epoll()
        self._sides: dict[int, Side] = {}
        loop.add_reader(self._epoll.fileno(), self._ready)

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> "Resets":
        if loop not in cls._one:
            cls._one[loop] = cls(loop)
        return cls._one[loop]

    @classmethod
    def close(cls, loop: asyncio.AbstractEventLoop) -> None:
        if one := cls._one.pop(loop, None):
            loop.remove_reader(one._epoll.fileno())
            one._epoll.close()

    def watch(self, side: Side) -> None:
        self._sides[side.fileno()] = side
        self._epoll.register(side.fileno(), select.EPOLLET)  # errors and hang-ups are always reported

    def forget(self, side: Side) -> None:
        if self._sides.pop(side.fileno(), None):
            self._epoll.unregister(side.fileno())

    def _ready(self) -> None:
        for fd, _ in self._epoll.poll(0):
            self._sides[fd].look()


class Relay:
    """A relay in a thread of its own: `with Relay(target_port) as relay: ... relay.port`."""

    def __init__(
        self,
        target: int,
        line: Callable[[], Line] = Line,
        listens: ssl.SSLContext | None = None,
        dials: ssl.SSLContext | None = None,
    ) -> None:
        self._target = target
        self._listens = listens
        self._dials = dials
        self._line = line
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="relay")
        self._ready = threading.Event()
        self._connecting: set[asyncio.Task[None]] = set()
        self.port = 0

    def __enter__(self) -> "Relay":
        self._thread.start()
        assert self._ready.wait(10), "the relay did not start"
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._lines: list[Line] = []
        server = await self._loop.create_server(self._accepted, "127.0.0.1", 0, ssl=self._listens)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for line in self._lines:
            line.client.abort()
            line.server.abort()
        await asyncio.sleep(0)
        Resets.close(self._loop)

    def _accepted(self) -> Side:
        line = self._line()
        self._lines.append(line)
        task = self._loop.create_task(self._connect(line))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)
        return line.client

    async def _connect(self, line: Line) -> None:
        try:
            await self._loop.create_connection(
                lambda: line.server, "127.0.0.1", self._target, ssl=self._dials
            )
        except OSError:
            line.client.abort()
