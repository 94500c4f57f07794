"""A payload whose shape another field tells is drafted word by word, and else stays loose."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from wsrecord.contract.draft.dependent import dependent
from wsrecord.contract.draft.samples import Sample
from wsrecord.contract.draft.schema import schema_of
from wsrecord.contract.draft.shape import Shape
from wsrecord.contract.model import EventKey

KEY = EventKey("server", "done")


def drafted(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    shape = Shape()
    for number, value in enumerate(values):
        shape.add(value, number % 5)
    schema = schema_of(shape)
    return {
        **schema,
        **dependent(schema, [Sample(KEY, value, number % 5, 0) for number, value in enumerate(values)]),
    }


def said(tool: str, **results: Any) -> dict[str, Any]:
    return {"tool": tool, "results": results}


MANY = [said("sum", value=1), said("find", query="x", hits=[]), said("find", query="y", hits=[1])] * 12


def test_each_word_has_its_own_payload() -> None:
    schema = drafted(MANY)
    assert schema["properties"]["results"] == {"type": "object"}
    assert schema["allOf"] == [
        {
            "if": {"properties": {"tool": {"const": "find"}}},
            "then": {
                "properties": {
                    "results": {
                        "required": ["query", "hits"],
                        "properties": {
                            "query": {"type": "string"},
                            "hits": {"type": "array", "items": {"type": "integer"}},
                        },
                        "x-support": 24,
                    }
                }
            },
        },
        {
            "if": {"properties": {"tool": {"const": "sum"}}},
            "then": {
                "properties": {
                    "results": {
                        "required": ["value"],
                        "properties": {"value": {"type": "number"}},
                        "x-support": 12,
                    }
                }
            },
        },
    ]
    validator = Draft202012Validator(schema)
    assert all(map(validator.is_valid, MANY))
    assert not validator.is_valid(said("sum", query="x", hits=[]))


def test_a_rare_word_s_payload_stays_loose() -> None:
    values = [*MANY, *[said("odd", x=1)] * 3]
    assert [one["if"]["properties"]["tool"]["const"] for one in drafted(values)["allOf"]] == ["find", "sum"]


def test_where_the_word_tells_nothing_the_payload_stays_loose() -> None:
    mixed = [said(tool, **inner) for tool in ("sum", "find") for inner in ({"a": 1}, {"b": 2})] * 10
    assert "allOf" not in drafted(mixed)


def test_a_payload_that_is_always_the_same_needs_no_condition() -> None:
    assert "allOf" not in drafted([said("sum", value=1), said("find", value=2)] * 20)


VALUES = st.lists(
    st.builds(
        said, st.sampled_from(["sum", "find", "odd"]), a=st.integers(), b=st.none() | st.text(max_size=2)
    )
    | st.builds(said, st.sampled_from(["sum", "find"]), value=st.integers() | st.lists(st.integers())),
    min_size=1,
    max_size=80,
)


@settings(deadline=None)
@given(VALUES)
def test_every_sample_is_right(values: list[dict[str, Any]]) -> None:
    assert all(map(Draft202012Validator(drafted(values)).is_valid, values))
