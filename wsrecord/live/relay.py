"""One relayed connection: bytes are forwarded first, and a copy goes to the tap after.

Back-pressure runs end to end: an end whose peer can't take more is not read. How one side ends is
carried over to the other as what it was: a FIN as a FIN, a RST as a RST.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from wsrecord.live.end import End
from wsrecord.live.resets import Resets
from wsrecord.live.turn import Turn
from wsrecord.live.upstream import Routes, Upstream
from wsrecord.wire.frames import Direction
from wsrecord.wire.heads import Rewrite
from wsrecord.wire.http import HeadPiece, RefusedError
from wsrecord.wire.tap import Sink, Tap

_CLOSE_1001 = b"\x03\xe9"
# Heads and chunks are read at some 0.2 ms each: a large read full of them would keep all others waiting.
_HTTP_READ = 16 * 1024
_READ = 256 * 1024
_UNANSWERED = 1000  # requests in a row that a client may send without an answer before it is not read


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
        "_current",
        "_log",
        "_pieces",
        "_pumping",
        "_raw",
        "_setting",
        "_tap",
        "_timer",
        "_unanswered",
        "client",
        "server",
        "stopping",
    )

    def __init__(self, setting: Setting, log: Log, tap: Tap) -> None:
        self._setting = setting
        self._log = log
        self._tap: Tap | None = tap
        self._current: Upstream | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._pieces: deque[HeadPiece | bytes] | None = deque()  # of the client, not relayed yet
        self._raw = False  # the client's bytes need no cutting
        self._timer: asyncio.TimerHandle | None = None
        self.client = End(self, "client")
        self.server: End | None = None
        self.stopping = False
        self._unanswered = 0

    def peer(self, end: End) -> End | None:
        """Return the other end, if there is one."""
        return self.server if end is self.client else self.client if end is self.server else None

    # -- connecting

    def made(self, end: End) -> None:
        """An end is connected."""
        if not self._raw:
            end.read_at_most(_HTTP_READ)
        if end is self.client:
            if not self._setting.met(self, self._log):
                self._tell("client", "refused")
                end.reset()
                return
            only = self._setting.routes.only
            if only is not None:
                self._connect(only)

    def _connect(self, upstream: Upstream) -> None:
        self.client.wait(True)
        self._current = upstream
        self._connecting = asyncio.get_running_loop().create_task(self._reach(upstream))

    async def _reach(self, upstream: Upstream) -> None:
        end = End(self, "server")
        self.server = end
        try:
            async with asyncio.timeout(self._setting.connect_timeout):
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
            self._log.trouble(f"the target {upstream.url} can't be reached: {why}")
            self._tell("server", "unreachable")
            self.server = None
            self.client.reset()
            return
        finally:
            self._connecting = None
        self._pump()
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
        self._setting.turn.end()
        self._read_server(data, self._setting.clock())
        self._setting.turn.flush()
        self._settle()

    def from_client(self, data: bytes) -> None:
        """Relay what the client sent, then let the tap read it."""
        if self.stopping:
            return
        if not self._raw:
            self._cut(data)
        elif self.server is not None:
            self.server.write(data)
            self._read_client(data, self._setting.clock())
            self._setting.turn.flush()

    def _read_client(self, data: bytes, now: int) -> None:
        if self._tap is not None:
            try:
                self._tap.client(data, now)
            except Exception as error:
                self.failed(error)

    def _read_server(self, data: bytes, now: int) -> None:
        if self._tap is not None:
            try:
                self._tap.server(data, now)
            except Exception as error:
                self.failed(error)

    def _cut(self, data: bytes) -> None:
        """Before the upgrade: heads are found, and may be rewritten."""
        assert self._pieces is not None
        tap = self._tap
        if tap is None:
            self._pieces.append(data)
            self._pump()
            return
        self._setting.turn.end()
        now = self._setting.clock()
        try:
            pieces = tap.client_pieces(data, now)
        except RefusedError as error:
            self._refuse(str(error))
            return
        except Exception as error:
            self.failed(error)
            pieces = [data]
        self._pieces.extend(pieces)
        self._pump()
        try:
            tap.client_told(pieces, now)
        except Exception as error:
            self.failed(error)
        self._watch(tap)
        self._settle()

    def _pump(self) -> None:
        """Relay what has a way to go."""
        pieces = self._pieces
        while pieces:
            piece = pieces[0]
            if isinstance(piece, HeadPiece):
                upstream = self._setting.routes.choose(piece.head.path)
                if upstream is not self._current and not self._change(upstream):
                    return
                if not self._may_ask():
                    return
            server = self.server
            if server is None or server.transport is None:
                if self._current is None and not isinstance(piece, HeadPiece):
                    self._refuse("which target is meant is told by a request's path; this is no HTTP request")
                return
            pieces.popleft()
            if isinstance(piece, HeadPiece):
                self._relay_head(piece, server)
            else:
                server.write(piece)
        if self.client.ended and self.server is not None:
            self.server.finish()

    def _may_ask(self) -> bool:
        """Whether a request may be sent: what is known of those without an answer must not grow for ever."""
        if self._tap is None or self._tap.idle:
            self._unanswered = 0
        elif self._unanswered >= _UNANSWERED:
            self.client.wait(True)
            return False
        return True

    def _relay_head(self, piece: HeadPiece, server: End) -> None:
        assert self._current is not None
        assert self.client.transport is not None
        self._unanswered += 1
        rewrite = self._setting.rewrite(self._current, self.client.transport)
        server.write(rewrite.apply(piece.raw) if rewrite else piece.raw)
        if self._tap is not None:
            try:
                self._tap.relaying(piece.head)
            except Exception as error:
                self.failed(error)

    def _change(self, upstream: Upstream) -> bool:
        """Another target is meant; return whether it is connected now."""
        if self._current is not None and self._tap is not None and not self._tap.idle:
            self.client.wait(True)  # the answers before it come first
            return False
        if self.server is not None:
            self.server.close()
            self.server = None
        self._connect(upstream)
        return False

    def _settle(self) -> None:
        """After the tap has read: did an answer come that something waits for, is it a session now?"""
        tap = self._tap
        if self._pieces and self._connecting is None and not self.client.lost:
            self._pump()
            if not self._pieces and self._connecting is None:
                self.client.wait(False)
        if (
            not self._pieces
            and self.server is not None
            and (tap is None or tap.mode in ("session", "opaque"))
        ):
            self._raw = True
            self.client.read_at_most(_READ)
            self.server.read_at_most(_READ)
            if tap is not None and tap.mode == "opaque":
                self._tap = tap = None
            self.client.shortcut(self.server, tap.client if tap else None, self._setting.turn)
            self.server.shortcut(self.client, tap.server if tap else None, self._setting.turn)

    def _watch(self, tap: Tap) -> None:
        """A head may not stay unfinished for ever."""
        if tap.holding:
            if self._timer is None:
                loop = asyncio.get_running_loop()
                self._timer = loop.call_later(self._setting.handshake_timeout, self._too_slow)
        elif self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        self._tell("client", "timeout")
        self.client.reset()

    def _refuse(self, why: str) -> None:
        """Answer in the target's place: this request can't be relayed."""
        self._log.trouble(f"a request was refused: {why}")
        self._tell("client", "refused")
        text = f"wsrecord: {why}\n".encode()
        head = f"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n"
        self.client.write(head.encode() + b"Connection: close\r\n\r\n" + text)
        self._pieces = deque()
        self.client.close()
        if self.server is not None:
            self.server.close()
            self.server = None

    # -- ends

    def fin(self, end: End) -> bool:
        """Carry a FIN over; return whether the end stays open for writing."""
        self._setting.turn.end()
        if end is not self.server and end is not self.client:
            return False
        end.ended = True
        self._flush(end)
        self._tell(end.sender, "fin")
        peer = self.peer(end)
        assert end.transport is not None
        if peer is not None and (not self._pieces or end is self.server):
            peer.finish()
        if peer is None or peer.ended or peer.lost:
            end.close()
            if peer is not None:
                peer.close()
            return False
        if not end.transport.can_write_eof():
            return False
        self._setting.resets.watch(end.transport, end.was_reset)
        return True

    def lost(self, end: End, exc: Exception | None) -> None:
        """Carry an end's loss over."""
        if end.ended and end.transport is not None:
            self._setting.resets.forget(end.transport)
        self._setting.turn.end()
        if self._timer is not None and end is self.client:
            self._timer.cancel()
        if end is not self.client and end is not self.server:
            return
        if exc is not None or not end.ended:
            self._flush(end)
        if exc is not None:
            self._tell(end.sender, "reset")
        if end is self.client and self._connecting is not None:
            if exc is not None and self._pieces:
                return  # what it sent goes to the target first; then the reset
            self._connecting.cancel()
        peer = self.peer(end)
        if peer is not None and not peer.lost:
            if exc is not None:
                peer.reset()
            else:
                peer.close()
        if self.client.lost and (self.server is None or self.server.lost or self.server.transport is None):
            self._setting.gone(self)

    def _flush(self, end: End) -> None:
        """An end speaks no more: what is held of it goes on as it is, and the tap is told."""
        tap = self._tap
        if tap is None:
            return
        now = self._setting.clock()
        try:
            if end is self.client:
                held = tap.release(now, "the connection ended in a request's head")
                if held and self._pieces is not None:
                    self._pieces.append(held)
                    self._pump()
            tap.ended(end.sender, now)
        except Exception as error:
            self.failed(error)

    def stop(self) -> None:
        """The recorder goes away: open sessions get their close, then the connection ends."""
        if self.stopping:
            return
        self.stopping = True
        self._setting.turn.end()
        self.client.detour()
        if self.server is not None:
            self.server.detour()
        tap = self._tap
        if tap is not None:
            self._flush(self.client)
            if self.server is not None:
                self._flush(self.server)
        self._tell("client", "stopped")
        if tap is not None and self.server is not None:
            if tap.between_frames("server") and not self.server.ended:
                self.client.write(b"\x88\x02" + _CLOSE_1001)
            if tap.between_frames("client") and not self.client.ended:
                self.server.write(b"\x88\x82\x00\x00\x00\x00" + _CLOSE_1001)
        self._tap = None  # what comes now is the answer to us
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

    def _tell(self, sender: Direction, how: str) -> None:
        if self.stopping and how != "stopped":
            return
        try:
            self._log.ended(sender, how)
        except Exception as error:
            self.failed(error)

    def failed(self, error: Exception) -> None:
        """The tap or the log broke: the relay goes on without them."""
        if self._tap is not None:
            self._tap = None
            for end in (self.client, self.server):
                if end is not None:
                    end.unread()
            self._log.failed(error)
