"""`wsrecord fuzz` asks for credentials when there is a server to ask, and again when it is a new one."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from cli.test_verify_kept import DIES, keep
from explore.shop import shop
from support.shop_command import start

from wsrecord.cli.fuzz_login import Login
from wsrecord.cli.main import run
from wsrecord.contract.load import load
from wsrecord.errors import Exit
from wsrecord.live.credentials import Given

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


def test_a_secret_is_called_as_it_was_given_though_a_variable_holds_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PASSWORD2", "builder-4242-xk")
    given = Given(secrets={"password_1": "builder-4242-xk"}, auth="echo another-4343-yl")
    login = Login(given, load(Path("contract.yaml")), [])

    def names() -> dict[str, str]:
        return {value: name for name, value in login.values.items()}

    assert names()["builder-4242-xk"] == "password_1"
    held = login.values
    asyncio.run(login.fetch())
    assert held is login.values
    assert (names()["builder-4242-xk"], names()["another-4343-yl"]) == ("password_1", "token")
    assert login.clean("builder-4242-xk another-4343-yl").count("wsr-") == 2


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
