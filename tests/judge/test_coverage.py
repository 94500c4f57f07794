"""What was exercised, and the score."""

from pathlib import Path
from typing import Any

from judge import transcript
from judge.transcript import contract

from wsrecord.contract.model import Contract
from wsrecord.judge import coverage
from wsrecord.judge.shown import Shown

TEXT = """
server:
  start: null
  step:
    required: [kind]
    properties:
      kind: {enum: [a, b]}
      note: {type: [string, "null"]}
      body: {oneOf: [{title: short, maxLength: 2}, {title: long, minLength: 3}]}
  done: null
  stop: null
keys: {run: /run}
flows: {run: {key: run, order: start step* (done | stop)}}
"""


def shown(wanted: Contract, *said: str) -> list[Shown]:
    return [transcript.shown(wanted, *said)]


def document(wanted: Contract, *said: str) -> dict[str, Any]:
    return dict(coverage.document(shown(wanted, *said))["contracts"]["test"])


def test_events_places_and_endings_make_the_percentage(tmp_path: Path) -> None:
    runs = contract(tmp_path, TEXT)
    assert coverage.percent(shown(runs, "< start run=1", "< done run=1")) == 50.0  # 2 + 2 + 1 of 4 + 4 + 2
    found = document(runs, "< start run=1", "< done run=1")
    assert found["flows"]["run"] == {
        "instances": 1, "places": [2, 4], "unread": ["step", "stop"], "endings": [1, 2], "unended": ["stop"],
    }  # fmt: skip


def test_a_schema_s_points_are_seen_one_by_one(tmp_path: Path) -> None:
    runs = contract(tmp_path, TEXT)
    said = ("< start run=1", "< step run=1 kind=a note=null body=xy", "< done run=1")
    points = document(runs, *said)["schemas"]["server:step"]
    assert points["enum_values"]["seen"] == [1, 2]
    assert [one["label"] for one in points["enum_values"]["unseen"]] == ['"b"']
    assert [one["label"] for one in points["branches"]["unseen"]] == ["long"]
    assert points["optional_fields"]["seen"] == [2, 2]
    assert [one["label"] for one in points["types"]["unseen"]] == ["string"]


def test_an_event_with_a_fault_covers_nothing_of_its_schema(tmp_path: Path) -> None:
    runs = contract(tmp_path, TEXT)
    points = document(runs, "< start run=1", "< step run=1 kind=c note=null")["schemas"]["server:step"]
    assert points["optional_fields"]["seen"] == [0, 2]


def test_a_schema_that_recurs_is_followed_once(tmp_path: Path) -> None:
    text = "server: {tree: {$defs: {n: {properties: {next: {$ref: '#/$defs/n'}}}}, $ref: '#/$defs/n'}}"
    found = document(contract(tmp_path, text), '< tree next={"next":{}}')
    assert found["schemas"]["server:tree"]["optional_fields"]["seen"] == [1, 1]


def test_what_no_flow_can_end_without_is_required(tmp_path: Path) -> None:
    assert coverage.required(contract(tmp_path, TEXT)) == {("run", "start")}


def test_the_score_is_full_where_all_is_right_and_falls_with_what_is_not(tmp_path: Path) -> None:
    runs = contract(tmp_path, TEXT)
    whole = ("< start run=1", "< done run=1")
    assert coverage.score(shown(runs, *whole)) == 100
    assert coverage.score(shown(runs, *whole, "< more", "< most")) == 75  # (40 * 1/2 + 40) / 80
    assert coverage.score(shown(runs, *whole, "< start run=2", "x server 1000")) == 75  # one run of two
    assert coverage.score(shown(runs, *whole, "< start run=2", "x client 1000")) == 100  # nobody failed
    assert coverage.score(shown(runs, "x server 1000")) == 0
