"""A client of our own, on one connection: it writes what a recording says, and a tap reads both directions.

    connect ──► request … answer (any number) ──► upgrade ──101──► send, hear ──► close | finish | reset

Nothing here raises for what the other side does: a `Trouble` says what went wrong, and `gone` is set
when the connection is over. It answers pings and closes by itself, as every client does. All waits
have a deadline of their own, but for the caller's wait for events, which the `Ear` hears.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from wsrecord.cassette.model import Message, Response
from wsrecord.live.draining import Draining
from wsrecord.live.end import End
from wsrecord.live.handshake import faults
from wsrecord.live.narrow import connected
from wsrecord.live.reel import Reel
from wsrecord.live.trouble import Kind, Trouble, of_connecting
from wsrecord.live.upstream import Upstream
from wsrecord.wire.frames import Direction, Opcode
from wsrecord.wire.heads import has_token
from wsrecord.wire.http import HeadPiece, RefusedError, RequestHead, WholeRequest, WholeResponse
from wsrecord.wire.items import DEFAULT_BOUNDS, Bounds, Item, Remark
from wsrecord.wire.tap import Tap
from wsrecord.wire.writer import FrameWriter, agreed_compression

BROKEN = {  # what the tap remarks on of frames that nobody can read on from
    *("unknown-frame", "broken-control", "stray-continuation", "unfinished-message", "cut-frame"),
    *("broken-frame", "broken", "bomb", "blind"),
}
_READ = 64 * 1024  # what comes in one read is worked through in one go: a deadline may pass meanwhile


class Ear(Protocol):
    """Who waits for what a client hears. Called in the order of events, after the records were made."""

    def answered(self, client: "Client", response: Response) -> None:
        """Hear of a whole answer; a 101 begins the session."""

    def passed(self, client: "Client", sender: Direction, messages: list[Message]) -> None:
        """Hear messages of the session: the server's, and the client's own."""

    def over(self, client: "Client") -> None:
        """Hear that nothing more comes."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how much one connection may take."""

    connect: float = 10.0
    close: float = 3.0  # for the answer to a close, and again for the end of the connection
    drain: float = 10.0  # for a server that does not read
    bytes: int = 256 * 1024 * 1024  # taken from one connection
    messages: int = 250_000
    bounds: Bounds = DEFAULT_BOUNDS
    window: int | None = None  # bytes that the system holds of what came and was not read


