"""The binary encoding: batches of messages under a length and a checksum."""

import io
from zlib import crc32

import msgpack
import pytest
from cassette.records import EVERY_KIND, cassettes, messages, records
from hypothesis import given

from wsrecord.cassette import binary
from wsrecord.cassette.model import End, Message, Opcode, Record
from wsrecord.errors import CassetteError


def bodies(data: bytes) -> tuple[list[bytes], int]:
    """The bodies in these bytes, and how many bytes were cut."""
    stream = io.BytesIO(data)
    walk = binary.bodies(stream, lambda: len(data) - stream.tell())
    found = []
    while True:
        try:
            found.append(next(walk))
        except StopIteration as stop:
            return found, stop.value


def decoded(data: bytes) -> list[Record]:
    found, cut = bodies(data)
    assert cut == 0
    return [record for body in found for record in binary.decode(body)]


def body(value: object) -> list[Record]:
    return binary.decode(msgpack.packb(value))


def message(payload: bytes, t: int = 1, **rest: object) -> Message:
    return Message(t=t, session=1, sender="client", opcode=Opcode.TEXT, payload=payload, **rest)


@given(records)
def test_every_record_comes_back(record: Record) -> None:
    assert decoded(binary.encode(record)) == [record]


@given(cassettes)
def test_a_cassette_comes_back_in_its_order(cassette: list[Record]) -> None:
    assert decoded(b"".join(binary.encode_all(cassette))) == cassette


def test_a_record_stands_under_its_length_and_checksum() -> None:
    data = binary.encode(EVERY_KIND[-1])
    size = int.from_bytes(data[:4], "big")
    assert size == len(data) - 8
    assert int.from_bytes(data[4:8], "big") == crc32(data[:4] + data[8:])
    assert msgpack.unpackb(data[8:])["kind"] == "end"


def test_the_magic_shows_what_rewrites_line_ends_or_bits() -> None:
    assert binary.MAGIC == b"\x89WSR\r\n\x1a\n"


def test_the_messages_of_one_read_are_one_record() -> None:
    data = binary.encode_messages(
        7, "server", 42, [(1, b"a"), (2, b"b", {"frames": [[1, 0x80, 0]], "size": 9})]
    )
    found, _ = bodies(data)
    assert len(found) == 1
    assert binary.decode(found[0]) == [
        Message(t=42, session=7, sender="server", opcode=Opcode.TEXT, payload=b"a"),
        Message(
            t=42,
            session=7,
            sender="server",
            opcode=Opcode.BINARY,
            payload=b"b",
            frames=((1, 128, 0),),
            size=9,
        ),
    ]


def test_converting_makes_maximal_runs_batches_again() -> None:
    run = [message(b"a"), message(b"b", began=0), message(b"c", t=2), message(b"d", t=2)]
    data = b"".join(binary.encode_all([*run, EVERY_KIND[0], message(b"e", t=2)]))
    found, _ = bodies(data)
    assert [len(binary.decode(part)) for part in found] == [2, 2, 1, 1]


@given(messages)
def test_a_message_is_a_batch_of_one(one: Message) -> None:
    assert binary.encode(one) == b"".join(binary.encode_all([one]))


def test_too_many_messages_for_one_record_are_several() -> None:
    data = binary.encode_messages(1, "client", 1, [(1, b"x")] * 10_000)
    found, _ = bodies(data)
    assert [len(binary.decode(part)) for part in found] == [4096, 4096, 1808]
    assert binary.encode_messages(1, "client", 1, []) == b""


def test_a_large_message_comes_back() -> None:
    payload = bytes(range(256)) * 40_000
    pair = [(1, "client", 1, [(2, payload), (2, payload)])]
    assert decoded(binary.encode_batches(pair))[1].payload == payload
    assert len(bodies(binary.encode_batches(pair, len(payload) + 200))[0]) == 2
    with pytest.raises(CassetteError, match=r"a message of \d+ bytes"):
        binary.encode_batches([(1, "client", 1, [(2, payload)])], len(payload))
    with pytest.raises(CassetteError, match=r"a record of \d+ bytes"):
        binary.encode(EVERY_KIND[13].__class__(t=1, code="a", text="b", data=payload), len(payload))


