"""Dialogues of a client that the flows allow: which event when, what to wait for, whose ids to say.

Only the client's events are chosen; what it must learn first is a slot: a place in its value, and the
server's event where the value for it will stand. Until it is filled, a value of the right form is there.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from wsrecord.contract.model import Contract, Echo, EventKey
from wsrecord.contract.pointer import ABSENT, Pointer, at
from wsrecord.errors import ContractError

from .events import Events
from .facts import identity
from .world import Given, Made, Move, Source, World

_TRIES = 4  # values drawn for one turn, till its new ids are new


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in what the client says, to be filled with what the server gave."""

    pointer: Pointer
    source: Given


@dataclass(frozen=True, slots=True)
class Turn:
    """One event of the client's: what to wait for, and what to say then."""

    event: EventKey
    value: Any
    slots: tuple[Slot, ...] = ()
    awaits: tuple[EventKey, ...] = ()  # the server's events, each after the turn before


@dataclass(frozen=True, slots=True)
class ClientDialogue:
    """What the client says in one session."""

    turns: tuple[Turn, ...]


@dataclass(slots=True)
class _Course:
    """One dialogue while it is drawn."""

    world: World
    turns: list[Turn] = field(default_factory=list)
    ids: dict[Made, Any] = field(default_factory=dict)
    awaits: list[EventKey] = field(default_factory=list)


class Dialogues:
    """Makes a contract's dialogues; ContractError where its client has nothing to say."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._events: dict[EventKey, Events] = {}
        self._carried: dict[EventKey, dict[str, Pointer]] = {}
        self.unserved: dict[EventKey, str] = {}  # events that can't be made, and why
        for key in contract.events:
            if key.sender == "client":
                self._prepare(key)
        if not self._events:
            why = "; ".join(self.unserved.values()) or "the contract names no event of the client's"
            raise ContractError(f"{contract.file}: no dialogue can be made: {why}")

    def strategy(self, most: int = 8) -> SearchStrategy[ClientDialogue]:
        """Dialogues of up to so many turns."""

        @st.composite
        def dialogues(draw: Any) -> ClientDialogue:
            course = _Course(World(self._contract, self._carried))
            for _ in range(draw(st.integers(1, most))):
                if not self._turn(draw, course):
                    break
            return ClientDialogue(tuple(course.turns))

        return dialogues()

    def _prepare(self, key: EventKey) -> None:
        carried: dict[str, Pointer] = {}
        try:
            made = Events(self._contract, key)
            readers = self._contract.flows.readers(key.name, "client")
            for name in dict.fromkeys(part for reader in readers for part in reader.flow.spec.key):
                for pointer in self._contract.keys[name].of(key):
                    if made.has(pointer):
                        carried[name] = pointer
                        break
            if carried:
                made = Events(self._contract, key, needed=tuple(carried.values()))
        except ContractError as error:
            self.unserved[key] = str(error)
            return
        self._events[key] = made
        self._carried[key] = carried

    def _turn(self, draw: Any, course: _Course) -> bool:
        """Add a turn; False if the client has nothing more to say."""
        left = list(self._events)
        number = len(course.turns)
        while left:
            key = left.pop(_below(draw, len(left)))
            move = course.world.say(key, number, lambda count: _below(draw, count))
            if move is not None and (value := self._value(draw, course, key, move)) is not None:
                slots = self._slots(course, key, move.keys)
                course.turns.append(Turn(key, value, slots, (*course.awaits, *move.awaits)))
                heard = None
                if _below(draw, 4):
                    heard = course.world.answer(move.keys, number, lambda count: _below(draw, count))
                course.awaits = [] if heard is None else [heard]
                return True
        return False

    def _value(self, draw: Any, course: _Course, key: EventKey, move: Move) -> Any:
        """What is said: ids that were made before are said again, new ones have never been said."""
        carried = self._carried[key]
        events = self._events[key]
        for _ in range(_TRIES):
            value = deepcopy(draw(events.values()))
            fresh: dict[Made, Any] = {}
            for part, source in move.keys.items():
                if not isinstance(source, Made) or part not in carried:
                    continue
                if source in course.ids:
                    _put(value, carried[part], course.ids[source])
                else:
                    fresh[source] = at(value, carried[part])
            said = {identity(one) for one in course.ids.values()}
            if events.generator.is_right(value) and not any(identity(one) in said for one in fresh.values()):
                course.ids |= fresh
                return value
        return None

    def _slots(self, course: _Course, key: EventKey, keys: Mapping[str, Source]) -> tuple[Slot, ...]:
        found = [
            Slot(self._carried[key][part], source)
            for part, source in keys.items()
            if isinstance(source, Given) and part in self._carried[key]
        ]
        for rule in self._contract.rules:
            if not isinstance(rule, Echo) or rule.target.events is None or key not in rule.target.events:
                continue
            for source in rule.sources:
                for event in source.events or ():
                    if event in course.world.heard:
                        given = Given(event, (source.pointer,), course.world.heard[event])
                        found.append(Slot(rule.target.pointer, given))
        return tuple({slot.pointer: slot for slot in found}.values())


def filled(turn: Turn, heard: Mapping[EventKey, Any]) -> Any:
    """A turn's value with what the server said, by event; what it has not said stays as it is."""
    value = deepcopy(turn.value)
    for slot in turn.slots:
        for pointer in slot.source.pointers:
            found = at(heard.get(slot.source.event, ABSENT), pointer)
            if found is not ABSENT and at(value, slot.pointer) is not ABSENT:
                _put(value, slot.pointer, found)
                break
    return value


def _put(value: Any, pointer: Pointer, new: Any) -> None:
    holder = at(value, pointer[:-1])
    if isinstance(holder, list):
        holder[int(pointer[-1])] = new
    elif isinstance(holder, dict):
        holder[pointer[-1]] = new


def _below(draw: Any, count: int) -> int:
    return int(draw(st.integers(0, count - 1))) if count > 1 else 0
