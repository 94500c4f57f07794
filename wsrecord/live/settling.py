"""When a stream is over that has no last word: how long nothing must come before a client leaves.

A gate knows kinds of event, once each. Where the last kind came several times (the pieces of a text, say),
its first is no sign of the end; with a contract the end of a flow is.
"""

from itertools import pairwise

from wsrecord.dialogue.steps import AnyStep, Close, Cut, Dialogue, Leave

_LEAST, _MOST = 0.02, 1.0


def settling(dialogue: Dialogue) -> dict[int, float]:
    """By step, for those that end a session: seconds without an event that are waited for."""
    found: dict[int, float] = {}
    for step in dialogue.steps:
        if isinstance(step, Close | Cut | Leave) and not any(gate.why == "end" for gate in step.hard):
            seconds = _of(dialogue, step)
            if seconds:
                found[step.number] = seconds
    return found


def _of(dialogue: Dialogue, step: Close | Cut | Leave) -> float:
    said: list[AnyStep] = [one for one in dialogue.of(step.session) if one is not step and not one.timer]
    last = said[-1].at if said else 0
    tail = [
        one
        for one in dialogue.occurrences
        if one.session == step.session and one.sender == "server" and one.is_unit and last < one.t <= step.at
    ]
    kinds = [one.kind for one in tail]
    if not kinds or kinds.count(kinds[-1]) < 2:
        return 0.0
    longest = max(later.t - sooner.t for sooner, later in pairwise(tail))
    return min(_MOST, max(_LEAST, 2 * longest / 1e9))
