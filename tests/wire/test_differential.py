"""Beside websockets' own parser: the same messages, in the same order, from streams that it wrote itself."""

from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Close, CloseCode, Frame, Opcode
from websockets.protocol import OPEN, Protocol
from websockets.server import ServerProtocol
from websockets.uri import parse_uri
from wire.streams import chunks, cuts

from wsrecord.wire.deflate import Deflate
from wsrecord.wire.frames import Direction, FrameFlag
from wsrecord.wire.items import Item
from wsrecord.wire.messages import MessageReader


@dataclass(frozen=True)
class Compression:
    """What was agreed, and what the sender makes of it."""

    client_takeover: bool
    server_takeover: bool
    window: int
    level: int

    def extension(self, side: Direction) -> PerMessageDeflate:
        """One side's end of it, as websockets has it."""
        lose_client, lose_server = not self.client_takeover, not self.server_takeover
        remote, local = (lose_server, lose_client) if side == "client" else (lose_client, lose_server)
        settings = {"level": self.level}
        return PerMessageDeflate(remote, local, self.window, self.window, settings)


@dataclass(frozen=True)
class Control:
    opcode: Opcode
    payload: bytes


@dataclass(frozen=True)
class Sent:
    """A message, and where it is cut into frames; controls stand before the frame after."""

    opcode: Opcode
    payload: bytes
    cuts: tuple[int, ...]
    controls: dict[int, list[Control]]
    compressed: bool


