"""Steps that a replay could not do, and what they follow from."""

from judge.drift.stream import base, drifts
from judge.drift.test_compare import each, rename, without

from wsrecord.judge.codes import Code
from wsrecord.judge.drift.drift import Drift
from wsrecord.judge.drift.node import Spot
from wsrecord.judge.drift.steps import Awaited, Step, not_sent, settled, stalled

ASK = Step("start", Spot(1, 2, 0))
HELLO = Awaited("hello", ("user", "id"))


def test_a_stall_names_what_it_waited_for() -> None:
    drift = stalled(ASK, [Awaited("hello"), HELLO], 1_500_000_000)
    assert drift.message == (
        "start waited 1.5 s for hello and hello#/user/id, which never came, and was then sent"
    )
    assert (drift.code, drift.severity) == (Code.STALLED, "breaking")


def test_an_unsent_step_names_the_value() -> None:
    drift = not_sent(ASK, "/token", HELLO)
    assert "its /token is the hello#/user/id of the live session" in drift.message
    assert drift.code is Code.NOT_SENT


def test_a_step_that_nothing_explains_stands_by_itself() -> None:
    step = stalled(ASK, [HELLO], 10**9)
    assert settled([], [step]) == [step]
    others = drifts(base(1), without("report")(base(2)))
    assert settled(others, [step]) == [*others, step]


def test_a_step_held_up_by_a_lost_event_or_field_is_a_remark_on_it() -> None:
    gone = drifts(base(1), without("hello")(base(2)))
    renamed = drifts(base(1), each("hello", rename("user", "person"))(base(2)))
    for found in (gone, renamed):
        *_, step = settled(found, [not_sent(ASK, "/user", HELLO)])
        assert step.severity == "info"
        assert step.message.endswith(f"(see {found[0].code.number} hello)")


def test_what_held_a_step_up_weighs_as_much_as_the_step() -> None:
    close = Drift(code=Code.CLOSE_CHANGED, severity="warning", message="the server closed with 1001")
    cause, step = settled([close], [not_sent(ASK, "/user", HELLO)])
    assert (cause.severity, step.severity) == ("breaking", "info")


def test_another_extension_holds_nothing_up() -> None:
    other = Drift(code=Code.HANDSHAKE_CHANGED, severity="warning", message="no compression now")
    step = stalled(ASK, [HELLO], 10**9)
    assert settled([other], [step]) == [other, step]
