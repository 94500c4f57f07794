"""The tap: one connection's two directions, read from a copy, told to a sink in the order of events.

    http ──upgrade request──► switching ──101──► session
     ▲                           │
     └──────any other answer─────┘
    anything that can't be read ──► opaque (relayed all the same, and remarked on)

Only the client's direction before the upgrade is cut by the tap (`client_pieces`), because a head
may have to be rewritten before it is relayed; everything else is relayed first and read after.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal, Protocol

from wsrecord.wire.answers import ResponseReader
from wsrecord.wire.deflate import agreed_extensions
from wsrecord.wire.frames import Direction
from wsrecord.wire.http import HeadPiece, RefusedError, RequestHead, ResponseHead, WholeRequest, WholeResponse
from wsrecord.wire.items import Bounds, Item, Remark
from wsrecord.wire.messages import MessageReader
from wsrecord.wire.requests import RequestReader


class Sink(Protocol):
    """What a tap tells of one connection. Times are the caller's; exchanges count from 1."""

    def wants(self, head: RequestHead) -> bool:
        """Whether this exchange, or the session that it asks for, is to be told."""

    def request(self, exchange: int, request: WholeRequest, *, upgrade: bool) -> None:
        """Tell a whole request."""

    def response(self, exchange: int, response: WholeResponse, *, upgrade: bool) -> None:
        """Tell a whole answer, a 101 included."""

    def messages(self, sender: Direction, t: int, items: list[Item]) -> None:
        """Tell messages that one read completed."""

    def remark(self, sender: Direction, t: int, remark: Remark) -> None:
        """Tell what was noticed."""


@dataclass(slots=True)
class _Pending:
    """An exchange whose answer has not ended."""

    exchange: int
    head: RequestHead
    wanted: bool
    upgrade: bool


