"""Messages -> frames, for an end of our own: compressed as agreed, and masked if it is a client's."""

import os
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from websockets.exceptions import InvalidHeader
from websockets.headers import parse_extension

from wsrecord.wire.frames import Direction, Opcode

try:
    from websockets.speedups import apply_mask
except ImportError:  # pragma: no cover - a platform without the C extension
    from websockets.utils import apply_mask

_NAME = "permessage-deflate"
_TAIL = b"\x00\x00\xff\xff"
_LEAST_WINDOW = 9  # zlib makes no raw stream with a smaller one
_FIN, _RSV1, _MASK = 0x80, 0x40, 0x80


@dataclass(frozen=True, slots=True)
class Compression:
    """What was agreed for one side's own messages."""

    takeover: bool = True  # the compression context lives on from message to message
    window: int = zlib.MAX_WBITS

    @property
    def possible(self) -> bool:
        """Whether zlib can do it; a message may always go uncompressed."""
        return self.window >= _LEAST_WINDOW


def agreed_compression(values: Iterable[str], side: Direction = "client") -> Compression | None:
    """Read the Sec-WebSocket-Extensions values of a 101 answer as this side of it; never raises."""
    for value in values:
        try:
            agreed = parse_extension(value)
        except InvalidHeader:
            continue
        for name, parameters in agreed:
            if name == _NAME:
                given = dict(parameters)
                bits = given.get(f"{side}_max_window_bits") or ""
                window = int(bits) if bits in {str(n) for n in range(8, 16)} else zlib.MAX_WBITS
                return Compression(f"{side}_no_context_takeover" not in given, window)
    return None


def extension_names(values: Iterable[str]) -> set[str]:
    """The names of the extensions that these header values offer or agree to; never raises."""
    names: set[str] = set()
    for value in values:
        try:
            names |= {name for name, _ in parse_extension(value)}
        except InvalidHeader:
            names.add(value)
    return names


class FrameWriter:
    """Writes one side's messages; without a `mask` a server's."""

    __slots__ = ("_compression", "_mask", "_stream")

    def __init__(
        self, compression: Compression | None = None, mask: Callable[[int], bytes] | None = os.urandom
    ) -> None:
        self._compression = compression if compression is not None and compression.possible else None
        self._mask = mask
        self._stream: zlib._Compress | None = None

    def message(
        self, opcode: int, payload: bytes, *, compress: bool = True, sizes: Sequence[int] = ()
    ) -> bytes:
        """Return a message's frames; `sizes` are those of recorded frames, kept where they fit."""
        first = int(opcode)
        if opcode in (Opcode.TEXT, Opcode.BINARY) and compress and self._compression is not None:
            payload = self._deflated(payload, self._compression)
            first |= _RSV1
        if opcode not in (Opcode.TEXT, Opcode.BINARY) or len(sizes) < 2:
            return self._frame(first | _FIN, payload)
        parts = _split(payload, sizes)
        frames = []
        for number, part in enumerate(parts):
            head = first if number == 0 else 0
            frames.append(self._frame(head | (_FIN if number == len(parts) - 1 else 0), part))
        return b"".join(frames)

    def _deflated(self, payload: bytes, compression: Compression) -> bytes:
        stream = self._stream
        if stream is None:
            stream = zlib.compressobj(wbits=-compression.window)
        data = stream.compress(payload) + stream.flush(zlib.Z_SYNC_FLUSH)
        self._stream = stream if compression.takeover else None
        return data.removesuffix(_TAIL)

    def _frame(self, first: int, payload: bytes) -> bytes:
        length = len(payload)
        masked = _MASK if self._mask is not None else 0
        if length < 126:
            head = bytes((first, masked | length))
        elif length < 65536:
            head = bytes((first, masked | 126)) + length.to_bytes(2)
        else:
            head = bytes((first, masked | 127)) + length.to_bytes(8)
        if self._mask is None:
            return head + payload
        mask = self._mask(4)
        return head + mask + apply_mask(payload, mask)


def _split(payload: bytes, sizes: Sequence[int]) -> list[bytes]:
    """Cut at the given sizes; a payload that has another length by now, in as many parts of one size."""
    if sum(sizes) != len(payload):
        each, more = divmod(len(payload), len(sizes))
        sizes = [each + (n < more) for n in range(len(sizes))]
    parts = []
    at = 0
    for size in sizes:
        parts.append(payload[at : at + size])
        at += size
    return parts
