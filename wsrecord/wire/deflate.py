"""permessage-deflate, seen from beside the wire: what was agreed, and inflating a copy within bounds."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from websockets.exceptions import InvalidHeader
from websockets.headers import parse_extension

from wsrecord.wire.frames import Direction

_TAIL = b"\x00\x00\xff\xff"
_NAME = "permessage-deflate"


@dataclass(frozen=True, slots=True)
class Deflate:
    """The agreed compression: whose messages share one compression context."""

    client_takeover: bool
    server_takeover: bool

    def inflater(self, sender: Direction, limit: int) -> "Inflater":
        """Return what reads one direction's compressed messages."""
        return Inflater(self.client_takeover if sender == "client" else self.server_takeover, limit)


@dataclass(frozen=True, slots=True)
class Extensions:
    """What a 101 answer agreed on: compression, and the names of what this tap doesn't know."""

    deflate: Deflate | None = None
    unknown: tuple[str, ...] = ()


def agreed_extensions(values: Iterable[str]) -> Extensions:
    """Read the Sec-WebSocket-Extensions values of a 101 answer; never raises."""
    deflate = None
    unknown = []
    for value in values:
        try:
            offers = parse_extension(value)
        except InvalidHeader:
            unknown.append(value)
            continue
        for name, parameters in offers:
            if name != _NAME or deflate is not None:
                unknown.append(name)
                continue
            names = {key for key, _ in parameters}
            deflate = Deflate(
                "client_no_context_takeover" not in names, "server_no_context_takeover" not in names
            )
    return Extensions(deflate, tuple(unknown))


class InflateError(Exception):
    """A compressed message that can't be read: `why` is "bomb" or "broken"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Inflater:
    """Inflates one direction's messages; after a loss with context takeover it is blind for good."""

    __slots__ = ("_limit", "_stream", "blind", "takeover")

    def __init__(self, takeover: bool, limit: int) -> None:
        self.takeover = takeover
        self._limit = limit
        self._stream: zlib._Decompress | None = None
        self.blind = False

    def inflate(self, payload: bytes) -> bytes:
        """Return the message; raises InflateError for one that is broken or inflates past the bound."""
        stream = self._stream
        if stream is None:
            # The window is always the largest: it reads every smaller one as well.
            stream = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        try:
            data = stream.decompress(payload + _TAIL, self._limit + 1)
        except zlib.error:
            self.lose()
            raise InflateError("broken") from None
        if len(data) > self._limit or stream.unconsumed_tail:
            self.lose()
            raise InflateError("bomb")
        if stream.eof and stream.unused_data not in (_TAIL, b"\0" + _TAIL):
            self.lose()  # blocks after the final one, which zlib doesn't read
            raise InflateError("broken")
        # A final block ends the stream; the next message then starts a new one.
        self._stream = stream if self.takeover and not stream.eof else None
        return data

    def lose(self) -> None:
        """A compressed message was not inflated: with a shared context nothing after it can be read."""
        self._stream = None
        self.blind = self.takeover
