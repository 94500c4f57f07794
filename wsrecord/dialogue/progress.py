"""How far the flows of a contract have come: which instances have ended, and how often. It judges nothing."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from wsrecord.contract.flow.automaton import State
from wsrecord.contract.flow.shelf import identity
from wsrecord.contract.flow.spec import Flow, matching
from wsrecord.contract.model import Contract
from wsrecord.wire.frames import Direction

Instance: TypeAlias = tuple[str, tuple[Any, ...]]  # a flow's name, the values of its key


class Progress:
    """The instances of one contract's flows, over all sessions: those of scope `session` apart."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._flows = contract.flows
        self._states: dict[tuple[int | None, str, tuple[Any, ...]], State | None] = {}
        self._ends: dict[tuple[int | None, str, tuple[Any, ...]], int] = {}
        self._opener: dict[tuple[int | None, str, tuple[Any, ...]], Direction] = {}

    def feed(self, session: int, name: str, sender: Direction, keys: Mapping[str, Any]) -> list[Instance]:
        """Take one event; return what ended with it."""
        ended: list[Instance] = []
        for reader in self._flows.readers(name, sender):
            flow = reader.flow
            meant = list(self._meant(session, flow, reader.name, _carried(flow, keys)))
            for key in meant:
                self._opener.setdefault(self._place(session, flow, key), sender)
            ended += ((flow.name, key) for key in meant if self._move(session, flow, key, reader.name))
        return ended

    def uncalled(self, session: int, flow: str, key: tuple[Any, ...]) -> bool:
        """Whether a server began by itself what clients ask for: for others, say. Nobody waits for it."""
        made = self._flows[flow]
        asks = any(one.sender == "client" and self._opens(made, one.name) for one in self._contract.events)
        return asks and self._opener.get(self._place(session, made, key)) == "server"

    def ends(self, session: int, flow: str, key: tuple[Any, ...]) -> int:
        """How often an instance has ended."""
        return self._ends.get(self._place(session, self._flows[flow], key), 0)

    def inside(self, child: Instance, parent: Instance) -> bool:
        """Whether one instance lies in the other, as far as their keys tell."""
        inner, outer = self._flows[child[0]], self._flows[parent[0]]
        if inner.parent is not outer:
            return False
        mine = dict(zip(inner.spec.key, child[1], strict=True))
        return all(
            mine.get(part, value) == value for part, value in zip(outer.spec.key, parent[1], strict=True)
        )

    @staticmethod
    def _opens(flow: Flow, name: str) -> bool:
        automaton = flow.automaton
        return any(automaton.step(automaton.start, form) is not None for form in matching(automaton, name))

    def _meant(
        self, session: int, flow: Flow, name: str, values: Mapping[str, Any]
    ) -> Iterator[tuple[Any, ...]]:
        if len(values) == len(flow.spec.key):
            yield tuple(values.values())
        elif flow.unkeyed[name] == "all":
            where = self._scope(session, flow)
            for (there, other, key), state in list(self._states.items()):
                if (there, other) == (where, flow.name) and state is not None and not state.accepts:
                    parts = dict(zip(flow.spec.key, key, strict=True))
                    if all(parts[part] == value for part, value in values.items()):
                        yield key

    def _move(self, session: int, flow: Flow, key: tuple[Any, ...], name: str) -> bool:
        """Whether an instance ends with this event: it may not have ended before it."""
        place = self._place(session, flow, key)
        automaton = flow.automaton
        if place not in self._states:
            self._states[place] = automaton.start
        state = self._states[place]
        after = None if state is None else automaton.step(state, name)
        done = state is not None and state.accepts
        if after is None and (done or state is None) and flow.spec.reuse:
            after, done = automaton.step(automaton.start, name), False
        if after is None:  # out of order: told by `check`; for waiting, what may end a flow ends it
            ending = name in automaton.endings and not done and state is not None
            if ending and state is not automaton.start:
                self._states[place] = None
                self._ends[place] = self._ends.get(place, 0) + 1
            return ending and state is not automaton.start
        self._states[place] = after
        if after.accepts and not done:
            self._ends[place] = self._ends.get(place, 0) + 1
            return True
        return False

    def _place(
        self, session: int, flow: Flow, key: tuple[Any, ...]
    ) -> tuple[int | None, str, tuple[Any, ...]]:
        return self._scope(session, flow), flow.name, key

    def _scope(self, session: int, flow: Flow) -> int | None:
        return None if flow.spec.scope == "user" else session


def _carried(flow: Flow, keys: Mapping[str, Any]) -> dict[str, Any]:
    """The key's parts that an event carries, in the key's order."""
    said = ((part, identity(keys.get(part))) for part in flow.spec.key)
    return {part: value for part, value in said if value is not None}
