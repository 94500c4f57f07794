"""Annotations, read as the runner reads them."""

import re
from dataclasses import replace

from hypothesis import given, settings
from judge.findings import schema_finding
from report.reports import CLEAN, ORDINARY, reports

from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Place
from wsrecord.report import github
from wsrecord.report.report import Report

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)", re.DOTALL)


def commands(report: Report) -> list[tuple[str, dict[str, str], str]]:
    """What a runner makes of the lines: every line must be a command."""
    found = []
    for line in github.text(report).splitlines():
        matched = COMMAND.fullmatch(line)
        assert matched, line
        properties = dict(pair.split("=", 1) for pair in matched[2].split(","))
        assert properties.keys() <= {"file", "line", "title"}
        found.append((matched[1], properties, matched[3]))
    return found


def test_a_finding_is_an_annotation_of_its_file() -> None:
    first, second, third = commands(ORDINARY)
    assert first == (
        "error",
        {"file": "cassettes/chat.wsr", "title": "WS101 schema-invalid"},
        "tool_completed holds a string where its schema wants a number"
        "%0Asession 1, message 4, 0.359217 s, tool_completed#/results/value"
        '%0Aexpected: a number%0Agot: "42"%0Aand 1 more like it',
    )
    assert second[0] == "notice"
    assert third[1] == {"file": "wsrecord-accepted.yaml", "line": "3", "title": "WS702 acceptance-unused"}


def test_a_clean_report_says_nothing() -> None:
    assert github.text(CLEAN) == ""


def test_more_than_the_runner_shows_are_counted_in_the_last() -> None:
    found = [replace(schema_finding(), place=Place(event=f"e{number}")) for number in range(14)]
    light = Code.CUT.at(Place(cassette="a"), "cut")
    shown = commands(replace(CLEAN, findings=(*found, light)))
    assert [kind for kind, _, _ in shown].count("error") == github.LIMIT
    assert shown[-1][2] == "and 5 more like these: see the report"
    assert [kind for kind, _, _ in shown].count("notice") == 1
    exactly = commands(replace(CLEAN, findings=tuple(found[: github.LIMIT])))
    assert len(exactly) == github.LIMIT
    assert "more" not in exactly[-1][2]


@settings(deadline=None)
@given(reports)
def test_traffic_gives_no_orders_of_its_own(report: Report) -> None:
    found = commands(report)
    assert len(found) <= len(report.findings)
    for _, _, message in found:
        assert not set(message) & set("\x1b\u202e\u2028\r\x00\ud800")
