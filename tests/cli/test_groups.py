"""Words that are no command."""

import pytest

from wsrecord.cli.main import run as wsrecord
from wsrecord.errors import Exit


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chek", "a.wsr"], "No such command 'chek': did you mean check?"),
        (["contract", "lnit"], "No such command 'lnit': did you mean lint?"),
        (["demo", "srve"], "No such command 'srve': did you mean serve?"),
        (["zzz"], "No such command 'zzz'."),
    ],
)
def test_what_may_be_meant_is_said(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert wsrecord(words) == Exit.USAGE
    assert said in capsys.readouterr().err
