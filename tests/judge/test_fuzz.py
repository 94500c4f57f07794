"""What a made-up dialogue came to: the examples of docs/findings.md, and where a finding says it is."""

from collections.abc import Mapping
from typing import Any

import pytest
from support import examples
from support.examples import Told

from wsrecord.judge.fuzz import Bare, Beside, Broke, Fact, Meant, Overheard, is_broken, judge

TOLD = list(examples.told())
_KINDS: Mapping[str, Any] = {
    "meant": lambda **said: Meant(**{"session": 1, "number": 2, "t": 0, "breaks": None, **said}),
    "broke": lambda **said: Broke(**{"session": 1, "t": 0, **said}),
    "bare": lambda **said: Bare(**{"session": 1, "t": 0, "got": None, **said}),
    "beside": Beside,
    "overheard": lambda **said: Overheard(**{"session": 1, "number": 2, "t": 0, **said}),
}


def facts(told: Told) -> list[Fact]:
    return [_KINDS[kind](**fields) for one in told.facts for kind, fields in one.items()]


def meant(**said: Any) -> Meant:
    made: Meant = _KINDS["meant"](event="ask", **said)
    return made


@pytest.mark.parametrize("told", TOLD, ids=str)
def test_an_example_gives_its_code_and_no_other_if_it_is_to_fail_and_nothing_if_not(told: Told) -> None:
    found = [one.code for one in judge(facts(told), "live")]
    assert found == ([told.code] if told.kind == "failing" else [])


@pytest.mark.parametrize("answer", ["refused", "closed"])
def test_what_breaks_a_rule_may_be_refused_or_closed_on(answer: Any) -> None:
    assert not judge([meant(breaks="type at /n", answer=answer)], "live")


def test_a_right_message_may_be_refused_where_something_before_gives_a_reason() -> None:
    assert not judge([meant(answer="refused", by="error", welcome=False)], "live")


def test_what_servers_may_differ_on_may_be_taken_and_may_be_left_unanswered() -> None:
    assert not judge([meant(breaks="surrogate at /n", answer="answered", odd=True)], "live")
    assert not judge([meant(breaks="surrogate at /n", answer="none", odd=True)], "live")


def test_nobody_need_answer_what_the_contract_sees_no_answer_to_or_a_client_that_left() -> None:
    assert not judge([meant(answer="none", due=False)], "live")
    assert not judge([meant(answer="left")], "live")


def test_a_finding_says_which_message_and_which_rule() -> None:
    (found,) = judge([meant(breaks="type at /n", answer="none", session=3, number=7)], "live", "chat")
    assert (found.place.session, found.place.number, found.place.event) == (3, 7, "ask")
    assert found.extra["breaks"] == "type at /n"
    assert found.contract == "chat"


def test_only_1011_says_that_the_server_broke() -> None:
    assert is_broken(1011)
    assert not any(map(is_broken, (1000, 1002, 1003, 1007, 1008, 1009, 1013, 4000)))
