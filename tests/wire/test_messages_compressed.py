"""Compressed messages: inflated within bounds; a loss with context takeover blinds, and says so."""

import time
import tracemalloc
import zlib
from typing import Any

import pytest
from support.deflate import Deflate as Compressor
from support.frames import RSV1, RSV2, server
from wire.streams import FIN, HELLO, PING, TEXT, codes, read

from wsrecord.wire.deflate import Inflater
from wsrecord.wire.messages import MessageReader


def deflated(takeover: bool, limit: int = 1 << 20, **how: Any) -> MessageReader:
    return MessageReader("server", inflater=Inflater(takeover, limit), limit=limit, **how)


@pytest.mark.parametrize("takeover", [True, False])
def test_compressed_messages_are_inflated(takeover: bool) -> None:
    z = Compressor(takeover=takeover)
    one, two, empty = z("hello hello"), z("hello hello"), z("")
    stream = server.text(one, rsv=RSV1) + server.text("plain") + server.text(two, rsv=RSV1)
    assert read(deflated(takeover), stream + server.text(empty, rsv=RSV1)) == [
        (TEXT, b"hello hello", {"frames": [(len(one), FIN | RSV1, 0)]}),
        (TEXT, b"plain"),
        (TEXT, b"hello hello", {"frames": [(len(two), FIN | RSV1, 0)]}),
        (TEXT, b"", {"frames": [(len(empty), FIN | RSV1, 0)]}),
    ]


def test_a_compressed_message_in_fragments_has_its_bit_on_the_first() -> None:
    packed = Compressor()("hello, compressed world")
    stream = server.text(packed[:3], rsv=RSV1, fin=False) + server.ping("p") + server.more(packed[3:])
    frames = [(3, RSV1, 0), (len(packed) - 3, FIN, 1)]
    assert read(deflated(True), stream) == [
        (PING, b"p"),
        (TEXT, b"hello, compressed world", {"frames": frames}),
    ]


def test_the_examples_of_rfc_7692() -> None:
    def inflated(*payloads: str) -> list[bytes]:
        stream = b"".join(server.text(bytes.fromhex(payload), rsv=RSV1) for payload in payloads)
        reader = deflated(True)
        found = [item[1] for item in read(reader, stream)]
        assert reader.remarks == []
        return found

    assert inflated("f248cdc9c90700", "f200110000") == [b"Hello", b"Hello"]
    assert inflated("000500faff48656c6c6f00") == [b"Hello"]  # a block without compression
    assert inflated("f348cdc9c9070000", "f348cdc9c9070000") == [b"Hello", b"Hello"]  # a final block
    assert inflated("f24805000000ffffcac9c90700") == [b"Hello"]  # two blocks


def test_a_block_after_a_final_one_is_not_passed_over_in_silence() -> None:
    twice = bytes.fromhex("f348cdc9c90700") * 2
    reader = deflated(False)
    assert [item[2]["unread"] for item in read(reader, server.text(twice, rsv=RSV1))] == ["broken"]
    assert codes(reader) == ["broken"]


def test_after_a_broken_message_with_takeover_the_direction_is_blind() -> None:
    z = Compressor()
    z("hello hello")
    later = z("hello hello")
    stream = server.text(b"\xff\xff\xff", rsv=RSV1) + server.text(later, rsv=RSV1) + HELLO
    reader = deflated(True)
    assert read(reader, stream) == [
        (TEXT, b"", {"frames": [(3, FIN | RSV1, 0)], "unread": "broken"}),
        (TEXT, b"", {"frames": [(len(later), FIN | RSV1, 0)], "unread": "blind"}),
        (TEXT, b"hello"),
    ]
    assert codes(reader) == ["broken"]


def test_after_a_broken_message_without_takeover_the_next_is_read() -> None:
    packed = Compressor(takeover=False)("hello hello")
    stream = server.text(b"\xff\xff\xff", rsv=RSV1) + server.text(packed, rsv=RSV1)
    reader = deflated(False)
    assert [(item[1], item[2].get("unread")) for item in read(reader, stream)] == [
        (b"", "broken"),
        (b"hello hello", None),
    ]


LOST = [
    pytest.param(server.text(b"x", rsv=RSV1 | RSV2), ["extension"], [], id="another bit"),
    pytest.param(
        server.text(b"x", rsv=RSV1, fin=False) + server.more(b"y", rsv=RSV1),
        ["extension"],
        [],
        id="a bit on the continuation",
    ),
    pytest.param(server.text(b"x", rsv=RSV1, fin=False), [], ["unfinished-message"], id="replaced"),
    pytest.param(server.text(b"x" * 2000, rsv=RSV1), ["bomb"], ["bomb"], id="past the bound"),
]


@pytest.mark.parametrize("takeover", [True, False])
@pytest.mark.parametrize(("lost", "unread", "remarks"), LOST)
def test_a_compressed_message_that_is_lost_blinds_with_takeover_only(
    lost: bytes, unread: list[str], remarks: list[str], takeover: bool
) -> None:
    packed = Compressor()("hello")
    reader = deflated(takeover, limit=1000)
    items = read(reader, lost + server.text(packed, rsv=RSV1))
    assert [item[2].get("unread") for item in items] == [*unread, "blind" if takeover else None]
    assert codes(reader) == remarks


def bomb(megabytes: int) -> bytes:
    """Zeros that take a thousandth of their size; the block is repeatable because nothing leans on it."""
    z = zlib.compressobj(wbits=-15)
    block = z.compress(bytes(16 << 20)) + z.flush(zlib.Z_FULL_FLUSH)
    return block * (megabytes // 16)


@pytest.mark.parametrize("takeover", [True, False])
def test_a_gigabyte_in_a_megabyte_is_noted_and_not_inflated(takeover: bool) -> None:
    packed = bomb(1024)
    assert len(packed) < 1_100_000
    limit = 2 << 20
    reader = deflated(takeover, limit=limit)
    later = Compressor()("hello")
    stream = server.text(packed, rsv=RSV1) + server.text(later, rsv=RSV1) + HELLO
    tracemalloc.start()
    began = time.process_time()
    items = read(reader, stream)
    seconds = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [item[2].get("unread") for item in items[:2]] == ["bomb", "blind" if takeover else None]
    assert items[0][2]["frames"] == [(len(packed), FIN | RSV1, 0)]
    assert items[2] == (TEXT, b"hello")
    assert codes(reader) == ["bomb"]
    assert str(limit) in reader.remarks[0].text
    assert peak < 4 * limit + 4 * len(packed)
    assert seconds < 1


def test_raw_bytes_of_compressed_messages_are_the_compressed_ones() -> None:
    reader = deflated(True, keep_raw=True)
    items = read(reader, server.text(b"\xff\xff\xff", rsv=RSV1) + server.text(b"later", rsv=RSV1))
    assert [(item[1], item[2]["unread"]) for item in items] == [
        (b"\xff\xff\xff", "broken"),
        (b"later", "blind"),
    ]
    assert [remark.data for remark in reader.remarks] == [None]
