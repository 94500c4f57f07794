"""How long is waited for an answer that may not come, by how long those took that came."""

from wsrecord.explore.moves import Case
from wsrecord.judge.fuzz import Answer, Meant
from wsrecord.live.outcome import Acted
from wsrecord.live.pace import Pace
from wsrecord.live.reel import Reel


def acted(*waits: float, answer: Answer = "answered") -> Acted:
    facts = tuple(
        Meant(session=1, number=n, t=0, event="say", breaks=None, answer=answer, waited=one)
        for n, one in enumerate(waits)
    )
    return Acted(Case(()), Reel({}, lambda: 0), facts, frozenset(), frozenset())


def test_nothing_is_known_before_the_first_answer() -> None:
    pace = Pace()
    pace.see(acted(2.4, answer="none"))
    assert pace.enough is None


def test_a_quick_server_still_gets_a_moment() -> None:
    pace = Pace()
    pace.see(acted(0.001, 0.002))
    assert pace.enough == 0.4


def test_a_slow_one_gets_several_times_what_its_slowest_answer_took() -> None:
    pace = Pace()
    pace.see(acted(0.01, 0.3))
    pace.see(acted(0.02))
    assert pace.enough == 1.5


def test_refusals_are_answers() -> None:
    pace = Pace()
    pace.see(acted(0.2, answer="refused"))
    assert pace.enough == 1.0


def test_among_others_the_usual_one_counts_and_not_the_one_that_waited_for_them() -> None:
    pace = Pace()
    pace.see_among_others(acted(0.1, 0.1, 0.1, 2.0))
    assert pace.enough == 0.5
