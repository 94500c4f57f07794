"""Bytes of one direction after the handshake -> messages, on a copy that nobody waits for.

The reader never raises for what it reads and never judges: a frame that breaks RFC 6455 becomes a
remark, and reading goes on while frames can still be told apart. It is the recorder's hot path:
a message in one plain frame costs one tuple (`wsrecord.wire.items` says of what).
"""

from dataclasses import dataclass, field
from typing import Any

from wsrecord.wire.deflate import InflateError, Inflater
from wsrecord.wire.frames import Direction, Frame, FrameFlag
from wsrecord.wire.items import DEFAULT_BOUNDS, Item, Remark

try:
    from websockets.speedups import apply_mask
except ImportError:  # pragma: no cover - a platform without the C extension
    from websockets.utils import apply_mask

_FIN = int(FrameFlag.FIN)
_RSV = int(FrameFlag.RSV1 | FrameFlag.RSV2 | FrameFlag.RSV3)
_RSV1 = int(FrameFlag.RSV1)
_MASKED = int(FrameFlag.MASKED)
_LONG = int(FrameFlag.LONG)
_DATA = (0, 1, 2)
_KNOWN = (0, 1, 2, 8, 9, 10)
_MOST_REMARKS = 1000  # of one direction: garbage makes one every few bytes
_MOST_FRAMES = 100_000  # of one message: an empty frame costs its sender two bytes


@dataclass(slots=True)
class _Open:
    """A message of which not all frames have come."""

    opcode: int
    compressed: bool
    unread: str | None
    began: int
    kept: bytearray = field(default_factory=bytearray)
    frames: list[Frame] = field(default_factory=list)
    size: int = 0
    controls: int = 0
    folded: bool = False  # there were more frames than are listed: the last one stands for the rest


