"""Bytes of one direction become messages; what breaks RFC 6455 is noted, and reading goes on."""

import time
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.frames import client, frame, masked_with, server
from wire.streams import (
    BINARY,
    CLOSE,
    FIN,
    HELLO,
    MASKED,
    PING,
    PONG,
    TEXT,
    all_of,
    chunks,
    codes,
    cuts,
    of_client,
    of_server,
    read,
    strange_streams,
    timeless,
)

from wsrecord.wire.deflate import Inflater
from wsrecord.wire.frames import Direction
from wsrecord.wire.items import Remark
from wsrecord.wire.messages import MessageReader

# -- as the RFC wants it


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 200_000])
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_a_message_in_one_frame_is_an_opcode_and_a_payload(opcode: int, size: int) -> None:
    payload = bytes(range(256)) * (size // 256 + 1)
    assert of_server(server.frame(opcode, payload[:size])) == ([(opcode, payload[:size])], [])
    assert of_client(client.frame(opcode, payload[:size])) == ([(opcode, payload[:size])], [])


def test_the_example_of_rfc_6455() -> None:
    assert of_client(bytes.fromhex("818537fa213d7f9f4d5158")) == ([(TEXT, b"Hello")], [])
    fragmented = bytes.fromhex("010348656c80026c6f")
    assert of_server(fragmented) == ([(TEXT, b"Hello", {"frames": [(3, 0, 0), (2, FIN, 0)]})], [])


def test_controls_are_messages_too() -> None:
    stream = server.ping("a") + server.pong("b") + server.ping() + server.close(1000, "bye")
    assert of_server(stream) == (
        [(PING, b"a"), (PONG, b"b"), (PING, b""), (CLOSE, b"\x03\xe8bye")],
        [],
    )


def test_a_control_between_fragments_comes_first_and_leaves_its_mark() -> None:
    stream = (
        server.text("a", fin=False)
        + server.ping("p")
        + server.pong("q")
        + server.more("b", fin=False)
        + server.more("", fin=False)
        + server.ping("r")
        + server.more("c")
    )
    frames = [(1, 0, 0), (1, 0, 2), (0, 0, 0), (1, FIN, 1)]
    assert of_server(stream) == (
        [(PING, b"p"), (PONG, b"q"), (PING, b"r"), (TEXT, b"abc", {"frames": frames})],
        [],
    )


def test_several_messages_may_come_in_one_read() -> None:
    stream = client.text("a") + client.binary(b"b") + client.text("c")
    assert of_client(stream) == ([(TEXT, b"a"), (BINARY, b"b"), (TEXT, b"c")], [])


def test_a_first_byte_of_an_earlier_read_is_told() -> None:
    stream = server.text("ab") + server.text("cd")
    assert of_server(stream[:1], stream[1:5], stream[5:]) == (
        [(TEXT, b"ab", {"began": 1}), (TEXT, b"cd", {"began": 2})],
        [],
    )


def test_a_fragmented_message_began_with_its_first_frame_and_a_control_with_its_own() -> None:
    parts = (server.text("a", fin=False), server.ping("pp")[:3], server.ping("pp")[3:], server.more("b"))
    assert of_server(*parts) == (
        [(PING, b"pp", {"began": 2}), (TEXT, b"ab", {"frames": [(1, 0, 0), (1, FIN, 1)], "began": 1})],
        [],
    )


def test_one_byte_at_a_time() -> None:
    stream = client.text("hello") + client.binary(b"x" * 300) + client.close(1000)
    items, remarks = of_client(*[bytes([byte]) for byte in stream])
    assert timeless(items) == [(TEXT, b"hello", {}), (BINARY, b"x" * 300, {}), (CLOSE, b"\x03\xe8", {})]
    assert [item[2]["began"] for item in items] == [1, 12, 12 + 308]
    assert remarks == []


# -- how it ends


@pytest.mark.parametrize(
    ("stream", "remark"),
    [
        (b"", None),
        (HELLO, None),
        (HELLO[:1], Remark("cut-frame", "1 bytes of a frame's head came")),
        (client.text("abc")[:5], Remark("cut-frame", "5 bytes of a frame's head came")),
        (HELLO[:-2], Remark("cut-frame", "3 of 5 bytes came")),
        (HELLO[:2], Remark("cut-frame", "0 of 5 bytes came")),
        (server.text("abc", fin=False), Remark("unfinished-message", "3 bytes in 1 frames")),
        (server.text("abc", fin=False) + HELLO[:3], Remark("cut-frame", "1 of 5 bytes came")),
    ],
)
def test_what_is_unfinished_at_the_end_is_noted_once(stream: bytes, remark: Remark | None) -> None:
    reader = MessageReader("server")
    read(reader, stream)
    reader.end()
    reader.end()  # a RST may follow a FIN
    assert reader.remarks == ([] if remark is None else [remark])


def test_a_frame_can_be_put_in_between_frames_only() -> None:
    reader = MessageReader("server")
    assert reader.between_frames
    for now, (part, between) in enumerate(
        [(HELLO[:1], False), (HELLO[1:4], False), (HELLO[4:], True), (server.text("a", fin=False), True)]
    ):
        reader.feed(part, now)
        assert reader.between_frames is between


# -- bounds


@pytest.mark.parametrize("pieces", [1, 2, 7])
def test_a_long_message_is_cut_and_keeps_its_size(pieces: int) -> None:
    stream = server.text(b"abcde" * 100)
    places = [len(stream) * n // pieces for n in range(pieces)]
    reader = MessageReader("server", limit=201)
    assert timeless(read(reader, *chunks(stream + HELLO, places))) == [
        (TEXT, (b"abcde" * 100)[:201], {"size": 500}),
        (TEXT, b"hello", {}),
    ]


def test_a_long_message_in_fragments_is_cut_and_keeps_its_frames() -> None:
    stream = client.text(b"a" * 150, fin=False) + client.more(b"b" * 150, fin=False) + client.more(b"c" * 10)
    frames = [(150, MASKED, 0), (150, MASKED, 0), (10, FIN | MASKED, 0)]
    cut = (TEXT, b"a" * 150 + b"b" * 50, {"size": 310, "frames": frames})
    assert of_client(stream, limit=200) == ([cut], [])


def test_a_message_at_the_bound_is_whole() -> None:
    assert of_server(server.text(b"a" * 200), limit=200) == ([(TEXT, b"a" * 200)], [])


def test_a_control_is_whole_whatever_the_bound() -> None:
    ping = server.ping(b"a" * 125)
    assert timeless(of_server(ping[:30], ping[30:], limit=1)[0]) == [(PING, b"a" * 125, {})]


def test_frames_without_end_cost_bounded_memory_and_their_lengths_still_add_up() -> None:
    reader = MessageReader("server")
    empty = server.more("", fin=False) * 20_000
    tracemalloc.start()
    items = read(reader, server.text("a", fin=False), *[empty] * 6, server.ping("p"), server.more("b"))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 10_000_000
    (_, _), (_, payload, details) = items
    assert payload == b"ab"
    assert len(details["frames"]) == 100_000
    assert details["frames"][-1] == (1, FIN, 1)
    assert codes(reader) == ["many-frames"]


def test_fragments_of_two_bytes_cost_no_more_than_their_bytes_and_frames() -> None:
    reader = MessageReader("server")
    block = server.more("xy", fin=False) * 10_000
    tracemalloc.start()
    read(reader, server.text("a", fin=False), *[block] * 4)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 40_000 * (2 + 72 + 15)


def test_a_large_frame_in_small_reads_takes_linear_time() -> None:
    def seconds(size: int) -> float:
        reader = MessageReader("client")
        began = time.process_time()
        items = read(
            reader, client.binary(b"")[:1], *chunks(client.binary(bytes(size))[1:], [*range(0, size, 1000)])
        )
        assert len(items) == 1
        return time.process_time() - began

    small = max(seconds(1_000_000), 0.002)
    assert seconds(8_000_000) < 8 * 6 * small


# -- whatever comes

senders = st.sampled_from(["client", "server"])
inflaters = st.sampled_from([None, True, False])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400) | strange_streams, cuts, senders, inflaters, st.booleans())
@example(server.frame(3, b"x" * 300), [150], "server", None, True)
@example(server.ping(b"x" * 300), [150], "server", None, True)
def test_whatever_comes_is_read_alike_in_one_piece_and_in_many(
    data: bytes, places: list[int], sender: Direction, takeover: bool | None, keep_raw: bool
) -> None:
    def fresh() -> MessageReader:
        inflater = None if takeover is None else Inflater(takeover, 200)
        return MessageReader(sender, inflater=inflater, limit=200, keep_raw=keep_raw)

    whole = all_of(fresh(), iter([data]))
    assert all_of(fresh(), chunks(data, places)) == whole
    assert all_of(fresh(), (bytes([byte]) for byte in data)) == whole


@settings(max_examples=100, deadline=None)
@given(strange_streams, inflaters)
def test_every_byte_is_accounted_for(data: bytes, takeover: bool | None) -> None:
    """What follows a stream that ends between frames is read as it would be alone."""
    reader = MessageReader("server", inflater=None if takeover is None else Inflater(takeover, 200))
    read(reader, data)
    if reader.between_frames:
        assert read(reader, server.ping("end"))[-1][:2] == (PING, b"end")


@given(st.binary(max_size=50), st.binary(min_size=4, max_size=4))
def test_masks_are_taken_off(payload: bytes, mask: bytes) -> None:
    assert of_client(frame(BINARY, payload, mask=mask)) == ([(BINARY, payload)], [])
    assert masked_with(mask, masked_with(mask, payload)) == payload
