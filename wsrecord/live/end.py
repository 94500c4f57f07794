"""One side of a relayed connection: back-pressure and the ways to end, on asyncio's transport."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Protocol, cast

from wsrecord.live.turn import Failed, Read, Turn
from wsrecord.wire.frames import Direction

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_GRACE = 1.0  # seconds for bytes still under way to an end that is about to be reset


class Joint(Protocol):
    """What joins two ends."""

    def made(self, end: "End") -> None:
        """An end is connected."""

    def from_client(self, data: bytes) -> None:
        """The client sent this."""

    def from_server(self, end: "End", data: bytes) -> None:
        """The server sent this."""

    def fin(self, end: "End") -> bool:
        """An end sent a FIN; return whether it stays open for writing."""

    def lost(self, end: "End", exc: Exception | None) -> None:
        """An end is gone."""

    def peer(self, end: "End") -> "End | None":
        """Return the other end, if there is one."""

    def failed(self, error: Exception) -> None:
        """The tap broke: relay on without it."""


class End(asyncio.Protocol):
    """One side of a relay: the client's, or the server's."""

    __slots__ = (
        "_add",
        "_cause",
        "_choked",
        "_forward",
        "_read",
        "_reset",
        "_waiting",
        "ended",
        "lost",
        "relay",
        "sender",
        "transport",
    )

    def __init__(self, relay: Joint, sender: Direction) -> None:
        self.relay = relay
        self.sender = sender
        self.transport: asyncio.Transport | None = None
        self.ended = False  # it sends no more
        self.lost = False  # nothing reaches it
        self._choked = False  # its peer can't take more
        self._waiting = False  # its bytes have no way to go yet
        self._reset: asyncio.TimerHandle | None = None
        self._cause: ConnectionResetError | None = None
        self._forward: Callable[[bytes], None] | None = None
        self._read: Read | None = None
        self._add: Callable[[Read, bytes, Failed], None]

    def shortcut(self, peer: "End", read: Read | None, turn: Turn) -> None:
        """From here on bytes go straight to the peer, and copies to `read`: the hot path of a session."""
        assert peer.transport is not None
        self._forward = peer.transport.write
        self._read = read
        self._add = turn.add

    def unread(self) -> None:
        """Nobody reads the copies any more."""
        self._read = None

    def detour(self) -> None:
        """The peer is gone, or is about to be: let the relay say what becomes of the bytes."""
        self._forward = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; the relay knows what to do with it."""
        self.transport = cast("asyncio.Transport", transport)
        self.relay.made(self)

    def data_received(self, data: bytes) -> None:
        """Relay first."""
        forward = self._forward
        if forward is not None:
            forward(data)
            if self._read is not None:
                self._add(self._read, data, self.relay.failed)
        elif self.sender == "server":
            self.relay.from_server(self, data)
        else:
            self.relay.from_client(data)

    def eof_received(self) -> bool:
        """A FIN: on plain TCP the other direction may go on."""
        return self.relay.fin(self)

    def was_reset(self, error: ConnectionResetError) -> None:
        """A RST came after its FIN."""
        self._cause = error
        if self.transport is not None:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more in either direction."""
        self.lost = True
        peer = self.relay.peer(self)
        if peer is not None:
            peer.detour()
        if self._reset is not None:
            self._reset.cancel()
        self.relay.lost(self, exc or self._cause)

    def pause_writing(self) -> None:
        """This end takes no more for now: stop reading from its peer."""
        peer = self.relay.peer(self)
        if peer is not None:
            peer.choke(True)

    def resume_writing(self) -> None:
        """This end takes bytes again."""
        if self._reset is not None:
            self._abort()
            return
        peer = self.relay.peer(self)
        if peer is not None:
            peer.choke(False)

    def choke(self, value: bool) -> None:
        """Stop or go on reading, for the peer's sake."""
        self._choked = value
        self._settle()

    def wait(self, value: bool) -> None:
        """Stop or go on reading, because its bytes have nowhere to go yet."""
        self._waiting = value
        self._settle()

    def _settle(self) -> None:
        if self.transport is None or self.transport.is_closing():
            return
        if self._choked or self._waiting:
            self.transport.pause_reading()
        elif not self.ended:
            self.transport.resume_reading()

    def read_at_most(self, size: int) -> None:
        """Take no more than this in one go; TLS, which asyncio reads otherwise, has no such bound."""
        transport = self.transport
        if transport is not None and hasattr(transport, "max_size"):
            transport.max_size = size

    def write(self, data: bytes) -> None:
        """Send, unless nothing reaches this end any more."""
        if self.transport is not None and not self.lost:
            self.transport.write(data)

    def finish(self) -> None:
        """Send a FIN once all is sent; where half-close does not exist, close."""
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        if not transport.can_write_eof():
            transport.close()
            return
        try:
            transport.write_eof()
        except OSError:  # it was reset, and whoever reads it will hear of that
            if self.ended:
                transport.abort()

    def close(self) -> None:
        """Close once all is sent."""
        if self.transport is not None:
            self.transport.close()

    def reset(self) -> None:
        """Send a RST, after the bytes that are still under way if they go out soon."""
        transport = self.transport
        if transport is None or self.lost or self._reset is not None:
            return
        if transport.get_write_buffer_size():
            transport.set_write_buffer_limits(0)
            self._reset = asyncio.get_running_loop().call_later(_GRACE, self._abort)
        else:
            self._abort()

    def _abort(self) -> None:
        transport = self.transport
        assert transport is not None
        # asyncio's abort() alone sends a FIN.
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
