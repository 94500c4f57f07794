"""A server's HTTP/1 answers, read from a copy; what h11 refuses turns the reader opaque."""

from collections import deque
from typing import Literal

import h11

from wsrecord.wire.bodies import Body, BodyKeeper
from wsrecord.wire.http import RequestHead, ResponseHead, WholeResponse, headers_of
from wsrecord.wire.items import Bounds


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
            headers_of(event),
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
