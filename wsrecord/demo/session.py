"""A session: one WebSocket, from the accepted upgrade to the end of its connection.

It reads the thread's history at its own pace: what the transport won't take yet stays there. A
client that doesn't read is not read from either, so a flood of messages whose answers nobody
fetches stops at its source, and one whose answers are fetched is answered to the last.

The close codes that the server begins a close with:

| code | when                                                                                    |
| ---- | --------------------------------------------------------------------------------------- |
| 1001 | the server shuts down                                                                   |
| 1002 | the client broke RFC 6455                                                               |
| 1007 | a text message is not UTF-8                                                             |
| 1009 | a message is too big                                                                    |
| 1013 | the client reads too slowly: the history has dropped events that it still had to get,   |
|      | or nothing could be written for too long                                                |
| 4001 | the thread was resumed by another connection                                            |
| 4002 | the client didn't show a sign of life                                                   |

A close that the client begins is answered with the client's own code.
"""

import asyncio
import logging
import socket
import struct
from collections import deque
from collections.abc import Callable

from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from .bugs.bug import Gone
from .drifts.drift import Leave
from .history import Record
from .messages import Refused
from .options import DemoOptions
from .planner import AGENTS
from .thread import Thread

_log = logging.getLogger(__name__)

# So many seconds without reading make a slow reader; only bugs look at it.
_SLOW = 0.2

GOING_AWAY = 1001
INVALID_DATA = 1007
INTERNAL_ERROR = 1011
TRY_AGAIN_LATER = 1013
SUPERSEDED = 4001
NO_SIGN_OF_LIFE = 4002


