"""What a machine's client can say: drawn values, with holes for what only a live session knows."""

import secrets
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from wsrecord.codec.unit import Unit
from wsrecord.contract.flow.spec import Reader
from wsrecord.contract.model import Contract, Echo, EventKey
from wsrecord.contract.pointer import ABSENT, Pointer, at, parse, rule_at, written
from wsrecord.errors import ContractError, UsageError
from wsrecord.explore import roles
from wsrecord.explore.refusals import usual_refusals
from wsrecord.explore.vocabulary import put
from wsrecord.generate.broken import Broken
from wsrecord.generate.events import Events
from wsrecord.judge.shown import Shown
from wsrecord.live.customs import Steady

from .causes import causes, openers


class Hole:
    """A place in a drawn value that is filled when it is said; it reads as what will stand there."""

    __slots__ = ("_text", "drawn")

    def __init__(self, text: str, drawn: Any) -> None:
        self._text = text
        self.drawn = drawn  # what Hypothesis had there

    def __repr__(self) -> str:
        return f"<{self._text}>"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value that breaks one rule, and which."""

    value: Any
    breaks: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for what the server said: in this event, at the first of these pointers that has something."""

    event: EventKey
    pointers: tuple[Pointer, ...]


@dataclass(slots=True)
class Term:
    """One event of the client's."""

    key: EventKey
    events: Events
    carried: Mapping[str, Pointer]  # the parts of flows' keys, and where they stand
    readers: Sequence[Reader]  # the flows that have a say in when it is said
    made: Collection[Pointer]  # ids that the client makes up
    slots: Mapping[Pointer, Slot]
    answered: bool  # whether the contract says that something follows
    after: Collection[str]  # events of the client's, one of which has to be said first; empty: none
    given: bool = field(init=False)  # whether the server has to say something first

    def __post_init__(self) -> None:
        self.given = bool(self.slots) or not all(map(_begins, self.readers))

    @property
    def _begun(self) -> set[str]:
        """The parts of keys that are new where it begins a flow."""
        new = {part for one in self.readers if _begins(one) for part in one.flow.spec.key}
        return new - {part for one in self.readers if not _begins(one) for part in one.flow.spec.key}

    def values(self) -> SearchStrategy[Any]:
        """Right values."""
        return _shown(self.events.values(), self.with_holes)

    def wrong(self) -> SearchStrategy[Wrong] | None:
        """Values that break one rule each; None where nothing breaks it."""
        try:
            found = self.events.broken()
        except ContractError:
            return None
        return _shown(found, lambda one: self._wrong(one.broken))

    def with_holes(self, value: Any, but: str | None = None) -> Any:
        """A value with its holes; `but`: the place of a fault, which is left as it is."""
        begun = self._begun
        places = dict.fromkeys(self.made, "new")
        for part, pointer in self.carried.items():
            places[pointer] = f"new {part}" if part in begun else part
        places |= {pointer: f"as in {slot.event.name}" for pointer, slot in self.slots.items()}
        for pointer, text in places.items():
            drawn = at(value, pointer)
            if drawn is ABSENT or (but is not None and f"{but}/".startswith(f"{written(pointer)}/")):
                continue
            value = put(value, pointer, Hole(text, drawn))
        return value

    def ids(self, value: Any) -> tuple[Any, ...]:
        """What in a value the client makes up, if this is where it begins."""
        places = [*self.made, *(self.carried[part] for part in self._begun)]
        found = (at(value, pointer) for pointer in dict.fromkeys(places))
        return tuple(one for one in found if isinstance(one, str | int) and one != "")

    def _wrong(self, one: Broken) -> Wrong:
        return Wrong(self.with_holes(one.value, one.pointer), rule_at(one.keyword, one.pointer))


