"""A summary that GitHub shows."""

import html
import re
from dataclasses import replace

from hypothesis import given, settings
from judge.findings import schema_finding
from report.reports import CLEAN, ORDINARY, reports

from wsrecord.judge.finding import Place
from wsrecord.report import markdown
from wsrecord.report.report import Report


def test_findings_are_a_table() -> None:
    shown = markdown.text(ORDINARY)
    assert shown.startswith(
        "### wsrecord: 4 findings\n\n2 breaking, 1 warning, 1 info; 2 accepted; checked 1 "
    )
    first = next(line for line in shown.splitlines() if line.startswith("| breaking"))
    assert html.unescape(first) == (
        "| breaking | <code>WS101 schema-invalid</code> "
        "| <code>tool_completed holds a string where its schema wants a number</code> "
        "| <code>cassettes/chat.wsr, session 1, message 4, 0.359217 s, tool_completed#/results/value</code> "
        '| <code>a number</code> | <code>"42"</code> | 2 |'
    )


def test_a_clean_report_is_short() -> None:
    assert markdown.text(CLEAN) == (
        "### wsrecord: no findings\n\nchecked 1 cassette, 2 sessions, 40 messages, 38 events\n"
    )


def test_a_table_has_an_end() -> None:
    found = [
        replace(schema_finding(), place=Place(event=f"e{number}")) for number in range(markdown.LIMIT + 3)
    ]
    assert markdown.text(replace(CLEAN, findings=tuple(found))).endswith("\n\nand 3 more kinds\n")


@settings(deadline=None)
@given(reports)
def test_traffic_is_text_in_cells(report: Report) -> None:
    shown = markdown.text(report)
    rows = [line for line in shown.splitlines() if line.startswith("|")]
    for row in rows:
        assert row.count("|") == 8
        for cell in re.findall("<code>(.*?)</code>", row):
            assert not re.search(r"[!-\"$-%'-/:<-@\[-`{-~]", cell)
        assert "<" not in re.sub("</?code>", "", row)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ud800-\udfff]", shown)
