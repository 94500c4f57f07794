"""HTTP/1 beside and before the upgrade: requests as they are relayed, answers on a copy; h11 is the judge.

A request has to be cut at its head's end, because the head may be rewritten; an answer is only
read. What h11 refuses is never held back: both readers turn opaque and say why.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal

import h11

from wsrecord.wire.bodies import Body, BodyKeeper
from wsrecord.wire.frames import Headers
from wsrecord.wire.heads import ambiguous_framing, has_token, head_end, may_be_request
from wsrecord.wire.messages import Bounds

_LONGEST_LINE = 8192  # of a request line that is looked at before the head is whole


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request line and its headers."""

    method: str
    path: str
    http: str
    headers: Headers

    @property
    def upgrades(self) -> bool:
        """Whether it asks for a WebSocket."""
        return has_token(self.headers, "upgrade", "websocket") and has_token(
            self.headers, "connection", "upgrade"
        )


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """A status line and its headers."""

    status: int
    reason: str
    http: str
    headers: Headers


@dataclass(frozen=True, slots=True)
class WholeRequest:
    """A request that has come to its end, with the times of its first and last byte."""

    head: RequestHead
    body: Body
    began: int
    t: int


@dataclass(frozen=True, slots=True)
class WholeResponse:
    """An answer that has come to its end; `interim` answers (1xx) have no body."""

    head: ResponseHead
    body: Body
    began: int
    t: int
    interim: bool = False


@dataclass(frozen=True, slots=True)
class HeadPiece:
    """A whole head on its way to the target: its bytes as they came, and what they say."""

    raw: bytes
    head: RequestHead


class RefusedError(Exception):
    """A request that must not be relayed: the text says why."""


def _headers(event: h11.Request | h11.InformationalResponse | h11.Response) -> Headers:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers.raw_items()
    )


