"""What a client writes is what the tap reads: masked, compressed as agreed, cut as asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.wire.deflate import agreed_extensions
from wsrecord.wire.messages import MessageReader
from wsrecord.wire.writer import FrameWriter, agreed_compression, extension_names

AGREED = (
    "permessage-deflate",
    "permessage-deflate; client_no_context_takeover",
    "permessage-deflate; client_max_window_bits=9; server_no_context_takeover",
    "permessage-deflate; client_max_window_bits=8",
)


def reader(agreed: str | None) -> MessageReader:
    deflate = agreed_extensions([agreed] if agreed else []).deflate
    return MessageReader("client", inflater=deflate.inflater("client", 1 << 20) if deflate else None)


def writer(agreed: str | None) -> FrameWriter:
    return FrameWriter(agreed_compression([agreed] if agreed else []))


@given(
    payloads=st.lists(st.binary(max_size=70_000), max_size=6),
    sizes=st.lists(st.integers(0, 300), max_size=5),
    agreed=st.sampled_from((None, *AGREED)),
    compress=st.booleans(),
)
def test_every_message_is_read_as_it_was_written(
    payloads: list[bytes], sizes: list[int], agreed: str | None, compress: bool
) -> None:
    write, read = writer(agreed), reader(agreed)
    for payload in payloads:
        items = read.feed(write.message(2, payload, sizes=sizes, compress=compress), 1)
        assert [(item[0], item[1]) for item in items] == [(2, payload)]
    assert not read.remarks


def test_frames_are_cut_where_they_were() -> None:
    data = writer(None).message(1, b"abcdefghij", sizes=(3, 0, 7))
    ((_, payload, details),) = reader(None).feed(data, 1)
    assert payload == b"abcdefghij"
    assert [length for length, _, _ in details["frames"]] == [3, 0, 7]


def test_a_payload_of_another_length_comes_in_as_many_frames() -> None:
    data = writer(None).message(1, b"abcdefgh", sizes=(3, 0, 7))
    ((_, _, details),) = reader(None).feed(data, 1)
    assert [length for length, _, _ in details["frames"]] == [3, 3, 2]


def test_control_frames_are_neither_cut_nor_compressed() -> None:
    data = writer(AGREED[0]).message(9, b"ping" * 10, sizes=(20, 20))
    assert data[0] == 0x89
    assert len(data) == 2 + 4 + 40


def test_context_is_taken_over_as_agreed() -> None:
    text = bytes(range(256)) * 4
    over, anew = writer(AGREED[0]), writer(AGREED[1])
    first, second = len(over.message(2, text)), len(over.message(2, text))
    assert second < first / 4
    assert len(anew.message(2, text)) == len(anew.message(2, text)) == first


def test_a_window_that_zlib_lacks_leaves_messages_uncompressed() -> None:
    assert writer(AGREED[3]).message(1, b"text")[0] == 0x81


@pytest.mark.parametrize("value", ["", ";", "permessage-deflate; client_max_window_bits=99", "\x00"])
def test_nonsense_is_no_error(value: str) -> None:
    agreed_compression([value])
    extension_names([value])
