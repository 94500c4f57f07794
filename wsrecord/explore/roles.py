"""Which fields of a client's events the server has to give first, and which the client makes up anew.

Told by the contract's keys and flows: a key by which the server opens a flow is the server's to give, one by
which the client opens a flow is the client's. Told by its pins, too, and by what recordings carried over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from wsrecord.contract.flow.spec import Flow
from wsrecord.contract.model import Contract, EventKey
from wsrecord.contract.pointer import Pointer, written
from wsrecord.dialogue.steps import Dialogue, Place


@dataclass(frozen=True, slots=True)
class Given:
    """The server says it, in this event, at this pointer."""

    event: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Made:
    """The client makes it up, and says it once only."""


Role: TypeAlias = Given | Made
Roles: TypeAlias = dict[Pointer, Role]


def roles(contract: Contract, event: str, dialogues: Iterable[Dialogue] = ()) -> Roles:
    """The roles of an event's fields."""
    mine = EventKey("client", event)
    found: Roles = {}
    for name, key in contract.keys.items():
        role = _by_key(contract, name, mine)
        if role is not None:
            found.update(dict.fromkeys(key.of(mine), role))
    for dialogue in dialogues:
        found.update(_learned(dialogue, event))
    for pin in contract.links.pins:
        if pin.target.events is not None and mine in pin.target.events and pin.source.events:
            found[pin.target.pointer] = Given(pin.source.events[0].name, written(pin.source.pointer))
    return found


def opens(contract: Contract, event: str) -> bool:
    """Whether the contract says that an answer follows: a flow that the event opens has to go on."""
    for flow in contract.flows.all:
        automaton = flow.automaton
        for name in (event, f"client:{event}"):
            state = automaton.step(automaton.start, name)
            if state is None or automaton.accepts(state):
                continue
            if flow.spec.key or not any(_is_client_s(contract, one) for one in automaton.allowed(state)):
                return True
    return False


def _is_client_s(contract: Contract, name: str) -> bool:
    key = EventKey("client", name.removeprefix("client:"))
    return not name.startswith("server:") and key in contract.events


def _by_key(contract: Contract, name: str, mine: EventKey) -> Role | None:
    """Whoever opens the first flow with this key makes its value."""
    for flow in contract.flows.all:
        if name not in flow.spec.key or flow.parent is not None:
            continue
        starts = _starts(contract, flow)
        if mine in starts:
            return Made()
        for start in starts:
            if contract.keys[name].of(start):  # the server's, or the client's own when it opens the flow
                return Given(start.name, written(contract.keys[name].of(start)[0]))
    return None


def _starts(contract: Contract, flow: Flow) -> list[EventKey]:
    found = []
    for name in flow.automaton.allowed(flow.automaton.start):
        side, _, rest = name.partition(":")
        keys = [EventKey("client", name), EventKey("server", name)]
        if side in ("client", "server"):
            keys.append(EventKey("client" if side == "client" else "server", rest))
        found += [key for key in keys if key in contract.events]
    return found


def _learned(dialogue: Dialogue, event: str) -> Mapping[Pointer, Role]:
    found: Roles = {}
    for variable in dialogue.variables:
        for use in variable.uses:
            one = dialogue.occurrences[use.occurrence]
            pointer = _plain(use)
            if one.kind != event or not one.is_unit or pointer is None:
                continue
            if variable.origin == "client" and variable.echoes:
                found[pointer] = Made()
            elif variable.origin == "server":
                source = next((place for place in variable.sources if _is_unit(dialogue, place)), None)
                at = _plain(source) if source is not None else None
                if source is not None and at is not None:
                    found[pointer] = Given(dialogue.occurrences[source.occurrence].kind, written(at))
    return found


def _is_unit(dialogue: Dialogue, place: Place) -> bool:
    return dialogue.occurrences[place.occurrence].is_unit


def _plain(place: Place) -> Pointer | None:
    """The pointer that a place is, if it leads through no string."""
    if not all(isinstance(step, str | int) for step in place.path):
        return None
    return tuple(map(str, place.path))
