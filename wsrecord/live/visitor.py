"""One client's connection to the server that we play: its requests are asked of a host, its messages told.

    request … answer (any number) ──► upgrade ──101──► send, hear ──► close | finish | reset

The recorder's tap reads both directions. Nothing here raises for what a client does: a `Trouble` says what
went wrong. Pings and closes are answered; heads, bodies, bytes, requests in a row and time are bounded.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from wsrecord.cassette.model import Message, Request
from wsrecord.live.client import BROKEN, Patience
from wsrecord.live.draining import Draining
from wsrecord.live.end import End
from wsrecord.live.reel import Reel, Track
from wsrecord.live.trouble import Kind, Trouble
from wsrecord.wire.frames import Direction, Opcode
from wsrecord.wire.heads import first_value, has_token
from wsrecord.wire.http import HeadPiece, RefusedError, RequestHead, WholeRequest, WholeResponse
from wsrecord.wire.items import Item, Remark
from wsrecord.wire.tap import Tap
from wsrecord.wire.writer import FrameWriter, agreed_compression

_READ = 64 * 1024
_IN_A_ROW = 32  # requests that wait for the answer to one before
_IDLE = 75.0  # seconds between two requests
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Host(Protocol):
    """Who answers."""

    def reel(self, visitor: "Visitor", head: RequestHead) -> Reel:
        """Say in which live recording a request belongs."""

    async def asked(self, visitor: "Visitor", request: Request) -> None:
        """Answer a request, with `answer` or `agree`."""

    def passed(self, visitor: "Visitor", messages: list[Message]) -> None:
        """Hear messages of a session, of either side."""

    def failed(self, visitor: "Visitor", trouble: Trouble) -> None:
        """Hear of what went wrong with it."""

    def over(self, visitor: "Visitor") -> None:
        """Hear that the connection is over."""


class _Socket(Draining):
    """The client's end: as long as it does not read, nothing more is read from it either."""

    __slots__ = ()

    def pause_writing(self) -> None:
        """The client does not read as fast as we write."""
        super().pause_writing()
        self.choke(True)

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        self.choke(False)


