"""One fault, one finding: what is told together, what becomes a remark, and what must stand by itself."""

import pytest

from wsrecord.judge.codes import Code
from wsrecord.judge.drift.blame import SERVER
from wsrecord.judge.drift.echoes import one_by_one
from wsrecord.judge.finding import Finding, Place

BLAMED = {"blame": SERVER}


def schema(event: str, pointer: str, expected: str = "a text", session: int = 1) -> Finding:
    place = Place(session=session, number=3, event=event, pointer=pointer)
    return Code.SCHEMA_INVALID.at(place, f"{event}: {pointer}", expected=expected, contract="c", extra=BLAMED)


def at(code: Code, session: int | None = 1, event: str | None = None, **extra: object) -> Finding:
    return code.at(Place(session=session, event=event), code.slug, extra=extra)


def weights(*findings: Finding) -> list[tuple[str, str]]:
    return [(one.code, one.severity) for one in one_by_one(findings)]


def test_a_change_in_many_events_is_one_finding_that_names_them() -> None:
    (told,) = one_by_one([schema("a", "/x"), schema("a", "/x", session=2), schema("b", "/x")])
    assert told.message == "a: /x (3 times, in 1 other kind of event too)"
    assert (told.extra["events"], told.extra["times"]) == (["a", "b"], 3)


def test_items_of_a_list_are_one_place() -> None:
    (told,) = one_by_one([schema("a", "/items/0/x"), schema("a", "/items/7/x")])
    assert told.message == "a: /items/0/x (2 times)"


def test_two_faults_are_two_findings() -> None:
    faults = [schema("a", "/x"), schema("a", "/y"), schema("b", "/x", expected="a number")]
    assert one_by_one(faults) == faults


def test_what_nobody_is_blamed_for_is_left_as_it_is() -> None:
    faults = [at(Code.FOREIGN_ID, event="a"), at(Code.FOREIGN_ID, event="a")]
    assert one_by_one(faults) == faults


def test_alternatives_that_do_not_fit_follow_from_the_place_that_does_not() -> None:
    whole, place = schema("b", "", "exactly one of 4"), schema("a", "/x")
    assert [one.severity for one in one_by_one([place, schema("b", "/x"), whole])] == ["breaking", "info"]
    assert one_by_one([whole, place]) == [whole, place]  # of another event: nothing explains it


@pytest.mark.parametrize(
    ("cause", "effect"),
    [
        (Code.CLOSE_CODE, Code.CLOSE_CHANGED),
        (Code.ABNORMAL_END, Code.ANSWER_MISSING),
        (Code.SUBPROTOCOL_DIFFERS, Code.HANDSHAKE_CHANGED),
        (Code.WRONG_KIND, Code.KIND_CHANGED),
        (Code.NOT_UTF8, Code.STALLED),
        (Code.GAP_TOO_LONG, Code.NOT_SENT),
    ],
)
def test_what_follows_from_another_is_a_remark_and_refers_to_it(cause: Code, effect: Code) -> None:
    _, remark = one_by_one([at(cause), at(effect)])
    assert (remark.severity, remark.message) == ("info", f"{effect.slug} (see {cause.number})")
    assert weights(at(effect)) == [(effect.number, effect.severity)]


def test_an_end_explains_what_is_missing_in_its_own_session_only() -> None:
    missing = at(Code.ANSWER_MISSING, session=2)
    assert weights(at(Code.ABNORMAL_END, session=1), missing)[1] == (missing.code, "breaking")


def test_a_step_is_explained_by_the_event_that_it_waited_for() -> None:
    held = at(Code.NOT_SENT, None, "cancel", awaited=["started#/run_id"])
    assert weights(schema("started", "/run_id"), held)[1] == (held.code, "info")
    assert weights(schema("pong", "/at"), held)[1] == (held.code, "breaking")


def test_a_run_that_the_replay_waited_for_in_vain_was_not_cut_off_by_it() -> None:
    cut = Code.CUT.at(Place(session=1), "run r1 was cut off before its end", flow="run")
    stall = at(Code.STALLED, None, "ping", flows=["run"], awaited=["the end of run r1"])
    told = one_by_one([cut, stall])
    assert [(one.code, one.severity) for one in told] == [("WS207", "breaking"), ("WS821", "info")]
    assert told[0].message == "run r1 never ended, and the client waited for it"
    assert weights(cut) == [("WS208", "info")]
    assert weights(cut, at(Code.STALLED, None, flows=["tool"]))[0] == ("WS208", "info")
