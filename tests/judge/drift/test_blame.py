"""Who moved."""

import json
from pathlib import Path
from typing import Any

import pytest
from judge.drift.stream import Stream, base, drifts
from judge.drift.test_compare import Change, drop, each, put, rename

from wsrecord.contract.load import load
from wsrecord.contract.model import EventKey
from wsrecord.judge.drift.blame import (
    BOTH,
    CONTRACT,
    NEITHER,
    RECORDING,
    SERVER,
    Faults,
    blame,
    blame_fault,
    folded,
    second_hand,
)

DONE = {"required": ["answer"], "properties": {"answer": {"type": "string"}, "final": {"type": "boolean"}}}


@pytest.fixture(name="schema")
def _schema(tmp_path: Path) -> Any:
    path = tmp_path / "contract.yaml"
    path.write_text(json.dumps({"contract": "t", "name": "/type", "server": {"completed": DONE}}))
    spec = load(path).events[EventKey("server", "completed")]
    return spec.schema


def faults(schema: Any, stream: Stream) -> Faults:
    found = Faults()
    for _, name, value in stream:
        found.add(name, schema.validate(value) if name == "completed" else ())
    return found


def same(_value: dict[str, Any]) -> None:
    """Nothing changed."""


NUMBER = put("answer", lambda _: 42)
FLAG = put("final", lambda _: "yes")


@pytest.mark.parametrize(
    ("recorded", "live", "verdict"),
    [
        (same, drop("answer"), SERVER),
        (same, rename("answer", "result"), SERVER),
        (same, NUMBER, SERVER),
        (NUMBER, same, RECORDING),
        (drop("answer"), NUMBER, None),  # added where it is: a field that is new is wrong in both
        (same, drop("usage"), BOTH),
        (NUMBER, put("answer", lambda _: None), NEITHER),
    ],
)
def test_a_drift_is_blamed_on_who_left_the_other_two(
    schema: Any, recorded: Change, live: Change, verdict: str | None
) -> None:
    before, now = each("completed", recorded)(base(1)), each("completed", live)(base(2))
    (drift,) = drifts(before, now)
    said = blame(faults(schema, before), faults(schema, now), drift)
    assert said == (verdict or NEITHER)


def test_a_fault_of_both_is_the_contract_s(schema: Any) -> None:
    before, now = each("completed", FLAG)(base(1)), each("completed", FLAG)(base(2))
    assert not drifts(before, now)
    assert blame_fault(faults(schema, before), "completed", "/final") == CONTRACT


def test_a_fault_of_the_live_session_alone_is_the_server_s(schema: Any) -> None:
    assert blame_fault(faults(schema, base(1)), "completed", "/final") == SERVER
    assert blame_fault(Faults(), "completed", "/final") is None


def test_a_drift_about_no_place_is_nobody_s_as_far_as_schemas_can_tell(schema: Any) -> None:
    (gone,) = drifts(base(1), [said for said in base(2) if said[1] != "report"])
    assert blame(faults(schema, base(1)), faults(schema, base(2)), gone) is None


def test_a_drift_that_a_schema_finding_tells_is_second_hand(schema: Any) -> None:
    for change, told in ((drop("answer"), True), (rename("answer", "result"), True), (drop("usage"), False)):
        now = each("completed", change)(base(2))
        (drift,) = drifts(base(1), now)
        assert second_hand(drift, faults(schema, now)) is told


def test_indices_and_ids_in_a_pointer_are_folded() -> None:
    assert folded("/items/17/calls/call_8f21c0/a~1b") == ("items", "*", "calls", "*", "a/b")
    assert folded("") == ()
