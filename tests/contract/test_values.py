import math
from datetime import UTC, datetime

import msgpack
import pytest
from contract.folder import schema
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.codec.values import to_json
from wsrecord.contract.values import as_json

ODD = [
    (b"\x00", {"$data": "AA=="}),
    (msgpack.ExtType(5, b"z"), {"$ext": [5, "eg=="]}),
    (msgpack.Timestamp(1, 2), {"$time": [1, 2]}),
    (math.nan, {"$float": "nan"}),
    (-math.inf, {"$float": "-inf"}),
    ({1: "a"}, {"$pairs": [[1, "a"]]}),
    ({None: b"a"}, {"$pairs": [[None, {"$data": "YQ=="}]]}),
    ("\ud800x", "\ufffdx"),
    ({"\ud800": [1]}, {"\ufffd": [1]}),
    ((1, "a"), [1, "a"]),
    (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01 00:00:00+00:00"),
]


@pytest.mark.parametrize(("value", "seen"), ODD, ids=lambda one: repr(one)[:20])
def test_what_json_has_not_is_said_in_its_words(value, seen):
    assert as_json(value) == seen
    assert schema({"const": {"in": [seen]}}).is_valid({"in": [value]}) or isinstance(
        value, str | dict | float
    )


@pytest.mark.parametrize("value", [value for value, _ in ODD[:5]])
def test_the_words_are_the_codecs(value):
    assert as_json(value) == to_json(value, lambda _key: None)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)
SCHEMAS = [
    schema(one)
    for one in (
        True,
        {"type": ["object", "array", "string"]},
        {"items": {"type": "number"}, "additionalProperties": {"$ref": "#"}},
        {"uniqueItems": True, "maxLength": 2, "propertyNames": {"pattern": "^a"}},
        {"const": {"$data": ""}},
    )
]


@given(values, st.sampled_from(SCHEMAS))
def test_neither_validator_raises_on_any_value(value, ours):
    faults = ours.validate(value)
    assert bool(faults) is not ours.is_valid(value)
    assert ours.reference.is_valid(as_json(value)) is ours.is_valid(as_json(value))
    for fault in faults:
        assert "\n" not in fault.message
        fault.message.encode()
