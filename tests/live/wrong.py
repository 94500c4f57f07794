"""Relays with one fault each: what proxies do who mean well. The comparison must find every one."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from support.frames import frame, masked_with
from support.relay import Line, Side

END = b"\r\n\r\n"


class ReFraming(Line):
    """Takes frames apart and puts them together again; by itself that changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._rest = {"client": b"", "server": b""}
        self._framed = {"client": False, "server": False}

    def came(self, side: Side, data: bytes) -> None:
        data = self._rest[side.name] + data
        if not self._framed[side.name]:
            head, end, data = data.partition(END)
            if not end:
                self._rest[side.name] = head
                return
            side.other.write(head + end)
            self._framed[side.name] = True
        frames, self._rest[side.name] = take(data)
        side.other.write(b"".join(piece.encode() for given in frames for piece in self.frame(side, given)))

    def ended(self, side: Side) -> None:
        side.other.write(self._rest[side.name])
        super().ended(side)

    def frame(self, side: Side, given: "Given") -> Iterator["Given"]:
        yield given


@dataclass(slots=True)
class Given:
    """A frame taken apart."""

    first: int
    mask: bytes | None
    payload: bytes
    width: int

    @property
    def opcode(self) -> int:
        return self.first & 0x0F

    @property
    def fin(self) -> bool:
        return bool(self.first & 0x80)

    def encode(self) -> bytes:
        bits = self.first & 0x70
        return frame(self.opcode, self.payload, fin=self.fin, rsv=bits, mask=self.mask, length=self.width)


def take(data: bytes) -> tuple[list[Given], bytes]:
    frames = []
    while len(data) >= 2:
        size, at, width = data[1] & 0x7F, 2, 7
        if size > 125:
            width = 16 if size == 126 else 64
            at = 2 + width // 8
            size = int.from_bytes(data[2:at], "big")
        mask = data[at : at + 4] if data[1] & 0x80 else None
        at += 4 if mask is not None else 0
        if len(data) < at + size:
            break
        payload = data[at : at + size]
        frames.append(Given(data[0], mask, masked_with(mask, payload) if mask else payload, width))
        data = data[at + size :]
    return frames, data


class JoinsFragments(ReFraming):
    """Hands on whole messages."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: dict[str, list[Given]] = {"client": [], "server": []}

    def frame(self, side: Side, given: Given) -> Iterator[Given]:
        parts = self._parts[side.name]
        if given.opcode > 7 or (given.fin and not parts):
            yield given
            return
        parts.append(given)
        if given.fin:
            whole = b"".join(part.payload for part in parts)
            yield Given(parts[0].first | 0x80, given.mask, whole, 7 if len(whole) < 126 else 16)
            parts.clear()


class MergesMessages(ReFraming):
    """Puts two text messages of one read into one."""

    def __init__(self) -> None:
        super().__init__()
        self._held: Given | None = None

    def came(self, side: Side, data: bytes) -> None:
        super().came(side, data)
        if self._held:
            side.other.write(self._held.encode())
            self._held = None

    def frame(self, side: Side, given: Given) -> Iterator[Given]:
        if given.first == 0x81 and self._held is None:
            self._held = given
        elif given.first == 0x81 and self._held and len(self._held.payload + given.payload) < 126:
            self._held.payload += given.payload
        else:
            if self._held:
                yield self._held
                self._held = None
            yield given


class DropsControlsBetweenFragments(ReFraming):
    """Loses pings and pongs that come in the middle of a message."""

    _open = False

    def frame(self, side: Side, given: Given) -> Iterator[Given]:
        if given.opcode < 8:
            self._open = not given.fin
        if given.opcode < 8 or not self._open:
            yield given


class AnswersPings(ReFraming):
    """Answers pings itself."""

    def frame(self, side: Side, given: Given) -> Iterator[Given]:
        if given.opcode == 9:
            side.write(frame(10, given.payload, mask=bytes(4) if side.name == "server" else None))
        else:
            yield given


class AnswersCloses(ReFraming):
    """Answers a close frame itself and hands it on."""

    def frame(self, side: Side, given: Given) -> Iterator[Given]:
        if given.opcode == 8:
            side.write(frame(8, given.payload))
        yield given


class Decompresses(ReFraming):
    """Hands on inflated messages."""

    def __init__(self) -> None:
        super().__init__()
        self._z = {"client": zlib.decompressobj(-15), "server": zlib.decompressobj(-15)}

    def frame(self, side: Side, given: Given) -> Iterator[Given]:
        if given.first & 0x40 and given.opcode in (1, 2) and given.fin:
            given.payload = self._z[side.name].decompress(given.payload + b"\x00\x00\xff\xff")
            given.first &= ~0x40
            given.width = 7 if len(given.payload) < 126 else 16 if len(given.payload) < 65536 else 64
        yield given


class ClearsReservedBits(ReFraming):
    """Knows no extension."""

    def frame(self, side: Side, given: Given) -> Iterator[Given]:
        given.first &= 0x8F
        yield given


class ShortensLengths(ReFraming):
    """Writes every length as the RFC wants it."""

    def frame(self, side: Side, given: Given) -> Iterator[Given]:
        size = len(given.payload)
        given.width = 7 if size < 126 else 16 if size < 65536 else 64
        yield given


class MasksAnew(ReFraming):
    """Masks with a key of its own."""

    def frame(self, side: Side, given: Given) -> Iterator[Given]:
        if given.mask:
            given.mask = b"\x01\x02\x03\x04"
        yield given


class MasksWhatIsNot(ReFraming):
    """Mends frames that a client forgot to mask."""

    def frame(self, side: Side, given: Given) -> Iterator[Given]:
        given.mask = (given.mask or b"\x01\x02\x03\x04") if side.name == "client" else None
        yield given


class StopsAtReservedOpcodes(ReFraming):
    """Ends the session where a frame breaks the RFC."""

    def frame(self, side: Side, given: Given) -> Iterator[Given]:
        if given.opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
            side.write(frame(8, b"\x03\xea"))
            side.other.end()
        else:
            yield given


class FinForRst(Line):
    """Ends in order what was aborted."""

    def reset(self, side: Side) -> None:
        side.other.close()


class RstForFin(Line):
    """Aborts what was ended in order."""

    def ended(self, side: Side) -> None:
        side.other.abort()
        side.abort()


class NoHalfClose(Line):
    """Closes both directions when one ends: asyncio's streams and most proxies do."""

    def ended(self, side: Side) -> None:
        self.client.close()
        self.server.close()


