"""Findings for people."""

import re
from dataclasses import replace

from hypothesis import given, settings
from judge.findings import schema_finding
from report.reports import CLEAN, ORDINARY, reports

from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Place
from wsrecord.report.findings_text import View, pointed, text
from wsrecord.report.report import Report

SGR = re.compile(r"\x1b\[[\d;]*m")


def test_a_report_reads_from_the_heaviest_to_the_sum() -> None:
    assert text(ORDINARY) == (
        """\
cassettes/chat.wsr

  breaking  WS101 schema-invalid: tool_completed holds a string where its schema wants a number
     where  session 1, message 4, 0.359217 s, tool_completed#/results/value
  expected  a number
       got  "42"
            0.205820 → start_agent          {"type":"start_agent"}
          > 0.359217 ← tool_completed       {"type":"tool_completed","value":"42"}
            and 1 more like it, the last in session 2, message 9, 0.359217 s

      info  WS208 cut: run r2 was cut off before its end: agent_completed is missing
     where  session 2, 1.000000 s, run r2

not in a cassette

   warning  WS702 acceptance-unused: the acceptance of WS102 unknown-event matches no finding: remove it, """
        """or correct its `where`
     where  wsrecord-accepted.yaml:3

accepted
            WS101 schema-invalid at tool_completed#/results/value, 2 times, until 2027-01-31: """
        """the old server sends strings

4 findings: 2 breaking, 1 warning, 1 info; 2 accepted
checked 1 cassette, 2 sessions, 40 messages, 38 events against agent-chat
hint: 1 flow cut off by the client or the recording's end; a request that is """
        """never answered looks the same: an `answer` or a budget with `within` tells it
fails: 2 breaking (--fail-on breaking); score 87.5 of 100 (events, flows and pairs alone)
"""
    )


def test_a_whole_score_is_not_all_there_is_to_say() -> None:
    leak = Code.FOREIGN_ID.at(Place(cassette="a.wsr", session=1), "a value of one user was seen by another")
    told = text(replace(CLEAN, findings=(leak,), score=100.0)).splitlines()[-1]
    assert told == (
        "fails: 1 breaking (--fail-on breaking); score 100 of 100 (events, flows and pairs alone)"
    )
    assert "cut off" not in text(replace(CLEAN, findings=(leak,)))


def test_a_clean_report_says_how_much_was_looked_at() -> None:
    assert text(CLEAN) == (
        "no findings\nchecked 1 cassette, 2 sessions, 40 messages, 38 events against agent-chat\n"
    )


def test_findings_that_do_not_fail_say_why_not() -> None:
    assert "passes: --fail-on never" in text(replace(ORDINARY, fail_on="never"))
    light = replace(ORDINARY, findings=ORDINARY.findings[1:2])
    assert "passes: --fail-on breaking" in text(light)


def test_what_is_alike_is_shown_once_or_all_of_it_if_asked_for() -> None:
    many = replace(CLEAN, findings=tuple(schema_finding(number=number) for number in range(1, 43)))
    assert text(many).count("WS101") == 1
    assert "and 41 more like it, the last in session 1, message 42" in text(many)
    assert "42 findings: 42 breaking" in text(many)
    assert text(many, View(all=True)).count("WS101") == 42


def test_a_long_value_is_cut() -> None:
    found = replace(schema_finding(), got="x" * 500)
    assert f"got  {'x' * 300}…\n" in text(replace(CLEAN, findings=(found,)))


def test_context_fits_the_terminal() -> None:
    lines = text(ORDINARY, View(width=50)).splitlines()
    assert [line for line in lines if "→" in line or "←" in line] == [
        '            0.205820 → start_agent          {"typ…',
        '          > 0.359217 ← tool_completed       {"typ…',
    ]


def test_the_contract_is_named_where_there_are_several() -> None:
    assert "contract agent-chat" not in text(ORDINARY)
    assert "run r2, contract agent-chat" in text(replace(ORDINARY, contracts=("agent-chat", "other")))


def test_a_place_in_an_event_is_written_as_the_contract_writes_it() -> None:
    assert pointed(Place(event="session/prompt", pointer="/id")) == "session/prompt#/id"
    assert pointed(Place(event="a", pointer="")) == "a"
    assert pointed(Place(pointer="/type")) == "#/type"


@settings(deadline=None)
@given(reports)
def test_traffic_can_do_nothing_to_a_terminal_or_a_ci_log(report: Report) -> None:
    shown = text(report)
    for line in shown.split("\n"):
        assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ud800-\udfff]", line)
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
    shown.encode()
    assert SGR.sub("", text(report, View(color=True))) == shown
    assert len(shown.splitlines()) == len(shown.split("\n")) - 1


@settings(deadline=None)
@given(reports)
def test_every_finding_is_shown_if_asked_for(report: Report) -> None:
    heads = re.findall(r"^ *(?:breaking|warning|info)  ", text(report, View(all=True)), re.MULTILINE)
    assert len(heads) == len(report.findings)
