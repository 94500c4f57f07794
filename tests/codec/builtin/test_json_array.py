"""Arrays with a name in them."""

import pytest
from codec.says import fault, only

from wsrecord.codec.builtin.json_array import name_at


@pytest.mark.parametrize(
    ("spec", "text", "name"),
    [
        ("json-array", '["said",{"text":"x"}]', "said"),
        ({"json-array": {"name": 3}}, '["1","2","room:lobby","phx_join",{}]', "phx_join"),
        ("json-array", '[2,"19223201","BootNotification",{}]', "2"),
    ],
)
def test_the_name_stands_where_the_contract_says(spec: object, text: str, name: str) -> None:
    unit = only(spec, text)
    assert (unit.name, unit.fault) == (name, None)


@pytest.mark.parametrize("text", ["[]", "{}", "[null]", "[true]", "[1.5]", "3"])
def test_what_has_no_name_is_malformed_and_read(text: str) -> None:
    unit = only("json-array", text)
    assert fault("json-array", text) == "malformed"
    assert unit.readable
    assert unit.name is None


def test_a_number_too_long_to_be_a_name_is_none() -> None:
    assert name_at([1 << 64], 0) is None
