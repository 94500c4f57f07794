"""What a client has to say first in every session: `connection_init`, `CONNECT`, `initialize`."""

from collections.abc import Sequence
from dataclasses import replace

from wsrecord.contract.model import Contract

from .moves import MESSAGES, Move, Say


def first_word(contract: Contract, events: Sequence[str]) -> str | None:
    """The client's event that a flow of the whole session begins with; None: anything may come first."""
    for flow in contract.flows.all:
        if flow.spec.key or flow.parent is not None:
            continue
        starts = sorted(flow.automaton.allowed(flow.automaton.start))
        if starts and all(_of_client(start, events) for start in starts):
            return starts[0].removeprefix("client:")
    return None


def _of_client(name: str, events: Sequence[str]) -> bool:
    return not name.startswith("server:") and name.removeprefix("client:") in events


def prefaced(moves: Sequence[Move], first: Say) -> list[Move]:
    """The same, with that said before the first message of each session, where it is not."""
    said: set[int] = set()
    found: list[Move] = []
    for move in moves:
        if isinstance(move, MESSAGES) and move.on not in said:
            said.add(move.on)
            if not (isinstance(move, Say) and move.event == first.event):
                found.append(replace(first, on=move.on))
        found.append(move)
    return found
