"""When a stream is over that has no last word: how long nothing must come before the client goes on.

A gate knows kinds of event, once each. Where the last kind came several times (the pieces of a text, say),
its first is no sign of the end; with a contract the end of a flow is. A step in the middle goes on when as
much has come as was recorded, or when it is quiet; a client that leaves waits until it is quiet.
"""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from wsrecord.dialogue.steps import AnyStep, Close, Connect, Cut, Dialogue, Leave, Occurrence, Say

_LEAST, _TIMES, _MOST = 0.2, 4, 1.0  # seconds; of the longest silence within the stream


@dataclass(frozen=True, slots=True)
class Settling:
    """What a step waits for besides its gates."""

    quiet: float  # seconds without an event
    count: int | None  # as many events do as well; None: they don't


def settling(dialogue: Dialogue) -> dict[int, Settling]:
    """By step, for those that need it."""
    heard: dict[int, list[Occurrence]] = {}
    for one in dialogue.occurrences:
        if one.session is not None and one.sender == "server" and one.is_unit:
            heard.setdefault(one.session, []).append(one)
    last: dict[int, AnyStep] = {}
    found: dict[int, Settling] = {}
    for step in dialogue.steps:
        if step.timer:
            continue
        if isinstance(step, Say | Close | Cut | Leave):
            said = heard.get(step.session, [])
            before = bisect_right(said, last[step.session].at, key=_time) if step.session in last else 0
            window = said[before : bisect_right(said, step.at, key=_time)]
            told = any(gate.why in ("end", "answer") for gate in step.hard)
            if not told and [one.kind for one in window].count(window[-1].kind if window else "") > 1:
                longest = max(later.t - sooner.t for sooner, later in pairwise(window))
                quiet = min(_MOST, max(_LEAST, _TIMES * longest / 1e9))
                found[step.number] = Settling(quiet, len(window) if isinstance(step, Say) else None)
        if isinstance(step, Connect | Say):
            last[step.session] = step
    return found


def _time(one: Occurrence) -> int:
    return one.t
