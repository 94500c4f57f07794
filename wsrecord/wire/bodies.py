"""What is kept of an HTTP body: text and JSON, up to a bound, out of its content-encoding."""

import zlib
from dataclasses import dataclass

from wsrecord.wire.frames import Headers
from wsrecord.wire.heads import first_value

_TEXT = ("text/", "application/json", "application/x-www-form-urlencoded", "application/xml")
_TEXT_PARTS = ("+json", "+xml", "javascript", "graphql", "ndjson")
_INFLATED = ("gzip", "x-gzip", "deflate")


@dataclass(frozen=True, slots=True)
class Body:
    """A body as kept: `content` is None where there was none or where `unkept` says why not."""

    content: bytes | None = None
    size: int = 0
    unkept: str | None = None  # kind | bound | encoding | cut


class BodyKeeper:
    """Collects one body's bytes as they pass."""

    __slots__ = ("_bound", "_encoding", "_kept", "_size", "_unkept")

    def __init__(self, headers: Headers, bound: int) -> None:
        kind = (first_value(headers, "content-type") or "text/").lower()
        encodings = [value for name, value in headers if name.lower() == "content-encoding"]
        self._encoding = ",".join(encodings).strip().lower() or "identity"
        self._bound = bound
        self._size = 0
        self._kept = bytearray()  # one buffer: a list of tiny chunks would cost many times their size
        self._unkept: str | None = None
        if not (kind.startswith(_TEXT) or any(part in kind for part in _TEXT_PARTS)):
            self._unkept = "kind"
        elif self._encoding != "identity" and self._encoding not in _INFLATED:
            self._unkept = "encoding"

    def add(self, data: bytes) -> None:
        """Take more of the body."""
        self._size += len(data)
        if self._unkept is None and self._size > self._bound:
            self._unkept = "bound"
            self._kept = bytearray()
        if self._unkept is None:
            self._kept += data

    def finish(self, *, cut: bool = False) -> Body:
        """Return what is kept; `cut` says that not all of it came."""
        if not self._size:
            return Body(unkept="cut" if cut else None)
        if self._unkept or (cut and self._encoding != "identity"):
            return Body(None, self._size, self._unkept or "cut")
        content = bytes(self._kept)
        if cut:  # a stream of events ends so, more often than not
            return Body(content, self._size, "cut")
        if self._encoding != "identity":
            inflated = self._inflate(content)
            if inflated is None:
                return Body(None, self._size, "encoding")
            if len(inflated) > self._bound:
                return Body(None, self._size, "bound")
            content = inflated
        return Body(content, self._size)

    def _inflate(self, content: bytes) -> bytes | None:
        """Return one whole stream, or the part of it that is past the bound; None for anything else."""
        # "deflate" means zlib's format by the RFC and a raw stream by habit.
        for wbits in (15, -15) if self._encoding == "deflate" else (31,):
            stream = zlib.decompressobj(wbits)
            try:
                inflated = stream.decompress(content, self._bound + 1)
            except zlib.error:
                continue
            if len(inflated) > self._bound or (stream.eof and not stream.unused_data):
                return inflated
        return None