class Tap:
    """Reads one connection."""

    __slots__ = (
        "_bounds",
        "_count",
        "_early",
        "_early_size",
        "_keep_raw",
        "_pending",
        "_readers",
        "_requests",
        "_responses",
        "_sink",
        "_told",
        "mode",
    )

    def __init__(self, sink: Sink, bounds: Bounds, *, keep_raw: bool = False) -> None:
        self._sink = sink
        self._bounds = bounds
        self._keep_raw = keep_raw
        self.mode: Literal["http", "switching", "session", "opaque"] = "http"
        self._requests: RequestReader | None = RequestReader(bounds)
        self._responses: ResponseReader | None = ResponseReader(bounds)
        self._pending: deque[_Pending] | None = deque()
        self._told: deque[_Pending] | None = deque()  # requests that have not ended
        self._count = 0
        self._early: list[tuple[bytes, int]] = []  # the client's, before it knows the answer
        self._early_size = 0
        self._readers: tuple[MessageReader, MessageReader] | None = None

    # -- the client's bytes

    def client_pieces(self, data: bytes, now: int) -> list[HeadPiece | bytes]:
        """Cut the client's bytes before the upgrade into what can be relayed now; `client` tells the rest."""
        requests = self._requests
        return [data] if requests is None else requests.feed(data, now)

    def relaying(self, head: RequestHead) -> None:
        """A head goes to the target now; from here on its answer is awaited."""
        if self._pending is None or self._told is None or self._responses is None:
            return
        self._count += 1
        pending = _Pending(self._count, head, self._sink.wants(head), head.upgrades)
        self._pending.append(pending)
        self._told.append(pending)
        self._responses.expect(head)
        self._tell_requests()  # it may have waited, whole, for a connection to its target

    def client_told(self, pieces: list[HeadPiece | bytes], now: int) -> None:
        """Tell what the relayed pieces, as `client_pieces` returned them, completed."""
        requests = self._requests
        if requests is None:
            return
        self._tell_requests()
        if requests.state == "opaque":
            self._turn_opaque("client", now, requests.why)
        elif self.mode == "switching":
            # What follows the upgrade request in the same read has its place after it.
            for piece in pieces[requests.early_from :]:
                if isinstance(piece, bytes):
                    self._keep_early(piece, now)

    def client(self, data: bytes, now: int) -> None:
        """Read relayed bytes of the client in a session."""
        readers = self._readers
        if readers is not None:
            reader = readers[0]
            items = reader.feed(data, now)
            if items:
                self._sink.messages("client", now, items)
            if reader.remarks:
                self._tell_remarks(reader, "client", now)

    # -- the server's bytes

    def server(self, data: bytes, now: int) -> None:
        """Read relayed bytes of the server."""
        while data and self._responses is not None:
            data = self._responses.feed(data, now)
            self._tell_responses(now)
        readers = self._readers
        if data and readers is not None:
            reader = readers[1]
            items = reader.feed(data, now)
            if items:
                self._sink.messages("server", now, items)
            if reader.remarks:
                self._tell_remarks(reader, "server", now)

    # -- ends

    @property
    def idle(self) -> bool:
        """Whether every request relayed so far has its whole answer."""
        return not self._pending

    @property
    def holding(self) -> bool:
        """Whether a part of a head is being held back."""
        return self._requests is not None and self._requests.holding

    def release(self, now: int, why: str) -> bytes:
        """Give up on an unfinished head: return its bytes, to be relayed as they are."""
        if self._requests is None:
            return b""
        held = self._requests.release()
        if held.strip(b"\r\n"):
            self._turn_opaque("client", now, why)
        return held

    def ended(self, sender: Direction, now: int) -> None:
        """One side sends no more."""
        if self._readers is not None:
            reader = self._readers[0 if sender == "client" else 1]
            reader.end()
            self._tell_remarks(reader, sender, now)
        elif sender == "client" and self._requests is not None:
            self._requests.cut(now)
            self._tell_requests()
        elif sender == "server" and self._responses is not None:
            self._responses.end(now)
            self._tell_responses(now)

    def between_frames(self, sender: Direction) -> bool:
        """Whether a frame could follow what this side has sent in a session."""
        return self._readers is not None and self._readers[0 if sender == "client" else 1].between_frames

    # -- inside

    def _tell_requests(self) -> None:
        requests, told = self._requests, self._told
        if requests is None or told is None:
            return
        while requests.done and told:
            request, pending = requests.done.popleft(), told.popleft()
            if pending.wanted:
                self._sink.request(pending.exchange, request, upgrade=pending.upgrade)
        if requests.state == "switching" and self.mode == "http":
            self.mode = "switching"

    def _tell_responses(self, now: int) -> None:
        responses, waiting = self._responses, self._pending
        if responses is None or waiting is None:
            return
        for response in responses.done:
            pending = waiting[0]
            if pending.wanted and response.interim:
                text = f"{response.head.status} {response.head.reason}"
                self._sink.remark("server", now, Remark("interim-answer", text))
            elif pending.wanted:
                self._sink.response(pending.exchange, response, upgrade=pending.upgrade)
            if not response.interim:
                waiting.popleft()
            if response.head.status == 101:
                self._switch(pending, response.head, now)
                return
            if pending.upgrade and not response.interim:
                self._refused(now)
        responses.done.clear()
        if responses.state == "opaque":
            self._turn_opaque("server", now, responses.why)

    def _switch(self, pending: _Pending, head: ResponseHead, now: int) -> None:
        """The server agreed: from here on both sides speak in frames."""
        if not pending.upgrade:
            self._turn_opaque("server", now, "it switched to a protocol that is not WebSocket")
            return
        if self.mode != "switching":
            self._turn_opaque("server", now, "it switched before the request for it had ended")
            return
        early, self._early = self._early, []
        self._requests = self._responses = self._pending = self._told = None
        if not pending.wanted:
            self.mode = "opaque"
            return
        self.mode = "session"
        values = [value for name, value in head.headers if name.lower() == "sec-websocket-extensions"]
        agreed = agreed_extensions(values)
        for name in agreed.unknown:
            self._sink.remark("server", now, Remark("unknown-extension", name))
        limit = self._bounds.message
        deflate = agreed.deflate
        self._readers = (
            MessageReader(
                "client",
                inflater=deflate.inflater("client", limit) if deflate else None,
                limit=limit,
                keep_raw=self._keep_raw,
            ),
            MessageReader(
                "server",
                inflater=deflate.inflater("server", limit) if deflate else None,
                limit=limit,
                keep_raw=self._keep_raw,
            ),
        )
        for data, t in early:
            self.client(data, t)

    def _refused(self, now: int) -> None:
        """The upgrade was refused: what the client sent meanwhile were requests, relayed unread."""
        requests = self._requests
        if requests is None:
            return
        if self.mode != "switching":
            self._turn_opaque("server", now, "an upgrade was refused before the request for it had ended")
            return
        self.mode = "http"
        requests.resume()
        early, self._early, self._early_size = self._early, [], 0
        for data, t in early:
            try:
                pieces = self.client_pieces(data, t)
            except RefusedError as error:
                self._turn_opaque("client", now, str(error))
                return
            for piece in pieces:
                if isinstance(piece, HeadPiece):
                    self.relaying(piece.head)
            self.client_told(pieces, t)
        if requests.release().strip(b"\r\n"):  # it has gone to the server already, so it can't be held
            self._turn_opaque("client", now, "half a head came before the upgrade was answered")

    def _keep_early(self, data: bytes, now: int) -> None:
        if self.mode != "switching":
            return
        self._early.append((data, now))
        self._early_size += len(data)
        if self._early_size > self._bounds.message:
            self._turn_opaque("client", now, "too much came before the upgrade was answered")

    def _tell_remarks(self, reader: MessageReader, sender: Direction, now: int) -> None:
        for remark in reader.remarks:
            self._sink.remark(sender, now, remark)
        reader.remarks.clear()

    def _turn_opaque(self, sender: Direction, now: int, why: str) -> None:
        if self._responses is not None:
            self._sink.remark(sender, now, Remark("unread", f"{why}; relayed and not recorded from here on"))
        self._responses = self._pending = self._told = None
        self._early = []
        # What is held of the client's can only go on with its next bytes: they must still come here.
        if self._requests is None or not self._requests.give_up(why):
            self._requests = None
            self.mode = "opaque"
