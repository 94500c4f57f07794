import pytest
from contract.folder import schema

from wsrecord.contract.pointer import parse
from wsrecord.contract.reach import reach

NODE = schema(
    {
        "$ref": "#/$defs/base",
        "properties": {
            "own": {"type": "string"},
            "list": {"prefixItems": [{"const": 1}], "items": {"$ref": "#"}},
        },
        "if": {"properties": {"kind": {"const": "x"}}},
        "then": {"properties": {"extra": {"type": "integer"}}},
        "anyOf": [{"properties": {"either": True}}, True],
        "patternProperties": {r"^n\d$": {"type": "number"}},
        "unevaluatedProperties": False,
        "$defs": {"base": {"type": "object", "properties": {"id": {"type": ["string", "null"]}, "free": {}}}},
    }
)


@pytest.mark.parametrize(
    ("pointer", "how"),
    [
        ("", "declared"), ("/own", "declared"), ("/id", "declared"), ("/extra", "declared"),
        ("/either", "declared"),
        ("/n7", "declared"), ("/list/0", "declared"), ("/list/5/own", "declared"),
        ("/list/5/list/0", "declared"),
        ("/gone", "impossible"), ("/own/deeper", "impossible"), ("/id/0", "impossible"),
        ("/free/any", "open"),
        ("/nx", "impossible"), ("/list/5/gone", "impossible"),
    ],
)  # fmt: skip
def test_a_pointer_is_followed_through_references_and_branches(pointer, how):
    assert reach(NODE, parse(pointer))[0] == how


def test_a_schema_that_refers_to_itself_comes_to_an_end():
    assert reach(schema({"$ref": "#"}), ("a",))[0] == "open"
    assert reach(schema(True), ("a",))[0] == "open"
    assert reach(schema(False), ("a",))[0] == "impossible"
