"""What a session's flows allow next, with keys that nobody has said yet.

A key's value is made by the client, or given by the server in some event to come. The server's side is
imagined: of what the orders allow it, something is taken to be said, and the dialogue goes on from there.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from wsrecord.contract.flow.automaton import State
from wsrecord.contract.flow.spec import Flow, Reader
from wsrecord.contract.model import Contract, EventKey
from wsrecord.contract.pointer import Pointer

_FURTHEST = 6  # server's events that are waited for before one of the client's


@dataclass(frozen=True, slots=True)
class Made:
    """A value that the client made, the `number`th of its key."""

    key: str
    number: int


@dataclass(frozen=True, slots=True)
class Given:
    """A value that the server gives: in which event, where, and after which of the client's turns."""

    event: EventKey
    pointers: tuple[Pointer, ...]  # tried in order
    turn: int  # counted from 0; -1: before the client has said anything


Source: TypeAlias = Made | Given
Choose: TypeAlias = Callable[[int], int]  # one of so many


@dataclass(slots=True, eq=False)
class Going:
    """An instance of a flow, by what its key will be."""

    flow: Flow
    who: tuple[Source, ...]
    state: State


@dataclass(slots=True)
class Move:
    """What a client's event does: its keys, and the server's events that come before it."""

    keys: dict[str, Source] = field(default_factory=dict)
    awaits: list[EventKey] = field(default_factory=list)


class World:
    """One imagined session."""

    def __init__(self, contract: Contract, carried: Mapping[EventKey, Mapping[str, Pointer]]) -> None:
        """`carried`: which keys each of the client's events carries, and where."""
        self._contract = contract
        self._carried = carried
        self._going: list[Going] = []
        self._made: dict[str, int] = {}
        self.heard: dict[EventKey, int] = {}  # the server's events, and after which turn they last came

    def say(self, event: EventKey, turn: int, choose: Choose) -> Move | None:
        """Have the client say an event; None if no flow lets it now."""
        move, chosen = Move(), []
        for reader in self._contract.flows.readers(event.name, "client"):
            absent = [part for part in reader.flow.spec.key if part not in self._carried[event]]
            if absent:
                if reader.flow.unkeyed[reader.name] != "skip":
                    return None
                continue
            found = self._options(reader, move.keys)
            if not found:
                return None
            going = found[choose(len(found))]
            chosen.append((reader, going))
            move.keys |= dict(zip(reader.flow.spec.key, going.who, strict=True))
        self._going += [going for _, going in chosen if going not in self._going]
        for reader, going in chosen:
            for name in self._way(going, reader.name) or ():
                move.awaits.append(self._hear(name, move.keys, turn - 1))
        for reader, going in chosen:
            state = going.flow.automaton.step(going.state, reader.name)
            if state is None:
                return None
            going.state = state
        for part in self._carried[event]:
            move.keys.setdefault(part, self._new(part))
        return move

    def answer(self, keys: Mapping[str, Source], turn: int, choose: Choose) -> EventKey | None:
        """Imagine that the server says something of what it may, to an instance with these keys."""
        names = [
            name
            for going in self._going
            if going.flow.spec.key and all(keys.get(part) == one for part, one in _parts(going))
            for name in going.flow.automaton.allowed(going.state)
            if self._server(name) is not None
        ]
        return self._hear(names[choose(len(names))], dict(keys), turn) if names else None

    def _options(self, reader: Reader, keys: Mapping[str, Source]) -> list[Going]:
        """The instances that may take it, sooner or later, and a new one, if one may begin so."""
        flow = reader.flow
        found = [
            going
            for going in self._going
            if going.flow is flow
            and all(keys.get(part, one) == one for part, one in _parts(going))
            and self._way(going, reader.name) is not None
        ]
        key = flow.spec.key
        new = not found if not key else not any(part in keys for part in key)
        if new and self._has_parent(flow, keys):
            who = tuple(keys.get(part) or self._new(part) for part in key)
            going = Going(flow, who, flow.automaton.start)
            if self._way(going, reader.name) == () or (not key and self._way(going, reader.name)):
                found.append(going)
        return found

    def _has_parent(self, flow: Flow, keys: Mapping[str, Source]) -> bool:
        return flow.parent is None or any(
            going.flow is flow.parent
            and not going.state.accepts
            and all(keys.get(part, one) == one for part, one in _parts(going))
            for going in self._going
        )

    def _way(self, going: Going, name: str) -> tuple[str, ...] | None:
        """The shortest row of the server's events after which the client may say this."""
        automaton = going.flow.automaton
        pending: deque[tuple[State, tuple[str, ...]]] = deque([(going.state, ())])
        seen = {going.state}
        while pending:
            state, way = pending.popleft()
            moves = automaton.moves(state)
            if name in moves:
                return way
            for other in sorted(moves):
                if moves[other] not in seen and len(way) < _FURTHEST and self._server(other) is not None:
                    seen.add(moves[other])
                    pending.append((moves[other], (*way, other)))
        return None

    def _hear(self, name: str, keys: dict[str, Source], turn: int) -> EventKey:
        """Have all flows take an event of the server's; what it gives is a source from now on."""
        event = self._server(name)
        assert event is not None
        self.heard[event] = turn
        for reader in self._contract.flows.readers(event.name, "server"):
            key = reader.flow.spec.key
            for part in key:
                pointers = self._contract.keys[part].of(event) if part in self._contract.keys else ()
                if part not in keys and pointers:
                    keys[part] = Given(event, pointers, turn)
            if any(part not in keys for part in key):
                continue
            who = tuple(keys[part] for part in key)
            self._take(reader, who)
        return event

    def _take(self, reader: Reader, who: tuple[Source, ...]) -> None:
        automaton = reader.flow.automaton
        for going in self._going:
            if going.flow is reader.flow and going.who == who:
                going.state = automaton.step(going.state, reader.name) or going.state
                return
        state = automaton.step(automaton.start, reader.name)
        if state is not None:
            self._going.append(Going(reader.flow, who, state))

    def _server(self, name: str) -> EventKey | None:
        """The server's event that a name in an order means."""
        event = EventKey("server", name.removeprefix("server:"))
        return event if event in self._contract.events and not name.startswith("client:") else None

    def _new(self, part: str) -> Made:
        number = self._made[part] = self._made.get(part, -1) + 1
        return Made(part, number)


def _parts(going: Going) -> Sequence[tuple[str, Source]]:
    return list(zip(going.flow.spec.key, going.who, strict=True))
