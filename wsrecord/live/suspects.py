"""Of cases that ran together: which of them may have done what was seen at some moment."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from wsrecord.cassette.model import Ended, Message
from wsrecord.explore.merged import merged
from wsrecord.explore.moves import Case
from wsrecord.judge.finding import Finding
from wsrecord.live.outcome import Acted

_NAME = re.compile(r"[\w-]{8,}")  # an id that nobody else has
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


def with_source(case: Case, finding: Finding, timed: Sequence[Timed]) -> Case:
    """A case that shows an id which the server gave in another one, together with that one."""
    for name in _NAME.findall(finding.instance or ""):
        said = name.encode()
        for one in timed:
            if one.acted.case is not case and any(
                isinstance(record, Message) and record.sender == "server" and said in record.payload
                for record in one.acted.reel.records
            ):
                return merged(one.acted.case, case)
    return case


def _distance(one: Timed, when: float) -> float:
    """How long before the moment its client did something last."""
    done = [one.began]
    done += [
        one.began + record.t / 1e9
        for record in one.acted.reel.records
        if isinstance(record, Message | Ended) and record.sender == "client"
    ]
    return min((abs(when - t) for t in done if t <= when + _SLACK), default=float("inf"))
