"""A case that is to be read: its sessions and ids are counted from the first."""

from dataclasses import replace
from typing import Any

from .moves import GIVEN, NEW, Case, Connect, Move, Say, filled


def tidy(case: Case) -> Case:
    """The same case with other numbers."""
    sessions: dict[int, int] = {}
    ids: dict[Any, int] = {}

    def fill(kind: str, what: Any) -> Any:
        if kind == GIVEN:
            return {kind: [*what[:2], *(sessions.setdefault(one, len(sessions)) for one in what[2:])]}
        return {kind: ids.setdefault(what, len(ids) + 1) if kind == NEW else what}

    def renumbered(move: Move) -> Move:
        on = sessions.setdefault(move.on, len(sessions))
        if isinstance(move, Say):
            return replace(move, on=on, value=filled(move.value, fill))
        if isinstance(move, Connect) and move.back is not None:
            return replace(move, on=on, back=sessions.setdefault(move.back, len(sessions)))
        return replace(move, on=on)

    return case.with_moves([renumbered(move) for move in case.moves])
