"""SARIF as its schema, and GitHub's code scanning, want it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft4Validator
from judge.findings import schema_finding
from report.reports import CLEAN, ORDINARY, reports
from support.needs import NODE

from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Place
from wsrecord.report import sarif
from wsrecord.report.advice import Advice
from wsrecord.report.report import Report

OFFICIAL = NODE / "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
official = pytest.mark.needs("npm:@microsoft/jest-sarif")


def results(report: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(sarif.text(report))["runs"][0]["results"]
    return found


def test_a_finding_is_a_result_with_its_rule_and_place() -> None:
    run = json.loads(sarif.text(ORDINARY))["runs"][0]
    first = run["results"][0]
    rule = run["tool"]["driver"]["rules"][first["ruleIndex"]]
    assert (rule["id"], rule["name"]) == (first["ruleId"], "SchemaInvalid") == ("WS101", "SchemaInvalid")
    assert first["level"] == "error"
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "cassettes/chat.wsr"}, "region": {"startLine": 1},
    }  # fmt: skip
    assert first["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == (
        "session 1 / message 4 / tool_completed#/results/value"
    )
    assert first["message"]["text"].splitlines() == [
        "tool_completed holds a string where its schema wants a number",
        "Expected: a number",
        'Got: "42"',
        "In session 1, message 4, 0.359217 s.",
    ]


def test_weights_are_levels() -> None:
    assert [result["level"] for result in results(ORDINARY)][:4] == ["error", "note", "error", "warning"]


def test_an_accepted_finding_is_suppressed_with_its_reason() -> None:
    assert [result.get("suppressions") for result in results(ORDINARY)] == [None] * 4 + [
        [{"kind": "external", "justification": "the old server sends strings (until 2027-01-31)"}]
    ] * 2


def test_a_fingerprint_outlives_a_new_recording_of_the_same() -> None:
    one, again, elsewhere = (
        sarif._fingerprint(found)
        for found in (schema_finding(), schema_finding(session=7, number=1), schema_finding(cassette="b"))
    )
    assert one == again != elsewhere


def test_a_clean_run_has_results_that_are_none() -> None:
    assert results(CLEAN) == []


def uris(report: Report, folder: str) -> list[str]:
    whole = sarif.document(report, sarif.Around(folder))
    return [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in whole["runs"][0]["results"]
    ]


@pytest.mark.parametrize(
    ("named", "uri"),
    [
        ("cassettes/a b.wsr", "cassettes/a%20b.wsr"),
        ("./cassettes/a.wsr", "cassettes/a.wsr"),
        ("/work/repo/cassettes/a.wsr", "cassettes/a.wsr"),
        ("../a.wsr", "file:///work/a.wsr"),
        ("/tmp/a.wsr", "file:///tmp/a.wsr"),
        ("/work/repository/a.wsr", "file:///work/repository/a.wsr"),
    ],
)
def test_a_file_is_named_from_the_folder_or_from_the_root(named: str, uri: str) -> None:
    report = replace(CLEAN, findings=(schema_finding(cassette=named),))
    assert uris(report, "/work/repo") == [uri]


def test_a_finding_without_a_place_is_at_the_first_cassette() -> None:
    """Code scanning refuses the whole file for one result without."""
    report = replace(CLEAN, findings=(Code.TARGET_DIED.at(Place(), "it died"),))
    assert uris(report, "/work") == ["cassettes/chat.wsr"]
    assert uris(replace(report, cassettes=()), "/work") == ["."]


def test_a_rule_tells_what_the_page_of_findings_says() -> None:
    around = sarif.Around(advice={"WS101": Advice((("Means", "a `thing`."), ("Do", "mend it.")))})
    (rule, *_) = sarif.document(ORDINARY, around)["runs"][0]["tool"]["driver"]["rules"]
    assert rule["help"]["text"].splitlines()[1:] == ["Means: a thing.", "Do: mend it."]
    assert rule["help"]["markdown"] == "**Means:** a `thing`.\n\n**Do:** mend it."


@pytest.fixture(scope="module")
def schema() -> Draft4Validator:
    return Draft4Validator(json.loads(OFFICIAL.read_text()))


@official
@pytest.mark.parametrize("report", [CLEAN, ORDINARY], ids=["clean", "ordinary"])
def test_the_official_schema_holds(report: Report, schema: Draft4Validator) -> None:
    schema.validate(json.loads(sarif.text(report)))


@official
@settings(deadline=None, max_examples=40)
@given(report=reports)
def test_the_official_schema_holds_whatever_crossed_the_wire(schema: Draft4Validator, report: Report) -> None:
    schema.validate(json.loads(sarif.text(report)))


@settings(deadline=None)
@given(reports)
def test_traffic_makes_no_links_and_gives_no_orders(report: Report) -> None:
    written = sarif.text(report)
    assert written.isascii()
    assert "##[" not in written
    run = json.loads(written)["runs"][0]
    for result in run["results"]:
        shown = result["message"]["text"]
        assert "](" not in shown
        assert not set(shown) & set("\x1b\u202e\u2028\r\x00")
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        for location in result["locations"]:
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert uri.isprintable()
            assert not set(uri) & set(' <>[]\\|`"')
