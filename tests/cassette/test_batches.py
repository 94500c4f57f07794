"""The quick way through batches of messages, held to the strict one."""

import io
from typing import Any

import msgpack
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wsrecord.cassette import batches, binary, lines
from wsrecord.cassette.model import Message, Opcode, Record
from wsrecord.errors import CassetteError

MANY = settings(max_examples=300)
WHOLE = st.sampled_from([0, 1, 127, 1 << 40, (1 << 63) - 1])
ODD = st.sampled_from([-1, 1 << 63, (1 << 64) - 1, True, None, 1.0, "1", b"1", [], {}, [1], "client"])
NUMBER = WHOLE | WHOLE | WHOLE | ODD
FRAMES = st.lists(st.tuples(NUMBER, NUMBER, NUMBER) | ODD, max_size=3)
REST = st.dictionaries(
    st.sampled_from(["began", "frames", "size", "unread", "later", "critical", 7, b"began"]),
    NUMBER | FRAMES | st.sampled_from(["bomb", "é", "\ud800", ""]),
    max_size=3,
)
ITEM = st.one_of(
    st.tuples(st.sampled_from([1, 2, 8, 9, 10]), st.binary(max_size=3)),
    st.tuples(st.sampled_from([1, 2, 8, 9, 10, 0, 3, True]), st.binary(max_size=3) | ODD, REST | ODD),
    ODD,
)
BATCH = st.tuples(
    NUMBER, st.sampled_from(["client", "server", "server", "proxy"]), NUMBER, st.lists(ITEM, max_size=4) | ODD
)
BATCHES = st.lists(BATCH | ODD, max_size=3)
PLAIN = st.lists(
    st.tuples(
        WHOLE,
        st.sampled_from(["client", "server"]),
        WHOLE,
        st.lists(
            st.tuples(st.sampled_from([1, 2, 9, 10]), st.binary(max_size=9))
            | st.tuples(
                st.just(2), st.binary(), st.fixed_dictionaries({}, optional={"size": WHOLE, "began": WHOLE})
            ),
            min_size=1,
            max_size=4,
        ),
    ),
    min_size=1,
    max_size=4,
)


def packed(given_batches: Any, **more: Any) -> bytes:
    body: bytes = msgpack.packb(
        {"kind": "messages", "batches": given_batches, **more}, unicode_errors="surrogatepass"
    )
    return body


def agree(body: bytes) -> None:
    plain = batches.messages(body)
    if plain is not None:
        strict = binary.decode_strictly(body)
        assert plain == strict
        assert list(map(repr, plain)) == list(map(repr, strict))  # of the same types, too


@MANY
@given(BATCHES)
@example([(1, "server", 1, [(1, b"x", {"frames": [(1, 2, 3)], "size": None})])])
@example([(1, "server", 1, [])])
@example([(1, "server", 1, [(1, b"", {"unread": "\ud800"})])])
def test_whatever_is_read_quickly_is_read_strictly_to_the_same(given_batches: Any) -> None:
    agree(packed(given_batches))
    agree(packed(given_batches, later=1))


@MANY
@given(PLAIN, st.data())
def test_changed_bytes_too(given_batches: Any, data: st.DataObject) -> None:
    body = bytearray(packed(given_batches))
    at = data.draw(st.integers(len(batches.PREFIX), len(body)))
    body[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    agree(bytes(body))


@given(PLAIN)
def test_what_a_recorder_writes_is_read_and_counted_quickly(given_batches: Any) -> None:
    body = binary.encode_batches(given_batches)[binary.OVERHEAD :]
    found = batches.messages(body)
    assert found == binary.decode_strictly(body)
    assert batches.counts(body) == [(session, t, len(items)) for session, _, t, items in given_batches]


def test_close_messages_are_not_counted_but_read() -> None:
    body = binary.encode_messages(1, "server", 5, [(1, b"x"), (8, b"\x03\xe8")])[binary.OVERHEAD :]
    assert batches.counts(body) is None
    assert binary.skim(body) == binary.decode(body)


@pytest.mark.parametrize(
    "claim", [b"\xdd\xff\xff\xff\xff", b"\x91\x94\x01\xa6server\x01\xdd\xff\xff\xff\xff"]
)
def test_a_length_that_is_a_lie_is_told_by_the_strict_reader(claim: bytes) -> None:
    assert batches.messages(batches.PREFIX + claim) is None
    with pytest.raises(CassetteError):
        binary.decode(batches.PREFIX + claim)


@given(PLAIN)
def test_lines_are_counted_as_what_they_hold(given_batches: Any) -> None:
    for batch in given_batches:
        for line in lines.encode_messages(*batch).splitlines(keepends=True):
            (message,) = lines.decode(line)
            assert isinstance(message, Message)
            if max(message.t, message.session) < 10**18:
                assert lines.skim(line) == [(message.session, message.t, 1)]
            else:
                assert lines.skim(line) == [message]


def test_a_line_that_closes_is_read() -> None:
    line = lines.encode_messages(1, "server", 1, [(8, b"\x03\xe8")])
    (message,) = lines.skim(line)
    assert isinstance(message, Message)
    assert message.opcode is Opcode.CLOSE


def whole_records(data: bytes) -> tuple[list[list[Record]], int]:
    stream = io.BytesIO(data)
    found, bodies = [], binary.bodies(stream, lambda: len(data) - stream.tell())
    while True:
        try:
            found.append(list(binary.decode(next(bodies))))
        except StopIteration as stop:
            return found, stop.value


def test_records_are_whole_wherever_the_file_is_read_in_parts() -> None:
    """Records of many sizes, so that every part of one meets the end of a part that is read at once."""
    sizes = [*range(1, 40), 60_000, 65_480, *range(3, 60, 7), 200_000, 5, 130_000, *range(100, 1500)]
    encoded = [
        binary.encode_messages(1, "server", i, [(2, bytes([i % 251]) * n)]) for i, n in enumerate(sizes)
    ]
    data = b"".join(encoded)
    found, cut = whole_records(data)
    assert ([len(one.payload) for (one,) in found], cut) == (sizes, 0)  # type: ignore[attr-defined]
    ends = [0]
    for one in encoded:
        ends.append(ends[-1] + len(one))
    for at in range(65_000, 66_200):
        found, cut = whole_records(data[:at])
        count = sum(end <= at for end in ends) - 1
        assert (len(found), cut) == (count, at - ends[count])


@pytest.mark.parametrize("zeros", [8, 9, 65_536, 200_001])
def test_a_tail_of_zeros_is_cut_however_long(zeros: int) -> None:
    one = binary.encode_messages(1, "server", 1, [(2, b"x")])
    assert whole_records(one * 3000 + bytes(zeros))[1] == zeros
    with pytest.raises(CassetteError, match="checksum"):
        whole_records(one * 3000 + bytes(zeros) + one)
