"""Which findings are one failure."""

import pytest

from wsrecord.explore.failure import chosen, key_of, outranks
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Place
from wsrecord.judge.fuzz import Bare, Fact, judge

CLOSE = Bare(session=1, t=0, what="a close with 1000", expected="a close message", got="nothing")
RAW = Bare(session=1, t=0, what="a close with 1005", expected="the end of the connection", got="nothing")
PING = Bare(session=1, t=0, what="a ping of 0 bytes", expected="a pong", got="nothing")


def key(fact: Fact) -> tuple[str, ...]:
    (finding,) = judge([fact], "live")
    return key_of(finding)


@pytest.mark.parametrize(
    ("fact", "what"),
    [(CLOSE, "a close with 4999"), (CLOSE, "a close with 1001"), (PING, "a ping of 125 bytes")],
)
def test_what_differs_by_a_number_only_is_one_failure(fact: Bare, what: str) -> None:
    other = Bare(session=2, t=9, what=what, expected=fact.expected, got="something else")
    assert key(other) == key(fact)


def test_what_a_server_owes_something_else_for_is_another_failure() -> None:
    assert len({key(CLOSE), key(RAW), key(PING)}) == 3


def test_what_says_more_outranks_what_follows_from_it() -> None:
    names = ("FOREIGN_ID", "NOT_STARTED", "UNANSWERED")
    foreign, order, silence = (Code[name].at(Place(cassette="live"), "") for name in names)
    assert chosen([silence, order, foreign]) is foreign
    assert outranks(foreign, order)
    assert outranks(foreign, silence)
    assert not outranks(order, silence)  # both may be: the first that was seen is looked into
    assert not outranks(order, foreign)
