"""What no recorder wrote: cut, flipped, mutated and malicious cassettes get only CassetteError, and soon."""

import io
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import msgpack
import pytest
from cassette.records import EVERY_KIND, HEAD, cassettes
from hypothesis import given, settings
from hypothesis import strategies as st

from wsrecord.cassette import binary, lines
from wsrecord.cassette.model import Message, Opcode, Record
from wsrecord.cassette.store import open_cassette
from wsrecord.errors import CassetteError

# Batches of one: then "whole records before the cut" is a plain prefix of the list.
ONE_BY_ONE = {
    "binary": [binary.encode(record) for record in EVERY_KIND],
    "lines": [lines.encode(record) for record in EVERY_KIND],
}
MAGIC = {"binary": binary.MAGIC, "lines": b""}


def outcome(path: Path, data: bytes) -> tuple[list[Record], int, bool] | CassetteError:
    path.write_bytes(data)
    try:
        with open_cassette(path) as reader:
            return list(reader), reader.cut, reader.ended
    except CassetteError as error:
        return error


@pytest.mark.parametrize("encoding", ["binary", "lines"])
def test_any_prefix_loads_what_was_whole(encoding: str, tmp_path: Path) -> None:
    parts = ONE_BY_ONE[encoding]
    data = MAGIC[encoding] + b"".join(parts)
    for size in range(len(data)):
        left, number = size - len(MAGIC[encoding]), 0
        while number < len(parts) and left >= len(parts[number]):
            left -= len(parts[number])
            number += 1
        if encoding == "lines" and number < len(parts) and left == len(parts[number]) - 1:
            left, number = 0, number + 1  # only the newline is missing
        found = outcome(tmp_path / "x", data[:size])
        if number == 0:
            assert isinstance(found, CassetteError)
            assert "cut" in str(found) or "empty" in str(found) or size < 2
        else:
            assert found == (EVERY_KIND[:number], left, number == len(parts))


def test_a_cut_batch_gives_none_of_its_messages(tmp_path: Path) -> None:
    start = binary.MAGIC + binary.encode(HEAD)
    batch = binary.encode_messages(1, "client", 1, [(1, b"a"), (1, b"b"), (1, b"c")])
    for size in range(len(batch)):
        assert outcome(tmp_path / "x", start + batch[:size]) == ([HEAD], size, False)


def test_every_flipped_byte_is_noticed(tmp_path: Path) -> None:
    data = binary.MAGIC + b"".join(ONE_BY_ONE["binary"])
    for at in range(len(data)):
        flipped = bytearray(data)
        flipped[at] ^= (0x01, 0x80, 0xFF)[at % 3]
        found = outcome(tmp_path / "x", bytes(flipped))
        if not isinstance(found, CassetteError):
            records, cut, ended = found
            assert cut
            assert not ended
            assert records == EVERY_KIND[: len(records)]


def both(data: bytes) -> None:
    """Neither decoder does anything but decode, or refuse."""
    for module in (binary, lines):
        try:
            for record in module.decode(data):
                assert isinstance(record, Record)
        except CassetteError:
            pass
        stream = io.BytesIO(data)
        try:
            for body in module.bodies(stream, lambda stream=stream: len(data) - stream.tell()):
                module.decode(body)
        except CassetteError:
            pass


packed = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.integers(0, 9) | st.binary(max_size=2), inner)
    ),
    max_leaves=10,
)


@given(st.binary() | st.text().map(str.encode))
def test_arbitrary_bytes_are_refused(data: bytes) -> None:
    both(data)


@given(packed)
def test_arbitrary_values_are_refused(value: object) -> None:
    both(msgpack.packb(value))


@given(cassettes, st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=200)
def test_mutated_cassettes_are_decoded_or_refused(
    cassette: list[Record], chance: random.Random, sealed: bool
) -> None:
    for module in (binary, lines):
        parts = list(module.encode_all(cassette))
        at = chance.randrange(len(parts))
        part = bytearray(parts[at])
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(part))
            change = chance.randrange(3)
            if change == 0:
                part[place] = chance.randrange(256)
            elif change == 1:
                part[place:place] = chance.randbytes(chance.randint(1, 5))
            elif len(part) > 9:
                del part[place]
        both(bytes(part[8:]) if module is binary else bytes(part))
        if sealed and module is binary:
            size = (len(part) - 8).to_bytes(4, "big")
            part[:8] = size + crc32(bytes(part[8:]), crc32(size)).to_bytes(4, "big")
        both(b"".join([*parts[:at], bytes(part), *parts[at + 1 :]]))


def sealed(body: bytes) -> bytes:
    size = len(body).to_bytes(4, "big")
    return binary.MAGIC + binary.encode(HEAD) + size + crc32(body, crc32(size)).to_bytes(4, "big") + body


def line(text: bytes) -> bytes:
    return lines.encode(HEAD) + text + b"\n"


def record(value: bytes) -> bytes:
    """A map with one unknown field of this value, as msgpack."""
    return b"\x82\xa4kind\xa1x\xa1v" + value


