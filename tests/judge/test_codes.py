"""The registry of codes."""

import re

import pytest

from wsrecord.judge import codes
from wsrecord.judge.codes import Code, Group
from wsrecord.judge.finding import Place
from wsrecord.judge.severity import SEVERITIES, rank


def test_a_number_is_given_once() -> None:
    assert len({code.number for code in Code}) == len(Code.__members__) == len({code.slug for code in Code})


@pytest.mark.parametrize("code", Code, ids=lambda code: code.number)
def test_a_code_says_what_it_is(code: Code) -> None:
    assert re.fullmatch(r"WS[1-9]\d\d", code.number)
    assert code.group == Group(int(code.number[2]))
    assert code.severity in SEVERITIES
    assert not code.title.endswith(".")
    assert codes.find(code.number) is codes.find(code.slug) is code


def test_what_is_no_code_is_not_found() -> None:
    assert codes.find("WS999") is None
    assert codes.find("") is None


def test_every_group_has_a_title() -> None:
    assert len({group.title for group in Group}) == len(Group)


def test_the_heaviest_comes_first() -> None:
    assert sorted(["info", "breaking", "warning"], key=rank) == ["breaking", "warning", "info"]


def test_a_finding_has_its_code_s_severity_unless_it_is_given_another() -> None:
    place = Place(cassette="a.wsr")
    assert Code.CUT.at(place, "cut").severity == "info"
    found = Code.UNKNOWN_EVENT.at(place, "who?", severity="breaking", got="x")
    assert (found.code, found.severity, found.got, found.place) == ("WS102", "breaking", "x", place)
