"""Which of cases that ran together may have done it."""

from wsrecord.cassette.model import Message, Opcode
from wsrecord.explore.merged import merged
from wsrecord.explore.moves import Case, Connect, Probe
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Place
from wsrecord.live.outcome import Acted
from wsrecord.live.reel import Reel
from wsrecord.live.suspects import Timed, suspects, with_source
from wsrecord.wire.frames import Direction

SECOND = 1_000_000_000


def timed(name: int, began: float, over: float, *said: tuple[float, Direction, bytes]) -> Timed:
    reel = Reel({}, lambda: 0)
    for t, sender, payload in said:
        reel.records.append(
            Message(t=int(t * SECOND), session=1, sender=sender, opcode=Opcode.TEXT, payload=payload)
        )
    case = Case((Connect(user=name), Probe(size=name)))
    acted = Acted(case, reel, (), tainted=frozenset(), rough=frozenset())
    return Timed(began, over, acted)


def test_whose_client_did_something_just_then_comes_first() -> None:
    early = timed(1, 10.0, 12.0, (0.1, "client", b"x"))
    just = timed(2, 10.5, 12.0, (0.5, "client", b"x"))
    late = timed(3, 11.5, 12.0)
    assert suspects([early, late, just], 11.05) == [just.acted.case, early.acted.case]


def test_an_id_that_another_case_was_given_brings_that_case_along() -> None:
    mine = timed(1, 0, 1, (0.1, "server", b'{"run_id": "run-of-grace"}'))
    hers = timed(2, 0, 1, (0.1, "server", b'{"run_id": "run-of-grace"}'))
    asked = timed(3, 0, 1, (0.1, "client", b'{"run_id": "run-of-grace"}'))
    found = Code.NOT_STARTED.at(Place(cassette="live"), "", instance="run run-of-grace")
    case = mine.acted.case
    assert with_source(case, found, [mine, asked, hers]) == merged(hers.acted.case, case)
    assert with_source(case, found, [mine, asked]) is case


def test_a_short_id_may_be_anybody_s() -> None:
    mine, hers = (timed(number, 0, 1, (0.1, "server", b'{"run": 7}')) for number in (1, 2))
    found = Code.NOT_STARTED.at(Place(cassette="live"), "", instance="run 7")
    assert with_source(mine.acted.case, found, [mine, hers]) is mine.acted.case