compressions = st.builds(
    Compression, st.booleans(), st.booleans(), st.integers(9, 15), st.sampled_from([1, 6, 9])
)
sizes = st.sampled_from([0, 1, 2, 124, 125, 126, 127, 128, 65534, 65535, 65536, 65537])
payloads = st.binary(max_size=30) | st.builds(
    lambda size, seed, noisy: (seed * (size // len(seed) + 1) if not noisy else _noise(seed, size))[:size],
    sizes,
    st.binary(min_size=1, max_size=9),
    st.booleans(),
)
controls = st.builds(Control, st.sampled_from([Opcode.PING, Opcode.PONG]), st.binary(max_size=125))
messages = st.builds(
    Sent,
    st.sampled_from([Opcode.TEXT, Opcode.BINARY]),
    payloads,
    st.lists(st.integers(0, 70_000), max_size=3).map(lambda found: tuple(sorted(found))),
    st.dictionaries(st.integers(1, 3), st.lists(controls, min_size=1, max_size=2), max_size=2),
    st.booleans(),
)
closes = st.none() | st.builds(
    lambda code, reason: Control(Opcode.CLOSE, Close(code, reason).serialize()),
    st.sampled_from([CloseCode.NORMAL_CLOSURE, CloseCode.GOING_AWAY, 4001]),
    st.text(max_size=10),
)


def _noise(seed: bytes, size: int) -> bytes:
    """What deflate can't make smaller."""
    return Random(seed).randbytes(size)


@dataclass
class Stream:
    """Bytes, and the items that must come of them: each with the offsets of its first and last byte."""

    data: bytes
    items: list[tuple[int, int, int, bytes, list[tuple[int, int, int]] | None]]

    def seen(self, parts: list[bytes]) -> list[list[Item]]:
        """What each of these parts must give."""
        ends = [sum(map(len, parts[: n + 1])) for n in range(len(parts))]

        def part(offset: int) -> int:
            return next(n for n, end in enumerate(ends) if offset < end)

        found: list[list[Item]] = [[] for _ in parts]
        for first, last, opcode, payload, frames in sorted(self.items, key=lambda item: item[1]):
            details: dict[str, Any] = {}
            if frames is not None:
                details["frames"] = frames
            if part(first) != part(last):
                details["began"] = part(first)
            found[part(last)].append((opcode, payload, details) if details else (opcode, payload))
        return found


def written(sender: Direction, steps: list[Sent | Control], compression: Compression | None) -> Stream:
    """Have websockets write it all down."""
    data = bytearray()
    items = []
    mask = sender == "client"
    extensions = [compression.extension(sender)] if compression else []

    def frame(opcode: Opcode, payload: bytes, fin: bool, *, compressed: bool = False) -> tuple[int, int]:
        raw = Frame(opcode, payload, fin).serialize(mask=mask, extensions=extensions if compressed else [])
        short = raw[1] & 0x7F
        length = short if short < 126 else int.from_bytes(raw[2:4] if short == 126 else raw[2:10])
        data.extend(raw)
        return length, raw[0] & 0xF0 | (FrameFlag.MASKED if mask else 0)

    def control(step: Control) -> None:
        first = len(data)
        frame(step.opcode, step.payload, True)
        items.append((first, len(data) - 1, int(step.opcode), step.payload, None))

    for step in steps:
        if isinstance(step, Control):
            control(step)
            continue
        first, opcode, frames = len(data), step.opcode, []
        edges = [0, *(min(cut, len(step.payload)) for cut in step.cuts), len(step.payload)]
        for number, (start, stop) in enumerate(pairwise(edges)):
            between = step.controls.get(number, []) if number else []
            for one in between:
                control(one)
            final = number == len(edges) - 2
            length, flags = frame(opcode, step.payload[start:stop], final, compressed=step.compressed)
            frames.append((length, flags, len(between)))
            opcode = Opcode.CONT
        plain = len(frames) == 1 and not (extensions and step.compressed)
        items.append(
            (first, len(data) - 1, int(step.opcode), step.payload, None if plain else frames),
        )
    return Stream(bytes(data), items)


def judged(sender: Direction, data: bytes, compression: Compression | None) -> list[tuple[int, bytes]]:
    """What websockets reads, put together from its frames."""
    protocol: Protocol
    if sender == "client":
        protocol = ServerProtocol(state=OPEN, max_size=None)
    else:
        protocol = ClientProtocol(parse_uri("ws://localhost/"), state=OPEN, max_size=None)
    receiver: Direction = "server" if sender == "client" else "client"
    protocol.extensions = [compression.extension(receiver)] if compression else []
    protocol.receive_data(data)
    assert protocol.parser_exc is None
    found, opcode, payload = [], 0, b""
    for event in protocol.events_received():
        assert isinstance(event, Frame)
        if event.opcode >= 8:
            found.append((int(event.opcode), bytes(event.data)))
            continue
        if event.opcode:
            opcode, payload = int(event.opcode), b""
        payload += event.data
        if event.fin:
            found.append((opcode, payload))
    return found


PING = Control(Opcode.PING, b"p")
LAST = Control(Opcode.CLOSE, b"")


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(["client", "server"]),
    st.lists(messages | controls, max_size=6),
    closes,
    st.none() | compressions,
    cuts,
)
@example("client", [Sent(Opcode.TEXT, b"", (), {}, True)] * 3, LAST, Compression(True, False, 9, 1), [3])
@example("server", [Sent(Opcode.TEXT, b"ab" * 99, (0, 5, 198), {1: [PING]}, True)], LAST, None, [1])
def test_it_reads_what_websockets_wrote_as_websockets_does(
    sender: Direction,
    steps: list[Sent | Control],
    close: Control | None,
    compression: Compression | None,
    places: list[int],
) -> None:
    stream = written(sender, [*steps, close] if close else steps, compression)
    deflate = Deflate(compression.client_takeover, compression.server_takeover) if compression else None
    reader = MessageReader(sender, inflater=deflate.inflater(sender, 1 << 20) if deflate else None)

    parts = list(chunks(stream.data, places))
    found = [reader.feed(part, now) for now, part in enumerate(parts)]
    reader.end()

    assert found == stream.seen(parts)
    assert reader.remarks == []
    assert [item[:2] for items in found for item in items] == judged(sender, stream.data, compression)
