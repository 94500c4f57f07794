"""What can't begin is said before any server is started, and before what a run may cost."""

from pathlib import Path

import pytest
from explore.shop import shop
from support.shop_command import start

from wsrecord.cli.main import run
from wsrecord.errors import Exit

pytestmark = pytest.mark.slow

CONTRACT = ("--contract", "contract.yaml")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test in a folder of its own, with the contract."""
    monkeypatch.chdir(tmp_path)
    shop(tmp_path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            (*CONTRACT, "--refusal", "opend"),
            "--refusal opend: the contract has no such event of the server's",
        ),
        ((*CONTRACT, "--votes", "3/2"), "--votes '3/2': write K/N"),
        ((*CONTRACT, "--phase", "vaild"), "vaild"),
        ((*CONTRACT, "--phase", "mutate"), "there is nothing to try under this contract in: mutate"),
        ((*CONTRACT, "--secret", "token=env:NO_SUCH"), "there is no environment variable NO_SUCH"),
        ((*CONTRACT, "--header", "X-Token: {token}"), "there is no variable token"),
        ((*CONTRACT, "--ready", "("), "--ready '(' is no regular expression"),
        ((*CONTRACT, "--profile", "never-registered"), "Hypothesis has no settings profile never-registered"),
        (("--contract", "elsewhere.yaml"), "elsewhere.yaml"),
    ],
    ids=lambda one: one[-1] if isinstance(one, tuple) else "",
)
def test_a_slip_is_told_before_anything_runs(
    options: tuple[str, ...], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    commands = ("--start", "touch began; : {port}", "--auth", "touch asked; echo a-token")
    code = run(["fuzz", *commands[: 2 if "X-Token: {token}" in options else 4], *options])
    err = capfd.readouterr().err
    assert said in err
    assert code in (Exit.USAGE, Exit.BAD_FILE)
    assert "seed" not in err
    assert not Path("began").exists()


def test_a_refusal_that_there_is_not_is_told_before_credentials_are_asked_for(
    capfd: pytest.CaptureFixture[str],
) -> None:
    commands = ("--start", "touch began; : {port}", "--auth", "touch asked; echo a-token")
    assert run(["fuzz", *commands, *CONTRACT, "--refusal", "eror"]) == Exit.USAGE
    assert "no such event of the server's: did you mean error?" in capfd.readouterr().err
    assert not Path("asked").exists()


def test_a_slip_in_the_list_of_accepted_findings_is_told_before_anything_runs(
    capfd: pytest.CaptureFixture[str],
) -> None:
    Path("known.yaml").write_text("- {code: WS902}\n")
    commands = ("--start", "touch began; : {port}", "--accepted", "known.yaml")
    assert run(["fuzz", *commands, *CONTRACT]) == Exit.USAGE
    err = capfd.readouterr().err
    assert err.startswith("wsrecord: known.yaml:1:")
    assert "seed" not in err
    assert not Path("began").exists()


def test_what_a_run_may_cost_is_said_once_it_begins(capfd: pytest.CaptureFixture[str]) -> None:
    most = ("--sessions", "1", "--messages", "1", "--seconds", "7", "--seed", "5", "--database", "none")
    assert run(["fuzz", "--start", start(), *CONTRACT, *most, "--phase", "examples"]) == Exit.CLEAN
    out, err = capfd.readouterr()
    assert err.count("seed") == 1
    assert "wsrecord: seed 5; at most 1 session, 1 message, 7 s\n" in err
    assert "; the budget of 1 session is used up" in out
