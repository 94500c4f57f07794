"""A client's HTTP/1 requests, cut as they are relayed: only a head has to be whole, for it may be rewritten.

What h11 refuses is never held back: the reader turns opaque and says why.
"""

from collections import deque
from typing import Literal

import h11

from wsrecord.wire.bodies import BodyKeeper
from wsrecord.wire.heads import ambiguous_framing, head_end, may_be_request
from wsrecord.wire.http import HeadPiece, RefusedError, RequestHead, WholeRequest, headers_of
from wsrecord.wire.items import Bounds

_TOO_LARGE = "431 Request Header Fields Too Large"
_ASCII = bytes(range(128)) + b"x" * 128  # h11 refuses a path with raw UTF-8 in it; servers don't
_LONGEST_LINE = 8192  # of a request line that is looked at before the head is whole


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
            # Relayed unread, it could hide two lengths, or a Host that should have been rewritten.
            buffer.clear()
            raise RefusedError(
                f"a head of more than {self._bounds.head} bytes; --max-head allows more", pieces, _TOO_LARGE
            )
        if end < 0:
            return b""
        raw = bytes(buffer[:end])
        rest = bytes(buffer[end:])
        buffer.clear()
        doubt = ambiguous_framing(raw)
        if doubt:
            raise RefusedError(f"the request's framing is ambiguous: {doubt}", pieces)
        self._parser = h11.Connection(h11.SERVER, max_incomplete_event_size=self._bounds.head + 1)
        try:
            line, newline, fields = raw[blank:].partition(b"\n")
            self._parser.receive_data(line.translate(_ASCII) + newline + fields)
            event = self._parser.next_event()
            assert isinstance(event, h11.Request)
        except Exception as error:  # whatever goes wrong here, what is held must go on
            buffer += raw + rest
            self._turn_opaque(f"a head that can't be read: {error}", pieces)
            return b""
        self._head = RequestHead(
            event.method.decode("latin-1"),
            line.split(b" ")[1].decode("latin-1"),
            event.http_version.decode("latin-1"),
            headers_of(event),
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
