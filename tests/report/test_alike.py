"""What says the same once more."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from judge.findings import findings, schema_finding

from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding, Place
from wsrecord.report import alike

ONE = schema_finding()


def at(pointer: str | None) -> Finding:
    return replace(ONE, place=replace(ONE.place, pointer=pointer))


def groups(*found: Finding) -> list[int]:
    return [len(same.rest) + 1 for same in alike.together(found)]


def test_the_same_code_at_the_same_place_is_alike_in_any_session() -> None:
    assert groups(ONE, schema_finding(session=2), schema_finding(number=9)) == [3]


def test_the_items_of_a_list_are_one_place() -> None:
    assert groups(at("/items/0/id"), at("/items/17/id")) == [2]
    assert groups(at("/items/0/id"), at("/items/0/name")) == [1, 1]
    assert alike.general("/0/a/1") == "/*/a/*"
    assert alike.general("/v2/a1") == "/v2/a1"
    assert alike.general(None) is None


def test_another_event_code_weight_or_flow_is_not_alike() -> None:
    others = [
        replace(ONE, place=replace(ONE.place, event="other")),
        replace(ONE, code="WS102"),
        replace(ONE, severity="info"),
        replace(ONE, flow="run"),
        at(None),
        at(""),
    ]
    assert groups(ONE, *others) == [1] * 7


def test_the_heaviest_come_first_then_the_earliest() -> None:
    late, early = schema_finding(session=2), replace(schema_finding(), code="WS111")
    light = Code.CUT.at(Place(session=1), "")
    assert [same.first.code for same in alike.together([light, late, early])] == ["WS111", "WS101", "WS208"]


def test_what_is_in_no_cassette_comes_last() -> None:
    nowhere = Code.RULE_UNTESTED.at(Place(), "")
    assert list(alike.by_cassette([nowhere, ONE])) == [ONE.place.cassette, None]


def test_a_code_is_shown_with_its_slug() -> None:
    assert alike.name("WS101") == "WS101 schema-invalid"
    assert alike.name("X1") == "X1"


@settings(deadline=None)
@given(st.lists(findings, max_size=4))
def test_no_finding_gets_lost(found: list[Finding]) -> None:
    assert sum(groups(*found)) == len(found)
    assert sum(map(len, alike.by_cassette(found).values())) == len(found)
