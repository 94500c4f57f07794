"""jsonschema and jsonschema-rs agree, on a sample of the JSON Schema Test Suite and on our own schemas."""

import json
from pathlib import Path

import pytest
from contract.folder import schema
from hypothesis import given, settings
from hypothesis import strategies as st

from wsrecord.contract.load import load

SUITE = json.loads((Path(__file__).parent / "json_schema_suite.json").read_text())["cases"]
CONTRACT = load(Path(__file__).parents[2] / "schemas")
EVENTS = [spec.schema for spec in CONTRACT.events.values() if spec.schema is not None]
ID = "123e4567-e89b-12d3-a456-426614174000"


@pytest.mark.parametrize("case", SUITE, ids=lambda case: case["name"])
def test_the_suite(case):
    ours = schema(case["schema"])
    for value, expected in case["tests"]:
        assert ours.is_valid(value) is expected, value
        assert ours.reference.is_valid(value) is expected, value
        assert bool(ours.validate(value)) is not expected, value


def test_a_schema_keyword_inside_does_not_bring_back_other_rules():
    """At a `$schema` jsonschema goes on with its own validator class, formats and patterns of its own."""
    ours = schema({"$schema": "https://json-schema.org/draft/2020-12/schema", "pattern": r"^\d$"})
    assert not ours.reference.is_valid("٣")


values = st.sampled_from(
    [None, True, 0, 1, -1, 1.5, "", " ", "a", "x" * 129, "x" * 4001, ID, ID.upper(),
    "2026-01-01T00:00:00.000Z",
     "2026-01-01T00:00:00Z", [], {}, ["calculator"], ["search", "search"], "calculator", "archive_lookup",
     "assistant",
     {"expression": "1+1"}, {"expression": "1+1", "value": 2}, {"query": "q", "hits": []}, "internal_error",
     {"query": "q", "hits": [{"id": "a", "title": "b", "score": 1, "excerpt": "c"}]},
     {"topic": "t", "entries_read": 1, "entries": [{"year": 1, "note": "n"}]}, {"symbol": "ACME"},
     [{"tool_call_id": ID, "tool_name": "search", "status": "failed", "text": "t"}], "0" * 48]
)  # fmt: skip
NAMES = sorted(
    {name for one in EVENTS for name in one.value["properties"]}
    | set(CONTRACT.library.schema(EVENTS[0].uri.replace("connection_established",
    "common"))["$defs"]["envelope"]["properties"])
)  # fmt: skip


@st.composite
def events(draw):
    """An event of one of our schemas, right or nearly so."""
    one = draw(st.sampled_from(EVENTS))
    value = {name: draw(values) for name in draw(st.sets(st.sampled_from(NAMES), min_size=1))}
    if draw(st.booleans()):
        value |= {
            "event_id": ID,
            "timestamp": "2026-01-01T00:00:00.000Z",
            "seq": 1,
            "user_id": "u",
            "thread_id": ID,
        }
        value |= draw(
            st.sampled_from([{"run_id": ID, "agent_name": "assistant"}, {"run_id": None, "agent_name": None}])
        )
        value["type"] = one.value["properties"]["type"]["const"]
    return one, value


@settings(max_examples=300)
@given(events())
def test_our_own_schemas_on_generated_events(case):
    one, value = case
    valid = one.is_valid(value)
    assert one.reference.is_valid(value) is valid
    faults = one.validate(value)
    assert bool(faults) is not valid
    assert all(fault.schema_pointer.endswith(fault.keyword) or fault.keyword == "None" for fault in faults)
