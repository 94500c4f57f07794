"""What a client says before its session: requests, each on its way to its target.

Heads are found, and may be rewritten; a request for another target waits for the answers before it.
"""

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from wsrecord.live.end import End
from wsrecord.live.upstream import Upstream
from wsrecord.wire.http import HeadPiece, RefusedError
from wsrecord.wire.tap import Tap

if TYPE_CHECKING:
    from wsrecord.live.relay import Relay

_UNANSWERED = 1000  # requests in a row that a client may send without an answer before it is not read


class Opening:
    """A relay's client before the upgrade."""

    __slots__ = ("_relay", "_timer", "_unanswered", "pieces")

    def __init__(self, relay: "Relay") -> None:
        self._relay = relay
        self.pieces: deque[HeadPiece | bytes] = deque()  # not relayed yet
        self._timer: asyncio.TimerHandle | None = None
        self._unanswered = 0

    def take(self, data: bytes) -> None:
        """Relay what has a way to go, and tell the tap."""
        relay = self._relay
        tap = relay.tap
        if tap is None:
            self.pieces.append(data)
            self.pump()
            return
        relay.setting.turn.end()
        now = relay.setting.clock()
        refused: RefusedError | None = None
        try:
            pieces = tap.client_pieces(data, now)
        except RefusedError as error:
            pieces, refused = error.pieces, error
        except Exception as error:
            relay.failed(error)
            pieces = [data]
        self.pieces.extend(pieces)
        self.pump()
        try:
            tap.client_told(pieces, now)
        except Exception as error:
            relay.failed(error)
        if refused is not None:
            self.refuse(str(refused), refused.status)
            return
        self._watch(tap)
        relay.settle()

    def pump(self) -> None:
        """Relay what has a way to go."""
        relay = self._relay
        pieces = self.pieces
        while pieces:
            piece = pieces[0]
            if isinstance(piece, HeadPiece):
                upstream = relay.setting.routes.choose(piece.head.path)
                if upstream is not relay.upstream:
                    self._change(upstream)
                    return
                if not self._may_ask():
                    return
            server = relay.server
            if server is None or server.transport is None:
                if relay.upstream is None and not isinstance(piece, HeadPiece):
                    self.refuse("which target is meant is told by a request's path; this is no HTTP request")
                return
            pieces.popleft()
            if isinstance(piece, HeadPiece):
                self._relay_head(piece, server)
            else:
                server.write(piece)
        if relay.client.ended and relay.server is not None:
            relay.server.finish()

    def refuse(self, why: str, status: str = "400 Bad Request") -> None:
        """Answer in the target's place: this request can't be relayed."""
        relay = self._relay
        relay.log.trouble(f"a request was refused: {why}")
        relay.tell("client", "refused")
        self.pieces.clear()
        if relay.tap is not None and not relay.tap.idle:
            relay.client.reset()  # an answer of ours would be taken for one that is still to come
        else:
            text = f"wsrecord: {why}\n".encode()
            head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n"
            relay.client.write(head.encode() + b"Connection: close\r\n\r\n" + text)
            relay.client.close()
        relay.drop_server()

    def cancel(self) -> None:
        """The client is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _may_ask(self) -> bool:
        """Whether a request may be sent: what is known of those without an answer must not grow for ever."""
        relay = self._relay
        if relay.tap is None or relay.tap.idle:
            self._unanswered = 0
        elif self._unanswered >= _UNANSWERED:
            relay.client.wait(True)
            return False
        return True

    def _relay_head(self, piece: HeadPiece, server: End) -> None:
        relay = self._relay
        assert relay.upstream is not None
        assert relay.client.transport is not None
        self._unanswered += 1
        rewrite = relay.setting.rewrite(relay.upstream, relay.client.transport)
        server.write(rewrite.apply(piece.raw) if rewrite else piece.raw)
        if relay.tap is not None:
            try:
                relay.tap.relaying(piece.head)
            except Exception as error:
                relay.failed(error)

    def _change(self, upstream: Upstream) -> None:
        """Another target is meant: connect to it, once the answers before it are there."""
        relay = self._relay
        if relay.upstream is not None and relay.tap is not None and not relay.tap.idle:
            relay.client.wait(True)
            return
        relay.drop_server()
        relay.connect(upstream)

    def _watch(self, tap: Tap) -> None:
        """A head may not stay unfinished for ever."""
        if tap.holding or self._relay.upstream is None:
            self.expect()
        else:
            self.cancel()

    def expect(self) -> None:
        """Give the client its time for a head: one that names no target has no target that tires of it."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._relay.setting.handshake_timeout, self._too_slow)

    def _too_slow(self) -> None:
        self._timer = None
        self._relay.tell("client", "timeout")
        self._relay.client.reset()
