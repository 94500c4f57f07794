"""JUnit XML, as its readers want it."""

from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given, settings
from judge.findings import schema_finding
from report.reports import CLEAN, ORDINARY, reports

from wsrecord.judge import verdict
from wsrecord.report import junit
from wsrecord.report.report import Report

ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "timestamp"},
    "testcase": {"classname", "name", "time"},
    "failure": {"message", "type"},
    "system-out": set(),
}


def tree(report: Report) -> ElementTree.Element:
    return ElementTree.fromstring(junit.text(report).encode())


def test_every_session_has_a_case_for_each_kind_of_judgement() -> None:
    assert [case.get("name") for case in tree(CLEAN).iter("testcase")] == [
        "session 1: schemas and codecs", "session 1: flows",
        "session 2: schemas and codecs", "session 2: flows",
    ]  # fmt: skip


def test_a_case_fails_by_what_fails_the_run_and_shows_the_rest() -> None:
    root = tree(ORDINARY)
    cases = {
        (suite.get("name"), case.get("name")): [child.tag for child in case]
        for suite in root
        for case in suite
    }
    assert cases == {
        ("cassettes/chat.wsr", "session 1: schemas and codecs"): ["failure"],
        ("cassettes/chat.wsr", "session 1: flows"): [],
        ("cassettes/chat.wsr", "session 2: schemas and codecs"): ["failure"],
        ("cassettes/chat.wsr", "session 2: flows"): ["system-out"],
        ("wsrecord", "cassette: accepted findings"): ["system-out"],
    }
    assert (root.get("tests"), root.get("failures")) == ("5", "2")
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.get("type") == "WS101"
    assert failure.get("message") == (
        "WS101 schema-invalid: tool_completed holds a string where its schema wants a number"
    )
    assert "  expected  a number" in (failure.text or "").splitlines()


def test_several_findings_of_a_case_are_one_failure() -> None:
    several = replace(CLEAN, findings=tuple(schema_finding(number=number) for number in (1, 2, 3)))
    (failure,) = tree(several).iter("failure")
    assert (failure.get("message") or "").endswith("(and 2 more)")
    assert "and 2 more like it" in (failure.text or "")


def test_nothing_fails_that_does_not_fail_the_run() -> None:
    root = tree(replace(ORDINARY, fail_on="never"))
    assert not list(root.iter("failure"))
    assert root.get("failures") == "0"


@settings(deadline=None)
@given(reports)
def test_whatever_crossed_the_wire_it_is_xml_of_the_known_shape(report: Report) -> None:
    written = junit.text(report)
    assert "##[" not in written
    assert all(not line.lstrip().startswith("::") for line in written.splitlines())
    root = ElementTree.fromstring(written.encode())
    for element in root.iter():
        assert set(element.keys()) <= ATTRIBUTES[element.tag]
        for shown in (element.text or "", *element.attrib.values()):
            assert not set(shown) & set("\x1b\u202e\u2028\r")
    cases = list(root.iter("testcase"))
    failing = [case for case in cases if case.find("failure") is not None]
    assert len(cases) == int(root.get("tests") or -1)
    assert len(failing) == int(root.get("failures") or -1)
    assert bool(failing) == bool(report.exit_code)
    assert bool(failing) == any(verdict.fails(finding, report.fail_on) for finding in report.findings)
