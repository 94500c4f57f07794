"""How far a run of `fuzz` is."""

from wsrecord.report.fuzz_progress import line, over

REACHED = "transitions 34 of 35, endings 20 of 22, branches 80 of 123, error codes 11 of 18"


def test_what_matters_most_is_left_where_a_terminal_cuts_the_line() -> None:
    said = line(2, 12.4, 60.0, 1_318, REACHED)
    assert said[:79].startswith("2 failures, 12 of 60 s, 1318 dialogues; transitions 34 of 35")


def test_one_is_not_several() -> None:
    assert line(1, 0.6, 3.0, 1, "endings 0 of 2") == "1 failure, 1 of 3 s, 1 dialogue; endings 0 of 2"


def test_what_goes_on_after_the_end_is_no_share_of_the_budget() -> None:
    assert over(1, "3 s are over") == "1 failure; 3 s are over; looking into what was found"
