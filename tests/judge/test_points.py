"""Where the events of a schema differ, in a person's words, and what an event shows of it."""

import json
import timeit
from pathlib import Path
from typing import Any

import pytest
from judge.transcript import contract

from wsrecord.codec.unit import Unit
from wsrecord.contract.classify import Classifier, Event
from wsrecord.contract.model import Contract
from wsrecord.judge.points import Point, Points


def made(folder: Path, schema: Any) -> Contract:
    return contract(folder, json.dumps({"server": {"e": schema}}))


def labels(wanted: Contract, kind: str) -> list[str]:
    [points] = Points(wanted).all.values()
    return [point.label for point in points if point.kind == kind]


def unseen(wanted: Contract, *values: dict[str, Any]) -> list[str]:
    points = Points(wanted)
    seen: set[Point] = set()
    for event in events(wanted, *values):
        points.see(event, seen)
    [there] = points.all.values()
    return [point.label for point in there if point not in seen]


def events(wanted: Contract, *values: dict[str, Any]) -> list[Event]:
    classify = Classifier(wanted).classify
    found = [classify(Unit(value={"type": "e", **value}, sender="server")) for value in values]
    return [event for event in found if isinstance(event, Event)]


@pytest.mark.parametrize(
    ("alternatives", "said"),
    [
        ([{"title": "short"}, {"const": 5}, {"$ref": "#/$defs/big"}], ["short", "5", "big"]),
        ([{"type": "string"}, {"type": "null"}], ["string", "null"]),
        ([{"type": "string", "format": "uuid"}, {"type": "string"}], ["string, uuid", "string"]),
        ([{"type": "array", "items": {"type": "string"}}, {"type": "array"}], ["array of string", "array"]),
        ([{"enum": ["a", "b"]}, {"enum": [1]}], ['"a", "b"', "1"]),
        (
            [{"properties": {"tool": {"const": t}, "x": {}}} for t in ("calculator", "search")],
            ["tool calculator", "tool search"],
        ),
        (
            [
                {"type": "object", "properties": {"v": {"const": 1}, "kind": {"const": k}}}
                for k in ("old", "new")
            ],
            ["v 1, kind old", "v 1, kind new"],
        ),
        (
            [{"type": "object", "required": ["text"]}, {"type": "object", "required": ["image_url", "alt"]}],
            ["with text", "with image_url, alt"],
        ),
        ([{"properties": {"a": {}}}, {"properties": {"b": {}}}], ["with a", "with b"]),
        ([{"maxLength": 2}, {"minLength": 3}], ["maxLength 2", "minLength 3"]),
        (
            [
                {"type": "string", "maxLength": 2},
                {"type": "string", "maxLength": 5},
                {"type": "null", "maxLength": 5},
            ],
            ["maxLength 2", "string, maxLength 5", "null"],
        ),
        ([{}, {}, True], ["alternative 1", "alternative 2", "anything"]),
        ([{"title": "x"}, {"title": "x"}], ["x (alternative 1)", "x (alternative 2)"]),
    ],
)
def test_an_alternative_is_called_by_what_tells_it_from_the_others(
    alternatives: list[Any], said: list[str], tmp_path: Path
) -> None:
    schema = {
        "$defs": {"big": {"minimum": 9}},
        "required": ["v"],
        "properties": {"v": {"anyOf": alternatives}},
    }
    assert labels(made(tmp_path, schema), "branch") == said


def test_a_reference_is_told_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "image.json").write_text("{}")
    schema = {"properties": {"v": {"oneOf": [{"$ref": "image.json"}, {"type": "null"}]}}}
    assert labels(made(tmp_path, schema), "branch") == ["image", "null"]


@pytest.mark.parametrize(
    ("schema", "value", "left"),
    [
        ({"patternProperties": {"^x-": {"enum": ["a", "b"]}}}, {"x-1": "a"}, ['"b"']),
        ({"patternProperties": {"^x-": {"enum": ["a"]}}}, {"y": "a"}, ["names like ^x-", '"a"']),
        (
            {"additionalProperties": {"type": ["integer", "null"]}},
            {"count": 1},
            ["null"],
        ),
        (
            {"required": ["v"], "properties": {"v": {"additionalProperties": {"enum": [1]}}}},
            {"v": {}},
            ["any name", "1"],
        ),
        (
            {"properties": {"a": {}}, "patternProperties": {"^b": {}}, "additionalProperties": {"enum": [1]}},
            {"bb": 1},
            ["a", "other names", "1"],
        ),
        ({"properties": {"v": {"prefixItems": [{"enum": [1, 2]}]}}, "required": ["v"]}, {"v": [2, 1]}, ["1"]),
        (
            {
                "required": ["v"],
                "properties": {"v": {"prefixItems": [{}], "items": {"enum": [1, 2]}}},
            },
            {"v": [1, 2]},
            ["1"],
        ),
        (
            {"required": ["v"], "properties": {"v": {"contains": {"enum": ["a", "b"]}}}},
            {"v": ["c", "a"]},
            ['"b"'],
        ),
        (
            {
                "required": ["v"],
                "properties": {"v": {"contains": {"type": "null"}, "minContains": 0}},
            },
            {"v": ["c"]},
            ["an item: null"],
        ),
        (
            {"dependentSchemas": {"card": {"properties": {"address": {}}}, "cash": {}}},
            {"card": 1},
            ["with cash", "address"],
        ),
        ({"if": {"required": ["a"]}, "then": {}, "else": {}}, {"a": 1}, ["else of with a"]),
        ({"if": {"required": ["a"]}, "then": {}, "else": {}}, {"b": 1}, ["then of with a"]),
    ],
)
def test_every_keyword_that_holds_schemas_is_walked(
    schema: Any, value: dict[str, Any], left: list[str], tmp_path: Path
) -> None:
    named = {"type": {}, **schema.get("properties", {})}
    schema = {**schema, "required": ["type", *schema.get("required", ())], "properties": named}
    assert sorted(unseen(made(tmp_path, schema), value)) == sorted(left)


