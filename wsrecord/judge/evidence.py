"""One cassette under one contract, while it is heard: each unit is classified, validated and passed on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from wsrecord.cassette.model import Message
from wsrecord.cassette.recording import Session
from wsrecord.cassette.source import Source
from wsrecord.codec.unit import Unit
from wsrecord.contract.applies import applies
from wsrecord.contract.classify import Unknown, classifier_of
from wsrecord.contract.explain import SchemaFault
from wsrecord.contract.model import Contract, EventKey, EventSpec
from wsrecord.contract.pointer import Pointer
from wsrecord.contract.schemas import at_placeholder
from wsrecord.errors import ContractError
from wsrecord.judge.finding import Finding
from wsrecord.judge.heard import Heard, Spot
from wsrecord.judge.holes import hole_of
from wsrecord.judge.isolation import Isolating
from wsrecord.judge.judge import Judge
from wsrecord.judge.once import settle
from wsrecord.judge.told import Hears, Told, ender
from wsrecord.judge.users import find_users

J = TypeVar("J", bound=Judge)


@dataclass(slots=True)
class Ears:
    """Who wants to hear events of one kind, and how often they came."""

    key: EventKey
    hears: tuple[Hears, ...]
    count: int = 0


class Evidence:
    """A contract's judges, and the sessions that they hear."""

    def __init__(
        self,
        contract: Contract,
        sessions: Sequence[Session],
        source: Source,
        cassette: str,
        judges: Iterable[type[Judge]],
        see: Hears,
    ) -> None:
        self.contract = contract
        self.ears: dict[EventSpec, Ears] = {}
        self._see = see
        self.sessions = tuple(Told(cassette, one, contract, ended_by=ender(one)) for one in sessions)
        find_users(self.sessions, contract, source)
        self.judges = tuple(judge(contract, self.sessions) for judge in judges)
        self._isolating = next(
            (one for one in self.judges if isinstance(one, Isolating) and one.needed), None
        )
        self._classify = classifier_of(contract).classify
        self._ignore = at_placeholder(source.outline.head.nonce)

    def judge(self, kind: type[J]) -> J:
        """The one judge of a kind."""
        return next(one for one in self.judges if isinstance(one, kind))

    def hear(self, told: Told, message: Message) -> None:
        """Take one more message of a session."""
        told.messages += 1
        codec = told.codec or told.open()
        for unit in codec.feed(told.messages, message):
            self._unit(told, unit)

    def end(self, told: Told) -> None:
        """All messages of a session were heard."""
        codec = told.open()
        for unit in codec.finish():
            self._unit(told, unit)
        if codec.left and told.session.close is None and told.ended_by == "server":
            told.ended_by = "client"  # it said goodbye: which of the two hung up first is chance
        told.codec, told.ended = None, True
        for judge in self.judges:
            judge.end(told)

    def finish(self) -> list[Finding]:
        """All sessions were heard: what is wrong, each fault once."""
        for judge in self.judges:
            judge.finish()
        return settle(finding for judge in self.judges for finding in judge.found)

    def _unit(self, told: Told, unit: Unit) -> None:
        try:
            event = self._classify(unit)
        except ContractError as error:
            self._odd(told, Heard(_spot(told, unit, unit.name), unit, ambiguous=str(error)))
            return
        if isinstance(event, Unknown):
            self._odd(told, Heard(_spot(told, unit, event.name), unit))
            return
        spec = event.spec
        faults: tuple[SchemaFault, ...] = ()
        if spec.schema is not None and unit.readable and not spec.schema.is_valid(unit.value):
            faults = tuple(spec.schema.faults(unit.value, self._ignore))
        heard = Heard(_spot(told, unit, spec.key.name), unit, event, faults)
        foreign = None if self._isolating is None else self._isolating.see(heard, event)
        if faults or unit.fault is not None:
            self._odd(told, heard, foreign)
        else:
            told.sound += 1
            if foreign is not None:
                self._doubt(told, heard, foreign)
        told.events += 1
        ears = self.ears.get(spec)
        if ears is None:
            hears = (hear for judge in self.judges for hear in judge.hears(spec.key))
            ears = self.ears[spec] = Ears(spec.key, (*hears, self._see))
        ears.count += 1
        for hear in ears.hears:
            hear(heard)

    def _odd(self, told: Told, heard: Heard, foreign: frozenset[Pointer] | None = None) -> None:
        self._doubt(told, heard, foreign)
        for judge in self.judges:
            judge.odd(heard)

    def _doubt(self, told: Told, heard: Heard, foreign: frozenset[Pointer] | None) -> None:
        hole = hole_of(self.contract, heard, foreign)
        if hole is not None:
            told.holes.append(hole)
            told.unsure |= hole.sender != "server" or hole.blind


def _spot(told: Told, unit: Unit, name: str | None) -> Spot:
    numbers = unit.numbers
    if not told.units:
        told.began = unit.t
    spot = told.last = Spot(told, told.units, numbers[0] if numbers else None, unit.t, unit.sender, name)
    told.units += 1
    return spot


def is_for(contract: Contract, session: Session) -> bool:
    """Whether a contract applies to a session; a refused one is what its client asked for."""
    if session.accepted or session.request is None:
        return applies(contract.applies, session.path, session.subprotocol)
    offered = [
        one.strip()
        for name, value in session.request.headers
        if name.lower() == "sec-websocket-protocol"
        for one in value.split(",")
    ]
    return any(applies(contract.applies, session.path, one) for one in [*offered, None])
