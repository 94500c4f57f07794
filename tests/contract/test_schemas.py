import pytest
from contract.folder import schema

from wsrecord.contract.schemas import at_placeholder, nothing_ignored

NONCE = "0123456789ab"
ID = "123e4567-e89b-12d3-a456-426614174000"
EVENT = schema(
    {
        "type": "object",
        "required": ["type", "results", "run_id"],
        "properties": {
            "type": {"const": "done"},
            "results": {"type": "object"},
            "run_id": {"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}]},
            "kind": {
                "oneOf": [
                    {
                        "properties": {"is": {"const": "number"}, "value": {"type": "number"}},
                        "required": ["is", "value"],
                    },
                    {
                        "properties": {"is": {"const": "text"}, "value": {"type": "string"}},
                        "required": ["is", "value"],
                    },
                ]
            },
            "token": {"type": "string", "pattern": "^[0-9a-f]{8}$"},
            "items": {"type": "array", "items": {"type": "integer"}},
        },
        "additionalProperties": False,
    }
)
RIGHT = {"type": "done", "results": {}, "run_id": None}


def messages(value, ignore=nothing_ignored):
    return [fault.message for fault in EVENT.validate(value, ignore)]


def test_a_right_value_has_no_faults():
    assert messages(RIGHT) == []
    assert messages({**RIGHT, "run_id": ID, "kind": {"is": "text", "value": ""}, "items": [1]}) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"results": 5}, "/results: expected object, got 5"),
        ({"type": "gone"}, '/type: expected "done", got "gone"'),
        ({"run_id": "abc"}, '/run_id: expected format uuid, got "abc"'),
        ({"run_id": 5}, "/run_id: expected string or null, got 5"),
        ({"kind": {"is": "text", "value": 5}}, "/kind/value: expected string, got 5"),
        ({"kind": {"is": "text"}}, "/kind/value: missing"),
        ({"kind": {"is": "odd", "value": 1}}, '/kind/is: expected "number" or "text", got "odd"'),
        ({"kind": 3}, "/kind: expected exactly one of 2 alternatives, got 3"),
        ({"items": [1, "2", 3]}, '/items/1: expected integer, got "2"'),
        ({"extra": [1]}, "/extra: expected no such field, got [1]"),
        ({"token": "x" * 100}, f'/token: expected text that matches ^[0-9a-f]{{8}}$, got "{"x" * 58}…'),
    ],
    ids=str,
)
def test_a_fault_is_one_line_that_names_the_place(changed, said):
    assert messages({**RIGHT, **changed}) == [said]


def test_a_renamed_field_is_told_first_and_with_its_other_name():
    assert messages({"type": "done", "result": {}, "run_id": None}) == [
        '/results: missing; there is "result", is it that one?',
        "/result: expected no such field, got {}",
    ]


def test_a_fault_knows_where_in_which_schema():
    [fault] = EVENT.validate({**RIGHT, "run_id": "abc"})
    assert (fault.pointer, fault.keyword, fault.expected, fault.got) == (
        "/run_id",
        "format",
        "format uuid",
        '"abc"',
    )
    assert fault.schema_pointer == "contract.yaml#/inline/properties/run_id/anyOf/0/format"


def test_nothing_is_said_where_a_placeholder_stands():
    secret = f"wsr-{NONCE}-token-1"
    assert messages({**RIGHT, "token": secret, "run_id": secret}, at_placeholder(NONCE)) == []
    assert len(messages({**RIGHT, "token": secret}, at_placeholder("ba9876543210"))) == 1
    assert len(messages({**RIGHT, "token": secret})) == 1
    assert messages({**RIGHT, "token": secret, "results": 1}, at_placeholder(NONCE)) == [
        "/results: expected object, got 1"
    ]


def test_a_value_nested_deeper_than_python_reaches_is_judged():
    value = []
    for _ in range(3000):
        value = [value]
    ours = schema({"items": {"$ref": "#"}, "minItems": 1})
    [fault] = ours.validate(value)[:1]
    assert fault.keyword


def test_many_faults_are_bounded_and_quick():
    assert len(schema({"items": {"type": "string"}}).validate(list(range(5000)))) == 50


def test_hostile_values_stay_short_and_on_one_line():
    for value in ("x" * 10**6, "\n\x1b[31m\u2028", 10**5000, {"a" * 10**5: 1}, [[]] * 10**5):
        for fault in schema({"const": 1}).validate(value):
            assert len(fault.message) < 200
            assert "\n" not in fault.message


def test_a_name_on_none_of_several_lists_is_one_fault():
    ours = schema(
        {
            "properties": {"tool": {"enum": ["a", "b", "c"]}, "n": {"type": "integer"}},
            "oneOf": [{"properties": {"tool": {"const": "a"}}}, {"properties": {"tool": {"const": "b"}}}],
        }
    )
    assert [fault.message for fault in ours.validate({"n": "x", "tool": "z"})] == [
        '/tool: expected "a", "b" or "c", got "z"',
        '/n: expected integer, got "x"',
    ]


def test_equal_faults_come_in_the_events_order():
    ours = schema({"properties": {one: {"type": "integer"} for one in "abc"}})
    assert [fault.pointer for fault in ours.validate({"c": "", "a": "", "b": ""})] == ["/c", "/a", "/b"]
