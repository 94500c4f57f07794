"""Numbers in cases: of two that became one, and of one that is to be read."""

from wsrecord.explore.merged import merged
from wsrecord.explore.moves import Case, Connect, Hear, Say
from wsrecord.explore.tidy import tidy


def test_two_cases_in_one_keep_their_sessions_and_ids_apart() -> None:
    first = Case(
        (Connect(on=1, user=1), Say(on=1, value={"id": {"$new": 1}, "run": {"$given": ["a", "/b", 1]}}))
    )
    second = Case((Say(value={"id": {"$new": 1}}), Connect(on=2, back=0)), "invalid")
    case = merged(first, second)
    assert case.phase == "invalid"
    assert case.moves == (
        Connect(on=4, user=1),
        Say(on=4, value={"id": {"$new": 5001}, "run": {"$given": ["a", "/b", 4]}}),
        *second.moves,
    )


def test_a_case_to_be_read_counts_from_the_first() -> None:
    case = Case(
        (
            Connect(on=4, user=1),
            Say(on=4, value={"id": {"$new": 5001}, "other": {"$new": 90}}),
            Connect(on=7, back=4),
            Hear(on=7, event="pong"),
            Say(on=7, value=[{"$new": 5001}, {"$given": ["a", "/b", 4]}, {"$canary": 3}]),
        )
    )
    assert tidy(case).moves == (
        Connect(on=0, user=1),
        Say(on=0, value={"id": {"$new": 1}, "other": {"$new": 2}}),
        Connect(on=1, back=0),
        Hear(on=1, event="pong"),
        Say(on=1, value=[{"$new": 1}, {"$given": ["a", "/b", 0]}, {"$canary": 3}]),
    )
    assert tidy(tidy(case)) == tidy(case)
