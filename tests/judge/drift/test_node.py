"""What is kept of the values at one place, and how little of a hostile stream."""

import tracemalloc
import uuid
from itertools import product
from typing import Any

from wsrecord.contract.schemas import nothing_ignored
from wsrecord.judge.drift.node import ANY, MOST_FIELDS, MOST_VALUES, Filler, Node, Spot


def filled(*values: Any) -> Node:
    node, filler = Node(), Filler(nothing_ignored)
    for number, value in enumerate(values, 1):
        filler.add(node, value, Spot(1, number, number))
    return node


def test_types_are_counted_and_numbers_are_alike() -> None:
    node = filled(1, 1.5, 2.0, True, None, "x", b"x", [], {}, object())
    assert node.types == {
        "integer": 2, "number": 1, "boolean": 1, "null": 1, "string": 1, "bytes": 1, "array": 1, "object": 1,
        "extension": 1,
    }  # fmt: skip
    assert node.kinds == {"number", "boolean", "string", "bytes", "array", "object", "extension"}
    assert node.spots["boolean"] == Spot(1, 4, 4)


def test_items_and_ids_share_a_place() -> None:
    node = filled({"a": [1, 2], "call_8f21c0": {"x": 1}, "call_77e1d2": {"x": 2}, "17": 3})
    assert set(node.children) == {"a", ANY}
    assert node.children["a"].children[ANY].count == 2
    assert node.children[ANY].types == {"object": 2, "integer": 1}


def test_where_a_field_was_first_missing_is_known() -> None:
    assert filled({"a": 1}, {"a": 1, "b": 2}, {"b": 3}).lacking == {"b": Spot(1, 1, 1), "a": Spot(1, 3, 3)}


def test_true_is_not_one() -> None:
    assert filled(True, 1).values == {("boolean", True): 1, ("integer", 1): 1}


def test_many_values_are_free() -> None:
    assert filled(*map(str, range(MOST_VALUES + 1))).free
    assert filled("x" * 65).free
    assert not filled(*["x"] * 100).free


def test_json_in_texts_is_known() -> None:
    node = filled('{"a": 1}', "[1]", "{not json}", "text")
    assert node.jsons == 2


def test_an_object_of_endless_fields_is_a_map_of_bounded_size() -> None:
    names = ("".join(letters) for letters in product("abcdefgh", repeat=4))
    node = filled(*({name: 1} for name in names))
    assert node.is_map
    assert len(node.children) <= MOST_FIELDS + 1


def test_a_hostile_stream_does_not_grow_it() -> None:
    filler, node = Filler(nothing_ignored), Node()
    tracemalloc.start()
    for number in range(2000):
        value = {str(uuid.uuid4()): {f"f{number}": ["x" * 500]}, f"name-{number}": number}
        filler.add(node, value, Spot(1, number, number))
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 3_000_000


def test_what_is_nested_deeply_is_left() -> None:
    value: Any = 1
    for _ in range(500):
        value = [value]
    node, depth = filled(value), 0
    while node.children:
        node, depth = node.children[ANY], depth + 1
    assert depth < 100
