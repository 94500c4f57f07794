"""A recording and a live session before all judges: what is told, how often, and who moved."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from judge.transcript import contract, recording

from wsrecord.codec.unit import Unit
from wsrecord.contract.model import Contract
from wsrecord.judge.codes import Code
from wsrecord.judge.drift.blame import CONTRACT, NEITHER, RECORDING, SERVER
from wsrecord.judge.drift.drift import Drift
from wsrecord.judge.drift.node import Spot
from wsrecord.judge.drift.options import Match, Options, ignored
from wsrecord.judge.drift.steps import Awaited, Step, stalled
from wsrecord.judge.drift.trial import Part, Trial, judge
from wsrecord.judge.finding import Finding
from wsrecord.judge.shown import Shown

RULES = """
server:
  hello: {}
  started: {required: [run_id]}
  done: {required: [run_id, answer], properties: {answer: {type: string}, model: {type: string}}}
client: {start: null}
keys: {run: [/run_id]}
flows:
  run: {key: [run], order: started done}
"""
HELLO = '< hello motto="hi"'
GOOD = (HELLO, "> start", '< started run_id="r1"', '< done run_id="r1" answer="42"')
LIVE = (HELLO, "> start", '< started run_id="r2"', '< done run_id="r2" answer="43"')


def name(unit: Unit) -> str:
    return str(unit.value["type"]) if unit.readable else "unreadable"


def tried(
    before: Sequence[str],
    now: Sequence[str],
    under: Contract | None = None,
    steps: Sequence[Drift] = (),
    **options: object,
) -> list[Finding]:
    recorded, live = recording(*before), recording(*now)
    match: Match = "contract" if under is not None else "shape"
    part = Part(
        codec="json", name=name, recorded=tuple(recorded.sessions), live=tuple(live.sessions), contract=under
    )
    case = Trial(
        cassette="chat.wsr",
        recorded=recorded,
        live=live,
        parts=(part,),
        options=Options(**{"match": match, **options}),  # type: ignore[arg-type]
        steps=steps,
    )
    return judge(case, [] if under is None else [Shown(under)])


def heavy(findings: Sequence[Finding]) -> list[tuple[str, object]]:
    return [(one.code, one.extra.get("blame")) for one in findings if one.severity != "info"]


@pytest.fixture
def rules(tmp_path: Path) -> Contract:
    return contract(tmp_path, RULES)


def test_other_ids_and_other_words_are_no_drift(rules: Contract) -> None:
    assert tried(GOOD, LIVE) == []
    assert heavy(tried(GOOD, LIVE, rules)) == []


def test_without_a_contract_the_recording_is_the_measure() -> None:
    gone = (*LIVE[:3], '< done run_id="r2"')
    assert heavy(tried(GOOD, gone)) == [("WS803", None)]
    assert tried(GOOD, gone, ignore=(ignored("done#/answer"),)) == []


def test_what_the_contract_says_is_told_once_and_the_server_moved(rules: Contract) -> None:
    gone = (*LIVE[:3], '< done run_id="r2"')
    assert heavy(tried(GOOD, gone, rules)) == [("WS101", SERVER)]


def test_where_recording_and_live_agree_the_contract_is_out_of_date(rules: Contract) -> None:
    short = (*GOOD[:3], '< done run_id="r1"')
    assert heavy(tried(short, (*LIVE[:3], '< done run_id="r2"'), rules)) == [("WS101", CONTRACT)]


def test_where_contract_and_live_agree_the_recording_is_out_of_date(rules: Contract) -> None:
    old = (*GOOD[:3], '< done run_id="r1" answer=42')
    found = tried(old, LIVE, rules)
    assert {one.extra.get("blame") for one in found} == {RECORDING}, found


def test_where_neither_agrees_it_says_so(rules: Contract) -> None:
    old = (*GOOD[:3], '< done run_id="r1" answer=42')
    found = tried(old, (*LIVE[:3], '< done run_id="r2" answer=[42]'), rules)
    assert {one.extra.get("blame") for one in found} <= {CONTRACT, NEITHER}
    assert "WS101" in {one.code for one in found}


def test_a_flow_that_ends_otherwise_is_the_flows_finding(rules: Contract) -> None:
    found = heavy(tried(GOOD, (*LIVE[:3], "x server 1000"), rules))
    assert ("WS801", None) not in found
    assert {code[:3] for code, _ in found} >= {"WS2"}


@pytest.mark.parametrize("under", [True, False])
def test_a_unit_that_cannot_be_read_is_told_with_and_without_a_contract(under: bool, rules: Contract) -> None:
    found = heavy(tried(GOOD, (*LIVE, "<< {broken"), rules if under else None))
    assert Code.INVALID_JSON.number in {code for code, _ in found}


def test_what_was_unreadable_when_it_was_recorded_is_not_told_without_a_contract() -> None:
    assert heavy(tried((*GOOD, "<< {broken"), (*LIVE, "<< {broken"))) == []


def test_a_step_that_was_held_up_weighs_nothing_where_it_is_told_why() -> None:
    step = stalled(Step("rate", Spot(1, 5, 0)), [Awaited("done")], 10**10)
    told = tried(GOOD, LIVE[:3], steps=[step])
    by_code = {one.code: one for one in told}
    assert by_code["WS821"].severity == "info"
    assert "see" in by_code["WS821"].message
    alone = tried(GOOD, LIVE, steps=[step])
    assert [(one.code, one.severity) for one in alone] == [("WS821", "breaking")]


def test_a_session_that_no_contract_is_for_is_no_fault_of_the_servers(tmp_path: Path) -> None:
    other = contract(tmp_path, f"applies: {{path: /other}}\n{RULES}")
    recorded, live = recording(*GOOD), recording(*LIVE)
    part = Part(codec="json", name=name, recorded=tuple(recorded.sessions), live=tuple(live.sessions))
    case = Trial(cassette="c", recorded=recorded, live=live, parts=(part,), options=Options())
    assert judge(case, [Shown(other)]) == []


def test_findings_name_the_cassette_and_the_place_in_both(rules: Contract) -> None:
    retyped = (*LIVE[:1], *LIVE[1:3], '< done run_id="r2" answer="43" model=3')
    [found] = [one for one in tried(GOOD, retyped, rules) if one.severity == "breaking"]
    assert (found.place.cassette, found.place.session, found.place.event) == ("chat.wsr", 1, "done")
    assert found.contract == "test"