class Client:
    """One connection to a target."""

    def __init__(self, upstream: Upstream, reel: Reel, ear: Ear, patience: Patience) -> None:
        self.upstream = upstream
        self.patience = patience
        self.gone = asyncio.Event()  # nothing comes and nothing goes any more
        self.closing = asyncio.Event()  # the server sent its close message
        self.trouble: Trouble | None = None  # the first
        self.bug: Exception | None = None  # of ours: to be raised by whoever is in charge
        self.spent = False  # the server takes no more requests on it
        self.ended = False  # the server sends no more
        self._clock: Callable[[], int] = reel.clock
        self._ear = ear
        self._tap = Tap(self, patience.bounds)
        self._track = reel.track(tls=upstream.tls is not None)
        self._socket = Draining(self, "server")
        self._writer: FrameWriter | None = None
        self._heads: dict[int, RequestHead] = {}  # of upgrades that wait for their answer
        self._received = self._messages = 0
        self._close_sent = self._finished = False

    # -- what is known

    @property
    def number(self) -> int:
        """Its number in the live recording."""
        return self._track.number

    @property
    def session(self) -> int | None:
        """The number of its session in the live recording, from the upgrade on."""
        return self._track.session

    @property
    def is_open(self) -> bool:
        """Whether bytes can be sent."""
        return self._socket.transport is not None and not (self._finished or self.gone.is_set())

    @property
    def in_session(self) -> bool:
        """Whether messages can be sent."""
        return self._writer is not None and self.is_open and not self._close_sent

    @property
    def idle(self) -> bool:
        """Whether each request has its whole answer."""
        return self._tap.idle

    # -- what it does

    async def connect(self) -> Trouble | None:
        """Connect, TLS included."""
        upstream = self.upstream
        try:
            async with asyncio.timeout(self.patience.connect):
                await self._open()
        except (OSError, ValueError) as error:  # TimeoutError is an OSError; no name at all is a ValueError
            found = of_connecting(error, upstream.host_header)
            self._fail(found.kind, found.text)
            self._track.ended("server", "unreachable")
            self._over()
        return self.trouble

    async def _open(self) -> None:
        upstream, window = self.upstream, self.patience.window
        name = upstream.host if upstream.tls else None
        create = asyncio.get_running_loop().create_connection
        if window is None:
            await create(
                lambda: self._socket, upstream.host, upstream.port, ssl=upstream.tls, server_hostname=name
            )
        else:
            sock = await connected(upstream, window)
            await create(lambda: self._socket, sock=sock, ssl=upstream.tls, server_hostname=name)

    def ask(self, raw: bytes) -> None:
        """Send a whole request, head and body."""
        if not self.is_open:
            return
        now = self._clock()
        try:
            pieces = self._tap.client_pieces(raw, now)
        except RefusedError as error:
            self._fail("unsendable", f"the recorded request can't be sent: {error}")
            return
        self._socket.write(raw)
        for piece in pieces:
            if isinstance(piece, HeadPiece):
                self._tap.relaying(piece.head)
        self._tap.client_told(pieces, now)

    def send(self, opcode: int, payload: bytes, *, compress: bool = True, sizes: Sequence[int] = ()) -> None:
        """Send a message of a session."""
        if self._writer is None or not self.is_open:
            return
        if opcode == Opcode.CLOSE:
            self._close_sent = True
        data = self._writer.message(opcode, payload, compress=compress, sizes=sizes)
        self._socket.write(data)
        self._tap.client(data, self._clock())

    def write(self, data: bytes) -> None:
        """Send bytes of a session as they are, whether a client may or not."""
        if self.in_session:
            self._socket.write(data)
            self._tap.client(data, self._clock())

    async def drain(self) -> Trouble | None:
        """Wait until the server takes what was sent."""
        if not self._socket.drained.is_set():
            try:
                async with asyncio.timeout(self.patience.drain):
                    await self._socket.drained.wait()
            except TimeoutError:
                self._fail("choked", f"the server took nothing for {self.patience.drain:g} s")
                self.reset()
        return self.trouble

    async def close(self, payload: bytes | None = b"\x03\xe8") -> None:
        """Close: the message (unless it is None), the server's answer, the end of the connection."""
        if self.in_session and payload is not None:
            self.send(Opcode.CLOSE, payload)
        if self._writer is not None and not self.ended:
            await self._patiently(self.closing)
        await self.end()

    async def end(self) -> None:
        """Send a FIN and have the connection over soon, whatever the server does."""
        self.finish()
        if not await self._patiently(self.gone):
            transport = self._socket.transport
            if transport is not None:
                transport.abort()
                await self.gone.wait()  # asyncio says so in its next turn

    def kill(self) -> None:
        """Let go at once: the run is over."""
        transport = self._socket.transport
        if transport is not None and not self.gone.is_set():
            transport.abort()
            self._over()

    def finish(self) -> None:
        """Send a FIN; the server may go on. Under TLS, which asyncio can't half-close, it is the end."""
        if not self._finished and not self.gone.is_set():
            self._finished = True
            self._tap.ended("client", self._clock())
            self._track.ended("client", "fin")
            self._socket.finish()

    def listen(self, value: bool) -> None:
        """Read what comes, or leave it where it is."""
        self._socket.wait(not value)

    def reset(self) -> None:
        """Send a RST."""
        if not self.gone.is_set():
            self._finished = True
            self._track.ended("client", "reset")
            self._socket.reset()

    # -- the socket's side: see live/end.py

    def made(self, end: End) -> None:
        """Connected."""
        end.read_at_most(_READ)

    def from_client(self, data: bytes) -> None:
        """Nobody's: this end is the server's."""

    def from_server(self, end: End, data: bytes) -> None:
        """Read what the server sent."""
        if self.gone.is_set():
            return
        self._received += len(data)
        if self._received > self.patience.bytes:
            self._fail("flood", f"more than {self.patience.bytes} bytes came")
            self.reset()
            return
        try:
            self._tap.server(data, self._clock())
        except Exception as error:  # a bug in the tap is not the server's fault, and must not look like it
            self.failed(error)

    def fin(self, end: End) -> bool:
        """Nothing more comes: a client that has not ended its side does so now."""
        self._server_ended("fin")
        if not self._finished:
            self._finished = True
            self._track.ended("client", "fin")
        return False

    def lost(self, end: End, exc: Exception | None) -> None:
        """The connection is over."""
        if exc is not None:
            self._server_ended("reset")
            if not self._close_sent:
                self._fail("reset", "the server reset the connection")
        elif not self.ended:
            self._server_ended(None)
        self._over()

    def peer(self, end: End) -> None:
        """There is no other end."""

    def failed(self, error: Exception) -> None:
        """The tap broke."""
        self.bug = self.bug or error
        self.reset()

    # -- the tap's side: see wire/tap.py

    def wants(self, head: RequestHead) -> bool:
        """All is told."""
        return True

    def request(self, exchange: int, request: WholeRequest, *, upgrade: bool) -> None:
        """A request of ours went out."""
        self._track.request(exchange, request, upgrade=upgrade)
        if upgrade:
            self._heads[exchange] = request.head

    def response(self, exchange: int, response: WholeResponse, *, upgrade: bool) -> None:
        """An answer; a 101 begins the session."""
        record = self._track.response(exchange, response, upgrade=upgrade)
        asked = self._heads.pop(exchange, None)
        self.spent = has_token(record.headers, "connection", "close") or (
            record.http == "1.0" and not has_token(record.headers, "connection", "keep-alive")
        )
        if response.head.status == 101 and asked is not None:
            values = [v for name, v in response.head.headers if name.lower() == "sec-websocket-extensions"]
            self._writer = FrameWriter(agreed_compression(values))
            for fault in faults(asked.headers, response.head.headers):
                self._fail("handshake", fault)
        self._ear.answered(self, record)

    def messages(self, sender: Direction, t: int, items: list[Item]) -> None:
        """Messages of either side; the server's pings and close are answered."""
        records = self._track.messages(sender, t, items)
        if sender == "client":
            self._ear.passed(self, sender, records)
            return
        self._messages += len(items)
        if self._messages > self.patience.messages:
            self._fail("flood", f"more than {self.patience.messages} messages came")
            self.reset()
            return
        self._ear.passed(self, sender, records)
        for message in records:
            if message.opcode is Opcode.PING and self.in_session:
                self.send(Opcode.PONG, message.payload)
            elif message.opcode is Opcode.CLOSE:
                self.closing.set()
                if self.in_session:
                    self.send(Opcode.CLOSE, message.payload[:2])

    def remark(self, sender: Direction, t: int, remark: Remark) -> None:
        """What the tap noticed: what no client can read on from ends the connection."""
        self._track.remark(sender, t, remark)
        if sender == "client" and remark.code == "unread":
            self._fail("unsendable", f"the recorded request can't be sent: {remark.text.partition(';')[0]}")
            self.reset()
        elif sender == "server" and remark.code in BROKEN:
            self._fail("broken", f"the server broke the protocol: {remark.text}")
            if remark.code == "broken-frame":
                self.reset()
        elif sender == "server" and remark.code == "unread":
            self._fail("unreadable", remark.text.partition(";")[0])
            self.reset()

    # -- inside

    def _fail(self, kind: Kind, text: str) -> None:
        if self.trouble is None:
            self.trouble = Trouble(kind, text, self.number, self.session, self._clock())

    def _server_ended(self, how: str | None) -> None:
        if self.ended and how != "reset":
            return
        if not self.ended:
            self.ended = True
            self._tap.ended("server", self._clock())
        if how is not None:
            self._track.ended("server", how)

    def _over(self) -> None:
        if not self.gone.is_set():
            self.ended = True
            self.gone.set()
            self.closing.set()
            self._ear.over(self)

    async def _patiently(self, event: asyncio.Event) -> bool:
        try:
            async with asyncio.timeout(self.patience.close):
                await event.wait()
        except TimeoutError:
            return False
        return True
