"""Whatever leaves a generator is right, by both validators; whatever can't be generated is named."""

import json
from pathlib import Path

import pytest
from contract.folder import schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsrecord.contract.load import load
from wsrecord.generate.generator import Generator, generator, right
from wsrecord.generate.unservable import Unservable

SUITE = json.loads((Path(__file__).parents[1] / "contract" / "json_schema_suite.json").read_text())["cases"]
CONTRACT = load(Path(__file__).parents[2] / "schemas")
EVENTS = [spec for spec in CONTRACT.events.values() if spec.schema is not None]
FEW = settings(max_examples=20, database=None, deadline=None, suppress_health_check=list(HealthCheck))
STRICT = settings(max_examples=100, database=None, deadline=None)  # health checks as users have them


def values(strategy, how=FEW):
    found = []

    @how
    @given(strategy)
    def collect(value):
        found.append(value)

    collect()
    return found


def generated(value, how=STRICT):
    ours = schema(value)
    made = generator(ours)
    assert isinstance(made, Generator), made
    found = values(made.values(), how)
    assert all(right(ours, one) for one in found)
    return found


@pytest.mark.parametrize("case", SUITE, ids=lambda case: case["name"])
def test_the_suite(case):
    ours = schema(case["schema"])
    made = generator(ours)
    if isinstance(made, Unservable):
        assert made.kind == "unsatisfiable"
        assert not any(expected for _, expected in case["tests"])
        assert made.place.startswith("contract.yaml#/inline")
        return
    for value in values(made.values()):
        assert ours.is_valid(value)
        assert ours.reference.is_valid(value)


@pytest.mark.parametrize("spec", EVENTS, ids=lambda spec: str(spec.key))
def test_our_own_events(spec):
    made = generator(spec.schema)
    assert isinstance(made, Generator), made
    for value in values(made.values(), STRICT):
        assert right(spec.schema, value)
        assert value["type"] == spec.key.name


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (False, "#/inline"),
        ({"type": "string", "const": 5}, "#/inline"),
        ({"type": "integer", "minimum": 3, "exclusiveMaximum": 3}, "#/inline"),
        ({"type": "object", "required": ["a"], "properties": {"a": False}}, "#/inline"),
        ({"type": "array", "items": {"$ref": "#"}, "minItems": 1}, "#/inline"),
        ({"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}}, "#/inline"),
        ({"allOf": [{"enum": [1, 2]}, {"enum": [3]}]}, "#/inline"),
        ({"not": {}}, "#/inline"),
        ({"type": "boolean", "not": {"enum": [True, False]}}, "#/inline"),
    ],
)
def test_what_has_no_value_is_said(value, place):
    made = generator(schema(value))
    assert isinstance(made, Unservable)
    assert made.kind == "unsatisfiable"
    assert place in str(made)


@pytest.mark.parametrize(
    ("value", "keyword"),
    [
        ({"type": "string", "pattern": "^a$", "format": "uuid"}, "pattern"),
        ({"type": "string", "allOf": [{"pattern": "^[ab]{40}$"}, {"pattern": "^[cd]{40}$"}]}, "pattern"),
        ({"type": "array", "minItems": 100_000, "items": {"type": "null"}}, "minItems"),
        ({"type": "string", "minLength": 1_000_000_000}, "minLength"),
        ({"type": "object", "minProperties": 1_000_000}, "minProperties"),
    ],
)
def test_a_keyword_that_cannot_be_served_is_named_with_its_place(value, keyword):
    made = generator(schema(value))
    assert isinstance(made, Unservable)
    assert made.kind == "unsupported"
    assert made.keyword == keyword
    assert made.place.startswith("contract.yaml#/inline")


def test_recursion_stays_bounded_and_goes_deep_all_the_same():
    tree = {
        "type": "object", "required": ["name"], "additionalProperties": False,
        "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#"}}},
    }  # fmt: skip

    def depth(node):
        return 1 + max(map(depth, node.get("children", ())), default=0)

    depths = {depth(one) for one in generated(tree)}
    assert len(depths) > 1
    assert max(depths) < 10


