"""What a server printed stands below what it did, in every page and in what is kept; no secret does."""

import json
from pathlib import Path
from typing import Any

import pytest
from cli.test_verify_kept import ASKED, DIES, keep
from cli.verifying import code, verify
from explore.shop import shop
from jsonschema import Draft202012Validator
from live.chat import cassette
from support.shop_command import start

import wsrecord.report
from wsrecord.cassette.recording import load
from wsrecord.cli.main import run
from wsrecord.errors import Exit
from wsrecord.explore.kept import kept_of

BEARER = "opaque-token-of-mine"  # reads as words: no cassette's redactor would look for it everywhere
PASSWORD = "correct-horse-battery"
HEADER = ("--header", f"Authorization: Bearer {BEARER}")
FAILURES = Path("failures")

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    shop(project)
    (project / "wsrecord.toml").write_text('contract = "contract.yaml"\n')
    return project


def fuzz(bug: str, *more: str) -> int:
    plain = ["--contract", "contract.yaml", "--seed", "1", "--database", "none", "--first"]
    report = ["--json", "report.json", "--junit-xml", "report.xml", "--sarif", "report.sarif"]
    kept = ["--save", str(FAILURES), "--seconds", "40"]
    return run(["fuzz", "--start", start(bug), *plain, *HEADER, *report, *kept, *more])


def finding(text: str) -> dict[str, Any]:
    """The only one of a JSON report, which is as its schema says."""
    report = json.loads(text)
    schema = Path(wsrecord.report.__file__).with_name("report.schema.json")
    Draft202012Validator(json.loads(schema.read_text())).validate(report)
    (found,) = report["findings"]
    return dict(found)


def no_secret_in(*texts: str) -> None:
    files = [one.read_bytes().decode("latin-1") for one in Path().rglob("*") if one.is_file()]
    for text in (*texts, *files):
        for secret in (BEARER, PASSWORD, PASSWORD[5:]):
            assert secret not in text
    assert not any("\x1b" in text for text in texts)


def is_traceback(lines: list[str]) -> None:
    assert "Traceback (most recent call last):" in lines
    assert "RuntimeError: what time is it?" in lines
    assert not any("\x1b" in line for line in lines)


def test_a_traceback_stands_below_a_failure_and_in_what_is_kept(capfd: pytest.CaptureFixture[str]) -> None:
    assert fuzz("tells", "--phase", "examples") == Exit.FINDINGS
    out, err = capfd.readouterr()
    text = out[out.index("            the server printed:\n") :]
    assert "              RuntimeError: what time is it?\n" in text
    found = finding(Path("report.json").read_text())
    assert found["code"] == "WS903"
    is_traceback(found["extra"]["printed"])
    assert "ended" not in found["extra"]
    assert any("wsr-" in line for line in found["extra"]["printed"])
    (path,) = FAILURES.iterdir()
    kept = kept_of(load(path))
    assert kept is not None
    is_traceback(list(kept.printed))
    assert run(["show", str(path)]) == Exit.CLEAN
    shown, _ = capfd.readouterr()
    assert "the server printed:" in shown
    assert "RuntimeError: what time is it?" in shown
    again = verify(FAILURES, "--start", start("tells"), *HEADER, "--json", "-")
    is_traceback(finding(again.stdout)["extra"]["printed"])
    no_secret_in(out, err, shown, again.output)


def test_how_it_ended_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    keep("failures/one.wsr", DIES, "WS903")
    assert fuzz("dies", "--phase", "regressions") == Exit.FINDINGS
    assert "            the server ended with exit code 1\n" in capfd.readouterr().out
    assert finding(Path("report.json").read_text())["extra"]["ended"] == "ended with exit code 1"
    told = [kept_of(load(path)) for path in FAILURES.iterdir()]
    assert "ended with exit code 1" in [one.ended for one in told if one is not None]
    again = verify(FAILURES / "one.wsr", "--start", start("dies"), "--json", "-")
    assert finding(again.stdout)["extra"]["ended"] == "ended with exit code 1"


def test_a_recording_under_which_the_server_broke() -> None:
    cassette(Path("asked.wsr"), ASKED)
    result = verify("asked", "--start", start("tells"), *HEADER)
    assert code(result) == Exit.FINDINGS
    assert result.stdout.count("the server printed:") == 1
    assert "              RuntimeError: what time is it?\n" in result.stdout
    no_secret_in(result.output)


def test_a_server_that_is_well_printed_nothing_to_tell() -> None:
    cassette(Path("asked.wsr"), ASKED)
    result = verify("asked", "--start", start("wrong"))
    assert code(result) == Exit.FINDINGS
    assert "the server printed" not in result.stdout


def test_whose_words_they_are_nobody_knows_where_several_are_played_at_a_time() -> None:
    cassette(Path("asked.wsr"), ASKED)
    result = verify("asked", "--start", start("tells"), *HEADER, "--repeat", "2", "--concurrency", "2")
    assert code(result) == Exit.FINDINGS
    assert "the server printed" not in result.stdout