@pytest.mark.parametrize(
    ("value", "left"),
    [(1, ["true"]), (True, ["1"]), (1.0, ["true"]), ("1", ["true", "1"])],
)
def test_one_and_true_are_two_and_one_with_a_point_is_one(
    value: object, left: list[str], tmp_path: Path
) -> None:
    schema = {"required": ["v"], "properties": {"v": {"enum": [True, 1]}}}
    points, seen = Points(made(tmp_path, schema)), set[Point]()
    [event] = events(made(tmp_path, {}), {"v": value})
    points.see(event, seen)
    assert sorted(p.label for all_ in points.all.values() for p in all_ if p not in seen) == sorted(left)


def test_a_branch_is_seen_only_where_its_schema_holds(tmp_path: Path) -> None:
    schema = {"required": ["v"], "properties": {"v": {"anyOf": [{"minimum": 5}, {"maximum": 9}]}}}
    assert unseen(made(tmp_path, schema), {"v": 2}) == ["minimum 5"]
    assert unseen(made(tmp_path, schema), {"v": 7}) == []


def test_what_a_shared_part_offers_and_its_user_rules_out_is_no_point(tmp_path: Path) -> None:
    shared = {
        "required": ["run", "kind"],
        "properties": {
            "run": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "kind": {"enum": ["a", "b"]},
        },
        "if": {"properties": {"run": {"type": "null"}}},
        "then": {"properties": {"agent": {}}},
    }
    schema = {
        "$defs": {"shared": shared},
        "$ref": "#/$defs/shared",
        "properties": {"run": {"type": "string"}, "kind": {"const": "a"}},
    }
    assert unseen(made(tmp_path, schema)) == ["string", '"a"']
    assert unseen(made(tmp_path, shared)) == ["string", "null", '"a"', '"b"', "then of run null", "agent"]


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"allOf": [{"$ref": "#/allOf/0"}]},
        {"properties": {"next": {"$ref": "#"}, "kind": {"enum": ["leaf"]}}},
    ],
)
def test_schemas_that_recur_are_looked_at_once(schema: Any, tmp_path: Path) -> None:
    deep: dict[str, Any] = {"kind": "leaf"}
    for _ in range(50):
        deep = {"next": deep}
    wanted = made(tmp_path, schema)
    points, seen = Points(wanted), set[Point]()
    [event] = events(wanted, deep)
    points.see(event, seen)
    assert seen == {point for all_ in points.all.values() for point in all_}


def test_many_points_are_each_seen_however_late(tmp_path: Path) -> None:
    words = [f"w{n}" for n in range(300)]
    schema = {"required": ["v"], "properties": {"v": {"enum": words}}}
    said = [{"v": words[0]} for _ in range(200)] + [{"v": word} for word in words[:-1]] * 2
    assert unseen(made(tmp_path, schema), *said) == ['"w299"']


def test_what_never_comes_costs_little_each_time(tmp_path: Path) -> None:
    kinds = {"enum": ["a", *(f"never-{n}" for n in range(50))]}
    schema = {
        "required": ["v", "w", "id"],
        "properties": {
            "v": kinds,
            "w": {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"x": kinds}}]},
            "id": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            **{f"field-{n}": {"type": ["string", "null"]} for n in range(10)},
        },
    }
    wanted = made(tmp_path, schema)
    said = events(wanted, *({"v": "a", "w": "b", "id": f"id-{n}"} for n in range(1000)))
    points, seen = Points(wanted), set[Point]()

    def look() -> None:
        for event in said:
            points.see(event, seen)

    look()
    took = min(timeit.repeat(look, number=1, repeat=5)) / len(said)
    simple = min(timeit.repeat(lambda: [json.dumps(event.value) for event in said], number=1, repeat=5))
    assert took < simple / len(said)  # less than it takes to write an event down
