"""What a run of `wsrecord fuzz` says of itself in the end."""

from collections import Counter
from pathlib import Path

from wsrecord.cli.fuzz_report import named, summary, unclean
from wsrecord.errors import Exit
from wsrecord.explore.failure import Failure, key_of
from wsrecord.explore.moves import Case
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Place
from wsrecord.live.exploration import Explored
from wsrecord.report.report import Report

FOLDER = Path("failures")


def failure(event: str, times: tuple[int, int]) -> Failure:
    finding = Code.UNANSWERED.at(Place(event=event), f"{event} was never answered")
    return Failure(key_of(finding), finding, Case(()), times)


def lines(done: Explored) -> list[str]:
    return summary(done, FOLDER).splitlines()


def test_one_of_each_is_not_several() -> None:
    one = Explored(cases=Counter(valid=1), sessions=1, messages=1, seconds=1.2, stopped="interrupted")
    one.mended = one.untried = one.unkept = 1
    one.why_unkept = "the disk is full"
    one.more.update(WS901=1)
    assert lines(one) == [
        "1 dialogue (valid 1), 1 session, 1 message in 1 s; interrupted",
        "1 failure of the database did not come again, and was taken out of it",
        "1 more failure was not looked into: there were others with its code",
        "1 failure was seen at the end, and not tried again",
        "1 failure was found that could not be kept in failures: the disk is full",
    ]


def test_several_of_each() -> None:
    some = Explored(cases=Counter(valid=2, wire=1), sessions=3, messages=4, seconds=2, stopped="interrupted")
    some.mended = some.untried = some.unkept = 2
    some.more.update(WS901=1, WS902=1)
    assert lines(some) == [
        "3 dialogues (valid 2, wire 1), 3 sessions, 4 messages in 2 s; interrupted",
        "2 failures of the database did not come again, and were taken out of it",
        "2 more failures were not looked into: there were others with their codes",
        "2 failures were seen at the end, and not tried again",
        "2 failures were found that could not be kept in failures: ",
    ]


def test_what_did_not_come_again_is_named_with_its_replays() -> None:
    done = Explored(discarded=[failure("ping", (1, 3))])
    assert lines(done)[1:] == ["1 failure did not come again when it was tried alone: WS901 ping (1 of 3)"]


def test_one_that_was_tried_several_times_is_one() -> None:
    done = Explored(discarded=[failure("ping", (1, 3)), failure("ping", (0, 3)), failure("ask", (0, 3))])
    head = "2 failures did not come again when they were tried alone: "
    assert lines(done)[1:] == [f"{head}WS901 ping (1 of 6); WS901 ask (0 of 3)"]


def test_one_that_another_dialogue_showed_is_told_by_that() -> None:
    found = failure("ping", (2, 3))
    assert lines(Explored(failures=[found], discarded=[failure("ping", (1, 3))]))[1:] == []


def test_six_are_named() -> None:
    done = Explored(discarded=[failure(f"event_{letter}", (0, 3)) for letter in "abcdefgh"])
    (said,) = lines(done)[1:]
    assert said.startswith("8 failures did not come again when they were tried alone: WS901 event_a (0 of 3)")
    assert said.endswith("WS901 event_f (0 of 3); 2 more")


def test_a_failure_has_a_short_name() -> None:
    at = Place(event="now", pointer="/re")
    found = [
        Code.SCHEMA_INVALID.at(at, "x"),
        Code.UNANSWERED.at(Place(event="time"), "x", extra={"breaks": "type at /id"}),
        Code.UNANSWERED.at(Place(event="time"), "x", extra={"breaks": None}),
        Code.SERVER_BROKE.at(Place(), "x", extra={"what": "a ping of 0 bytes"}),
        Code.OUT_OF_ORDER.at(Place(), "x", flow="run"),
        Code.SERVER_BROKE.at(Place(), "x", extra={"what": "\x1b[31m"}),
    ]
    assert [named(Failure(("",), one, Case(()))) for one in found] == [
        "WS101 now#/re",
        "WS901 time, which breaks type at /id",
        "WS901 time",
        "WS903 a ping of 0 bytes",
        "WS202 run",
        "WS903 ␛[31m",
    ]


def test_who_was_turned_away_is_told() -> None:
    done = Explored(
        cases=Counter(valid=7), stopped="interrupted", turned_away=Counter({"503": 2, "a close": 1})
    )
    assert lines(done)[1] == "3 of 10 dialogues were turned away (503): a lower --concurrency may help"
    done.at_once = 4
    assert lines(done)[1].endswith("(503): 4 at once in the end, as with --concurrency 4")


def test_what_was_never_taken_is_told() -> None:
    done = Explored(stopped="interrupted", refused={"say": 40, "put": 1})
    assert lines(done)[1:] == [
        "say is right, and was refused each of 40 times: what has to come before it?",
        "put is right, and was refused the only time: what has to come before it?",
    ]


def test_what_only_haste_shows_is_told() -> None:
    done = Explored(stopped="interrupted", hasty=[failure("ping", (2, 2))])
    assert lines(done)[1] == (
        "1 failure was not seen where the same was said slowly, and no finding: WS901 ping"
    )


def test_what_was_not_tried_again_is_no_clean_run() -> None:
    assert Report(findings=()).exit_code == Exit.CLEAN
    untried = Report(findings=(), untried=2)
    assert untried.exit_code == Exit.FINDINGS
    assert unclean(untried) == (
        "this is not clean: 2 failures were seen, and there was no time to try them again: "
        "give more --seconds"
    )
    assert unclean(Report(findings=())) is None
