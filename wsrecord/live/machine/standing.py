"""Where the flows of a live session stand, and whom of theirs one of the client's events can be for.

What the judges need is told by `contract/flow/instances.py`. Here it is asked whether an event may be said
now, may be said after some more of the server's, or may have been said before: then it comes late, as it
does when two messages cross on the wire.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from wsrecord.contract.classify import Event
from wsrecord.contract.flow.automaton import State
from wsrecord.contract.flow.spec import Flow, Reader
from wsrecord.contract.model import Contract, EventKey

Who: TypeAlias = tuple[Any, ...]  # the values of a flow's key, in its order
_FURTHEST = 6  # server's events that are waited for before one of the client's


@dataclass(slots=True)
class Options:
    """Instances that an event can be for, the newest first."""

    live: list[Who] = field(default_factory=list)
    late: list[Who] = field(default_factory=list)  # that could have taken it, and are over that
    begins: bool = False  # a new one may begin with it


class Standing:
    """One session's."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._states: dict[Flow, dict[Who, State]] = {flow: {} for flow in contract.flows.all}

    def take(self, event: Event) -> None:
        """Have all flows take an event of either side."""
        for reader in self._contract.flows.readers(event.name, event.sender):
            flow, states = reader.flow, self._states[reader.flow]
            key = flow.spec.key
            if all(part in event.keys for part in key):
                self._step(reader, tuple(event.keys[part] for part in key))
            elif flow.unkeyed[reader.name] == "all":
                for who in [one for one in states if agrees(flow, one, event.keys)]:
                    self._step(reader, who)

    def options(self, reader: Reader, keys: Mapping[str, Any]) -> Options:
        """Whom an event of the client's can be for that carries these values."""
        flow, automaton = reader.flow, reader.flow.automaton
        found = Options(begins=automaton.step(automaton.start, reader.name) is not None)
        for who, state in reversed(self._states[flow].items()):
            if not agrees(flow, who, keys):
                continue
            if reader.name in automaton.moves(state):
                (found.live if self._inside(flow, who) else found.late).append(who)
            elif not self._early(flow, state, reader.name):
                found.late.append(who)
        if found.begins:
            found.late.clear()  # what begins anew need not come late
            if not flow.spec.key and self._states[flow]:
                found.begins = False  # there is one for each session
        if not flow.spec.key:
            found.late.clear()
        return found

    def parents(self, flow: Flow, keys: Mapping[str, Any]) -> Sequence[Who]:
        """The open instances that one of this flow can begin inside of, the newest first."""
        assert flow.parent is not None
        return [
            who
            for who, state in reversed(self._states[flow.parent].items())
            if not state.accepts and agrees(flow.parent, who, keys)
        ]

    def _step(self, reader: Reader, who: Who) -> None:
        states, automaton = self._states[reader.flow], reader.flow.automaton
        state = automaton.step(states.get(who, automaton.start), reader.name)
        if state is None and reader.flow.spec.reuse:
            state = automaton.step(automaton.start, reader.name)
        if state is not None:
            states[who] = state

    def _inside(self, flow: Flow, who: Who) -> bool:
        """Whether what it is inside of, if it is inside of anything, goes on."""
        return flow.parent is None or bool(self.parents(flow, dict(zip(flow.spec.key, who, strict=True))))

    def _early(self, flow: Flow, state: State, name: str) -> bool:
        """Whether it may be said after some more of the server's events."""
        automaton = flow.automaton
        pending, seen = deque([(state, 0)]), {state}
        while pending:
            state, far = pending.popleft()
            moves = automaton.moves(state)
            if name in moves:
                return True
            for other in sorted(moves):
                if moves[other] not in seen and far < _FURTHEST and servers(self._contract, other):
                    seen.add(moves[other])
                    pending.append((moves[other], far + 1))
        return False


def agrees(flow: Flow, who: Who, keys: Mapping[str, Any]) -> bool:
    """Whether an instance has these values, as far as they are of its key."""
    return all(keys.get(part, one) == one for part, one in zip(flow.spec.key, who, strict=True))


def servers(contract: Contract, name: str) -> bool:
    """Whether a name in an order can mean an event of the server's."""
    return not name.startswith("client:") and (
        EventKey("server", name.removeprefix("server:")) in contract.events
    )
