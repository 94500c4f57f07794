"""Which findings are one failure: the same code at the same place, whatever the values were."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from wsrecord.judge.finding import Finding
from wsrecord.judge.wrongs import phrase

from . import moves as moving
from .moves import Case, Say

Key = tuple[str, ...]
_NUMBER = re.compile(r"\d+")
_WIRE = "WS909"
# The same fault seen twice: these come first, and say most; those say least, where others say why.
_FIRST = ("WS908", "WS311", "WS909", "WS903", "WS904", "WS905")
_LAST = ("WS907", "WS901", "WS902")


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that goes wrong, and a case that shows it."""

    key: Key
    finding: Finding
    case: Case
    times: tuple[int, int] = (1, 1)  # so many of so many replays showed it; (0, 0): it was not tried again
    shrunk: bool = True
    in_time: bool = True  # shrinking came to its end


def key_of(finding: Finding) -> Key:
    """What tells a failure from others."""
    place, extra = finding.place, finding.extra
    pointer = _NUMBER.sub("*", place.pointer or "")
    more = str(extra.get("breaks") or extra.get("what") or extra.get("rule") or "")
    if (
        finding.code == _WIRE
    ):  # closes with other codes, pings of other sizes: one failure, where the same is due
        return (finding.code, place.event or "", pointer, finding.expected or "", _NUMBER.sub("*", more))
    return (finding.code, place.event or "", pointer, finding.flow or "", more)


def chosen(findings: Sequence[Finding]) -> Finding | None:
    """The finding that a case is shrunk for."""
    return min(findings, key=_rank, default=None)


def outranks(one: Finding, other: Finding) -> bool:
    """Whether one says more of what is wrong than the other, where both are seen at a time."""
    return _rank(one) < min(_rank(other), len(_FIRST))


def _rank(finding: Finding) -> int:
    order = {code: number for number, code in enumerate((*_FIRST, "", *_LAST))}
    return order.get(finding.code, len(_FIRST))


def label(case: Case) -> str:
    """What a case does, in a few words: its last move."""
    for move in reversed(case.moves):
        match move:
            case Say():
                name = move.event or "a message"
                return f"{name}, {phrase(move.breaks)}" if move.breaks is not None else name
            case moving.Raw():
                return move.breaks
            case moving.Close():
                return "a close without a code" if move.code is None else f"a close with {move.code}"
            case moving.Cut():
                return "a reset"
            case moving.HalfClose():
                return "a half-close"
            case moving.Probe():
                return f"a ping of {move.size} bytes"
    return "connecting"


def alike(one: Key, other: Key) -> bool:
    """Whether it is the same failure: what the server did before it broke may differ while it shrinks."""
    if one[0] in ("WS903", "WS904", "WS905", "WS906"):
        return one[0] == other[0]
    return one == other
