"""`wsrecord fuzz` on servers that are right, and have their ways: nothing is found, and nothing is hidden."""

import json
import shlex
import sys
from pathlib import Path

import pytest
from support.salon import CONTRACT

from wsrecord.cli.main import run
from wsrecord.errors import Exit

TESTS = Path(__file__).parents[1]

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("contract.yaml").write_text(json.dumps(CONTRACT))


def fuzz(way: str, *more: str) -> int:
    path = shlex.quote(f"{TESTS.parent}:{TESTS}")
    start = f"PYTHONPATH={path} exec {sys.executable} -m support.salon {{port}} contract.yaml {way}"
    given = ["--contract", "contract.yaml", "--seed", "1", "--database", "none", "--json", "report.json"]
    return run(["fuzz", "--start", start, *given, *more])


def codes() -> list[str]:
    return [one["code"] for one in json.loads(Path("report.json").read_text())["findings"]]


MESSAGES = ("--phase", "examples", "--phase", "valid", "--phase", "invalid")


@pytest.mark.parametrize("way", ["", "rate", "bye", "members"])
def test_who_has_a_reason_to_refuse_is_right(way: str) -> None:
    fuzz(way, *MESSAGES, "--seconds", "6")
    assert codes() == []


def test_a_refusal_without_a_reason_is_found() -> None:
    assert fuzz("strict", *MESSAGES, "--seconds", "20") == Exit.FINDINGS
    assert codes() == ["WS902"]


def test_an_event_that_is_never_taken_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    contract = json.loads(Path("contract.yaml").read_text())
    del contract["client"]["join"]
    contract["flows"]["request"]["order"] = "say (ok | error)"
    Path("contract.yaml").write_text(json.dumps(contract))
    assert fuzz("", *MESSAGES, "--seconds", "3") == Exit.CLEAN
    assert "say is right, and was refused each of" in capfd.readouterr().out
    assert json.loads(Path("report.json").read_text())["coverage"]["refused"]["say"] > 1


@pytest.mark.parametrize("way", ["busy", "full"])
def test_who_was_turned_away_is_told_and_fewer_come_at_once(
    way: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert fuzz(way, *MESSAGES, "--seconds", "8", "--concurrency", "32") == Exit.CLEAN
    out = capfd.readouterr().out
    assert "turned away (" in out
    turned = json.loads(Path("report.json").read_text())["coverage"]["turned_away"]
    assert sum(turned.values()) > 10
    assert "at once in the end" in out


def test_a_server_that_lets_nearly_nobody_in_is_no_clean_one(capfd: pytest.CaptureFixture[str]) -> None:
    """Only who watches is let in."""
    assert fuzz("closed", *MESSAGES, "--seconds", "8") == Exit.TARGET
    assert "503" in capfd.readouterr().err


def test_sessions_are_a_bound() -> None:
    target = ("--target", "ws://127.0.0.1:{port}/ws")
    assert fuzz("", "--phase", "valid", "--sessions", "5", *target) == Exit.CLEAN
    assert json.loads(Path("report.json").read_text())["counts"]["sessions"] <= 5


def test_options_that_do_nothing_are_told(capfd: pytest.CaptureFixture[str]) -> None:
    assert fuzz("", "--phase", "examples", "--secret", "tokn=env:HOME", "--seconds", "2") == Exit.CLEAN
    assert "--secret tokn: nothing asks for it" in capfd.readouterr().err