class RequestReader:
    """Cuts a client's bytes into heads and the rest; collects whole requests in `done`."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._buffer = bytearray()
        self._began = 0
        self._parser: h11.Connection | None = None
        self._head: RequestHead | None = None
        self._body: BodyKeeper | None = None
        self.state: Literal["head", "body", "switching", "opaque"] = "head"
        self.why = ""  # it turned opaque
        self.early_from = 0  # the first of the returned pieces that follow an upgrade request
        self.done: deque[WholeRequest] = deque()

    @property
    def holding(self) -> bool:
        """Whether bytes of an unfinished head are being held; empty lines before one are no part of it."""
        return bool(self._buffer.lstrip(b"\r\n"))

    def feed(self, data: bytes, now: int) -> list[HeadPiece | bytes]:
        """Return all that can be relayed now; what follows an upgrade request comes back raw."""
        pieces: list[HeadPiece | bytes] = []
        self.early_from = 0
        while data:
            if self.state == "head":
                data = self._take_head(data, now, pieces)
            elif self.state == "body":
                data = self._take_body(data, now, pieces)
            else:
                pieces.append(self.release() + data)
                data = b""
        return pieces

    def give_up(self, why: str) -> bool:
        """Read no further; return whether something is held, which goes on before the next bytes."""
        self.state = "opaque"
        self.why = why
        return bool(self._buffer)

    def resume(self) -> None:
        """The upgrade was refused: what follows are requests again."""
        self.state = "head"

    def release(self) -> bytes:
        """Give back the bytes of an unfinished head, never to be one."""
        held = bytes(self._buffer)
        self._buffer.clear()
        return held

    def cut(self, now: int) -> None:
        """No more bytes come: a request whose body is unfinished ends here."""
        if self.state == "body":
            self._finish(now, cut=True)

    def _take_head(self, data: bytes, now: int, pieces: list[HeadPiece | bytes]) -> bytes:
        buffer = self._buffer
        if not buffer:
            self._began = now
        start = len(buffer)
        buffer += data
        blank = 0  # empty lines before a request are allowed
        if buffer[0] in b"\r\n":
            blank = len(buffer) - len(buffer.lstrip(b"\r\n"))
        end = head_end(buffer, max(start - 3, blank))
        longest = min(blank + _LONGEST_LINE, self._bounds.head)
        if not may_be_request(bytes(buffer[blank:longest])):
            self._turn_opaque("not an HTTP/1 request", pieces)
            return b""
        if (len(buffer) if end < 0 else end) > self._bounds.head:
            self._turn_opaque(f"a head of more than {self._bounds.head} bytes", pieces)
            return b""
        if end < 0:
            return b""
        raw = bytes(buffer[:end])
        rest = bytes(buffer[end:])
        buffer.clear()
        doubt = ambiguous_framing(raw)
        if doubt:
            raise RefusedError(f"the request's framing is ambiguous: {doubt}")
        self._parser = h11.Connection(h11.SERVER, max_incomplete_event_size=self._bounds.head + 1)
        try:
            self._parser.receive_data(raw[blank:])
            event = self._parser.next_event()
            assert isinstance(event, h11.Request)
        except Exception as error:  # whatever goes wrong here, what is held must go on
            buffer += raw + rest
            self._turn_opaque(f"a head that can't be read: {error}", pieces)
            return b""
        self._head = RequestHead(
            event.method.decode("latin-1"),
            event.target.decode("latin-1"),
            event.http_version.decode("latin-1"),
            _headers(event),
        )
        self._body = BodyKeeper(self._head.headers, self._bounds.body)
        pieces.append(HeadPiece(raw, self._head))
        self.state = "body"
        return self._take_body(rest, now, pieces)

    def _take_body(self, data: bytes, now: int, pieces: list[HeadPiece | bytes]) -> bytes:
        """Read on in the body; return what follows it."""
        parser = self._parser
        assert parser is not None
        assert self._body is not None
        try:
            if data:
                parser.receive_data(data)
            while True:
                event = parser.next_event()
                if isinstance(event, h11.Data):
                    self._body.add(bytes(event.data))
                elif isinstance(event, h11.EndOfMessage):
                    break
                else:
                    if data:
                        pieces.append(data)
                    return b""
        except Exception as error:  # as above
            if data:
                pieces.append(data)
            self._turn_opaque(f"a body that can't be read: {error}", pieces)
            return b""
        after = parser.trailing_data[0]
        body = data[: len(data) - len(after)]
        if body:
            pieces.append(body)
        self._finish(now)
        self.early_from = len(pieces)
        return after

    def _finish(self, now: int, *, cut: bool = False) -> None:
        assert self._head is not None
        assert self._body is not None
        self.done.append(WholeRequest(self._head, self._body.finish(cut=cut), self._began, now))
        self.state = "switching" if self._head.upgrades else "head"
        self._parser = self._body = None

    def _turn_opaque(self, why: str, pieces: list[HeadPiece | bytes]) -> None:
        if self.give_up(why):
            pieces.append(self.release())


class ResponseReader:
    """Reads a server's answers from a copy; collects whole ones in `done`."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._asked: deque[RequestHead] = deque()
        self._parser: h11.Connection | None = None
        self._head: ResponseHead | None = None
        self._body: BodyKeeper | None = None
        self._began: int | None = None
        self.state: Literal["http", "switched", "opaque"] = "http"
        self.why = ""
        self.done: list[WholeResponse] = []

    def expect(self, head: RequestHead) -> None:
        """A request went to the server: its answer's framing depends on it."""
        self._asked.append(head)

    def feed(self, data: bytes, now: int) -> bytes:
        """Take bytes up to the end of an answer; return the rest: what it is may depend on that answer."""
        if self.state != "http" or not data:
            return b""
        if self._parser is None:
            if not self._asked:
                self._turn_opaque("an answer to no request")
                return b""
            self._parser = self._start(self._asked[0])
        if self._began is None:
            self._began = now
        try:
            self._parser.receive_data(data)
            return self._events(now)
        except h11.RemoteProtocolError as error:
            self._turn_opaque(f"an answer that can't be read: {error}")
            return b""

    def end(self, now: int) -> None:
        """No more bytes come: an answer that is read until then is whole, another one is cut."""
        if self._head is None or self._parser is None or self.state != "http":
            return
        try:
            self._parser.receive_data(b"")
            self._events(now)
        except h11.RemoteProtocolError:
            self._finish(now, cut=True)

    def _events(self, now: int) -> bytes:
        """Read what there is; return what follows the answer's end."""
        parser = self._parser
        assert parser is not None
        while True:
            event = parser.next_event()
            if isinstance(event, h11.InformationalResponse):
                self._interim(event, now)
                if event.status_code == 101:
                    self.state = "switched"
                    return parser.trailing_data[0]
                self._began = now if parser.trailing_data[0] else None
            elif isinstance(event, h11.Response):
                self._head = self._read_head(event)
                self._body = BodyKeeper(self._head.headers, self._bounds.body)
            elif isinstance(event, h11.Data):
                assert self._body is not None
                self._body.add(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                rest = parser.trailing_data[0]
                self._finish(now)
                return rest
            elif event is h11.PAUSED:  # a CONNECT was agreed to
                self._finish(now)
                self._turn_opaque("a tunnel begins")
                return b""
            else:
                return b""

    def _interim(self, event: h11.InformationalResponse, now: int) -> None:
        began = now if self._began is None else self._began
        self.done.append(WholeResponse(self._read_head(event), Body(), began, now, event.status_code != 101))

    @staticmethod
    def _read_head(event: h11.InformationalResponse | h11.Response) -> ResponseHead:
        return ResponseHead(
            event.status_code,
            event.reason.decode("latin-1"),
            event.http_version.decode("latin-1"),
            _headers(event),
        )

    def _finish(self, now: int, *, cut: bool = False) -> None:
        assert self._head is not None
        assert self._body is not None
        began = now if self._began is None else self._began
        self.done.append(WholeResponse(self._head, self._body.finish(cut=cut), began, now))
        self._asked.popleft()
        self._parser = self._head = self._body = self._began = None

    def _start(self, asked: RequestHead) -> h11.Connection:
        """Return a parser that knows what was asked: HEAD has no body, an upgrade may switch."""
        parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=self._bounds.head + 1)
        headers = [("Host", "x")]
        for name in ("upgrade", "connection"):
            headers += [(name, value) for key, value in asked.headers if key.lower() == name]
        parser.send(h11.Request(method=asked.method, target="/", headers=headers))
        parser.send(h11.EndOfMessage())
        return parser

    def _turn_opaque(self, why: str) -> None:
        self.state = "opaque"
        self.why = why
