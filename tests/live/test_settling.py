"""Which steps wait for a stream to come to rest, and how long."""

import pytest
from live.recorded import Recorded

from wsrecord.dialogue.script import script
from wsrecord.dialogue.steps import Close, Leave, Say
from wsrecord.live.settling import Settling, settling


def stream(pieces: int, after: float, last: str | None = None) -> Recorded:
    recorded = Recorded().upgrade().client({"type": "ask"})
    for _ in range(pieces):
        recorded.server({"type": "piece"}, after=after)
    return recorded.server({"type": last}) if last else recorded


@pytest.mark.parametrize(("after", "quiet"), [(0.001, 0.2), (0.1, 0.4), (3.0, 1.0)])
def test_a_stream_whose_last_kind_came_before_is_waited_for(after: float, quiet: float) -> None:
    dialogue = script(stream(5, after).close().recording)
    (closing,) = (step for step in dialogue.steps if isinstance(step, Close))
    found = settling(dialogue)
    assert list(found) == [closing.number]
    assert found[closing.number].count is None
    assert found[closing.number].quiet == pytest.approx(quiet)


def test_a_last_word_of_its_own_is_enough() -> None:
    assert settling(script(stream(5, 0.001, "done").close().recording)) == {}


def test_one_piece_is_no_stream() -> None:
    assert settling(script(stream(1, 0.001).close().recording)) == {}


def test_a_step_in_the_middle_counts_too() -> None:
    dialogue = script(stream(5, 0.001).client({"type": "next"}).close().recording)
    (_, later) = (step for step in dialogue.steps if isinstance(step, Say))
    assert settling(dialogue) == {later.number: Settling(0.2, 5)}


def test_what_came_before_the_last_message_counts_no_more() -> None:
    recorded = stream(5, 0.001).client({"type": "next"}).server({"type": "piece"}).ended("server", "fin")
    dialogue = script(recorded.recording)
    assert not {step.number for step in dialogue.steps if isinstance(step, Leave)} & set(settling(dialogue))
