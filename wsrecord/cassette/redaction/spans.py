"""Where secrets stand in a payload, and how the payload looks without them."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """A secret in a payload: what stands from `start` to `end` goes."""

    start: int
    end: int
    secret: bytes  # unescaped: equal secrets are equal here
    name: str
    kind: str  # name | value | the pattern's kind
    base64: bool = False


def merge(spans: Iterable[Span]) -> list[Span]:
    """In order and apart: an inner span yields to the outer, overlapping ones become one."""
    out: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if span.start >= span.end:
            continue
        if not out or span.start >= out[-1].end:
            out.append(span)
        elif span.end > out[-1].end:
            last = out[-1]
            tail = span.secret[-(span.end - last.end) :]
            out[-1] = last._replace(end=span.end, secret=last.secret + tail, base64=False)
    return out


class View(NamedTuple):
    """An unescaped copy of a part of a payload, with the way back."""

    text: bytes
    plain: list[int]  # offsets in the copy at which an unbroken run begins …
    raw: list[int]  # … and where that run stands in the payload
    end: int

    def back(self, span: Span) -> Span:
        """The same span in the payload."""
        return span._replace(start=self._raw(span.start), end=self._raw_end(span.end))

    def _raw(self, at: int) -> int:
        i = bisect_right(self.plain, at) - 1
        return self.raw[i] + at - self.plain[i]

    def _raw_end(self, at: int) -> int:
        if at >= len(self.text):
            return self.end
        i = bisect_right(self.plain, at) - 1
        if self.plain[i] == at:
            return self.raw[i]
        return self._raw(at)


_JSON_ESCAPE = re.compile(
    rb"(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.)", re.DOTALL
)
_PERCENT = re.compile(rb"%[0-9a-fA-F]{2}|\+")
_SIMPLE = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f"}


def _json_character(text: bytes) -> bytes:
    if text[1:2] != b"u" or len(text) < 6:
        return _SIMPLE.get(text[1:], text[1:])
    code = int(text[2:6], 16)
    if len(text) == 12:
        code = 0x10000 + ((code - 0xD800) << 10) + (int(text[8:], 16) - 0xDC00)
    return chr(code).encode("utf-8", "surrogatepass")


def _view(
    payload: bytes, start: int, end: int, escape: re.Pattern[bytes], decode: Callable[[bytes], bytes]
) -> View:
    parts: list[bytes] = []
    plain, raw = [0], [start]
    at, length = start, 0
    for m in escape.finditer(payload, start, end):
        if m.start() > at:
            parts.append(payload[at : m.start()])
            length += m.start() - at
        character = decode(m[0])
        parts.append(character)
        plain.append(length)
        raw.append(m.start())
        length += len(character)
        at = m.end()
        plain.append(length)
        raw.append(at)
    parts.append(payload[at:end])
    return View(b"".join(parts), plain, raw, end)


def unescaped_json(payload: bytes, start: int, end: int) -> View:
    """The inside of a JSON string literal, decoded."""
    return _view(payload, start, end, _JSON_ESCAPE, _json_character)


def unescaped_percent(payload: bytes, start: int, end: int) -> View:
    """A part of a URL or form, decoded."""
    return _view(payload, start, end, _PERCENT, lambda t: b" " if t == b"+" else bytes([int(t[1:], 16)]))
