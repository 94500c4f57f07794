"""The report for programs keeps to its schema, whatever is in it."""

import json
from importlib.resources import files
from typing import Any

from hypothesis import given, settings
from jsonschema import Draft202012Validator
from report.reports import CLEAN, ORDINARY, reports

from wsrecord.judge.codes import Group
from wsrecord.judge.severity import SEVERITIES
from wsrecord.judge.verdict import FAIL_ON
from wsrecord.report import json_report
from wsrecord.report.report import Report

SCHEMA = json.loads(files("wsrecord.report").joinpath("report.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def closed(schema: Any) -> Any:
    """The schema with no room for properties that it does not name."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    return found | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else found


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["wsrecord_report"]["const"] == json_report.VERSION


def test_the_schema_names_all_that_is_written_and_the_words_that_there_are() -> None:
    Draft202012Validator(closed(SCHEMA)).validate(json.loads(json_report.text(ORDINARY)))
    assert SCHEMA["properties"]["fail_on"]["enum"] == list(FAIL_ON)
    assert SCHEMA["$defs"]["finding"]["properties"]["severity"]["enum"] == list(SEVERITIES)
    assert SCHEMA["properties"]["judged"]["items"]["enum"] == [group.name.lower() for group in Group]


def test_a_finding_is_all_there() -> None:
    found = json.loads(json_report.text(ORDINARY))
    assert found["exit_code"] == 1
    assert found["counts"] == {
        "sessions": 2, "messages": 40, "events": 38, "accepted": 2, "breaking": 2, "warning": 1, "info": 1,
    }  # fmt: skip
    first = found["findings"][0]
    assert (first["code"], first["slug"], first["expected"], first["got"]) == (
        "WS101", "schema-invalid", "a number", '"42"',
    )  # fmt: skip
    assert first["place"]["pointer"] == "/results/value"
    assert [line["here"] for line in first["context"]] == [False, True]
    assert found["accepted"][0]["until"] == "2027-01-31"


def test_a_clean_report_keeps_to_the_schema_too() -> None:
    VALIDATOR.validate(json.loads(json_report.text(CLEAN)))


@settings(deadline=None)
@given(reports)
def test_whatever_crossed_the_wire_the_report_keeps_to_its_schema_and_is_ascii(report: Report) -> None:
    written = json_report.text(report)
    assert written.isascii()
    assert "##[" not in written
    assert all(line.isprintable() and not line.lstrip().startswith("::") for line in written.splitlines())
    found = json.loads(written)
    VALIDATOR.validate(found)
    json.dumps(found, ensure_ascii=False).encode()  # no lone surrogates
    assert len(found["findings"]) == len(report.findings)