class Session:
    """One client's live view of a thread."""

    def __init__(
        self,
        transport: asyncio.Transport,
        protocol: ServerProtocol,
        thread: Thread,
        options: DemoOptions,
        on_detached: Callable[[Thread], None],
    ) -> None:
        self._transport = transport
        self._protocol = protocol
        self._thread = thread
        self._options = options
        self._scene = thread.scene
        self._on_detached = on_detached
        self._loop = asyncio.get_running_loop()
        self._cursor = 0
        self._paused = False
        self._inbox: deque[Frame] = deque()
        self._parts: bytearray | None = None
        self._binary = False
        self._half_closed = False
        self._heard = self._loop.time()
        self._stall: asyncio.TimerHandle | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._beat = self._loop.call_later(options.ping_interval, self._heartbeat)
        self._held: tuple[int, float] = (0, 0.0)  # the event that a drift holds back, until when
        self._release: asyncio.TimerHandle | None = None

    def open(self, resume_token: str, *, resumed: bool, after: int | None = None) -> None:
        """Attach to the thread: greet, replay what was missed, go on live."""
        thread, history = self._thread, self._thread.history
        thread.scene.opened(history.last)
        wanted = thread.delivered if after is None else after
        self._cursor = max(wanted, history.first - 1)
        greeting = thread.greeting(
            self._cursor,
            resume_token=resume_token,
            resume_ttl=self._options.thread_ttl,
            resumed=resumed,
            replayed=history.last - self._cursor,
            lost=self._cursor - wanted,
            agents=list(AGENTS),
        )
        thread.listener = self
        if thread.scene.has("slow"):
            # What isn't read is noticed soon, and not only when the system's buffers are full.
            self._transport.set_write_buffer_limits(high=4096)
            sock = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self._flush()  # the answer to the upgrade
        for record in greeting:
            self._send(record)
        self.pump()

    def receive(self, data: bytes) -> None:
        """Take what the network brought."""
        self._heard = self._loop.time()
        self._protocol.receive_data(self._scene.through("bytes_in", data))
        # Answers to pings leave first: handling a message may end the session.
        self._flush()
        self._inbox += [event for event in self._protocol.events_received() if isinstance(event, Frame)]
        self._work()

    def pump(self) -> None:
        """Send what the history has and the client hasn't, as far as the transport takes it."""
        history = self._thread.history
        while not self._paused and self._attached() and self._protocol.state is State.OPEN:
            record = history.after(self._cursor)
            if record is None or record.seq != self._cursor + 1:
                break
            if self._is_held(record):
                break
            self._cursor = record.seq
            self._send(record)
        if self._attached():
            self._thread.delivered = self._cursor
            if history.first > self._cursor + 1:
                self.drop(TRY_AGAIN_LATER, "the client reads too slowly")

    def pause(self) -> None:
        """Stop writing, and reading, until the client has fetched what is under way."""
        self._paused = True
        self._transport.pause_reading()
        if self._scene.has("slow"):
            self._loop.call_later(_SLOW, self._is_slow)
        if self._stall is None:
            self._stall = self._loop.call_later(self._options.send_timeout, self._stalled)

    def resume(self) -> None:
        """Go on."""
        self._paused = False
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
        self._transport.resume_reading()
        self.pump()
        self._work()

    def close(self, code: int, reason: str) -> None:
        """Begin a closing handshake."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code, reason)
            self._flush()
        self._detach()

    def drop(self, code: int, reason: str) -> None:
        """Send a close frame and wait for nothing but the end of the connection."""
        self._detach()
        if self._protocol.state is State.OPEN:
            self._protocol.fail(code, reason)
            self._flush()
            # So that the client's own end of the connection is noticed.
            self._transport.resume_reading()

    def superseded(self) -> None:
        """End: another session takes the thread over."""
        self.drop(SUPERSEDED, "the thread was resumed by another connection")

    def half_closed(self) -> None:
        """The client sends nothing more."""
        self._half_closed = self._protocol.state is State.OPEN

    def cut(self) -> None:
        """End without a word."""
        self._transport.abort()

    def lost(self) -> None:
        """The connection is gone."""
        said = self._protocol.close_rcvd
        self._scene.tell("gone", Gone(None if said is None else said.code, self._half_closed))
        self._beat.cancel()
        for timer in (self._stall, self._deadline, self._release):
            if timer is not None:
                timer.cancel()
        self._detach()

    def _is_held(self, record: Record) -> bool:
        """Whether a drift makes this event wait; what comes after it waits too."""
        stage = self._thread.stage
        if stage.idle:
            return False
        now = self._loop.time()
        if self._held[0] != record.seq:
            self._held = (record.seq, now + stage.pause(record.event))
        if self._held[1] <= now:
            return False
        if self._release is not None:
            self._release.cancel()
        self._release = self._loop.call_at(self._held[1], self.pump)
        return True

    def _send(self, record: Record) -> None:
        stage = self._thread.stage
        if stage.idle:
            self._protocol.send_text(record.data)
            self._flush()
            return
        for piece in stage.pieces(record.data, record.event):
            match piece.kind:
                case "text":
                    self._protocol.send_text(piece.data, fin=piece.fin)
                case "binary":
                    self._protocol.send_binary(piece.data, fin=piece.fin)
                case "more":
                    self._protocol.send_continuation(piece.data, fin=piece.fin)
                case "ping":
                    self._protocol.send_ping(piece.data)
        self._flush()
        way = stage.end(record.event)
        if way is not None:
            # Not from within: whoever let the event out still has to come to an end.
            self._loop.call_soon(self._leave, way)

    def _leave(self, way: Leave) -> None:
        """End the connection as a drift wants it."""
        if way.code is not None:
            self.close(way.code, way.reason)
            return
        self._detach()
        if way.reset:
            sock = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
        else:
            self._transport.close()

    def _work(self) -> None:
        """Act on what has arrived, as long as the answers can leave."""
        # What came after the frame that ended the session, or in one read with it, goes unanswered.
        while self._inbox and not self._paused and self._attached():
            try:
                for frame in self._scene.each("frame", self._inbox.popleft()):
                    self._frame(frame)
            except Exception as error:
                if self._scene.idle:
                    raise
                _log.warning("a session crashed: %s: %s", type(error).__name__, error)
                self.drop(INTERNAL_ERROR, "internal error")

    def _frame(self, frame: Frame) -> None:
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._parts = bytearray(frame.data)
            self._binary = frame.opcode is Opcode.BINARY
        elif frame.opcode is Opcode.CONT and self._parts is not None:
            self._parts += frame.data
        else:
            return
        if frame.fin:
            data, self._parts = self._parts, None
            self._message(data)

    def _message(self, data: bytearray) -> None:
        if self._binary:
            self._thread.refuse(Refused("binary_message", "binary messages are no part of agent.v1"))
            return
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.drop(INVALID_DATA, "a text message is not UTF-8")
            return
        self._thread.take(text)

    def _attached(self) -> bool:
        return self._thread.listener is self

    def _detach(self) -> None:
        if self._attached():
            self._thread.listener = None
            self._on_detached(self._thread)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(self._scene.through("sent", data) or b"")
            elif self._transport.can_write_eof():
                self._transport.write_eof()
            else:
                self._transport.close()
        if self._deadline is None and self._protocol.close_expected():
            self._deadline = self._loop.call_later(self._options.close_timeout, self._transport.abort)

    def _is_slow(self) -> None:
        if self._paused:
            self._scene.tell("slow")

    def _stalled(self) -> None:
        self.drop(TRY_AGAIN_LATER, "the client reads too slowly")

    def _heartbeat(self) -> None:
        options = self._options
        self._beat = self._loop.call_later(options.ping_interval, self._heartbeat)
        if self._paused or self._protocol.state is not State.OPEN:
            return  # the stall timer and the close deadline watch over these
        if self._loop.time() - self._heard > options.ping_interval + options.ping_timeout:
            self.drop(NO_SIGN_OF_LIFE, "no sign of life from the client")
        else:
            self._protocol.send_ping(b"")
            self._flush()
