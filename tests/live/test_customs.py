"""What a server takes, and after what, as a run saw it."""

import pytest

from wsrecord.explore.moves import Case, Say
from wsrecord.judge.fuzz import Answer, Meant
from wsrecord.live.customs import Customs, Steady, Unclear


def say(
    event: str, *before: str, answer: Answer = "answered", value: str = "2", welcome: bool = True
) -> Meant:
    return Meant(
        session=1,
        number=1 + len(before),
        t=0,
        event=event,
        breaks=None,
        answer=answer,
        welcome=welcome,
        before=before,
        value=value,
    )


def no(event: str, *before: str, value: str = "2") -> Meant:
    return say(event, *before, answer="refused", value=value)


def learned(*facts: Meant) -> Customs:
    customs = Customs()
    customs.learn(facts)
    return customs


CHAT = [*[say("join")] * 10, *[no("say")] * 10, *[say("say", "join")] * 100, *[no("join", "join")] * 10]


@pytest.mark.parametrize(
    ("refused", "usual"),
    [
        (no("join", value="x" * 500), True),  # the first thing that one says, and most often taken
        (no("say"), False),  # never before one has joined
        (no("join", "join"), False),  # never twice
        (no("say", "join", value="x" * 500), True),
        (no("say", "join", "leave"), False),  # nobody knows
        (no("paint"), False),
    ],
)
def test_a_refusal_needs_a_reason_only_where_the_like_was_taken(refused: Meant, usual: bool) -> None:
    assert learned(*CHAT).usual(refused) is usual


def test_what_is_taken_by_what_was_said_before_is_not_usual() -> None:
    """A key that was put, or was not: some are there, others are not."""
    customs = learned(*[no("get")] * 9, *[say("get", "put")] * 30, *[no("get", "put", value="x")] * 10)
    assert not customs.usual(no("get", "put", value="y"))


def test_what_is_mostly_refused_is_not_usual() -> None:
    customs = learned(say("login", value="right"), *[no("login", value="wrong")] * 5)
    assert not customs.usual(no("login", value="guessed"))
    assert customs.refused() == {}


def test_what_was_taken_once_and_then_no_more_needs_a_reason() -> None:
    """A server that is stuck refuses all that comes after: the very same was taken."""
    customs = learned(say("start", value="2 + 2"), *[no("start", value="weather")] * 50)
    assert customs.usual(no("start", value="2 + 2"))


def test_only_what_nothing_else_is_in_the_way_of_teaches() -> None:
    many = [say("join", welcome=False)] * 50
    assert not learned(*many).usual(no("join"))


def test_what_was_found_before_counts_at_once() -> None:
    customs = Customs()
    customs.trust(Case((Say(event="join", value={}), Say(event="say", value={}, breaks="type"))))
    assert customs.usual(no("join"))
    assert not customs.usual(no("say"))


def test_once_usual_it_stays_so() -> None:
    customs = learned(*CHAT)
    assert customs.usual(no("join"))
    customs.learn([no("join")] * 100)
    assert customs.usual(no("join"))


def test_what_is_never_taken_is_told() -> None:
    assert learned(*CHAT, *[no("paint")] * 3).refused() == {"paint": 3}


def test_a_refusal_is_thought_of_again_when_more_is_known() -> None:
    customs = Customs()
    unclear = Unclear(customs)
    case = Case((Say(event="join", value="x"),))
    early = Meant(
        session=1, number=1, t=0, event="join", breaks=None, answer="refused", welcome=True, usual=False
    )
    assert unclear.take(case, [early]) is None
    customs.learn([say("join")])
    assert unclear.take(Case(()), []) is None
    customs.learn([say("join")])
    found = unclear.take(Case(()), [])
    assert found is not None
    assert found[0] is case
    assert found[1].usual
    assert unclear.take(Case(()), []) is None  # once


def test_what_is_wrong_is_refused_rightly() -> None:
    customs = learned(*CHAT)
    wrong = Meant(
        session=1, number=1, t=0, event="join", breaks="type", answer="refused", welcome=True, usual=False
    )
    assert Unclear(customs).take(Case(()), [wrong]) is None


def test_who_plays_a_session_again_sees_the_same() -> None:
    steady = Steady()
    assert not steady.usual(no("join", value="x"))
    steady.learn(CHAT)
    assert not steady.usual(no("join", value="x"))
    assert steady.usual(no("join", value="y"))
