"""A drafted schema accepts what it was made from, and says no more than was seen."""

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from wsrecord.contract.draft.pool import pool
from wsrecord.contract.draft.schema import schema_of
from wsrecord.contract.draft.shape import Shape

NAMES = st.sampled_from(["id", "a", "b", "run_id", "0", "17", "x y"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(-9, 9)
    | st.sampled_from(["ok", "no", "a b", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


def shape_of(*values: Any) -> Shape:
    shape = Shape()
    for number, value in enumerate(values):
        shape.add(value, number % 12)
    return shape


@settings(deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=40))
def test_both_validators_accept_every_sample(values: list[Any]) -> None:
    schema = schema_of(shape_of(*values))
    Draft202012Validator.check_schema(schema)
    fast, reference = jsonschema_rs.Draft202012Validator(schema), Draft202012Validator(schema)
    assert all(fast.is_valid(value) and reference.is_valid(value) for value in values)


def test_few_words_seen_often_in_many_sessions_are_an_enum() -> None:
    schema = schema_of(shape_of(*["on", "off", "idle"] * 20), "state")
    assert schema["enum"] == ["idle", "off", "on"]
    assert schema["x-support"] == {"idle": 20, "off": 20, "on": 20}


def test_ids_and_counted_names_are_no_enum() -> None:
    assert "enum" not in schema_of(shape_of(*["ada", "grace"] * 20), "user_id")
    assert "enum" not in schema_of(shape_of(*["m1", "m2", "m3"] * 20), "reply")


@pytest.mark.parametrize(
    ("values", "name", "kind"),
    [
        ([7], "count", "integer"),
        ([7], "total_price", "number"),  # whole so far
        ([7] * 100, "total_price", "integer"),
        ([7, 1.0], "count", "number"),  # a program that writes 1.0 may write 1.5
        ([7, 2.5], "count", "number"),
    ],
)
def test_what_was_always_whole_is_an_integer(values: list[Any], name: str, kind: str) -> None:
    schema = schema_of(shape_of(*values), name)
    assert schema["type"] == kind
    assert all(Draft202012Validator({"type": "integer"}).is_valid(value) for value in (1, 1.0))


def test_a_number_that_is_a_fraction_elsewhere_is_no_integer() -> None:
    one, other = shape_of({"grade": 1}), shape_of({"grade": 0.5})
    pool([one, other])
    assert schema_of(one)["properties"]["grade"] == {"type": "number"}
    assert schema_of(one, loose=True)["properties"]["grade"] == {"type": "number"}


def test_a_format_needs_more_than_one_sample() -> None:
    stamps = [f"2026-01-0{day}T00:00:00Z" for day in range(1, 5)]
    assert schema_of(shape_of(*stamps))["format"] == "date-time"
    assert "format" not in schema_of(shape_of(stamps[0]))


def test_many_names_for_values_of_one_kind_are_a_map() -> None:
    schema = schema_of(shape_of(*({f"k{n}": n, f"k{n + 1}": n} for n in range(30))))
    assert schema["additionalProperties"] == {"type": "integer"}
    assert "properties" not in schema
