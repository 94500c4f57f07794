"""Cassettes on disk: written so that nothing is lost, read so that nothing is made up."""

import fcntl
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cassette.records import EVERY_KIND, HEAD
from support.small_disk import mounted

from wsrecord.cassette import binary
from wsrecord.cassette.model import End, Message, Record
from wsrecord.cassette.store import CassetteReader, CassetteWriter, detect, is_locked, open_cassette
from wsrecord.errors import CassetteError, UsageError

NAMES = ["a.wsr", "a.wsr.jsonl"]
END = EVERY_KIND[-1]


def write(path: Path, records: list[Record] = EVERY_KIND) -> Path:
    with CassetteWriter.create(path) as writer:
        for record in records:
            writer.record(record)
    return path


def read(path: Path) -> tuple[list[Record], CassetteReader]:
    with open_cassette(path) as reader:
        return list(reader), reader


@pytest.fixture(params=NAMES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def test_what_is_written_is_read(path: Path) -> None:
    records, reader = read(write(path))
    assert records == EVERY_KIND
    assert reader.head == HEAD
    assert reader.end == END
    assert (reader.ended, reader.cut, reader.part, reader.recording) == (True, 0, False, False)


def test_reading_twice_gives_the_same(path: Path) -> None:
    with open_cassette(write(path)) as reader:
        assert list(reader) == list(reader)


def test_the_encoding_is_told_from_the_content(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "named.otherwise"
    write(path).rename(other)
    records, reader = read(other)
    assert records == EVERY_KIND
    assert reader.encoding == ("lines" if path.suffix == ".jsonl" else "binary")
    assert detect(b"GIF89a") is None


def test_only_the_owner_may_read_it(path: Path) -> None:
    old = os.umask(0)
    try:
        writer = CassetteWriter.create(path)
        assert stat.S_IMODE(writer.part.stat().st_mode) == 0o600
        writer.close()
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_missing_folders_are_made(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a" / "b" / "c.wsr"))[0] == EVERY_KIND


def test_every_record_is_with_the_system_at_once(path: Path) -> None:
    writer = CassetteWriter.create(path)
    for number, record in enumerate(EVERY_KIND, 1):
        writer.record(record)
        assert read(path)[0] == EVERY_KIND[:number]
    writer.abandon()


def test_a_recording_can_be_read_while_it_is_written(path: Path) -> None:
    total = 3000
    writer = CassetteWriter.create(path)
    writer.record(HEAD)
    done = threading.Event()

    def write_all() -> None:
        for number in range(total):
            writer.messages(1, "client", number, [(1, b'{"n":%d}' % number), (2, bytes(number % 500))])
        done.set()

    thread = threading.Thread(target=write_all)
    thread.start()
    seen = 0
    while not done.is_set():
        records, reader = read(path)
        assert (reader.recording, reader.part, reader.ended) == (True, True, False)
        assert [record.t for record in records[1::2] if isinstance(record, Message)] == list(
            range(len(records) // 2)
        )
        assert len(records) >= seen
        seen = len(records)
    thread.join()
    assert len(read(path)[0]) == 1 + 2 * total
    writer.close()
    assert not read(path)[1].recording


def test_a_part_is_locked_until_it_is_closed(path: Path) -> None:
    writer = CassetteWriter.create(path)
    assert is_locked(writer.part)
    with pytest.raises(UsageError, match="being written by another recorder"):
        CassetteWriter.create(path)
    writer.close()
    assert not writer.part.exists()
    assert not is_locked(path)
    assert not is_locked(writer.part)


def test_a_part_that_was_left_loads_by_both_names_and_is_not_overwritten(path: Path) -> None:
    writer = CassetteWriter.create(path)
    writer.record(HEAD)
    writer.abandon(keep=True)
    for name in (path, writer.part):
        records, reader = read(name)
        assert records == [HEAD]
        assert (reader.path, reader.part, reader.recording, reader.ended) == (writer.part, True, False, False)
    with pytest.raises(UsageError, match="left by a recording that did not finish"):
        CassetteWriter.create(path)


def test_abandoning_leaves_nothing(path: Path) -> None:
    writer = CassetteWriter.create(path)
    writer.abandon()
    writer.abandon()
    writer.close()
    assert list(path.parent.iterdir()) == []
    with pytest.raises(CassetteError, match="closed"):
        writer.record(HEAD)


def test_an_exception_keeps_the_part(path: Path) -> None:
    def fail() -> None:
        with CassetteWriter.create(path) as writer:
            writer.record(HEAD)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert read(path)[0] == [HEAD]
    assert not path.exists()


def test_a_killed_recorder_leaves_what_it_wrote(path: Path) -> None:
    code = (
        "import os, signal, sys; sys.path.insert(0, 'tests')\n"
        "from cassette.records import HEAD\n"
        "from wsrecord.cassette.store import CassetteWriter\n"
        f"writer = CassetteWriter.create({str(path)!r}); writer.record(HEAD)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    records, reader = read(path)
    assert records == [HEAD]
    assert (reader.part, reader.recording) == (True, False)


def test_what_is_there_is_refused_at_once(path: Path) -> None:
    write(path)
    with pytest.raises(UsageError, match="is there already"):
        CassetteWriter.create(path)
    with pytest.raises(UsageError, match="is a folder"):
        CassetteWriter.create(path.parent)
    with pytest.raises(UsageError, match="can't be a cassette's name"):
        CassetteWriter.create(path.with_name("a.part"))
    dangling = path.with_name("dangling.wsr")
    dangling.symlink_to("nowhere")
    with pytest.raises(UsageError, match="is there already"):
        CassetteWriter.create(dangling)


def test_a_place_where_nothing_can_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CassetteError, match=r"x\.wsr\.part can't be made"):
        CassetteWriter.create(tmp_path / "file" / "x.wsr")
    with pytest.raises(CassetteError, match="can't be made"):
        CassetteWriter.create(tmp_path / ("x" * 300))


def test_the_first_error_names_what_is_wrong(tmp_path: Path) -> None:
    def why(data: bytes | None, name: str = "x.wsr") -> str:
        target = tmp_path / name
        if data is not None:
            target.write_bytes(data)
        with pytest.raises(CassetteError) as caught:
            open_cassette(target)
        assert str(target) in str(caught.value)
        return str(caught.value)

    assert "does not exist" in why(None)
    assert "is empty" in why(b"")
    assert "cut after 3 bytes" in why(b"\x89WS")
    assert "line ends" in why(b"\x89WSR\n\x1a\n....")
    assert "not a cassette: it starts with b'PK" in why(b"PK\x03\x04........")
    assert "cut within its head" in why(binary.MAGIC + b"\x00")
    assert "cut within its head" in why(b'{"wsrecord": 1, "kind"')
    assert "record 1, at byte 0: a record without a kind" in why(b'{"a": 1}\n')
    assert "not a cassette's head" in why(b'{"kind": "weather"}\n')
    assert "first line is not" in why(b"{" + b" " * (2 << 20))
    assert "newer wsrecord" in why(b'{"wsrecord": 9, "kind": "head"}\n')
    (tmp_path / "folder").mkdir()
    assert "is a folder" in why(None, "folder")
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in why(None, "pipe")
    assert "can't be read" in why(None, "\0")
    assert "can't be read" in why(None, "x" * 300)


def test_damage_is_said_with_its_place(path: Path) -> None:
    data = bytearray(write(path).read_bytes())
    at = data.index(b"/login")
    data[at - 20] ^= 0xFF
    path.write_bytes(data)
    with open_cassette(path) as reader:
        records = iter(reader)
        assert [next(records), next(records)] == EVERY_KIND[:2]
        with pytest.raises(
            CassetteError, match=r"record 3, at byte \d+: .*\(2 whole records stand before it\)"
        ):
            next(records)


def test_nothing_follows_the_end_and_there_is_one_head(path: Path) -> None:
    with pytest.raises(CassetteError, match="after the end record"):
        read(write(path, [HEAD, END, EVERY_KIND[1]]))
    path.unlink()
    with pytest.raises(CassetteError, match="a second head"):
        read(write(path, [HEAD, HEAD]))


def test_copying_keeps_every_record(path: Path) -> None:
    source = path.with_name("source")
    write(source)
    with open_cassette(source) as reader, CassetteWriter.create(path) as writer:
        writer.copy(reader)
    assert read(path)[0] == EVERY_KIND


FULL = """
import resource, sys
sys.path.insert(0, "tests")
from cassette.records import HEAD
from wsrecord.cassette.store import CassetteWriter
from wsrecord.errors import CassetteError
writer = CassetteWriter.create(sys.argv[1])
writer.record(HEAD)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
failed = 0
for number in range(60):
    try:
        writer.messages(1, "client", number, [(2, bytes(3000))])
    except CassetteError as error:
        failed += 1
        assert "can't be written" in str(error), error
assert failed > 20, failed
writer.messages(1, "client", 99, [(1, b"small enough")])
writer.close()
"""


def test_a_file_that_may_not_grow_keeps_whole_records_only(path: Path) -> None:
    subprocess.run([sys.executable, "-c", FULL, str(path)], check=True)
    records, reader = read(path)
    assert reader.cut == 0
    assert isinstance(records[-1], Message)
    assert records[-1].payload == b"small enough"
    assert [record.t for record in records[1:-1] if isinstance(record, Message)] == list(
        range(len(records) - 2)
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", "128k") as disk:
        yield disk


def test_a_full_disk_keeps_whole_records_only(small_disk: Path) -> None:
    path = small_disk / "a.wsr"
    writer = CassetteWriter.create(path)
    writer.record(HEAD)

    def fill() -> None:
        for number in range(100):
            writer.messages(1, "client", number, [(2, bytes(5000))])

    with pytest.raises(CassetteError, match="the disk is full"):
        fill()
    records, reader = read(path)
    assert reader.cut == 0
    assert len(records) > 10
    writer.close()
    assert read(path)[0] == records


def test_reading_needs_no_more_memory_than_the_largest_record(tmp_path: Path) -> None:
    path = tmp_path / "large.wsr"
    with CassetteWriter.create(path) as writer:
        writer.record(HEAD)
        for number in range(60):
            writer.messages(1, "server", number, [(2, bytes(1 << 20))])
    code = (
        "import sys, resource\nfrom wsrecord.cassette.store import open_cassette\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "assert sum(1 for _ in open_cassette(sys.argv[1])) == 61\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True)
    assert int(ran.stdout) < 12 * 1024


def test_a_writer_that_can_not_take_back_half_a_record_writes_no_more(path: Path) -> None:
    writer = CassetteWriter.create(path)
    writer.record(HEAD)
    reading = os.open(writer.part, os.O_RDONLY)
    os.dup2(reading, writer._fd)  # neither writing nor cutting works on it
    os.close(reading)
    with pytest.raises(CassetteError, match="can't be written: Bad file descriptor"):
        writer.record(END)
    with pytest.raises(CassetteError, match="an earlier write failed"):
        writer.record(END)
    writer.abandon(keep=True)
    assert read(path)[0] == [HEAD]


def test_a_locked_file_of_another_program_is_seen(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wsr")
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert is_locked(path)
    assert not is_locked(path)


def test_an_end_is_told_only_when_it_was_reached(path: Path) -> None:
    with open_cassette(write(path)) as reader:
        assert not reader.ended
        assert isinstance(list(reader)[-1], End)
        assert reader.ended
