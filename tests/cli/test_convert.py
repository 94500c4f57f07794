"""`wsrecord convert`."""

import subprocess
import sys
from pathlib import Path

import pytest
from cassette.records import EVERY_KIND
from click.testing import CliRunner, Result

from wsrecord.cassette.model import Record
from wsrecord.cassette.store import CassetteWriter, open_cassette
from wsrecord.cli.convert import command
from wsrecord.errors import CassetteError, UsageError


def cassette(path: Path, records: list[Record] = EVERY_KIND) -> Path:
    with CassetteWriter.create(path) as writer:
        writer.copy(records)
    return path


def convert(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def done(*arguments: str | Path) -> Result:
    result = convert(*arguments)
    assert result.exception is None, result.exception
    return result


def read(path: Path) -> tuple[list[Record], str, bool]:
    with open_cassette(path) as reader:
        return list(reader), reader.encoding, reader.ended


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return cassette(tmp_path / "a.wsr")


def test_there_and_back_changes_no_byte(source: Path, tmp_path: Path) -> None:
    lines, back = tmp_path / "b.wsr.jsonl", tmp_path / "c.wsr"
    assert done(source, lines).output == ""  # that it says of itself that it is incomplete is no news
    done(lines, back)
    assert read(lines) == (EVERY_KIND, "lines", True)
    assert back.read_bytes() == source.read_bytes()


def test_the_encoding_is_asked_for_where_the_name_does_not_tell(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.txt"
    error = convert(source, target).exception
    assert isinstance(error, UsageError)
    assert "--to" in str(error)
    done(source, target, "--to", "lines")
    assert read(target)[1] == "lines"
    done(source, tmp_path / "b.jsonl", "--to", "binary")
    assert read(tmp_path / "b.jsonl")[1] == "binary"


def test_nothing_is_overwritten_unless_forced(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.wsr.jsonl"
    target.write_text("mine")
    error = convert(source, target).exception
    assert isinstance(error, UsageError)
    assert "is there already" in str(error)
    assert target.read_text() == "mine"
    done(source, target, "--force")
    assert read(target)[0] == EVERY_KIND
    done(source, source, "--force")
    assert read(source)[0] == EVERY_KIND


def test_a_cut_cassette_converts_with_a_warning_and_stays_unfinished(source: Path, tmp_path: Path) -> None:
    source.write_bytes(source.read_bytes()[:-5])
    result = done(source, tmp_path / "b.wsr.jsonl")
    assert "is not whole (cut: it has no end record, and its last" in result.stderr
    assert read(tmp_path / "b.wsr.jsonl") == (EVERY_KIND[:-1], "lines", False)


def test_a_damaged_cassette_leaves_nothing_behind(source: Path, tmp_path: Path) -> None:
    data = bytearray(source.read_bytes())
    data[-5] ^= 1
    source.write_bytes(data)
    assert isinstance(convert(source, tmp_path / "b.wsr.jsonl").exception, CassetteError)
    assert sorted(tmp_path.iterdir()) == [source]


def test_lines_go_to_standard_output(source: Path, tmp_path: Path) -> None:
    result = done(source, "-")
    done(source, tmp_path / "b.wsr.jsonl")
    assert result.stdout_bytes == (tmp_path / "b.wsr.jsonl").read_bytes()
    assert isinstance(convert(source, "-", "--to", "binary").exception, UsageError)


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    source = cassette(tmp_path / "a.wsr", [*EVERY_KIND[:1], *EVERY_KIND[7:9] * 20_000])
    program = [
        sys.executable,
        "-c",
        "from wsrecord.cli.main import main; main()",
        "convert",
        str(source),
        "-",
    ]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b'{"wsrecord": 1')
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0