def test_a_message_in_very_many_frames_is_read_or_refused_at_once() -> None:
    frames = tuple((1, 0x80, 0) for _ in range(200_000))
    assert decoded(binary.encode(message(b"x", frames=frames)))[0].frames == frames
    with pytest.raises(CassetteError, match="frames"):
        binary.encode(message(b"x", frames=frames * 2))


def test_many_messages_in_many_frames_are_parted() -> None:
    item = (1, b"x", {"frames": [(1, 0x80, 0)] * 60_000})
    data = binary.encode_batches([(1, "client", 1, [item] * 6)])
    assert len(bodies(data)[0]) > 1
    assert len(decoded(data)) == 6


def test_what_does_not_fit_is_said_and_harms_nothing() -> None:
    with pytest.raises(CassetteError, match="can't hold"):
        binary.encode_messages(1, "client", 1 << 70, [(1, b"x")])
    with pytest.raises(CassetteError, match="can't hold"):
        binary.encode(End(t=1 << 70, connections=0, exchanges=0, sessions=0, messages=0))
    assert decoded(binary.encode_messages(1, "client", 1, [(1, b"x")])) == [message(b"x")]


def test_what_a_later_version_says_of_a_batch_it_says_of_each_message() -> None:
    given = {
        "kind": "messages",
        "batches": [[1, "client", 1, [[1, b"a"], [1, b"b", {"y": 2}]]]],
        "z": 3,
    }
    assert body(given) == [message(b"a", extra={"z": 3}), message(b"b", extra={"z": 3, "y": 2})]
    with pytest.raises(CassetteError, match="newer wsrecord"):
        body(given | {"critical": True})


def batch(session: object = 1, sender: object = "client", t: object = 1, items: object = ((1, b""),)) -> dict:
    return {"kind": "messages", "batches": [[session, sender, t, items]]}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], "not a map"),
        ({1: 2}, "no msgpack map"),
        ({b"kind": "end"}, "name is not text"),
        ({"t": 1}, "without a kind"),
        ({"kind": "note", b"x": 1}, "name is not text"),
        ({"kind": "message"}, 'has "messages" only'),
        ({"kind": "messages", "batches": []}, "something in it"),
        ({"kind": "messages", "batches": [[1, "client", 1]]}, "must be [session, sender, t, list]"),
        (batch(session="1"), "session must be a whole number, not text"),
        (batch(t=-1), "between 0"),
        (batch(t=True), "not a boolean"),
        (batch(sender="me"), '"client" or "server"'),
        (batch(items=[]), "something in it"),
        (batch(items={}), "something in it"),
        (batch(items=[[1]]), "item 1 must be"),
        (batch(items=[[1, "text"]]), "item 1 must be"),
        (batch(items=[[3, b""]]), "opcode"),
        (batch(items=[[True, b""]]), "opcode"),
        (batch(items=[[1, b"", 3]]), "must be a map"),
        (batch(items=[[1, b"", {"frames": [[1, 2]]}]]), "frame 1 must be"),
        (batch(items=[[1, b"", {"frames": [[1, 2, -1]]}]]), "three whole numbers"),
        (batch(items=[[1, b"", {"frames": [[1, 2, 1.0]]}]]), "three whole numbers"),
        (batch(items=[[1, b"", {"text": "x"}]]), "the name is taken"),
        (batch(items=[[1, b"", {"x": float("nan")}]]), "no number"),
        (batch(items=[[1, b"", {"x": msgpack.ExtType(4, b"ab")}]]), "extension type"),
    ],
)
def test_a_wrong_record_is_refused_by_name(given: object, says: str) -> None:
    with pytest.raises(CassetteError) as caught:
        body(given)
    assert says in str(caught.value)


def test_a_tail_of_zeros_is_a_cut() -> None:
    data = binary.encode(EVERY_KIND[1])
    assert bodies(data + bytes(100_000)) == ([data[8:]], 100_000)
    with pytest.raises(CassetteError, match="checksum"):
        bodies(data + bytes(1000) + data)
