"""`wsrecord scan`."""

import json
from pathlib import Path

import pytest
from cassette.records import EVERY_KIND, HEAD
from click.testing import CliRunner, Result

from wsrecord.cassette.model import Message, Opcode, Record
from wsrecord.cassette.store import CassetteWriter
from wsrecord.cli.scan import command
from wsrecord.errors import Exit, UsageError

SECRET = "Zx81kq0Lm4-Tt7Rb2Wn9Q"


def cassette(path: Path, *records: Record) -> Path:
    with CassetteWriter.create(path) as writer:
        writer.copy(list(records))
    return path


def message(payload: bytes) -> Message:
    return Message(t=1, session=1, sender="client", opcode=Opcode.TEXT, payload=payload)


def run(*arguments: str | Path, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(command, [str(a) for a in arguments], env=env)


def test_a_clean_cassette_says_how_much_was_looked_at(tmp_path: Path) -> None:
    result = run(cassette(tmp_path / "a.wsr", *EVERY_KIND))
    assert result.exit_code == Exit.CLEAN, result.output
    (line,) = result.stdout.splitlines()
    assert line.startswith("no secrets found: looked at ")
    assert line.endswith(" in 1 cassette")


def test_a_secret_is_told_with_its_place_and_never_shown(tmp_path: Path) -> None:
    path = cassette(tmp_path / "a.wsr.jsonl", HEAD, message(b'{"a": {"password": "%s"}}' % SECRET.encode()))
    result = run(path)
    assert result.exit_code == Exit.FINDINGS
    assert f"{path}: record 2, session 1, message 1, payload /a/password: password" in result.stdout
    assert SECRET[:6] not in result.stdout


def test_a_value_is_told_where_it_stood_before_its_name(tmp_path: Path) -> None:
    path = cassette(
        tmp_path / "a.wsr", HEAD, message(SECRET.encode()), message(b'{"token": "%s"}' % SECRET.encode())
    )
    assert "2 places" in run(path).stdout


def test_values_can_be_given_and_come_from_the_environment(tmp_path: Path) -> None:
    path = cassette(tmp_path / "a.wsr", HEAD, message(b"the quick brown fox"))
    assert run(path).exit_code == Exit.CLEAN
    assert run(path, "--secret", "quick brown").exit_code == Exit.FINDINGS
    assert run(path, "--secret", "X=env:SPECIAL", env={"SPECIAL": "quick brown"}).exit_code == Exit.FINDINGS
    odd = cassette(tmp_path / "b.wsr", HEAD, message(b"say qu1ck-br0wn-f0x"))
    assert run(odd).exit_code == Exit.CLEAN
    assert run(odd, env={"MY_API_KEY": "qu1ck-br0wn-f0x"}).exit_code == Exit.FINDINGS


def test_json_output_has_the_places(tmp_path: Path) -> None:
    path = cassette(tmp_path / "a.wsr", HEAD, message(b'{"password": "%s"}' % SECRET.encode()))
    document = json.loads(run(path, "--json").stdout)
    assert document["hits"][0]["place"] == "payload /password"
    assert document["looked_at"]["messages"] == 1
    assert SECRET not in json.dumps(document)


def test_names_can_be_added_and_taken_away(tmp_path: Path) -> None:
    path = cassette(
        tmp_path / "a.wsr", HEAD, message(b'{"badge": "4711", "password": "%s"}' % SECRET.encode())
    )
    assert "/badge" in run(path, "--redact-name", "badge").stdout
    assert run(path, "--keep-name", "password").exit_code == Exit.CLEAN


@pytest.mark.parametrize("given", ["short", "X=env:NOT_THERE_AT_ALL"])
def test_a_secret_that_cannot_be_looked_for_is_refused(tmp_path: Path, given: str) -> None:
    path = cassette(tmp_path / "a.wsr", HEAD)
    assert isinstance(run(path, "--secret", given).exception, UsageError)


def test_what_is_no_cassette_is_an_error_and_not_clean(tmp_path: Path) -> None:
    (tmp_path / "x.wsr").write_bytes(b"no cassette")
    result = run(tmp_path / "x.wsr")
    assert result.exit_code == Exit.BAD_FILE
    assert "x.wsr is not a cassette" in result.stderr


def test_the_others_are_looked_at_all_the_same_and_folders_are_searched(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "bad.wsr").write_bytes(b"no cassette")
    (tmp_path / "README.md").write_text("not asked for")
    cassette(tmp_path / "deep" / "a.wsr", HEAD, message(b'{"a": {"password": "%s"}}' % SECRET.encode()))
    result = run(tmp_path)
    assert result.exit_code == Exit.FINDINGS
    assert "deep/a.wsr: record 2" in result.stdout
    assert "bad.wsr is not a cassette" in result.stderr
    assert "README" not in result.output


def test_what_is_not_whole_is_told(tmp_path: Path) -> None:
    whole = cassette(tmp_path / "whole.wsr", *EVERY_KIND)
    assert "whole" not in run(whole).stdout
    cut = tmp_path / "cut.wsr"
    cut.write_bytes(whole.read_bytes()[:-9])
    result = run(cut)
    assert result.exit_code == Exit.CLEAN
    first, last = result.stdout.splitlines()
    assert first.startswith(f"{cut}: cut: ")
    assert "not looked at" in first
    assert last.startswith("no secrets found: looked at ")
    assert last.endswith(" in 1 cassette, not whole")
    (told,) = json.loads(run(cut, "--json").stdout)["not_whole"]
    assert told["cassette"] == str(cut)
    endless = cassette(tmp_path / "endless.wsr", HEAD, message(b'{"password": "x"}'))
    result = run(endless, whole)
    assert result.exit_code == Exit.FINDINGS
    assert f"{endless}: has no end" in result.stdout
    assert result.stdout.rstrip().endswith("in 2 cassettes, 1 of them not whole")


def test_what_is_still_recorded_is_told(tmp_path: Path) -> None:
    with CassetteWriter.create(tmp_path / "a.wsr") as writer:
        writer.copy([HEAD, message(b"hello")])
        result = run(tmp_path / "a.wsr.part")
        assert result.exit_code == Exit.CLEAN
        assert "a.wsr.part: still being recorded" in result.stdout


def test_a_folder_without_cassettes_is_an_error(tmp_path: Path) -> None:
    assert isinstance(run(tmp_path).exception, UsageError)


def test_a_hostile_key_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    payload = json.dumps({"\x1b[31mkey": {"password": SECRET}}).encode()
    assert "\x1b" not in run(cassette(tmp_path / "a.wsr", HEAD, message(payload))).stdout
