"""A relay that rewrites what a server says over its WebSockets: any server, drifted.

A `Change` is asked for each message of the server's: it returns what is sent in its place, or None, and
the connection is closed then and there. Compression is not offered to the server: payloads can be read.
"""

import re
from collections.abc import Callable, Iterator
from struct import pack, unpack_from
from typing import TypeAlias

from support.relay import Line, Relay, Side

Change: TypeAlias = Callable[[bytes], list[bytes] | None]
_OFFER = re.compile(rb"\r\nsec-websocket-extensions:[^\r\n]*", re.IGNORECASE)
_SWITCHED = b"HTTP/1.1 101 "
_GOING_AWAY = b"\x88\x02\x03\xe9"


def rewriting(target: int, make: Callable[[], Change]) -> Relay:
    """A relay before a server; each connection gets a change of its own."""
    return Relay(target, lambda: _Rewritten(make()))


class _Rewritten(Line):
    def __init__(self, change: Change) -> None:
        super().__init__()
        self._change = change
        self._switched = False
        self._over = False
        self._bytes = bytearray()  # of the server, not yet sent on
        self._parts: list[bytes] = []  # of a message in several frames

    def came(self, side: Side, data: bytes) -> None:
        if self._over:
            return
        if side is self.client:
            self.server.write(data if self._switched else _OFFER.sub(b"", data))
            return
        self._bytes += data
        if not self._switched:
            if not self._bytes.startswith(_SWITCHED):
                side.other.write(bytes(self._bytes))
                self._bytes.clear()
                return
            head, end, rest = bytes(self._bytes).partition(b"\r\n\r\n")
            if not end:
                return
            self._switched = True
            side.other.write(head + end)
            self._bytes[:] = rest
        for first, payload in self._frames():
            self._pass(side.other, first, payload)

    def _frames(self) -> Iterator[tuple[int, bytes]]:
        """Whole frames, each with its first byte; a server's are not masked."""
        while len(self._bytes) >= 2 and not self._over:
            length, at = self._bytes[1] & 0x7F, 2
            if length > 125:
                form = ">H" if length == 126 else ">Q"
                at += 2 if length == 126 else 8
                if len(self._bytes) < at:
                    return
                (length,) = unpack_from(form, self._bytes, 2)
            if len(self._bytes) < at + length:
                return
            first, payload = self._bytes[0], bytes(self._bytes[at : at + length])
            del self._bytes[: at + length]
            yield first, payload

    def _pass(self, client: Side, first: int, payload: bytes) -> None:
        if first & 0x0F > 2:  # a control frame
            client.write(_frame(first, payload))
            return
        if not self._parts:
            self._opcode = first & 0x0F
        self._parts.append(payload)
        if not first & 0x80:
            return
        whole, self._parts = b"".join(self._parts), []
        said = self._change(whole)
        if said is None:
            self._over = True
            client.write(_GOING_AWAY)
            client.end()
            self.server.close()
            return
        for one in said:
            client.write(_frame(0x80 | self._opcode, one))


def _frame(first: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    return (pack(">BBH", first, 126, size) if size < 1 << 16 else pack(">BBQ", first, 127, size)) + payload


# Changes


def replaced(old: bytes, new: bytes, mark: bytes = b"") -> Callable[[], Change]:
    """In each message that has the mark: a field with another name, a value of another type."""
    return lambda: lambda said: [said.replace(old, new) if mark in said else said]


def dropped(mark: bytes) -> Callable[[], Change]:
    """Without the first message that has the mark."""

    def make() -> Change:
        found = _First(mark)
        return lambda said: [] if found(said) else [said]

    return make


def swapped(mark: bytes) -> Callable[[], Change]:
    """The first message that has the mark comes after the one that follows it."""

    def make() -> Change:
        found, held = _First(mark), list[bytes]()

        def change(said: bytes) -> list[bytes]:
            if found(said):
                held.append(said)
                return []
            late = [said, *held]
            held.clear()
            return late

        return change

    return make


def closed(mark: bytes) -> Callable[[], Change]:
    """Closed with 1001 in the place of the first message that has the mark."""

    def make() -> Change:
        found = _First(mark)
        return lambda said: None if found(said) else [said]

    return make


class _First:
    """Whether this is the first message that has a mark."""

    def __init__(self, mark: bytes) -> None:
        self._mark = mark
        self._found = False

    def __call__(self, said: bytes) -> bool:
        if self._found or self._mark not in said:
            return False
        self._found = True
        return True