class Visitor:
    """One connection."""

    def __init__(
        self, host: Host, clock: Callable[[], int], patience: Patience, handshake: float, *, tls: bool
    ) -> None:
        self.patience = patience
        self.socket = _Socket(self, "client")
        self.gone = asyncio.Event()
        self.bug: Exception | None = None
        self._host = host
        self._clock = clock
        self._handshake = handshake
        self._tls = tls
        self._tap = Tap(self, patience.bounds)
        self._reel: Reel | None = None
        self._track: Track | None = None
        self._writer: FrameWriter | None = None
        self._asked: deque[Request] = deque()
        self._answering: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._spent = False  # no request is taken after this one
        self._received = self._messages = 0
        self._close_sent = self._finished = self._failed = self._begun = False

    # -- what is known

    @property
    def session(self) -> int | None:
        """The number of its session in the live recording, from the upgrade on."""
        return self._track.session if self._track is not None else None

    @property
    def number(self) -> int:
        """Its number in the live recording; 0 as long as it has asked nothing."""
        return self._track.number if self._track is not None else 0

    @property
    def in_session(self) -> bool:
        """Whether messages can be sent."""
        return self._writer is not None and not (self._close_sent or self._finished or self.gone.is_set())

    # -- what it does

    def answer(self, raw: bytes) -> None:
        """Send an answer."""
        if self.gone.is_set() or self._finished:
            return
        self.socket.write(raw)
        self._tap.server(raw, self._clock())

    async def hang(self) -> None:
        """Leave what was asked without an answer, until the client goes or has been idle too long."""
        try:
            async with asyncio.timeout(_IDLE):
                await self.gone.wait()
        except TimeoutError:
            self.reset()

    def agree(self, raw: bytes, extensions: Sequence[str]) -> None:
        """Send the answer that begins a session."""
        self._cancel()
        self._writer = FrameWriter(agreed_compression(extensions, "server"), None)
        self.answer(raw)

    def send(self, opcode: int, payload: bytes, *, compress: bool = True, sizes: Sequence[int] = ()) -> None:
        """Send a message of a session."""
        if self._writer is None or not self.in_session:
            return
        if opcode == Opcode.CLOSE:
            self._close_sent = True
        data = self._writer.message(opcode, payload, compress=compress, sizes=sizes)
        self.socket.write(data)
        self._tap.server(data, self._clock())

    async def drain(self) -> None:
        """Wait until the client takes what was sent."""
        if not self.socket.drained.is_set():
            try:
                async with asyncio.timeout(self.patience.drain):
                    await self.socket.drained.wait()
            except TimeoutError:
                self._fail("choked", f"the client took nothing for {self.patience.drain:g} s")
                self.reset()

    async def close(self, payload: bytes) -> None:
        """Close: the message, the client's answer, the end of the connection."""
        self.send(Opcode.CLOSE, payload)
        await self.end()

    async def end(self) -> None:
        """Have the connection over soon, whatever the client does."""
        if self._writer is None:
            self.finish()
        try:
            async with asyncio.timeout(self.patience.close):
                await self.gone.wait()
        except TimeoutError:
            self.kill()

    def finish(self) -> None:
        """Send a FIN once all is sent."""
        if not self._finished and not self.gone.is_set():
            self._finished = True
            self._ended("server", "fin")
            self.socket.finish()
            self._arm(self.patience.close)

    def reset(self) -> None:
        """Send a RST."""
        if not self.gone.is_set():
            self._finished = True
            self._ended("server", "reset")
            self.socket.reset()

    def kill(self) -> None:
        """Let go at once."""
        transport = self.socket.transport
        if transport is not None and not self.gone.is_set():
            transport.abort()

    # -- the socket's side: see live/end.py

    def made(self, end: End) -> None:
        """Connected."""
        end.read_at_most(_READ)
        self._arm(self._handshake)

    def from_client(self, data: bytes) -> None:
        """Read what the client sent."""
        if self.gone.is_set() or self._failed:
            return
        self._received += len(data)
        if self._received > self.patience.bytes:
            self._fail("flood", f"more than {self.patience.bytes} bytes came")
            self.reset()
            return
        try:
            self._read(data, self._clock())
        except Exception as error:  # a bug in the tap is not the client's fault, and must not look like it
            self.failed(error)

    def from_server(self, end: End, data: bytes) -> None:
        """Nobody's: this end is the client's."""

    def fin(self, end: End) -> bool:
        """Nothing more comes; what it asked for may still be answered, where half a connection can stay."""
        self._tap.ended("client", self._clock())
        self._ended("client", "fin")
        if self._asked or self._answering is not None:
            self._spent = True
            return not self._tls
        if not self._finished:
            self._finished = True
            self._ended("server", "fin")
        return False

    def lost(self, end: End, exc: Exception | None) -> None:
        """The connection is over."""
        self._cancel()
        if exc is not None:
            self._ended("client", "reset")
        if self._answering is not None:
            self._answering.cancel()
        if not self.gone.is_set():
            self.gone.set()
            self._host.over(self)

    def peer(self, end: End) -> None:
        """There is no other end."""

    def failed(self, error: Exception) -> None:
        """Something of ours broke."""
        self.bug = self.bug or error
        self._failed = True
        self.reset()

    # -- the tap's side: see wire/tap.py

    def wants(self, head: RequestHead) -> bool:
        """All is told."""
        return True

    def request(self, exchange: int, request: WholeRequest, *, upgrade: bool) -> None:
        """A whole request: it is answered when those before it are."""
        head, body = request.head, request.body
        self._cancel()
        self._spent = self._spent or not _stays(head)
        self._asked.append(
            Request(
                t=request.t, began=request.began, connection=0, exchange=exchange, method=head.method,
                path=head.path, headers=head.headers, http=head.http, session=0 if upgrade else None,
                body=body.content, size=body.size, unkept=body.unkept,
            )
        )  # fmt: skip
        reel = self._host.reel(self, head)
        if reel is not self._reel:
            self._reel, self._track = reel, reel.track(tls=self._tls)
        assert self._track is not None
        self._track.request(exchange, request, upgrade=upgrade)
        if len(self._asked) >= _IN_A_ROW:
            self.socket.wait(True)
        if self._answering is None:
            self._answering = asyncio.get_running_loop().create_task(self._answer_all())

    def response(self, exchange: int, response: WholeResponse, *, upgrade: bool) -> None:
        """An answer of ours."""
        if self._track is not None:
            self._track.response(exchange, response, upgrade=upgrade)

    def messages(self, sender: Direction, t: int, items: list[Item]) -> None:
        """Messages of either side; the client's pings and close are answered."""
        assert self._track is not None
        records = self._track.messages(sender, t, items)
        if sender == "client":
            self._messages += len(items)
            if self._messages > self.patience.messages:
                self._fail("flood", f"more than {self.patience.messages} messages came")
                self.reset()
                return
        self._host.passed(self, records)
        for message in records if sender == "client" else ():
            if message.opcode is Opcode.PING:
                self.send(Opcode.PONG, message.payload)
            elif message.opcode is Opcode.CLOSE:
                self.send(Opcode.CLOSE, message.payload[:2])
                self.finish()

    def remark(self, sender: Direction, t: int, remark: Remark) -> None:
        """What the tap noticed: what nobody can read on from ends the connection."""
        if self._track is not None:
            self._track.remark(sender, t, remark)
        if sender != "client":
            return
        if remark.code in BROKEN:
            self._fail("broken", f"the client broke the protocol: {remark.text}")
            self.send(Opcode.CLOSE, (1009 if remark.code == "bomb" else 1002).to_bytes(2))
            self.finish()
        elif remark.code == "unread":
            self._refuse(remark.text.partition(";")[0])

    # -- inside

    def _read(self, data: bytes, now: int) -> None:
        if self._tap.mode == "session":
            self._tap.client(data, now)
            return
        if not self._begun:
            self._begun = True
            self._arm(self._handshake)
        try:
            pieces = self._tap.client_pieces(data, now)
        except RefusedError as error:
            self._refuse(str(error), error.status)
            return
        for piece in pieces:
            if isinstance(piece, HeadPiece):
                self._tap.relaying(piece.head)
                if has_token(piece.head.headers, "expect", "100-continue"):
                    self.socket.write(_CONTINUE)
        self._tap.client_told(pieces, now)

    async def _answer_all(self) -> None:
        """Answer what was asked, one after another."""
        try:
            while self._asked and not self.gone.is_set():
                await self._host.asked(self, self._asked[0])
                await self.drain()
                self._asked.popleft()
                self.socket.wait(False)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self.failed(error)
        finally:
            self._answering = None
        if self._writer is not None or self.gone.is_set():
            return
        if self._spent:
            self.finish()
        else:
            self._begun = False
            self._arm(_IDLE)

    def _refuse(self, why: str, status: str = "400 Bad Request") -> None:
        self._fail("unreadable", why)
        if self._writer is None and not self._asked and not self._finished:
            text = f"wsrecord serve: {why}\n".encode()
            head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n"
            self.socket.write(head.encode() + b"Connection: close\r\n\r\n" + text)
        self.finish()

    def _fail(self, kind: Kind, text: str) -> None:
        if not self._failed:
            self._failed = True
            self._host.failed(self, Trouble(kind, text, self.number, self.session, self._clock()))

    def _ended(self, sender: Direction, how: str) -> None:
        if self._track is not None:
            self._track.ended(sender, how)

    def _arm(self, seconds: float) -> None:
        self._cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._too_slow)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self._begun and not self._finished:
            self._fail("silent", f"a request did not come to its end within {self._handshake:g} s")
        self.kill()


def _stays(head: RequestHead) -> bool:
    """Whether the client wants to keep the connection."""
    if head.http == "1.0":
        return has_token(head.headers, "connection", "keep-alive")
    return (
        not has_token(head.headers, "connection", "close") or first_value(head.headers, "upgrade") is not None
    )
