"""One relayed connection: bytes are forwarded first, and a copy goes to the tap after.

Back-pressure runs end to end: an end whose peer can't take more is not read. How one side ends is
carried over to the other as what it was: a FIN as a FIN, a RST as a RST.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from wsrecord.live.end import End
from wsrecord.live.opening import Opening
from wsrecord.live.resets import Resets
from wsrecord.live.turn import Turn
from wsrecord.live.upstream import Routes, Upstream
from wsrecord.wire.frames import Direction
from wsrecord.wire.heads import Rewrite
from wsrecord.wire.tap import Sink, Tap

_CLOSE_1001 = b"\x03\xe9"
# Heads and chunks are read at some 0.2 ms each: a large read full of them would keep all others waiting.
_HTTP_READ = 16 * 1024
_READ = 256 * 1024


class Log(Sink, Protocol):
    """What a relay tells of its connection, beside what its tap tells."""

    def opened(self) -> None:
        """The client is connected."""

    def ended(self, sender: Direction, how: str) -> None:
        """One side ended: fin, reset, unreachable, refused, timeout or stopped."""

    def failed(self, error: Exception) -> None:
        """The tap or the sink broke: the relay goes on without them."""

    def trouble(self, text: str) -> None:
        """Something that the user should read now."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What all relays of one proxy share."""

    routes: Routes
    rewrite: Callable[[Upstream, asyncio.Transport], Rewrite | None]
    clock: Callable[[], int]
    turn: Turn
    resets: Resets
    handshake_timeout: float
    connect_timeout: float
    met: Callable[["Relay", "Log"], bool]
    gone: Callable[["Relay"], None]


