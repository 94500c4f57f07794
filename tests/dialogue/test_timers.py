"""What comes by the clock, and what only looks like it."""

import pytest

from wsrecord.cassette.model import Opcode
from wsrecord.dialogue.timers import Beat, of_control, rows, said

SECOND = 10**9


def beats(times, name="note", words=""):
    return [Beat(round(time * SECOND), name, words) for time in times]


@pytest.mark.parametrize(
    ("row", "regular"),
    [
        (beats([1, 2, 3, 4.05]), True),
        (beats([1, 2, 3]), False),  # too few for something without a heartbeat's name
        (beats([1, 2, 3], "heartbeat"), True),
        (beats([1, 2], "ping"), False),
        (beats([1, 2, 4, 8]), False),
        (beats([0.1, 0.2, 0.3, 0.4]), False),  # a quick client is regular too
        (beats([0.1, 0.3, 0.5], "keep-alive"), True),
        ([of_control(n * SECOND, Opcode.PING) for n in range(1, 4)], True),
    ],
)
def test_rows(row, regular):
    assert rows(row) == ([list(range(len(row)))] if regular else [])


def test_rows_are_told_apart_by_what_they_say():
    mixed = [beat for pair in zip(beats([1, 2, 3, 4], words="a"), beats([1.1, 2.1, 3.1, 4.1], words="b"),
                                  strict=True) for beat in pair]  # fmt: skip
    assert rows(mixed) == [[0, 2, 4, 6], [1, 3, 5, 7]]


def test_numbers_and_ids_make_no_difference():
    assert said({"op": "beat", "n": 7}) == said({"op": "beat", "n": 8})
    assert said({"id": "66fa9116-179b-4aec-8f7b-1b70d15b643a"}) == said({"id": "call_abc123XYZ789"})
    assert said({"op": "beat"}) != said({"op": "ask"})
