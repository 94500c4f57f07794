"""What a contract says of drift: it decides where it speaks."""

import json
from pathlib import Path
from typing import Any

import pytest
from judge.drift.stream import base, codes, drifts, told
from judge.drift.test_compare import drop, each, ending, leak, put, rename, without

from wsrecord.contract.load import load
from wsrecord.judge.drift.options import Options
from wsrecord.judge.drift.oracle import ContractOracle

MATCH = Options(match="contract")
COMPLETED = {
    "type": "object",
    "required": ["type", "answer"],
    "properties": {
        "type": {"const": "completed"},
        "answer": {"type": "string"},
        "usage": {"$ref": "#/$defs/usage"},
        "final": {"type": ["boolean", "string"]},
        "parts": {"type": "array", "items": {"properties": {"n": {"type": "integer"}}, "required": ["n"]}},
        "mode": {"enum": ["fast", "slow"]},
    },
    "$defs": {"usage": {"properties": {"input": {"type": "integer"}}, "additionalProperties": False}},
}
NAMES = ("hello", "started", "thinking", "tool_executing", "tool_completed", "report", "pong", "fallback")


def oracle(folder: Path, **changes: Any) -> ContractOracle:
    said = {
        "contract": "test", "name": "/type",
        "server": {"completed": COMPLETED, **dict.fromkeys(NAMES)},
        "client": {"start": None, "ping": None},
        "flows": {"run": {"order": "started thinking* (completed report? | fallback)", "reuse": True}},
        **changes,
    }  # fmt: skip
    path = folder / "contract.yaml"
    path.write_text(json.dumps(said))
    return ContractOracle(load(path))


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (("answer",), False), (("usage",), True), (("usage", "input"), True), (("usage", "output"), False),
        (("else",), None), (("parts", "*"), True), (("parts", "*", "n"), False), ((), None),
    ],
)  # fmt: skip
def test_a_place_may_come_and_go_if_it_is_declared_and_not_required(
    tmp_path: Path, path: tuple[str, ...], allowed: bool | None
) -> None:
    assert oracle(tmp_path).allowed("completed", path) is allowed


@pytest.mark.parametrize(
    ("path", "value", "admitted"),
    [
        (("answer",), "x", True), (("answer",), 1, False), (("final",), "yes", True),
        (("final",), None, False), (("mode",), "slow", True), (("mode",), "odd", False),
        (("else",), 1, None), (("parts", "*", "n"), 1.0, True), (("usage", "more"), 1, False),
    ],
)  # fmt: skip
def test_a_value_may_stand_where_a_schema_admits_it(
    tmp_path: Path, path: tuple[str, ...], value: Any, admitted: bool | None
) -> None:
    assert oracle(tmp_path).admits("completed", path, value) is admitted


def test_an_event_without_a_schema_is_not_spoken_of(tmp_path: Path) -> None:
    made = oracle(tmp_path)
    assert made.allowed("pong", ("load",)) is None
    assert made.admits("nobody", (), 1) is None
    assert made.orders("started")
    assert not made.orders("pong")


def weights(found: Any) -> list[tuple[str, str]]:
    return [(drift.code.number, drift.severity) for drift in found]


def test_what_the_contract_allows_is_a_remark(tmp_path: Path) -> None:
    made = oracle(tmp_path)
    optional = each("completed", drop("usage"))(base(2))
    assert weights(drifts(base(1), optional)) == [("WS803", "breaking")]
    assert weights(drifts(base(1), optional, MATCH, made)) == [("WS803", "info")]
    text = each("completed", put("final", lambda _: "yes"))(base(2))
    assert weights(drifts(base(1), text, MATCH, made)) == [("WS805", "info")]


def test_where_the_contract_is_silent_nothing_breaks(tmp_path: Path) -> None:
    silent = each("tool_completed", rename("result", "outcome"))(base(2))
    assert weights(drifts(base(1), silent, MATCH, oracle(tmp_path))) == [("WS808", "warning")]
    assert weights(drifts(base(1), silent, Options(match="shape"), oracle(tmp_path))) == [
        ("WS808", "breaking")
    ]


def test_a_flow_judges_the_coming_of_its_events(tmp_path: Path) -> None:
    made = oracle(tmp_path)
    assert weights(drifts(base(1), without("report")(base(2)), MATCH, made)) == [("WS801", "info")]
    assert weights(drifts(base(1), ending(base(2)), MATCH, made)) == [("WS810", "info")]
    assert weights(drifts(base(1), without("pong")(base(2)), MATCH, made)) == [("WS801", "warning")]


def test_a_new_event_is_a_remark_for_what_no_contract_names_is_told_by_its_name(tmp_path: Path) -> None:
    assert weights(drifts(base(1), leak(base(2)), MATCH, oracle(tmp_path))) == [("WS802", "info")]
    assert weights(drifts(base(1), leak(base(2)))) == [("WS802", "warning")]


def test_exact_asks_nobody(tmp_path: Path) -> None:
    optional = each("completed", drop("usage"))(base(2))
    found = drifts(base(1), optional, Options(match="exact"), oracle(tmp_path))
    assert weights(found) == [("WS803", "breaking")], told(found)
    assert codes(found) == ["WS803"]