def test_every_branch_is_met():
    union = {
        "oneOf": [
            {"type": "object", "required": ["type", "a"], "additionalProperties": False,
             "properties": {"type": {"const": name}, "a": {"type": "integer"}}}
            for name in "abcdefgh"
        ]
    }  # fmt: skip
    assert {one["type"] for one in generated(union)} == set("abcdefgh")


def test_branches_that_overlap_are_kept_apart():
    found = generated({"oneOf": [{"type": "integer"}, {"minimum": 2}]})
    assert any(isinstance(one, int) and one < 2 for one in found)
    assert any(not isinstance(one, int) for one in found)


def test_if_then_else_both_ways():
    found = generated(
        {
            "type": "object", "required": ["kind"],
            "properties": {"kind": {"enum": ["text", "number"]}},
            "if": {"properties": {"kind": {"const": "text"}}},
            "then": {"required": ["text"], "properties": {"text": {"type": "string"}}},
            "else": {"required": ["number"], "properties": {"number": {"type": "number"}}},
        }
    )  # fmt: skip
    assert {one["kind"] for one in found} == {"text", "number"}


def test_unevaluated_properties_across_all_of():
    found = generated(
        {
            "type": "object",
            "allOf": [
                {"properties": {"a": {"type": "integer"}}},
                {"required": ["b"], "properties": {"b": {}}},
            ],
            "properties": {"c": {"type": "string"}},
            "unevaluatedProperties": False,
        }
    )
    assert {name for one in found for name in one} == {"a", "b", "c"}


def test_lengths_and_patterns_together():
    for one in generated({"type": "string", "pattern": "^[a-z0-9_-]+$", "minLength": 32, "maxLength": 64}):
        assert 32 <= len(one) <= 64
    assert all(len(one) >= 5_000 for one in generated({"type": "string", "minLength": 5_000}))


def test_bounds_are_met_often():
    found = generated({"type": "integer", "minimum": 1, "maximum": 1_000_000})
    assert {1, 1_000_000} <= set(found)
    assert 2**53 + 1 in generated({"type": "integer"}, settings(FEW, max_examples=300))


def test_naughty_texts_are_met():
    found = set(generated({"type": "string"}, settings(FEW, max_examples=300)))
    assert {"", "null"} & found
    assert any("\x00" in one for one in found)
    assert any(ord(char) > 0xFFFF for one in found for char in one)


def test_draws_shrink_to_the_smallest():
    """Users' tests fail with the simplest value."""
    made = generator(schema({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}))
    told = []

    @settings(max_examples=200, database=None, deadline=None, derandomize=True)
    @given(made.values())
    def fails(value):
        if isinstance(value["a"], int) and value["a"] > 10:
            told.append(value)
            raise AssertionError

    with pytest.raises(AssertionError):
        fails()
    assert told[-1] == {"a": 11}


def test_a_generator_can_be_made_within_a_test():
    """Hypothesis refuses tests within tests; a strategy made in the middle of one must work all the same."""

    @STRICT
    @given(st.integers(1, 3))
    def outer(least):
        made = generator(
            schema({"type": "string", "minLength": least, "format": "date", "pattern": "-0[1-9]$"})
        )
        assert isinstance(made, Generator)
        assert made.known

    outer()


def test_what_a_draw_finds_out_late_does_not_disturb_the_test():
    """Two demands on one text are weighed when it is first drawn: in the user's test."""
    inner = {"type": "string", "format": "date-time", "pattern": r"\.[0-9]{3}Z$"}
    made = generator(schema({"type": "array", "items": {"type": "array", "items": inner}}))
    made.drawing.graph.node(made.node.demand)
    for option in (option for node in made.drawing.graph._nodes.values() for option in node.options):
        option.maker = None
    values(made.values(), STRICT)
