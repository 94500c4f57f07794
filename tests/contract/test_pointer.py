import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.contract.pointer import ABSENT, Place, at, parse, parse_place, rule_at, written


@given(st.lists(st.text(max_size=8), max_size=5))
def test_a_pointer_is_written_as_it_is_read(tokens):
    assert parse(written(tokens)) == tuple(tokens)


@pytest.mark.parametrize("text", ["a", "/a~", "/a~2b", "/~~0", "a/b"])
def test_what_is_no_pointer_is_refused(text):
    with pytest.raises(ValueError, match="pointer"):
        parse(text)


def test_the_top_of_a_value_is_not_named():
    assert rule_at("type", "/id") == "type at /id"
    assert rule_at("additionalProperties", "") == "additionalProperties"


def test_a_place_may_name_an_event():
    assert parse_place("/run_id") == Place(("run_id",))
    assert parse_place("session/prompt#/id") == Place(("id",), "session/prompt")
    assert parse_place("server:error#/a/0") == Place(("a", "0"), "server:error")
    assert parse_place("text#") == Place((), "text")
    assert str(parse_place("a#b#/c")) == "a#b#/c"
    for wrong in ("run_id", "#/a", "error#code"):
        with pytest.raises(ValueError, match=r"expected|before|begins"):
            parse_place(wrong)


@pytest.mark.parametrize(
    ("value", "pointer", "found"),
    [
        ({"a": [1, {"b": None}]}, "/a/1/b", None),
        ({"a": [1]}, "/a/1", ABSENT),
        ({"a": [1]}, "/a/-", ABSENT),
        ({"a": [1, 2]}, "/a/01", ABSENT),
        ({"a": [1]}, "/a/٠", ABSENT),
        ({"": {"": 1}}, "//", 1),
        ({"a/b": {"~": 2}}, "/a~1b/~0", 2),
        ("text", "", "text"),
        ("text", "/0", ABSENT),
        (None, "/a", ABSENT),
    ],
)
def test_a_pointer_leads_to_one_place_or_to_none(value, pointer, found):
    assert at(value, parse(pointer)) is found or at(value, parse(pointer)) == found