MILLION = 1_000_000
HOSTILE: dict[str, Callable[[], bytes]] = {
    "a length of four gigabytes": lambda: (
        binary.MAGIC + binary.encode(HEAD) + b"\xff\xff\xff\xff" + bytes(4) + b"x" * 99
    ),
    "a length of one gigabyte": lambda: (
        binary.MAGIC + binary.encode(HEAD) + binary.MAX_BODY.to_bytes(4, "big") + bytes(99)
    ),
    "lists that claim four billion": lambda: sealed(record(b"\xdd\xff\xff\xff\xff" * 1000)),
    "lists that claim all that follows": lambda: sealed(
        record(b"\xdd\x00\x0f\x00\x00" * 1000 + bytes(MILLION))
    ),
    "small lists that claim all that follows": lambda: sealed(record(b"\xdc\x1f\x00" * 1000 + bytes(8000))),
    "maps that claim four billion": lambda: sealed(record(b"\xdf\xff\xff\xff\xff" * 1000)),
    "text that claims four gigabytes": lambda: sealed(record(b"\xdb\xff\xff\xff\xff")),
    "lists in lists": lambda: sealed(record(b"\x91" * 5 * MILLION + b"\xc0")),
    "empty lists": lambda: sealed(
        record(b"\xdd" + (20 * MILLION).to_bytes(4, "big") + b"\x90" * 20 * MILLION)
    ),
    "empty maps in lists of lists": lambda: sealed(record(b"\xdc\xff\xff" * 90 + b"\x80" * 9 * MILLION)),
    "small empty lists": lambda: sealed(record(b"\xdc\xff\xff" + b"\x90" * 65535)),
    "an extension type": lambda: sealed(record(b"\xc9\x00\x00\x00\x09\x05" + bytes(9))),
    "a timestamp": lambda: sealed(record(b"\xd6\xff" + bytes(4))),
    "a byte that means nothing": lambda: sealed(record(b"\xc1")),
    "more after the map": lambda: sealed(record(b"\xc0") + b"\xc0"),
    "text that is no UTF-8": lambda: sealed(b"\x81\xa4kind\xa2\xff\xfe"),
    "nothing": lambda: sealed(b""),
    "brackets without end": lambda: line(b'{"kind":"x","v":' + b"[" * 10 * MILLION),
    "brackets": lambda: line(b'{"kind":"x","v":' + b"[" * MILLION + b"]" * MILLION + b"}"),
    "closing brackets": lambda: line(b'{"kind":"x","v":' + b"]" * 20 * MILLION + b"}"),
    "empty objects": lambda: line(b'{"kind":"x","v":[' + b"{}," * 10 * MILLION + b"0]}"),
    "a number of a million digits": lambda: line(b'{"kind":"x","v":' + b"9" * MILLION + b"}"),
    "many long numbers": lambda: line(b'{"kind":"x","v":[' + (b"9" * 4000 + b",") * 2000 + b"0]}"),
    "a string without end": lambda: line(b'{"kind":"x","v":"' + b'\\"' * 10 * MILLION),
    "a huge value of a wrong type": lambda: line(b'{"kind":"opened","t":"' + b"x" * 5 * MILLION + b'"}'),
    "zeros": lambda: line(bytes(10 * MILLION)),
}

HARMLESS = {"small empty lists": "cut 0", "a length of one gigabyte": "cut 103"}

# In a process of its own, which may not have more than this: what it says is all that it may say.
CHILD = """
import resource, sys, time
from wsrecord.cassette.store import open_cassette
from wsrecord.errors import CassetteError
resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))
for path in sys.argv[1:]:
    began = time.perf_counter()
    try:
        with open_cassette(path) as reader:
            for _ in reader:
                pass
        said = f"cut {reader.cut}"
    except CassetteError as error:
        said = str(error)
    print(round(time.perf_counter() - began, 3), len(said), said)
# Not ru_maxrss: that begins with what the process that started this one had.
print(*[line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")] or ["0"])
"""


def test_hostile_cassettes_are_refused_soon_and_in_little_memory(tmp_path: Path) -> None:
    for number, make in enumerate(HOSTILE.values()):
        (tmp_path / f"{number:02}").write_bytes(make())
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, *sorted(map(str, tmp_path.iterdir()))],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    *told, peak = ran.stdout.splitlines()
    assert ran.stderr == ""
    assert len(told) == len(HOSTILE)
    for name, text in zip(HOSTILE, told, strict=True):
        seconds, length, said = text.split(" ", 2)
        assert float(seconds) < 10, name  # a second at most on a machine that has nothing else to do
        assert int(length) < 500, name
        assert said == HARMLESS[name] if name in HARMLESS else "record 2, at byte" in said, name
    assert int(peak) < 300 << 10


def test_a_length_is_believed_only_as_far_as_the_file_goes(tmp_path: Path) -> None:
    data = binary.MAGIC + binary.encode(HEAD) + (binary.MAX_BODY).to_bytes(4, "big") + bytes(104)
    assert outcome(tmp_path / "x", data) == ([HEAD], 108, False)


def test_a_large_honest_record_is_read_soon(tmp_path: Path) -> None:
    record = Message(
        t=1,
        session=1,
        sender="server",
        opcode=Opcode.TEXT,
        payload=b'{"a": [1, 2, {"b": "\\n,["}]},' * 100_000,
    )
    began = time.perf_counter()
    for module in (binary, lines):
        found = outcome(
            tmp_path / "x",
            MAGIC[module.__name__.rsplit(".", 1)[1]] + module.encode(HEAD) + module.encode(record),
        )
        assert found == ([HEAD, record], 0, False)
    assert time.perf_counter() - began < 10
