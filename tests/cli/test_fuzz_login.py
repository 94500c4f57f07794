"""`wsrecord fuzz` asks for credentials when there is a server to ask, and again when it is a new one."""

import json
import sys
from pathlib import Path

import pytest
from cli.test_verify_kept import DIES, keep
from explore.shop import shop
from support.shop_command import start

from wsrecord.cli.main import run
from wsrecord.errors import Exit

JOIN = (
    f'{sys.executable} -c "import os, urllib.request as u; '
    "print(u.urlopen(os.environ['WSRECORD_HTTP_URL'] + '/join').read().decode())\""
)
FUZZ = ("fuzz", "--contract", "contract.yaml", "--seed", "1", "--database", "none", "--seconds", "20")
BEARER = ("--header", "Authorization: Bearer {token}")

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_MEMBERS", "only")
    shop(project)


def test_who_has_to_join_first_gets_in(capfd: pytest.CaptureFixture[str]) -> None:
    assert run([*FUZZ, "--start", start(), "--auth", JOIN, *BEARER, "--phase", "examples"]) == Exit.CLEAN
    assert "no findings" in capfd.readouterr().out


def test_a_server_that_is_started_anew_is_joined_anew(capfd: pytest.CaptureFixture[str]) -> None:
    keep("kept/one.wsr", DIES, "WS903")
    again = ("--phase", "regressions", "--save", "kept", "--json", "report.json")
    assert run([*FUZZ, "--start", start("dies"), "--auth", JOIN, *BEARER, *again]) == Exit.FINDINGS
    (found,) = json.loads(Path("report.json").read_text())["findings"]
    assert found["code"] == "WS903"
    assert found["extra"]["ended"] == "ended with exit code 1"
    assert "of 2 replays" in capfd.readouterr().out


@pytest.mark.parametrize("option", ["--auth", "--setup"])
def test_a_command_that_fails_is_told_and_the_server_is_stopped(
    option: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "correct-horse-battery")
    command = 'echo "no port $WSRECORD_PORT for $SHOP_PASSWORD" >&2; exit 5'
    assert run([*FUZZ, "--start", start(), option, command]) == Exit.USAGE
    err = capfd.readouterr().err
    assert f"the {option} command ended with exit code 5" in err
    assert "correct-horse" not in err


def test_what_no_command_could_print_is_asked_for_before_anything_is_started(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run([*FUZZ, "--start", "touch began; : {port}", *BEARER]) == Exit.USAGE
    assert "there is no variable token" in capfd.readouterr().err
    assert not Path("began").exists()
