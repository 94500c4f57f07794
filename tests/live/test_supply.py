"""The cases of a run, as far as its budget of sessions goes."""

from collections.abc import Iterator

from wsrecord.explore.moves import Case, Connect, Say
from wsrecord.live.supply import Supply

ONE = Case((Say(event="say"),))
TWO = Case((Say(event="say"), Connect(on=1)))


def supply(*cases: Case, room: list[int]) -> Supply:
    def given() -> Iterator[Case]:
        yield from cases

    return Supply(given(), lambda: room[0])


def test_no_more_sessions_are_begun_than_there_may_be() -> None:
    room = [3]
    cases = supply(ONE, TWO, ONE, room=room)
    assert cases.draw() is ONE
    assert cases.draw() is TWO
    assert cases.draw() is None
    assert not cases.full  # those under way may come to less
    for case, used in ((ONE, 1), (TWO, 2)):
        room[0] -= used
        cases.done(case)
    assert cases.draw() is None
    assert cases.full
    assert not cases.exhausted


def test_what_did_not_fit_is_not_lost() -> None:
    room = [1]
    cases = supply(ONE, TWO, room=room)
    assert cases.draw() is ONE
    assert cases.draw() is None
    cases.done(ONE)  # it was not let in: that costs nothing
    room[0] = 2
    assert cases.draw() is TWO
    cases.done(TWO)
    assert cases.draw() is None
    assert cases.exhausted


def test_the_first_one_is_played_whatever_it_takes() -> None:
    assert supply(TWO, room=[1]).draw() is TWO


def test_those_that_were_turned_away_come_again() -> None:
    cases = supply(ONE, room=[9])
    cases.draw()
    assert cases.draw() is None
    cases.put_back([ONE])
    assert not cases.exhausted
    assert cases.draw() is ONE
