"""What breaks RFC 6455 is noted, and reading goes on while frames can be told apart."""

import pytest
from support.frames import RSV1, RSV2, RSV3, client, server
from wire.streams import (
    BINARY,
    FIN,
    HELLO,
    LONG,
    MASKED,
    PING,
    TEXT,
    codes,
    of_client,
    of_server,
    read,
    timeless,
)

from wsrecord.wire.items import Remark
from wsrecord.wire.messages import MessageReader

# -- what breaks the RFC


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
def test_a_reserved_opcode_is_noted_and_reading_goes_on(opcode: int) -> None:
    reader = MessageReader("server")
    assert read(reader, server.frame(opcode, b"what") + HELLO) == [(TEXT, b"hello")]
    assert reader.remarks == [Remark("unknown-frame", f"opcode {opcode}, flags 0x80, 4 bytes")]


def test_a_reserved_opcode_between_fragments_does_not_end_the_message() -> None:
    stream = server.text("a", fin=False) + server.frame(3, b"x") + server.more("b")
    assert of_server(stream) == ([(TEXT, b"ab", {"frames": [(1, 0, 0), (1, FIN, 0)]})], ["unknown-frame"])


@pytest.mark.parametrize("rsv", [RSV1, RSV2, RSV3, RSV1 | RSV2, RSV1 | RSV2 | RSV3])
def test_a_reserved_bit_without_an_extension_leaves_the_message_unread(rsv: int) -> None:
    unread = (TEXT, b"", {"frames": [(1, FIN | rsv, 0)], "unread": "extension"})
    assert of_server(server.text("a", rsv=rsv) + HELLO) == ([unread, (TEXT, b"hello")], [])


@pytest.mark.parametrize("rsv", [RSV1, RSV2, RSV3])
def test_a_reserved_bit_on_a_continuation_leaves_the_message_unread(rsv: int) -> None:
    stream = server.text("a", fin=False) + server.more("b", rsv=rsv) + HELLO
    unread = (TEXT, b"", {"frames": [(1, 0, 0), (1, FIN | rsv, 0)], "unread": "extension"})
    assert of_server(stream) == ([unread, (TEXT, b"hello")], [])


@pytest.mark.parametrize("rsv", [RSV1, RSV2, RSV3])
def test_a_reserved_bit_on_a_control_leaves_it_unread(rsv: int) -> None:
    unread = (PING, b"", {"frames": [(1, FIN | rsv, 0)], "unread": "extension"})
    assert of_server(server.ping("a", rsv=rsv) + HELLO) == ([unread, (TEXT, b"hello")], [])


def test_an_unmasked_frame_of_the_client_says_so_in_its_flags() -> None:
    assert of_client(server.text("a") + server.ping("b") + client.text("c")) == (
        [(TEXT, b"a", {"frames": [(1, FIN, 0)]}), (PING, b"b", {"frames": [(1, FIN, 0)]}), (TEXT, b"c")],
        [],
    )


def test_a_masked_frame_of_the_server_says_so_in_its_flags() -> None:
    assert of_server(client.text("a") + client.ping("b") + HELLO) == (
        [
            (TEXT, b"a", {"frames": [(1, FIN | MASKED, 0)]}),
            (PING, b"b", {"frames": [(1, FIN | MASKED, 0)]}),
            (TEXT, b"hello"),
        ],
        [],
    )


def test_fragments_may_differ_in_their_masking() -> None:
    stream = client.text("a", fin=False) + server.more("b")
    assert of_client(stream) == ([(TEXT, b"ab", {"frames": [(1, MASKED, 0), (1, FIN, 0)]})], [])


@pytest.mark.parametrize("size", [126, 127, 70_000])
def test_a_control_that_is_too_long_is_noted(size: int) -> None:
    reader = MessageReader("server")
    assert read(reader, server.ping(b"x" * size) + HELLO) == [(TEXT, b"hello")]
    assert reader.remarks == [Remark("broken-control", f"opcode 9, flags 0x80, {size} bytes")]


def test_a_fragmented_control_is_noted_with_its_continuation() -> None:
    stream = server.ping("a", fin=False) + server.more("b") + HELLO
    assert of_server(stream) == ([(TEXT, b"hello")], ["broken-control", "stray-continuation"])


