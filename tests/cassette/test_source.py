"""A recording in two passes, from a file and from memory."""

import tracemalloc
from pathlib import Path

import pytest
from cassette.several_sessions import NAMES, RECORDS, said, written

from wsrecord.cassette.model import Message, Opcode
from wsrecord.cassette.outline import outline
from wsrecord.cassette.recording import Recording, Session, load
from wsrecord.cassette.source import from_path, from_recording
from wsrecord.cassette.store import CassetteWriter

MESSAGES = [record for record in RECORDS if isinstance(record, Message)]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_gives_its_messages_in_recorded_order_as_often_as_asked(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name)
    source = from_path(path)
    assert source.outline == outline(path)
    assert list(source.messages()) == list(source.messages()) == MESSAGES


@pytest.mark.parametrize("name", NAMES)
def test_memory_and_file_say_the_same(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name)
    loaded = load(path)
    source = from_recording(loaded)
    assert source.outline == from_path(path).outline
    assert list(source.messages()) == list(source.messages()) == MESSAGES
    assert loaded == load(path)


def test_messages_in_memory_come_by_time_then_by_session() -> None:
    first, second = Session(1), Session(2)
    first.messages = [said(3, 1), said(7, 1), said(7, 1, b"again")]
    second.messages = [said(1, 2), said(7, 2, opcode=Opcode.PING)]
    found = from_recording(Recording(Path("x"), RECORDS[0], sessions=[second, first]))  # type: ignore[arg-type]
    assert [(one.t, one.session, one.payload) for one in found.messages()] == [
        (1, 2, b"{}"),
        (3, 1, b"{}"),
        (7, 1, b"{}"),
        (7, 1, b"again"),
        (7, 2, b"{}"),
    ]


def test_what_a_recorder_appends_meanwhile_is_left_out(tmp_path: Path) -> None:
    path = written(tmp_path / "x.wsr.jsonl", RECORDS[:-1])
    source = from_path(path)
    more = written(tmp_path / "more.wsr.jsonl", [RECORDS[0], said(99, 1)]).read_bytes().splitlines(True)[1]
    with path.open("ab") as file:
        file.write(more)
    assert list(source.messages()) == MESSAGES


def peak(path: Path) -> int:
    """The most memory that both passes hold."""
    tracemalloc.start()
    try:
        for _ in from_path(path).messages():
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("name", "few", "many"), [("x.wsr", 5_000, 100_000), ("x.wsr.jsonl", 1_000, 10_000)])
def test_memory_does_not_grow_with_the_length(tmp_path: Path, name: str, few: int, many: int) -> None:
    def cassette(count: int) -> Path:
        path = tmp_path / f"{count}-{name}"
        items = [(1, b'{"type":"delta","text":"%d"}' % number) for number in range(3)]
        with CassetteWriter.create(path) as writer:
            writer.record(RECORDS[0])
            for t in range(0, count, 3):
                writer.messages(1 + t % 4, "server", t, items)
        return path

    short, long = cassette(few), cassette(many)
    peak(short)  # what is made once is not measured
    assert peak(long) < 1.2 * peak(short) + 20_000
