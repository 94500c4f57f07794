"""Flags win over the file."""

from wsrecord.config.settings import Settings

FILE = Settings(contract=("a",), fail_on="info", severity={"WS101": "info", "WS102": "info"}, min_score=5)


def test_a_flag_that_was_given_wins() -> None:
    found = FILE.over(contract=("b",), fail_on="never", min_score=0.0)
    assert (found.contract, found.fail_on, found.min_score) == (("b",), "never", 0.0)


def test_a_flag_that_was_not_given_leaves_the_file_s() -> None:
    assert FILE.over(contract=(), fail_on=None, severity={}) == FILE


def test_severities_win_one_by_one() -> None:
    assert FILE.over(severity={"WS101": "breaking"}).severity == {"WS101": "breaking", "WS102": "info"}
