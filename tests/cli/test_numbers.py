"""Numbers on the command line: no command takes what is none."""

import pytest

from wsrecord.cli.main import run
from wsrecord.errors import Exit


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999"])
@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("fuzz", "--seconds"),
        ("fuzz", "--settled"),
        ("fuzz", "--start-timeout"),
        ("verify", "--timeout"),
        ("verify", "--wait"),
        ("verify", "--min-score"),
        ("check", "--min-coverage"),
        ("record", "--handshake-timeout"),
        ("serve", "--handshake-timeout"),
        ("demo", "--pace"),
    ],
)
def test_what_is_no_number_is_a_slip(
    command: str, option: str, number: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run([command, option, number]) == Exit.USAGE
    assert option in capfd.readouterr().err


def test_a_number_is_taken(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["fuzz", "--seconds", "0.5", "--votes", "never"]) == Exit.USAGE
    assert "--seconds" not in capfd.readouterr().err
