"""Two cases in one: what the one did may be why the other saw what it saw."""

from dataclasses import replace
from typing import Any

from .moves import GIVEN, Case, Connect, Move, Say, filled

_APART = 5_000  # ids of two cases


def merged(first: Case, second: Case) -> Case:
    """All of the first, in sessions of its own, then all of the second."""
    shift = max((move.on for move in second.moves), default=0) + 1
    return second.with_moves([*(_shifted(move, shift) for move in first.moves), *second.moves])


def _shifted(move: Move, by: int) -> Move:
    def fill(kind: str, what: Any) -> Any:
        if kind == GIVEN:
            return {kind: [*what[:2], *(session + by for session in what[2:])]}
        return {kind: what + _APART}

    if isinstance(move, Say):
        return replace(move, on=move.on + by, value=filled(move.value, fill))
    if isinstance(move, Connect) and move.back is not None:
        return replace(move, on=move.on + by, back=move.back + by)
    return replace(move, on=move.on + by)
