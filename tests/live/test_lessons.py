"""What a run learns from cases, as they were acted out."""

from itertools import count
from pathlib import Path

from explore.shop import shop

from wsrecord.cassette.model import Message, Opcode, Request, Response
from wsrecord.explore.frontier import Frontier
from wsrecord.explore.moves import Case, Say
from wsrecord.judge.fuzz import Broke, Fact, Meant
from wsrecord.live.lessons import Lessons
from wsrecord.live.outcome import Acted
from wsrecord.live.reel import Reel

ASKED = (b'{"type": "time", "id": "a"}', b'{"type": "now", "re": "a"}')
ANSWER = Meant(session=1, number=1, t=0, event="time", breaks=None, answer="answered", by="now")


def acted(*facts: Fact, said: tuple[bytes, bytes] = ASKED) -> Acted:
    """A case in which a client said one thing and heard another."""
    clock = count()
    reel = Reel({}, lambda: next(clock))
    number = reel.track(tls=False).number
    place = {"t": 0, "began": 0, "connection": number, "exchange": 1, "session": 1}
    reel.records.append(Request(method="GET", path="/", headers=(), **place))
    reel.records.append(Response(status=101, reason="", headers=(), **place))
    for sender, payload in zip(("client", "server"), said, strict=True):
        reel.records.append(
            Message(t=next(clock), session=1, sender=sender, opcode=Opcode.TEXT, payload=payload)
        )
    reel.sessions, reel.messages = 1, 2
    return Acted(Case((Say(event="time"),)), reel, facts, frozenset(), frozenset())


def test_a_case_is_judged_and_what_it_reached_first_is_kept(tmp_path: Path) -> None:
    frontier = Frontier()
    lessons = Lessons(shop(tmp_path), frozenset({"error"}), frontier)
    assert lessons.judged(acted(ANSWER)) == []
    assert len(frontier.entries) == 1
    assert lessons.judged(acted(ANSWER)) == []
    assert len(frontier.entries) == 1
    wrong = acted(ANSWER, said=(ASKED[0], b'{"type": "now", "re": 5}'))
    assert [one.code for one in lessons.judged(wrong)] == ["WS101"]


def test_nothing_grows_from_a_server_that_broke_or_was_silent(tmp_path: Path) -> None:
    silent = Meant(session=1, number=1, t=0, event="time", breaks=None, answer="none")
    for fact in (silent, Broke(session=1, t=0, after="time", how="a reset")):
        frontier = Frontier()
        Lessons(shop(tmp_path), frozenset(), frontier).judged(acted(fact))
        assert frontier.finds == 1
        assert frontier.entries == []


def test_time_without_anything_new_adds_up_until_something_is(tmp_path: Path) -> None:
    lessons = Lessons(shop(tmp_path), frozenset(), Frontier())
    lessons.spent(2)
    lessons.spent(3)
    assert lessons.stale == 5
    lessons.judged(acted(ANSWER))
    lessons.spent(4)
    assert lessons.stale == 0
    lessons.judged(acted(ANSWER))
    lessons.spent(1.5)
    assert lessons.stale == 1.5
