"""A broken value is wrong in exactly the way that it says it is."""

import pytest
from contract.folder import schema
from hypothesis import HealthCheck, Phase, given, settings

from wsrecord.contract.load import load
from wsrecord.generate.broken import Broken, broken, broken_at, targets
from wsrecord.generate.generator import Generator, generator
from wsrecord.generate.unservable import Unservable

FEW = settings(
    max_examples=30,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
ID = {"type": "string", "format": "uuid"}
CONTRACT = load("schemas")


def drawn(strategy):
    found = []

    @FEW
    @given(strategy)
    def collect(value):
        found.append(value)

    collect()
    return found


def made_of(value):
    made = generator(schema(value))
    assert isinstance(made, Generator), made
    return made


def all_broken(value):
    """Each keyword that can be broken alone, with where it is, and one value for it."""
    made = made_of(value)
    found = {}
    for target in targets(made):
        strategy = broken_at(made, target)
        for one in drawn(strategy) if strategy is not None else ():
            assert isinstance(one, Broken)
            assert not made.schema.is_valid(one.value)
            assert_only(made, one)
            found[one.keyword, one.pointer] = one.value
    return found


def assert_only(made, one):
    """The reference reports it there, and nothing else beside what lies above it."""
    errors = list(made.schema.reference.iter_errors(one.value))
    assert len({(error.validator, tuple(error.absolute_path)) for error in errors}) == 1
    pointers = set()
    pending = errors
    while pending:
        error = pending.pop()
        path = "".join(f"/{step}" for step in error.absolute_path)
        pointers.add((error.validator, path))
        if error.validator == "required":
            pointers |= {(error.validator, f"{path}/{name}") for name in error.validator_value}
        if "propertyNames" in error.absolute_schema_path:  # the name's own keyword is what is reported
            pointers.add(("propertyNames", path))
        pending += error.context or ()
    assert (one.keyword, one.pointer) in pointers


def test_each_keyword_of_an_event():
    found = all_broken(
        {
            "type": "object",
            "required": ["type", "id"],
            "additionalProperties": False,
            "properties": {
                "type": {"const": "x"},
                "id": ID,
                "seq": {"type": "integer", "minimum": 1, "maximum": 9, "multipleOf": 2},
                "text": {"type": "string", "minLength": 2, "maxLength": 60, "pattern": "^[a-z]+$"},
                "tags": {
                    "type": "array",
                    "items": {"enum": ["a", "b", "c"]},
                    "maxItems": 2,
                    "uniqueItems": True,
                },
            },
        }
    )
    assert set(found) == {
        ("type", ""), ("additionalProperties", ""), ("required", "/type"), ("required", "/id"),
        ("const", "/type"), ("type", "/id"), ("format", "/id"),
        ("type", "/seq"), ("minimum", "/seq"), ("maximum", "/seq"), ("multipleOf", "/seq"),
        ("type", "/text"), ("minLength", "/text"), ("maxLength", "/text"), ("pattern", "/text"),
        ("type", "/tags"), ("enum", "/tags/0"), ("maxItems", "/tags"), ("uniqueItems", "/tags"),
    }  # fmt: skip


def test_what_is_inside_references_alternatives_and_conditions():
    found = all_broken(
        {
            "$defs": {"end": {"type": ["null", "boolean"]}, "node":
                      {"type": "object", "required": ["next"],
                       "properties": {"next": {"$ref": "#/$defs/end"}}}},
            "type": "object", "required": ["kind", "node"],
            "properties": {"kind": {"enum": ["a", "b"]}, "node": {"$ref": "#/$defs/node"},
                           "either": {"oneOf": [{"type": "string", "maxLength": 3},
                                                {"type": "null"}]}},
            "if": {"properties": {"kind": {"const": "a"}}},
            "then": {"required": ["a"]},
            "dependentRequired": {"either": ["why"]},
        }
    )  # fmt: skip
    assert {("type", "/node/next"), ("required", "/node/next")} <= set(found)
    assert {("maxLength", "/either"), ("oneOf", "/either")} <= set(found)
    assert {("required", "/a"), ("enum", "/kind"), ("dependentRequired", "")} <= set(found)


def test_arrays_and_names():
    found = all_broken(
        {
            "type": "object",
            "required": ["list", "map"],
            "properties": {
                "list": {
                    "type": "array",
                    "prefixItems": [{"type": "null"}, {"type": "string"}],
                    "items": False,
                    "minItems": 2,
                },
                "map": {
                    "type": "object",
                    "propertyNames": {"pattern": "^x"},
                    "minProperties": 1,
                    "maxProperties": 3,
                },
                "held": {"type": "array", "contains": {"const": 1}},
            },
        }
    )
    assert {("items", "/list"), ("minItems", "/list"), ("type", "/list/0"), ("type", "/list/1")} <= set(found)
    assert {("propertyNames", "/map"), ("minProperties", "/map"), ("maxProperties", "/map")} <= set(found)
    assert ("contains", "/held") in found


@pytest.mark.parametrize("spec", CONTRACT.events.values(), ids=lambda spec: str(spec.key))
def test_our_own_events(spec):
    made = generator(spec.schema)
    for one in drawn(broken(made)):
        assert not made.is_right(one.value)
        assert_only(made, one)


def test_what_takes_everything_can_not_be_broken():
    found = broken(made_of({}))
    assert isinstance(found, Unservable)
    assert "contract.yaml#/inline" in str(found)


def test_what_would_break_more_is_left_alone():
    """Without its const the type can't be another: both keywords would be broken."""
    assert ("type", "") not in all_broken({"type": "string", "enum": ["a"]})
