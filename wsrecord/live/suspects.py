"""Of cases that ran together: which of them may have done what was seen at some moment."""

from collections.abc import Sequence
from dataclasses import dataclass

from wsrecord.cassette.model import Ended, Message
from wsrecord.explore.moves import Case
from wsrecord.live.outcome import Acted

_SLACK = 0.15  # seconds between what is done and what is seen of it


@dataclass(frozen=True, slots=True)
class Timed:
    """A case as it was acted out, and when."""

    began: float
    over: float
    acted: Acted


def suspects(timed: Sequence[Timed], when: float) -> list[Case]:
    """Those that had begun by then; first whose client did something at about that moment."""
    near = [one for one in timed if one.began <= when + _SLACK]
    return [one.acted.case for one in sorted(near, key=lambda one: _distance(one, when))]


def _distance(one: Timed, when: float) -> float:
    """How long before the moment its client did something last."""
    done = [one.began]
    done += [
        one.began + record.t / 1e9
        for record in one.acted.reel.records
        if isinstance(record, Message | Ended) and record.sender == "client"
    ]
    return min((abs(when - t) for t in done if t <= when + _SLACK), default=float("inf"))