def test_a_broken_control_between_fragments_does_not_count_as_one() -> None:
    stream = server.text("a", fin=False) + server.ping("p", fin=False) + server.more("b")
    assert of_server(stream) == ([(TEXT, b"ab", {"frames": [(1, 0, 0), (1, FIN, 0)]})], ["broken-control"])


@pytest.mark.parametrize("fin", [True, False])
def test_a_stray_continuation_is_noted(fin: bool) -> None:
    assert of_server(server.more("x", fin=fin) + HELLO) == ([(TEXT, b"hello")], ["stray-continuation"])


def test_a_message_that_another_replaces_is_noted() -> None:
    reader = MessageReader("server")
    stream = server.text("ab", fin=False) + server.more("c", fin=False) + HELLO
    assert timeless(read(reader, stream)) == [(TEXT, b"hello", {})]
    assert reader.remarks == [Remark("unfinished-message", "3 bytes in 2 frames")]


@pytest.mark.parametrize(("size", "width"), [(0, 16), (125, 16), (5, 64), (126, 64), (65535, 64)])
def test_a_length_in_more_bytes_than_it_needs_says_so_in_its_flags(size: int, width: int) -> None:
    payload = b"x" * size
    long = (BINARY, payload, {"frames": [(size, FIN | LONG, 0)]})
    stream = server.binary(payload, length=width)
    assert of_server(stream + HELLO) == ([long, (TEXT, b"hello")], [])
    items, _ = of_server(stream[:3], stream[3:] + HELLO)
    assert timeless(items) == [long, (TEXT, b"hello", {})]


@pytest.mark.parametrize("claim", [1 << 63, (1 << 64) - 1])
def test_a_length_of_2_to_63_ends_the_reading(claim: int) -> None:
    reader = MessageReader("server")
    assert read(reader, HELLO + server.text("a", claim=claim, length=64) + HELLO, HELLO) == [(TEXT, b"hello")]
    reader.end()
    assert [remark.code for remark in reader.remarks] == ["broken-frame"]
    assert not reader.between_frames


def test_the_largest_length_is_waited_for() -> None:
    reader = MessageReader("server", limit=1000)
    assert read(reader, server.text("a", claim=(1 << 63) - 1, length=64), *[b"x" * 1000] * 50) == []
    assert not reader.between_frames
    reader.end()
    assert codes(reader) == ["cut-frame"]


def test_garbage_is_noted_a_thousand_times_and_no_more() -> None:
    reader = MessageReader("server")
    read(reader, server.more("x") * 5000)
    assert len(reader.remarks) == 1000
    assert [reader.remarks[-2].code, reader.remarks[-1].code] == ["stray-continuation", "more"]


def test_that_nothing_can_be_read_any_more_is_said_however_much_was_said_before() -> None:
    reader = MessageReader("server")
    read(reader, server.more("x") * 5000 + server.text(claim=1 << 63, length=64))
    assert codes(reader)[-2:] == ["more", "broken-frame"]


# -- --keep-raw


def test_raw_bytes_are_kept_where_the_user_asks_for_them() -> None:
    stream = (
        client.frame(3, b"what")
        + client.ping("x" * 126)
        + client.more("stray")
        + client.text("ext", rsv=RSV2)
        + client.ping("pe", rsv=RSV3)
    )
    reader = MessageReader("client", keep_raw=True)
    items = read(reader, stream)
    assert [(item[1], item[2]["unread"]) for item in items] == [(b"ext", "extension"), (b"pe", "extension")]
    assert [(remark.code, remark.data) for remark in reader.remarks] == [
        ("unknown-frame", b"what"),
        ("broken-control", b"x" * 126),
        ("stray-continuation", b"stray"),
    ]


def test_raw_bytes_are_bounded_too() -> None:
    stream = server.frame(3, b"x" * 1000)
    for parts in ([stream], [stream[:500], stream[500:]]):
        reader = MessageReader("server", keep_raw=True, limit=200)
        read(reader, *parts)
        assert [remark.data for remark in reader.remarks] == [b"x" * 200]
