"""`wsrecord show`."""

import os
import pty
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cassette.records import EVERY_KIND, HEAD
from click.testing import CliRunner, Result

from wsrecord.cassette.model import Message, Opcode, Record
from wsrecord.cassette.store import CassetteWriter
from wsrecord.cli.show import command
from wsrecord.errors import CassetteError, UsageError

PROGRAM = [sys.executable, "-c", "from wsrecord.cli.main import main; main()"]


def cassette(path: Path, records: list[Record] = EVERY_KIND) -> Path:
    with CassetteWriter.create(path) as writer:
        writer.copy(records)
    return path


def show(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def text(*arguments: str | Path) -> str:
    result = show(*arguments)
    assert result.exception is None, result.exception
    return result.stdout


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return cassette(tmp_path / "a.wsr")


def two_sessions() -> list[Record]:
    def message(t: int, session: int, payload: bytes) -> Message:
        return Message(t=t, session=session, sender="server", opcode=Opcode.TEXT, payload=payload)

    return [
        HEAD,
        message(1, 1, b'{"type":"one"}'),
        message(2, 2, b'{"type":"two"}'),
        message(3, 1, b'{"type":"three"}'),
    ]


def test_a_cassette_shows_what_happened_and_how_it_ended(path: Path) -> None:
    found = text(path)
    assert found.startswith(f"{path} (binary)\nrecorded by wsrecord 0.1.0, begun 2026-02-03T")
    assert '← agent_started                 24 B  {"type":"agent_started"}' in found
    assert found.endswith(
        "\nend at 0.000000: 1 connection, 1 exchange, 1 session, 8 messages\n! incomplete: disk full\n"
    )


def test_plain_is_the_same_for_both_encodings_and_every_terminal(path: Path, tmp_path: Path) -> None:
    other = cassette(tmp_path / "b.wsr.jsonl")
    assert text(path, "--plain") == text(other, "--plain")
    assert "a.wsr" not in text(path, "--plain")
    wide = CliRunner(env={"COLUMNS": "40"}).invoke(command, [str(path), "--plain"]).stdout
    assert wide == text(path, "--plain")


def test_only_some_events(path: Path) -> None:
    found = text(path, "--event", "agent_*", "--event", "close")
    assert found.count("→") + found.count("←") == 3


def test_one_session_at_a_time(tmp_path: Path) -> None:
    path = cassette(tmp_path / "a.wsr", two_sessions())
    found = text(path, "--session", "2", "--session", "1")
    assert [line.strip().split()[-1] for line in found.splitlines() if "←" in line] == [
        '{"type":"two"}', '{"type":"one"}', '{"type":"three"}',
    ]  # fmt: skip
    assert "session 2\n" in found
    assert "s1" not in text(path, "--session", "1")


def test_a_session_that_is_not_there_is_said(tmp_path: Path) -> None:
    path = cassette(tmp_path / "a.wsr", two_sessions())
    error = show(path, "--session", "7").exception
    assert isinstance(error, UsageError)
    assert str(error) == f"{path} has no session 7; there is 1, 2"


def test_columns_where_there_is_room(tmp_path: Path) -> None:
    path = cassette(tmp_path / "a.wsr", two_sessions())
    wide = CliRunner(env={"COLUMNS": "100"}).invoke(command, [str(path), "--columns"])
    assert "  session 1    " in wide.stdout
    assert wide.stderr == ""
    narrow = CliRunner(env={"COLUMNS": "60"}).invoke(command, [str(path), "--columns"])
    assert "60 cells are too few for 2 columns" in narrow.stderr
    assert "s2   ← two" in narrow.stdout
    one = CliRunner(env={"COLUMNS": "60"}).invoke(command, [str(path), "--columns", "--session", "2"])
    assert "session 2" in one.stdout
    assert isinstance(show(path, "--columns", "--plain").exception, UsageError)


def test_whole_payloads_when_asked_for(tmp_path: Path) -> None:
    long = Message(t=1, session=1, sender="server", opcode=Opcode.TEXT, payload=b"x" * 5000)
    path = cassette(tmp_path / "a.wsr", [HEAD, long])
    assert "x" * 5000 in text(path, "--raw")
    assert "x" * 1001 not in text(path)


def test_a_cut_cassette_says_so(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])
    assert "! cut: it has no end record, and its last" in text(path)


