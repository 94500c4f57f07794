"""What tests of the wire share: reading in chunks, and streams that may be wrong in every way."""

from collections.abc import Iterator
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from support.frames import frame, server

from wsrecord.wire.frames import FrameFlag
from wsrecord.wire.items import Item, Remark
from wsrecord.wire.messages import MessageReader

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FIN, MASKED, LONG = FrameFlag.FIN, FrameFlag.MASKED, FrameFlag.LONG
HELLO = server.text("hello")

few = settings(max_examples=100, deadline=None)

cuts = st.lists(st.integers(0, 1 << 20), max_size=8)


def chunks(data: bytes, places: list[int]) -> Iterator[bytes]:
    """Cut data at these places (taken round its length); no chunk is empty."""
    at = sorted({place % len(data) for place in places} - {0}) if data else []
    for start, stop in zip([0, *at], [*at, len(data)], strict=True):
        if start < stop:
            yield data[start:stop]


def read(reader: MessageReader, *parts: bytes) -> list[Item]:
    """Read one part after another, at times 1, 2, 3…"""
    return [item for now, part in enumerate(parts, 1) for item in reader.feed(part, now)]


def codes(reader: MessageReader) -> list[str]:
    """The codes of what was noticed."""
    return [remark.code for remark in reader.remarks]


def of_server(*parts: bytes, **how: Any) -> tuple[list[Any], list[str]]:
    """What the server's bytes give: items, and the codes of remarks."""
    reader = MessageReader("server", **how)
    return read(reader, *parts), codes(reader)


def of_client(*parts: bytes, **how: Any) -> tuple[list[Any], list[str]]:
    reader = MessageReader("client", **how)
    return read(reader, *parts), codes(reader)


def timeless(items: list[Item]) -> list[tuple[int, bytes, dict[str, Any]]]:
    """Items without the times of their first bytes, which depend on the chunks."""
    found = []
    for opcode, payload, *rest in items:
        details = {key: value for key, value in (rest[0] if rest else {}).items() if key != "began"}
        found.append((opcode, payload, details))
    return found


def all_of(reader: MessageReader, parts: Iterator[bytes]) -> tuple[list[Any], list[Remark]]:
    """All that one direction's bytes give, its end included."""
    items = read(reader, *parts)
    reader.end()
    return timeless(items), reader.remarks


strange_frames = st.builds(
    frame,
    st.sampled_from([0, 0, 1, 1, 2, 3, 7, 8, 9, 10, 11, 15]),
    st.binary(max_size=12) | st.binary(min_size=120, max_size=300),
    fin=st.booleans(),
    rsv=st.sampled_from([0, 0, 0, 0x40, 0x40, 0x20, 0x10, 0x70]),
    mask=st.none() | st.binary(min_size=4, max_size=4),
    length=st.sampled_from([None, None, 64]),
    claim=st.sampled_from([None] * 12 + [3, 100]),
)
strange_streams = st.lists(strange_frames | st.binary(max_size=20), max_size=12).map(b"".join)
