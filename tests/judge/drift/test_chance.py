"""Findings over many runs."""

from wsrecord.judge.codes import Code
from wsrecord.judge.drift.chance import counting, over_runs, share
from wsrecord.judge.finding import Finding, Place


def found(pointer: str = "/a", message: str = "x is gone", code: Code = Code.FIELD_GONE) -> Finding:
    return code.at(Place(cassette="a.wsr", session=1, number=4, event="done", pointer=pointer), message)


def test_one_finding_says_in_how_many_runs_it_came() -> None:
    runs = [[found(message=f"was {n}")] if n < 7 else [] for n in range(20)]
    (one,) = over_runs(runs)
    assert one.message == "was 0 (7 of 20 runs)"
    assert one.extra["runs"] == {"in": [1, 2, 3, 4, 5, 6, 7], "of": 20}
    assert share(one) == 0.35


def test_what_came_in_every_run_says_nothing_more() -> None:
    (one,) = over_runs([[found()], [found()]])
    assert one.message == "x is gone"
    assert share(one) == 1


def test_twice_in_one_run_is_one_run() -> None:
    (one,) = over_runs([[found("/items/0/a"), found("/items/7/a")], []])
    assert one.extra["runs"] == {"in": [1], "of": 2}


def test_other_places_and_codes_are_other_findings() -> None:
    runs = [[found(), found("/b"), found(code=Code.FIELD_NULLABLE)], [found()]]
    assert len(over_runs(runs)) == 3


def test_the_heaviest_speaks_for_all() -> None:
    light = Code.FIELD_GONE.at(found().place, "light", severity="info")
    (one,) = over_runs([[light], [found(message="heavy")]])
    assert (one.severity, one.message) == ("breaking", "heavy")


def test_a_single_run_is_left_as_it_is() -> None:
    both = [found("/items/0/a"), found("/items/7/a")]
    assert over_runs([both]) == both
    assert counting(both) == both


def test_only_what_came_often_enough_counts() -> None:
    told = over_runs([[found(), found("/b")], *([[found()]] * 8), []])
    assert [share(one) for one in told] == [0.9, 0.1]
    assert counting(told) == told
    assert [one.place.pointer for one in counting(told, above=0.1)] == ["/a"]
    assert not counting(told, above=0.9)