class MessageReader:
    """Reads one direction of one session."""

    __slots__ = (
        "_began",
        "_ended",
        "_expected_mask",
        "_first",
        "_head",
        "_inflater",
        "_keep_raw",
        "_kept",
        "_length",
        "_limit",
        "_lost",
        "_mask",
        "_need",
        "_now",
        "_open",
        "_parts",
        "_remarked",
        "remarks",
    )

    def __init__(
        self,
        sender: Direction,
        *,
        inflater: Inflater | None = None,
        limit: int = DEFAULT_BOUNDS.message,
        keep_raw: bool = False,
    ) -> None:
        self._expected_mask = 0x80 if sender == "client" else 0
        self._inflater = inflater
        self._limit = max(limit, 125)  # a control frame's payload is kept whole
        self._keep_raw = keep_raw
        self.remarks: list[Remark] = []
        self._remarked = 0
        self._head = b""  # of a frame: not yet whole
        self._need = 0  # payload bytes of the current frame that are still to come
        self._first = self._length = self._kept = 0
        self._mask: bytes | None = None
        self._parts: list[bytes] | None = None
        self._began = self._now = 0
        self._open: _Open | None = None
        self._lost = False
        self._ended = False

    @property
    def between_frames(self) -> bool:
        """Whether a frame of another speaker could be put in here without breaking one."""
        return not (self._need or self._head or self._lost)

    def feed(self, data: bytes, now: int) -> list[Item]:
        """Return the messages that these bytes complete; see `remarks` for what else was seen."""
        items: list[Item] = []
        self._now = now
        pos = 0
        if self._need:
            if len(data) < self._need:
                self._keep_part(data)
                self._need -= len(data)
                return items
            pos = self._need
            self._need = 0
            self._keep_part(data[:pos])
            self._finish(items)
        elif self._head:
            data = self._head + data
            self._head = b""
        elif self._lost:
            return items
        else:
            self._began = now
        if pos:
            self._began = now
        self._frames(data, pos, now, items)
        return items

    def _frames(self, data: bytes, pos: int, now: int, items: list[Item]) -> None:  # noqa: PLR0915 - one hot loop
        """Cut whole frames out of data from pos on; keep what is left for later."""
        end = len(data)
        expected = self._expected_mask
        limit = self._limit
        while pos + 2 <= end:
            first = data[pos]
            second = data[pos + 1]
            length = second & 0x7F
            at = pos + 2
            plain = True
            if length == 126:
                if end < at + 2:
                    break
                length = data[at] << 8 | data[at + 1]
                at += 2
                plain = length > 125
            elif length == 127:
                if end < at + 8:
                    break
                length = int.from_bytes(data[at : at + 8])
                at += 8
                plain = length > 65535
                if length >> 63:
                    self._lose("a frame claims 2^63 bytes or more")
                    return
            mask = None
            if second & 0x80:
                if end < at + 4:
                    break
                mask = data[at : at + 4]
                at += 4
            stop = at + length
            if stop > end:
                self._first = first | (0 if plain else 0x100)
                self._length, self._mask = length, mask
                self._parts, self._kept = [], 0
                self._need = stop - end
                self._keep_part(data[at:])
                return
            payload = data[at:stop]
            if mask is not None:
                payload = apply_mask(payload, mask)
            if (
                (first == 0x81 or first == 0x82)  # noqa: PLR1714 - a tuple test costs more here
                and plain
                and second & 0x80 == expected
                and self._open is None
                and length <= limit
            ):
                if self._began == now:
                    items.append((first & 15, payload))
                else:
                    items.append((first & 15, payload, {"began": self._began}))
            else:
                flags = first & 0xF0 | (_MASKED if mask is not None else 0) | (0 if plain else _LONG)
                self._frame(first & 15, flags, length, payload, items)
            self._began = now
            pos = stop
        self._head = data[pos:]

    def _keep_part(self, data: bytes) -> None:
        room = self._limit - self._kept
        if room > 0 and data:
            self._kept += min(room, len(data))
            assert self._parts is not None
            self._parts.append(data if len(data) <= room else data[:room])

    def _finish(self, items: list[Item]) -> None:
        """The frame that came in pieces is whole."""
        assert self._parts is not None
        payload = b"".join(self._parts)
        self._parts = None
        if self._mask is not None:
            payload = apply_mask(payload, self._mask)
        long = _LONG if self._first & 0x100 else 0
        flags = self._first & 0xF0 | (_MASKED if self._mask is not None else 0) | long
        self._frame(self._first & 15, flags, self._length, payload, items)

    def _frame(self, opcode: int, flags: int, length: int, payload: bytes, items: list[Item]) -> None:
        """Any whole frame; `payload` may be shorter than `length` where the bound cut it."""
        if opcode not in _KNOWN:
            self._remark("unknown-frame", f"opcode {opcode}, flags {flags:#04x}, {length} bytes", payload)
        elif opcode in _DATA:
            self._data(opcode, flags, length, payload, items)
        else:
            self._control(opcode, flags, length, payload, items)

    def _control(self, opcode: int, flags: int, length: int, payload: bytes, items: list[Item]) -> None:
        if length > 125 or not flags & _FIN:
            self._remark("broken-control", f"opcode {opcode}, flags {flags:#04x}, {length} bytes", payload)
            return
        if self._open is not None:
            self._open.controls += 1
        details: dict[str, Any] = {}
        if flags != _FIN | self._expected_mask >> 4:
            details["frames"] = [(length, flags, 0)]
        if flags & _RSV:
            details["unread"] = "extension"
            payload = payload if self._keep_raw else b""
        self._emit(opcode, payload, details, self._began, items)

    def _data(self, opcode: int, flags: int, length: int, payload: bytes, items: list[Item]) -> None:
        message = self._open
        if opcode == 0:
            if message is None:
                self._remark("stray-continuation", f"flags {flags:#04x}, {length} bytes", payload)
                return
            if flags & _RSV and message.unread is None:
                message.unread = "extension"
        else:
            if message is not None:
                self._remark("unfinished-message", f"{message.size} bytes in {len(message.frames)} frames")
                if message.compressed and self._inflater is not None:
                    self._inflater.lose()
            compressed = bool(flags & _RSV1) and self._inflater is not None
            strange = flags & _RSV & ~(_RSV1 if compressed else 0)
            message = self._open = _Open(opcode, compressed, "extension" if strange else None, self._began)
        frames = message.frames
        if len(frames) < _MOST_FRAMES:
            frames.append((length, flags, message.controls))
        else:
            if not message.folded:
                message.folded = True
                self._remark("many-frames", f"a message's frames from {_MOST_FRAMES} on are noted as one")
            last = frames[-1]
            frames[-1] = (last[0] + length, last[1] | flags, last[2] + message.controls)
        message.controls = 0
        message.size += length
        room = self._limit - len(message.kept)
        if room > 0:
            message.kept += payload if len(payload) <= room else payload[:room]
        if flags & _FIN:
            self._open = None
            self._message(message, items)

    def _message(self, message: _Open, items: list[Item]) -> None:
        """All frames of a message have come."""
        payload = bytes(message.kept)
        details: dict[str, Any] = {}
        cut = len(payload) < message.size
        unread = message.unread
        if message.compressed and unread is None:
            payload, unread = self._inflate(payload, cut, message)
        elif message.compressed and self._inflater is not None:
            self._inflater.lose()
        elif cut:
            details["size"] = message.size
        flags = _FIN | self._expected_mask >> 4
        if message.frames != [(message.size, flags, 0)] or unread is not None:
            details["frames"] = message.frames
        if unread is not None:
            details["unread"] = unread
            payload = payload if self._keep_raw else b""
        self._emit(message.opcode, payload, details, message.began, items)

    def _inflate(self, payload: bytes, cut: bool, message: _Open) -> tuple[bytes, str | None]:
        inflater = self._inflater
        assert inflater is not None
        if inflater.blind:
            return payload, "blind"
        if cut:
            inflater.lose()
            why, fault = "bomb", f"is longer than {self._limit}"
        else:
            try:
                return inflater.inflate(payload), None
            except InflateError as error:
                why = error.why
            fault = f"inflates to more than {self._limit}" if why == "bomb" else "can't be inflated"
        after = (
            "; what this side compresses after it leans on it and can't be read" if inflater.takeover else ""
        )
        self._remark(why, f"a compressed message of {message.size} bytes {fault}{after}")
        return payload, why

    def _emit(
        self, opcode: int, payload: bytes, details: dict[str, Any], began: int, items: list[Item]
    ) -> None:
        if began != self._now:
            details["began"] = began
        items.append((opcode, payload, details) if details else (opcode, payload))

    def end(self) -> None:
        """No more bytes will come: say, once, what was left unfinished."""
        if self._ended:
            return
        self._ended = True
        if self._need:
            self._remark("cut-frame", f"{self._length - self._need} of {self._length} bytes came")
        elif self._head:
            self._remark("cut-frame", f"{len(self._head)} bytes of a frame's head came")
        elif self._open is not None:
            message = self._open
            self._remark("unfinished-message", f"{message.size} bytes in {len(message.frames)} frames")

    def _lose(self, text: str) -> None:
        self._lost = True
        self._head = b""
        # It is the last word on this direction: no number of remarks before it may swallow it.
        self.remarks.append(Remark("broken-frame", text + "; nothing after it can be read"))

    def _remark(self, code: str, text: str, raw: bytes | None = None) -> None:
        self._remarked += 1
        if self._remarked < _MOST_REMARKS:
            kept = raw[: self._limit] if self._keep_raw and raw is not None else None
            self.remarks.append(Remark(code, text, kept))
        elif self._remarked == _MOST_REMARKS:
            self.remarks.append(Remark("more", "more was noticed in this direction than is noted here"))