class Relay:
    """A client's connection and the one to the target that it is joined with."""

    __slots__ = (
        "_connecting",
        "_opening",
        "_raw",
        "client",
        "log",
        "server",
        "setting",
        "stopping",
        "tap",
        "upstream",
    )

    def __init__(self, setting: Setting, log: Log, tap: Tap) -> None:
        self.setting = setting
        self.log = log
        self.tap: Tap | None = tap
        self.upstream: Upstream | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._opening = Opening(self)
        self._raw = False  # the client's bytes need no cutting
        self.client = End(self, "client")
        self.server: End | None = None
        self.stopping = False

    def peer(self, end: End) -> End | None:
        """Return the other end, if there is one."""
        return self.server if end is self.client else self.client if end is self.server else None

    # -- connecting

    def made(self, end: End) -> None:
        """An end is connected."""
        if not self._raw:
            end.read_at_most(_HTTP_READ)
        if end is self.client:
            if not self.setting.met(self, self.log):
                self.tell("client", "refused")
                end.reset()
                return
            only = self.setting.routes.only
            if only is not None:
                self.connect(only)
            else:
                self._opening.expect()

    def connect(self, upstream: Upstream) -> None:
        """Join with a target; the client waits."""
        self.client.wait(True)
        self.upstream = upstream
        self._connecting = asyncio.get_running_loop().create_task(self._reach(upstream))

    def drop_server(self) -> None:
        """Have done with the target."""
        if self.server is not None:
            self.server.close()
            self.server = None

    async def _reach(self, upstream: Upstream) -> None:
        end = End(self, "server")
        self.server = end
        try:
            async with asyncio.timeout(self.setting.connect_timeout):
                await asyncio.get_running_loop().create_connection(
                    lambda: end,
                    upstream.host,
                    upstream.port,
                    ssl=upstream.tls,
                    server_hostname=upstream.host if upstream.tls else None,
                )
        except (OSError, ValueError) as error:  # TimeoutError is an OSError; no name at all is a ValueError
            why = str(error)
            if isinstance(error, TimeoutError):
                why = "no answer in time"
            elif isinstance(error, UnicodeError):
                why = "this can't be a host's name"
            self.log.trouble(f"the target {upstream.url} can't be reached: {why}")
            self.tell("server", "unreachable")
            self.server = None
            self.client.reset()
            return
        finally:
            self._connecting = None
        self._opening.pump()
        if self.client.lost:
            end.reset()
        else:
            self.client.wait(False)

    # -- bytes

    def from_server(self, end: End, data: bytes) -> None:
        """Relay what the server sent, then let the tap read it."""
        if end is not self.server or self.stopping:
            return
        self.client.write(data)
        self.setting.turn.end()
        self._read_server(data, self.setting.clock())
        self.setting.turn.flush()
        self.settle()

    def from_client(self, data: bytes) -> None:
        """Relay what the client sent, then let the tap read it."""
        if self.stopping:
            return
        if not self._raw:
            self._opening.take(data)
        elif self.server is not None:
            self.server.write(data)
            self._read_client(data, self.setting.clock())
            self.setting.turn.flush()

    def _read_client(self, data: bytes, now: int) -> None:
        if self.tap is not None:
            try:
                self.tap.client(data, now)
            except Exception as error:
                self.failed(error)

    def _read_server(self, data: bytes, now: int) -> None:
        if self.tap is not None:
            try:
                self.tap.server(data, now)
            except Exception as error:
                self.failed(error)

    def settle(self) -> None:
        """After the tap has read: did an answer come that something waits for, is it a session now?"""
        tap = self.tap
        if self._opening.pieces and self._connecting is None and not self.client.lost:
            self._opening.pump()
            if not self._opening.pieces and self._connecting is None:
                self.client.wait(False)
        if (
            not self._opening.pieces
            and self.server is not None
            and (tap is None or tap.mode in ("session", "opaque"))
        ):
            self._raw = True
            self.client.read_at_most(_READ)
            self.server.read_at_most(_READ)
            if tap is not None and tap.mode == "opaque":
                self.tap = tap = None
            self.client.shortcut(self.server, tap.client if tap else None, self.setting.turn)
            self.server.shortcut(self.client, tap.server if tap else None, self.setting.turn)

    # -- ends

    def fin(self, end: End) -> bool:
        """Carry a FIN over; return whether the end stays open for writing."""
        self.setting.turn.end()
        if end is not self.server and end is not self.client:
            return False
        end.ended = True
        self._flush(end)
        self.tell(end.sender, "fin")
        peer = self.peer(end)
        assert end.transport is not None
        if peer is not None and (not self._opening.pieces or end is self.server):
            peer.finish()
        if peer is None or peer.ended or peer.lost:
            end.close()
            if peer is not None:
                peer.close()
            return False
        if not end.transport.can_write_eof():
            return False
        self.setting.resets.watch(end.transport, end.was_reset)
        return True

    def lost(self, end: End, exc: Exception | None) -> None:
        """Carry an end's loss over."""
        if end.ended and end.transport is not None:
            self.setting.resets.forget(end.transport)
        self.setting.turn.end()
        if end is self.client:
            self._opening.cancel()
        if end is not self.client and end is not self.server:
            return
        if exc is not None or not end.ended:
            self._flush(end)
        if exc is not None:
            self.tell(end.sender, "reset")
        if end is self.client and self._connecting is not None:
            if exc is not None and self._opening.pieces:
                return  # what it sent goes to the target first; then the reset
            self._connecting.cancel()
        peer = self.peer(end)
        if peer is not None and not peer.lost:
            if exc is not None:
                peer.reset()
            else:
                peer.close()
        if self.client.lost and (self.server is None or self.server.lost or self.server.transport is None):
            self.setting.gone(self)

    def _flush(self, end: End) -> None:
        """An end speaks no more: what is held of it goes on as it is, and the tap is told."""
        tap = self.tap
        if tap is None:
            return
        now = self.setting.clock()
        try:
            if end is self.client:
                held = tap.release(now, "the connection ended in a request's head")
                if held:
                    self._opening.pieces.append(held)
                    self._opening.pump()
            tap.ended(end.sender, now)
        except Exception as error:
            self.failed(error)

    def stop(self) -> None:
        """The recorder goes away: open sessions get their close, then the connection ends."""
        if self.stopping:
            return
        self.stopping = True
        self.setting.turn.end()
        self.client.detour()
        if self.server is not None:
            self.server.detour()
        tap = self.tap
        if tap is not None:
            self._flush(self.client)
            if self.server is not None:
                self._flush(self.server)
        self.tell("client", "stopped")
        if tap is not None and self.server is not None:
            if tap.between_frames("server") and not self.server.ended:
                self.client.write(b"\x88\x02" + _CLOSE_1001)
            if tap.between_frames("client") and not self.client.ended:
                self.server.write(b"\x88\x82\x00\x00\x00\x00" + _CLOSE_1001)
        self.tap = None  # what comes now is the answer to us
        if self._connecting is not None:
            self._connecting.cancel()
        for end in (self.client, self.server):
            if end is not None and not end.lost:
                end.finish()

    def abort(self) -> None:
        """Give up on what is left."""
        for end in (self.client, self.server):
            if end is not None and end.transport is not None and not end.lost:
                end.transport.abort()

    def tell(self, sender: Direction, how: str) -> None:
        """Have it recorded how one side ended."""
        if self.stopping and how != "stopped":
            return
        try:
            self.log.ended(sender, how)
        except Exception as error:
            self.failed(error)

    def failed(self, error: Exception) -> None:
        """The tap or the log broke: the relay goes on without them."""
        if self.tap is not None:
            self.tap = None
            for end in (self.client, self.server):
                if end is not None:
                    end.unread()
            self.log.failed(error)
