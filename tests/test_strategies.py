"""`wsrecord.strategies` in a plain test: what a user writes, health checks and all."""

import pytest
from contract.folder import loaded
from hypothesis import find, given, settings

from wsrecord.contract.load import load
from wsrecord.errors import ContractError, UsageError
from wsrecord.strategies import Broken, dialogues, events, invalid_events, units

PLAIN = settings(max_examples=40, database=None, deadline=None)
SCHEMAS = load("schemas")


@PLAIN
@given(events("schemas", "start_agent"))
def test_events_from_a_path(value):
    assert value["type"] == "start_agent"
    assert value["prompt"]


@PLAIN
@given(units(SCHEMAS, "server:agent_completed"))
def test_units_of_either_side_from_a_contract(unit):
    assert unit.sender == "server"
    assert unit.value["type"] == "agent_completed"


@PLAIN
@given(invalid_events(SCHEMAS, "user_message"))
def test_invalid_events_say_what_is_wrong(one):
    assert isinstance(one, Broken)
    faults = SCHEMAS.events["client", "user_message"].schema.faults(one.value)
    assert faults
    assert one.place.partition("#")[0] in ("user_message.json", "common.json")


@PLAIN
@given(dialogues(SCHEMAS, most=5))
def test_dialogues(one):
    assert 1 <= len(one.turns) <= 5


def test_a_name_that_is_not_there_is_said_with_one_that_is():
    with pytest.raises(UsageError, match="there is no event start_agnt: did you mean start_agent"):
        events(SCHEMAS, "start_agnt")
    with pytest.raises(UsageError, match="there is no key rum: did you mean run"):
        events(SCHEMAS, "cancel_run", keys={"rum": "x"})


def test_what_can_not_be_generated_is_a_contract_error_with_its_place(tmp_path):
    contract = loaded(
        tmp_path,
        "{contract: c, name: /type, client: {a: a.json}}",
        a={
            "type": "object",
            "properties": {"type": {}, "b": {"type": "string", "pattern": "^a$", "format": "uuid"}},
            "required": ["b"],
        },
    )
    with pytest.raises(ContractError, match=r"client:a: a.json#/properties/b/pattern: no value was found"):
        events(contract, "a")


def test_failures_shrink():
    found = find(
        events(SCHEMAS, "start_agent"),
        lambda value: "report" in value,
        settings=settings(max_examples=300, database=None, derandomize=True),
    )
    assert set(found) == {"type", "message_id", "prompt", "report"}
    assert found["report"] is False
    assert len(found["prompt"]) == 1
