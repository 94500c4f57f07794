"""Times, counts, colours."""

from wsrecord.report import words


def test_a_time_is_told_to_the_microsecond() -> None:
    assert words.seconds(61_000_002_999) == "61.000002"


def test_one_is_not_many() -> None:
    assert [words.count(number, "event") for number in (0, 1, 2)] == ["0 events", "1 event", "2 events"]


def test_colour_ends_where_it_began() -> None:
    assert words.paint("a", "31;1") == "\x1b[31;1ma\x1b[0m"
