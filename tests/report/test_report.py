"""The value that every page is made from."""

from dataclasses import replace

from report.reports import CLEAN, ORDINARY

from wsrecord.errors import Exit


def test_the_exit_code_is_what_the_findings_that_count_come_to() -> None:
    assert ORDINARY.exit_code is Exit.FINDINGS
    assert replace(ORDINARY, findings=()).exit_code is Exit.CLEAN  # accepted ones do not count
    assert replace(ORDINARY, findings=ORDINARY.findings[1:2]).exit_code is Exit.CLEAN
    assert replace(ORDINARY, findings=ORDINARY.findings[1:2], fail_on="info").exit_code is Exit.FINDINGS


def test_weights_are_counted() -> None:
    assert ORDINARY.severities() == {"breaking": 2, "warning": 1, "info": 1}
    assert CLEAN.severities() == {"breaking": 0, "warning": 0, "info": 0}


def test_how_much_was_looked_at_is_said() -> None:
    assert CLEAN.looked() == "1 cassette, 2 sessions, 40 messages, 38 events"
