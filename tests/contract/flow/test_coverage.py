from contract.flow.oracle import by_the_oracle, expressions
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.contract.flow.automaton import Automaton
from wsrecord.contract.flow.coverage import Coverage, covered
from wsrecord.contract.flow.words import chance_word

RUN = Automaton("started (thinking | fallback)* (completed report? | cancelled | error)")


def test_a_session_covers_the_places_it_read_and_its_end():
    seen = covered(RUN, ["started", "thinking", "completed"])
    assert [place.label for place in seen.unread(RUN)] == ["fallback", "report", "cancelled", "error"]
    assert seen.unended(RUN) == ("cancelled", "error", "report")
    assert seen.summary(RUN) == (
        "3 of 7 places read, 1 of 4 endings seen; "
        "never read: fallback, report, cancelled, error; never last: cancelled, error, report"
    )


def test_sessions_add_up_to_everything():
    traces = [
        "started fallback error",
        "started thinking cancelled",
        "started completed report",
        "started completed",
    ]
    total = Coverage()
    for trace in traces:
        total |= covered(RUN, trace.split())
    assert total.summary(RUN) == "7 of 7 places read, 4 of 4 endings seen"


def test_what_has_not_ended_covers_no_ending():
    assert covered(RUN, ["started"]) == Coverage(frozenset({0}))


def test_an_event_that_may_not_come_covers_nothing_from_there_on():
    assert covered(RUN, ["started", "completed", "thinking"]) == Coverage(frozenset({0, 3}))


@by_the_oracle
@given(expressions(), st.lists(st.randoms(use_true_random=False), max_size=5))
def test_coverage_grows_with_each_word_and_never_past_the_text(expression, chances):
    automaton = Automaton(expression)
    total = Coverage()
    for chance in chances:
        word = chance_word(automaton, chance.choice, 8)
        one = covered(automaton, word)
        assert {automaton.places[number].name for number in one.places} == set(word)
        assert one.endings == frozenset(word[-1:])
        assert total | one | one == one | total
        total |= one
    read, unread = len(total.places), len(total.unread(automaton))
    assert read + unread == len(automaton.places)
    assert len(total.endings) + len(total.unended(automaton)) == len(automaton.endings)