def test_a_damaged_cassette_shows_what_stands_before_the_damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    result = show(path)
    assert isinstance(result.exception, CassetteError)
    ran = subprocess.run([*PROGRAM, "show", str(path)], check=False, capture_output=True, text=True)
    assert ran.returncode == 3
    assert "agent_started" in ran.stdout
    assert "the checksum does not match (15 whole records stand before it)" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_recording_that_still_runs_can_be_shown(tmp_path: Path) -> None:
    writer = CassetteWriter.create(tmp_path / "a.wsr")
    writer.record(HEAD)
    assert "a.wsr.part (binary)" in text(tmp_path / "a.wsr")
    assert text(tmp_path / "a.wsr").endswith("! still recording\n")
    writer.abandon()


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    path = cassette(tmp_path / "a.wsr", [HEAD, *two_sessions()[1:] * 30_000])
    with subprocess.Popen(
        [*PROGRAM, "show", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(str(path).encode())
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


def on_a_terminal(*arguments: str, **env: str) -> str:
    """What the program writes on a real (pseudo) terminal."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    process = subprocess.Popen(
        [*PROGRAM, "show", *arguments],
        stdout=theirs,
        env={**environment, "TERM": "xterm", "COLUMNS": "80", **env},
    )
    os.close(theirs)
    found = b""
    try:
        while chunk := os.read(ours, 65536):
            found += chunk
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait(30) == 0
    return found.decode()


def test_colour_is_for_terminals_that_want_it(path: Path) -> None:
    assert "\x1b[32m" in on_a_terminal(str(path))
    assert "\x1b[" not in on_a_terminal(str(path), NO_COLOR="1")
    assert "\x1b[" not in on_a_terminal(str(path), TERM="dumb")
    assert "\x1b[" not in on_a_terminal(str(path), "--plain")
    assert "\x1b[" not in text(path)


def test_a_terminal_without_arrows_shows_the_rest(path: Path) -> None:
    ran = subprocess.run(
        [*PROGRAM, "show", str(path)],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert b"\\u2190 agent_started" in ran.stdout


@pytest.mark.needs("git")
def test_git_diff_shows_cassettes_as_timelines(path: Path) -> None:
    def git(*arguments: str) -> str:
        own = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        ran = subprocess.run(
            ["git", "-C", str(path.parent), *own, *arguments], check=True, capture_output=True, text=True
        )
        return ran.stdout

    git("init", "-q")
    (path.parent / ".gitattributes").write_text("*.wsr diff=wsrecord\n")
    git("config", "diff.wsrecord.textconv", f"{shlex.join(PROGRAM)} show --plain --no-times")
    git("add", ".")
    git("commit", "-qm", "one")
    path.unlink()
    # The same again, later: only what is missing shows.
    cassette(path, [later(record) for record in EVERY_KIND if record != EVERY_KIND[8]])
    changed = [line for line in git("diff").splitlines() if line[:1] in "+-"][2:]
    assert [line[:20] for line in changed if "agent_started" in line] == ["-s1   ← agent_started"[:20]]
    assert not [line for line in changed if line.startswith("+")]
    assert "'wsrecord show --plain --no-times'" in show("--help").stdout


def later(record: Record) -> Record:
    return replace(record, t=record.t + 12_345_678) if hasattr(record, "t") else record


def test_showing_imports_nothing_heavy(path: Path) -> None:
    code = (
        "import sys; from wsrecord.cli.show import command; import wsrecord.cli.convert\n"
        f"command([{str(path)!r}], standalone_mode=False)\n"
        "heavy = {'hypothesis', 'jsonschema', 'asyncio', 'rich', 'websockets', 'h11'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
