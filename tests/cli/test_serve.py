"""`wsrecord serve`: what it refuses before it listens. What it does is in tests/live and tests/real."""

from pathlib import Path

import pytest

from wsrecord.cli.main import run as wsrecord
from wsrecord.errors import Exit

PLAIN = str(Path(__file__).parents[2] / "cassettes" / "plain.wsr.jsonl")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere"], "nowhere: there is no such cassette"),
        ([PLAIN, "--pace", "quick"], "--pace 'quick'"),
        ([PLAIN, "--listen", "x:y"], "--listen 'x:y'"),
        ([PLAIN, "--listen", "256.1.1.1:0"], "can't listen on 256.1.1.1:0"),
        ([PLAIN, "--secret", "jwt"], "--secret: write it like"),
        ([PLAIN, "--key", "key.pem"], "--key needs --cert"),
        ([str(Path(PLAIN).parent)], "name one of them"),
    ],
)
def test_what_it_cant_do_is_a_usage_error_in_one_line(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wsrecord(["serve", *arguments]) == Exit.USAGE
    said = capsys.readouterr().err
    assert says in said
    assert len(said.splitlines()) == 1


def test_a_cassette_that_cant_be_played_is_no_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.wsr"
    broken.write_bytes(b"no cassette at all")
    assert wsrecord(["serve", str(broken)]) == Exit.BAD_FILE
    assert "broken.wsr" in capsys.readouterr().err
