"""What there is to reach, and what cases reached of it: by transcripts."""

import json
from pathlib import Path
from typing import Any

from judge.transcript import contract, recording

from wsrecord.cassette.source import from_recording
from wsrecord.contract.model import Contract, EventKey
from wsrecord.explore.reached import Footprint, Reached
from wsrecord.judge import coverage
from wsrecord.judge.fuzz import Fact, Meant
from wsrecord.judge.registry import judge_cassette
from wsrecord.judge.shown import Shown

TEXT = """
client:
  ask: {properties: {tone: {enum: [soft, loud]}}}
  stop: null
server:
  begun: {properties: {agent: {enum: [ada, bob]}}}
  done: null
  error:
    properties:
      agent: {enum: [ada, bob]}
      code: {enum: [busy, unknown]}
keys: {run: /run}
flows:
  run:
    key: run
    order: ask (error | begun stop? (done | error))
"""


def asking(folder: Path) -> Contract:
    return contract(folder, TEXT)


def take(reached: Reached, *lines: str, facts: tuple[Fact, ...] = (), **changes: Any) -> Footprint:
    story, played = reached.story(), recording(*lines, **changes)
    judge_cassette(from_recording(played), [story], "played")
    return reached.take(story, facts, played.sessions)


def kinds(reached: Reached) -> dict[str, tuple[int, int]]:
    return {one.name: (one.seen, one.there) for one in reached.kinds()}


ASKED = ("> ask run=1", "< begun run=1 agent=ada", "< done run=1")


def test_what_there_is_is_known_before_anything_is_played(tmp_path: Path) -> None:
    assert kinds(Reached(asking(tmp_path), ["error"])) == {
        "transitions": (0, 6), "endings": (0, 2), "branches": (0, 14), "error codes": (0, 2),
    }  # fmt: skip


def test_cases_add_up_and_what_is_missed_has_a_name(tmp_path: Path) -> None:
    reached = Reached(asking(tmp_path), ["error"])
    take(reached, *ASKED)
    take(reached, "> ask run=2 tone=loud", "< error run=2 code=busy")
    assert kinds(reached) == {
        "transitions": (4, 6), "endings": (2, 2), "branches": (7, 14), "error codes": (1, 2),
    }  # fmt: skip
    missed = {one.name: one.missed for one in reached.kinds()}
    assert missed["transitions"] == ("run: stop", "run: error (2 of 2)")
    assert missed["error codes"] == ("error unknown",)
    assert 'ask "soft"' in missed["branches"]
    assert str(reached) == "transitions 4 of 6, endings 2 of 2, branches 7 of 14, error codes 1 of 2"


def test_cases_apart_come_to_what_coverage_counts_of_them_together(tmp_path: Path) -> None:
    wanted = asking(tmp_path)
    together, reached = [Shown(wanted)], Reached(wanted)
    for lines in (ASKED, ("> ask run=2", "> stop run=2"), ("> ask run=3 tone=loud", "< error run=3")):
        take(reached, *lines)
        judge_cassette(from_recording(recording(*lines)), together, "played")
    assert coverage.document([reached.shown]) == coverage.document(together)


def test_values_that_other_events_share_are_no_error_codes(tmp_path: Path) -> None:
    (tmp_path / "common.json").write_text(json.dumps({"$defs": {"agent": {"enum": ["ada", "bob"]}}}))
    text = """
    server:
      done: {properties: {agent: {$ref: 'common.json#/$defs/agent'}}}
      refused: {properties: {agent: {$ref: 'common.json#/$defs/agent'}, why: {enum: [busy, late]}}}
    """
    found = {one.name: one.missed for one in Reached(contract(tmp_path, text), ["refused"]).kinds()}
    assert found["error codes"] == ("refused busy", "refused late")
    assert {'done "ada"', 'refused "ada"'} < set(found["branches"])


def test_an_optional_field_is_reached_twice_there_and_absent(tmp_path: Path) -> None:
    text = "client: {ask: {properties: {tone: {type: string}, id: {type: string}}, required: [type, id]}}"
    reached = Reached(contract(tmp_path, text))
    assert ("without", (EventKey("client", "ask"), "tone")) in take(reached, "> ask id=a").features
    assert [one.missed for one in reached.kinds()] == [("ask tone",)]
    take(reached, "> ask id=a tone=soft")
    assert kinds(reached) == {"branches": (2, 2)}
    wrong = Reached(contract(tmp_path, text))
    take(wrong, "> ask id=5")
    assert kinds(wrong) == {"branches": (0, 2)}


def test_without_refusals_there_are_no_error_codes(tmp_path: Path) -> None:
    assert "error codes" not in kinds(Reached(asking(tmp_path)))


def test_closes_of_the_server_count_as_they_come(tmp_path: Path) -> None:
    reached = Reached(asking(tmp_path))
    assert ("closed", "1008") in take(reached, "> ask run=1", "x server 1008").features
    take(reached, "> ask run=1", "x client 1000", "x server 1000")
    assert reached.closes == {"1008"}
    take(reached, "x server", status=403)
    assert reached.closes == {"1008", "HTTP 403"}
    assert reached.document()["closes"] == ["1008", "HTTP 403"]


def test_a_case_that_shows_nothing_new_of_a_schema_still_has_its_steps(tmp_path: Path) -> None:
    reached = Reached(asking(tmp_path))
    first, again = take(reached, *ASKED), take(reached, *ASKED)
    assert {one[0] for one in first.features - again.features} == {"shows"}
    steps = {one[1:] for one in again.features if one[0] == "step"}
    assert steps == {("run", None, "ask"), ("run", "ask", "begun"), ("run", "begun", "done")}


def test_where_a_case_leaves_its_flows_is_told_by_instance(tmp_path: Path) -> None:
    lines = ("> ask run=1", "> ask run=2", "< begun run=2", "< begun run=1", "< done run=1")
    assert take(Reached(asking(tmp_path)), *lines).stands == {("run", "done"), ("run", "begun")}


def test_how_a_message_was_answered_counts(tmp_path: Path) -> None:
    fact = Meant(
        session=1, number=1, t=0, event="ask", breaks="JSON", answer="closed", by="a close with 1007"
    )
    features = take(Reached(asking(tmp_path)), *ASKED, facts=(fact,)).features
    assert ("answer", "ask", False, "closed", "a close with 1007") in features


def test_only_what_is_shown_counts_as_new(tmp_path: Path) -> None:
    reached = Reached(asking(tmp_path))
    take(reached, *ASKED)
    before = reached.count
    take(reached, *ASKED, "> ask run=2")  # another step from event to event, and nothing else
    assert reached.count == before
    take(reached, *ASKED, "> ask run=2 tone=soft")
    assert reached.count > before