class Terms:
    """All of a contract's; `unserved` says which events can't be made, and why."""

    def __init__(self, contract: Contract, refusals: Collection[str] | None) -> None:
        self.contract = contract
        self.shown = Shown(contract)  # by all sessions: what it is told of a schema is made once
        self.customs = Steady()  # what the server takes, as all sessions saw it
        self.by_name: dict[str, Term] = {}
        self.unserved: dict[str, str] = {}
        for key in contract.events:
            if key.sender == "client":
                self._add(key)
        for term in self.by_name.values():  # what can't be said can't lead to anything
            term.after = [name for name in term.after if name in self.by_name]
        if not self.by_name:
            why = "; ".join(self.unserved.values()) or "the contract names no event of the client's"
            raise ContractError(f"{contract.file}: a machine has nothing to say: {why}")
        names = [key.name for key in contract.events if key.sender == "server"]
        for name in refusals or ():
            if name not in names:
                raise UsageError(f"refusals: {contract.file} has no event {name} of the server's")
        self.refusals = usual_refusals(contract) if refusals is None else frozenset(refusals)

    def unit(self, name: str, value: Any) -> Unit:
        """What is said, for the codec."""
        if name in self.by_name:
            return self.by_name[name].events.unit(value)
        return Unit(value, "client", name=name if self.contract.name_at is None else None)

    def _add(self, key: EventKey) -> None:
        contract = self.contract
        readers = contract.flows.readers(key.name, "client")
        carried: dict[str, Pointer] = {}
        try:
            events = Events(contract, key)
            for part in dict.fromkeys(part for reader in readers for part in reader.flow.spec.key):
                found = (one for one in contract.keys[part].of(key) if events.has(one))
                pointer = next(found, None)
                if pointer is not None:
                    carried[part] = pointer
            if carried:
                events = Events(contract, key, needed=tuple(carried.values()))
        except ContractError as error:
            self.unserved[key.name] = str(error)
            return
        mine = []
        for reader in readers:
            missing = [part for part in reader.flow.spec.key if part not in carried]
            if not missing:
                mine.append(reader)
            elif reader.flow.unkeyed[reader.name] == "fault":
                self.unserved[key.name] = (
                    f"{key} has no place for {missing[0]}, which {reader.flow.name} needs"
                )
                return
        made, slots = self._others(key, events, set(carried.values()))
        answered = roles.opens(contract, key.name)
        continued = [one.flow.name for one in mine if not _begins(one)]
        needs = [slot.event for slot in slots.values()]
        needs += [event for name in continued for event in openers(contract, name)]
        after = causes(contract, key, needs)
        self.by_name[key.name] = Term(key, events, carried, mine, made, slots, answered, after)

    def _others(
        self, key: EventKey, events: Events, taken: set[Pointer]
    ) -> tuple[list[Pointer], dict[Pointer, Slot]]:
        """Places whose values the flows that read the event don't tell, but other flows, pins or rules do."""
        made: list[Pointer] = []
        slots: dict[Pointer, Slot] = {}
        for pointer, role in roles.roles(self.contract, key.name).items():
            if pointer in taken or not events.has(pointer):
                continue
            if isinstance(role, roles.Made):
                made.append(pointer)
            else:
                slots[pointer] = Slot(EventKey("server", role.event), (parse(role.pointer),))
        for rule in self.contract.rules:
            if not isinstance(rule, Echo) or key not in (rule.target.events or ()):
                continue
            for source in rule.sources:
                for event in source.events or ():
                    if event.sender == "server" and rule.target.pointer not in taken:
                        slots.setdefault(rule.target.pointer, Slot(event, (source.pointer,)))
        return made, slots


def _shown(strategy: SearchStrategy[Any], change: Callable[[Any], Any]) -> SearchStrategy[Any]:
    """A strategy's values, changed. Of what `map` makes, Hypothesis would show how it was called."""

    @st.composite
    def changed(draw: Any) -> Any:
        return change(draw(strategy))

    return changed()


def filled(value: Any, fill: Any) -> Any:
    """A copy of a value with its holes filled by `fill(pointer, hole)`."""

    def walk(one: Any, pointer: Pointer) -> Any:
        if isinstance(one, Hole):
            return fill(pointer, one)
        if isinstance(one, dict):
            return {name: walk(inner, (*pointer, str(name))) for name, inner in one.items()}
        if isinstance(one, list):
            return [walk(inner, (*pointer, str(number))) for number, inner in enumerate(one)]
        return deepcopy(one)

    return walk(value, ())


def fresh(drawn: Any) -> list[Any]:
    """Ids that nobody has said yet, in the order in which they are to be tried, for one that was drawn."""
    if isinstance(drawn, bool) or not isinstance(drawn, str | int):
        return []
    if isinstance(drawn, int):
        return [secrets.randbelow(1 << 30) + (1 << 20), secrets.randbelow(1 << 15)]
    made = uuid.UUID(bytes=secrets.token_bytes(16), version=4)
    return [str(made), made.hex[:12], made.hex[:6], str(made.int)[:9]]


def _begins(reader: Reader) -> bool:
    return reader.name in reader.flow.automaton.moves(reader.flow.automaton.start)
