"""What JSON has no word for."""

import math
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.cassette.json_quick import MAX_DEPTH
from wsrecord.codec.unit import UnsayableError
from wsrecord.codec.values import Pairs, TooDeepError, from_json, same, to_json


def said(value: Any) -> Any:
    return to_json(value, lambda key: None)


@pytest.mark.parametrize(
    ("value", "in_json"),
    [
        (b"\x00\xff", {"$data": "AP8="}),
        (Pairs([(1, "a")]), {"$pairs": [[1, "a"]]}),
        (Pairs([(b"k", b"v")]), {"$pairs": [[{"$data": "aw=="}, {"$data": "dg=="}]]}),
        (Pairs([("$data", "AP8=")]), {"$pairs": [["$data", "AP8="]]}),
        (Pairs([("$data", 1), ("x", 2)]), {"$data": 1, "x": 2}),
        (msgpack.ExtType(5, b"x"), {"$ext": [5, "eA=="]}),
        (msgpack.Timestamp(1, 2), {"$time": [1, 2]}),
        (-math.inf, {"$float": "-inf"}),
    ],
)
def test_each_kind_has_one_form_and_comes_back(value: Any, in_json: Any) -> None:
    assert said(value) == in_json
    back = from_json(in_json)
    assert back == (dict(value) if isinstance(back, dict) else value)


def test_repeated_keys_are_told_and_the_last_counts() -> None:
    told: list[str] = []
    assert to_json(Pairs([("a", 1), ("b", 2), ("a", 3)]), told.append) == {"a": 3, "b": 2}
    assert told == ["a"]


def test_depth_is_limited() -> None:
    value: Any = []
    for _ in range(MAX_DEPTH):
        value = [value]
    with pytest.raises(TooDeepError):
        said(value)
    assert said(value[0]) == value[0]


@pytest.mark.parametrize(
    "value",
    [{"$data": 1}, {"$data": "!"}, {"$ext": []}, {"$float": "x"}, {"$pairs": [1]}, {"$time": [1, -5]}],
)
def test_a_word_with_something_else_in_it_can_not_be_said(value: Any) -> None:
    with pytest.raises(UnsayableError):
        from_json(value)


def test_a_number_is_the_same_only_as_one_of_its_kind() -> None:
    assert same({"a": [1, None]}, {"a": [1, None]})
    for one, other in ((1, 1.0), (1, True), (0.0, -0.0), ([1], [1, 2]), ({"a": 1}, {"b": 1}), ("1", 1)):
        assert not same(one, other)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(
            st.tuples(st.text(max_size=3) | st.sampled_from(["$data", "$pairs"]) | st.integers(), inner),
            max_size=3,
            unique_by=lambda pair: pair[0],
        ).map(Pairs)
    ),
    max_leaves=8,
)


def plain(value: Any) -> Any:
    """Maps as dicts, whichever way they are held."""
    if isinstance(value, Pairs | dict):
        return {key: plain(item) for key, item in (value.items() if isinstance(value, dict) else value)}
    return [plain(item) for item in value] if isinstance(value, list) else value


@given(values)
def test_the_mapping_loses_nothing(value: Any) -> None:
    assert plain(from_json(said(value))) == plain(value)
