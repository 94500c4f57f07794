"""How far the flows of a contract have come: which instances have ended, and how often. It judges nothing."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from wsrecord.contract.flow.automaton import State
from wsrecord.contract.flow.shelf import identity
from wsrecord.contract.flow.spec import Flow, matching
from wsrecord.contract.model import Contract
from wsrecord.errors import ContractError
from wsrecord.wire.frames import Direction

Instance: TypeAlias = tuple[str, tuple[Any, ...]]  # a flow's name, the values of its key
_Place: TypeAlias = tuple[int | None, str, tuple[Any, ...]]  # an instance, and its session

_MOST_LOOKED_AT = 500  # states


class Progress:
    """The instances of one contract's flows, over all sessions: those of scope `session` apart."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._flows = contract.flows
        self._states: dict[_Place, State | None] = {}
        self._ends: dict[_Place, int] = {}
        self._lost: set[_Place] = set()  # the server broke their order
        self._reach: dict[tuple[str, str, State], bool] = {}
        self._opener: dict[_Place, Direction] = {}

    def feed(self, session: int, name: str, sender: Direction, keys: Mapping[str, Any]) -> list[Instance]:
        """Take one event; return what ended with it."""
        ended: list[Instance] = []
        begun: list[_Place] = []
        for reader in self._flows.readers(name, sender):
            flow = reader.flow
            meant = list(self._meant(session, flow, reader.name, carried(flow, keys)))
            for key in meant:
                place = self._place(session, flow, key)
                if place not in self._opener:
                    self._opener[place] = sender
                    begun.append(place)
            for key in meant:
                if sender == "server" and not self._moves(session, flow, key, reader.name):
                    self._lost.add(self._place(session, flow, key))
                if self._move(session, flow, key, reader.name):
                    ended.append((flow.name, key))
        answered = (self._opener[self._place(session, self._flows[one], key)] for one, key in ended)
        if "client" in answered:  # what an answer begins is what was asked for
            self._opener.update(dict.fromkeys(begun, "client"))
        return ended

    def uncalled(self, session: int, flow: str, key: tuple[Any, ...]) -> bool:
        """Whether a server began by itself what clients ask for: for others, say. Nobody waits for it."""
        made = self._flows[flow]
        asks = any(one.sender == "client" and self._opens(made, one.name) for one in self._contract.events)
        if asks and self._opener.get(self._place(session, made, key)) == "server":
            return True
        outer = self._outer(made, key)
        return outer is not None and self.uncalled(session, *outer)

    def needless(self, session: int, flow: str, key: tuple[Any, ...]) -> bool:
        """Whether an instance has not begun, and what it would lie in is at an end: then it need not come."""
        begun = self._place(session, self._flows[flow], key) in self._opener
        return not begun and self._around(session, flow, key) == "ended"

    def amid(self, session: int, flow: str, key: tuple[Any, ...]) -> bool:
        """Whether what an instance lies in goes on."""
        return self._around(session, flow, key) == "open"

    def _around(self, session: int, flow: str, key: tuple[Any, ...]) -> str | None:
        """How the next instance around one stands that anything is known of."""
        outer = self._outer(self._flows[flow], key)
        while outer is not None:
            made = self._flows[outer[0]]
            place = self._place(session, made, outer[1])
            if place in self._states:
                state = self._states[place]
                return "ended" if state is None or state.accepts else "open"
            outer = self._outer(made, outer[1])
        return None

    def ends(self, session: int, flow: str, key: tuple[Any, ...]) -> int:
        """How often an instance has ended."""
        return self._ends.get(self._place(session, self._flows[flow], key), 0)

    def allows(self, session: int, instance: Instance, name: str) -> bool:
        """Whether an event may come now, as far as is known."""
        flow = self._flows[instance[0]]
        return self._moves(session, flow, instance[1], name)

    def bars(self, session: int, instance: Instance, name: str) -> bool:
        """Whether an event may not come yet; not where it never may again, or an order was broken."""
        flow = self._flows[instance[0]]
        place = self._place(session, flow, instance[1])
        state = self._states.get(place, flow.automaton.start)
        if state is None or place in self._lost or self._moves(session, flow, instance[1], name):
            return False
        known = flow.name, name, state
        if known not in self._reach:
            self._reach[known] = _reaches(flow, state, name)
        return self._reach[known]

    def _moves(self, session: int, flow: Flow, key: tuple[Any, ...], name: str) -> bool:
        automaton = flow.automaton
        state = self._states.get(self._place(session, flow, key), automaton.start)
        if state is not None and automaton.step(state, name) is not None:
            return True
        anew = flow.spec.reuse and (state is None or state.accepts)
        return anew and automaton.step(automaton.start, name) is not None

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
    def _outer(flow: Flow, key: tuple[Any, ...]) -> Instance | None:
        """The instance in which one lies, where its key tells that."""
        outer, mine = flow.parent, dict(zip(flow.spec.key, key, strict=True))
        if outer is None or not mine.keys() >= set(outer.spec.key):
            return None
        return outer.name, tuple(mine[part] for part in outer.spec.key)

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

    def _place(self, session: int, flow: Flow, key: tuple[Any, ...]) -> _Place:
        return self._scope(session, flow), flow.name, key

    def _scope(self, session: int, flow: Flow) -> int | None:
        return None if flow.spec.scope == "user" else session


def _reaches(flow: Flow, state: State, name: str) -> bool:
    """Whether an event may come at some later time; where that is too much to look at, it may."""
    seen = {state}
    queue = [state]
    try:
        for one in queue:
            moves = flow.automaton.moves(one)
            if name in moves or len(seen) > _MOST_LOOKED_AT:
                return True
            new = [*moves.values()] + [flow.automaton.start] * (flow.spec.reuse and one.accepts)
            queue += (target for target in dict.fromkeys(new) if target not in seen)
            seen.update(new)
    except ContractError:
        return True
    return False


def carried(flow: Flow, keys: Mapping[str, Any]) -> dict[str, Any]:
    """The key's parts that an event carries, in the key's order."""
    said = ((part, identity(keys.get(part))) for part in flow.spec.key)
    return {part: value for part, value in said if value is not None}