class KeepsTheEnd(Line):
    """Says nothing of a FIN until both sides have ended."""

    def ended(self, side: Side) -> None:
        if side.other.eof:
            self.client.close()
            self.server.close()


class TakesAll(Line):
    """Knows no back-pressure."""

    def full(self, side: Side, yes: bool) -> None:
        pass


class LowersHeaderNames(Line):
    """Writes heads anew."""

    def came(self, side: Side, data: bytes) -> None:
        head, end, rest = data.partition(END)
        if end and (head.startswith(b"GET") or head.startswith(b"HTTP")):
            first, *lines = head.split(b"\r\n")
            named = (line.partition(b":") for line in lines)
            head = b"\r\n".join((first, *(name.lower() + colon + value for name, colon, value in named)))
        side.other.write(head + end + rest)


class SortsHeaders(Line):
    """Keeps headers in a mapping."""

    def came(self, side: Side, data: bytes) -> None:
        head, end, rest = data.partition(END)
        if end and head.startswith(b"GET"):
            first, *lines = head.split(b"\r\n")
            head = b"\r\n".join((first, *sorted(lines)))
        side.other.write(head + end + rest)


class AddsAHeader(Line):
    """Says that it was there."""

    def came(self, side: Side, data: bytes) -> None:
        if side.name == "client" and data.startswith(b"GET"):
            data = data.replace(END, b"\r\nX-Forwarded-For: 127.0.0.1" + END, 1)
        side.other.write(data)


class MendsLineFeeds(Line):
    """Ends lines as HTTP wants it."""

    def came(self, side: Side, data: bytes) -> None:
        side.other.write(data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") if b"HTTP/1" in data else data)


class HoldsAnswers(Line):
    """Hands a chunked answer on once it is whole."""

    def __init__(self) -> None:
        super().__init__()
        self._held = b""

    def came(self, side: Side, data: bytes) -> None:
        if side.name == "server" and (self._held or b"chunked" in data):
            self._held += data
            if b"\r\n0\r\n" not in self._held:
                return
            data, self._held = self._held, b""
        side.other.write(data)


class Continues(Line):
    """Answers `Expect: 100-continue` itself."""

    def came(self, side: Side, data: bytes) -> None:
        if side.name == "client" and b"100-continue" in data:
            side.write(b"HTTP/1.1 100 Continue" + END)
        if side.name == "client" or not data.startswith(b"HTTP/1.1 100"):
            side.other.write(data)


class WaitsForTheClient(Line):
    """Hands nothing on from a server that speaks first."""

    _heard = False

    def came(self, side: Side, data: bytes) -> None:
        self._heard = self._heard or side.name == "client"
        if self._heard:
            side.other.write(data)


class RefusesWhatIsNoHttp(Line):
    """Answers 400 itself."""

    def came(self, side: Side, data: bytes) -> None:
        if side.name == "client" and data[0] < 0x20:
            side.write(b"HTTP/1.1 400 Bad Request" + END)
            side.close()
        else:
            side.other.write(data)


class LosesWhatCameTooEarly(Line):
    """Forgets what the client said before the 101."""

    _answered = False

    def came(self, side: Side, data: bytes) -> None:
        self._answered = self._answered or side.name == "server"
        if side.name == "client" and not self._answered:
            head, end, _ = data.partition(END)
            data = head + end
        side.other.write(data)
