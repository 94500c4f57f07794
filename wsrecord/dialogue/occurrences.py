"""What was said in a recording, by either side, over all sessions and exchanges, in one row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wsrecord.cassette.model import Request, Response
from wsrecord.cassette.recording import Recording, Session
from wsrecord.codec.guess import guess
from wsrecord.codec.registry import Spec, make
from wsrecord.codec.unit import Unit
from wsrecord.contract.applies import applies
from wsrecord.contract.classify import Classifier, Event
from wsrecord.contract.model import Contract
from wsrecord.contract.pointer import ABSENT, Pointer, at, parse
from wsrecord.errors import ContractError

from .heads import request_value, response_value
from .steps import Occurrence


@dataclass(frozen=True, slots=True)
class Reading:
    """How one session is read: its codec, and what its units are called."""

    codec: Spec
    subprotocol: str | None
    contract: Contract | None = None
    classifier: Classifier | None = None
    name_at: Pointer | None = None  # without a contract: where names seem to stand

    def kind(self, unit: Unit) -> tuple[str, Mapping[str, Any]]:
        """What a unit is called, and the contract's keys in it."""
        if self.classifier is not None:
            try:
                found = self.classifier.classify(unit)
            except ContractError:  # two events at once: `check` tells
                return self.classifier.name(unit) or shape(unit), {}
            name = found.name if isinstance(found, Event) else found.name or shape(unit)
            return name, found.keys if isinstance(found, Event) else {}
        if unit.name is not None:
            return unit.name, {}
        said = at(unit.value, self.name_at) if self.name_at is not None and unit.readable else ABSENT
        if isinstance(said, str) or type(said) is int:
            return str(said), {}
        return shape(unit), {}

    @property
    def rpc(self) -> bool:
        """Whether its protocol is JSON-RPC: replies carry the ids of requests, on both sides."""
        return self.codec == "json-rpc" or (isinstance(self.codec, Mapping) and "json-rpc" in self.codec)


@dataclass(frozen=True, slots=True)
class Told:
    """A recording's occurrences, and how each session is read."""

    recording: Recording
    occurrences: tuple[Occurrence, ...]
    readings: Mapping[int, Reading] = field(default_factory=dict)


def tell(recording: Recording, contracts: Sequence[Contract] = ()) -> Told:
    """All that was said, in recorded order; what was said at one time stays in its connection's order."""
    readings = read_as(recording.sessions, contracts)
    found: list[Occurrence] = []
    for connection in recording.connections:
        found += _ordered(_exchanges(connection.exchanges))
        if connection.session is not None:
            found += _ordered(_session(connection.session, readings[connection.session.number]))
    numbered = {c.session.number for c in recording.connections if c.session is not None}
    for session in recording.sessions:
        if session.number not in numbered:  # a test's recording may have no connections
            found += _ordered(_session(session, readings[session.number]))
    found.sort(key=lambda one: one.t)
    return Told(recording, tuple(replace(one, number=i) for i, one in enumerate(found)), readings)


def read_as(sessions: Sequence[Session], contracts: Sequence[Contract] = ()) -> dict[int, Reading]:
    """How each session is read: by the contract that applies, else by what its traffic looks like."""
    classifiers = {contract.name: Classifier(contract) for contract in contracts}
    found: dict[int, Reading] = {}
    unknown: dict[tuple[str, str | None], list[Session]] = {}
    for session in sessions:
        mine = (one for one in contracts if applies(one.applies, session.path, session.subprotocol))
        contract = next(mine, None)
        if contract is None:
            alike = session.path.partition("?")[0], session.subprotocol
            unknown.setdefault(alike, []).append(session)
        else:
            spec, chosen = contract.codec.spec, session.subprotocol
            found[session.number] = Reading(spec, chosen, contract, classifiers[contract.name])
    for group in unknown.values():
        best = next(iter(guess(group)), None)
        name_at = parse(best.name) if best is not None and best.name is not None else None
        for session in group:
            spec = best.codec if best is not None else "raw"
            found[session.number] = Reading(spec, session.subprotocol, name_at=name_at)
    return found


def shape(unit: Unit) -> str:
    """What a unit without a name is known by: the names in it, or the kind of value it is."""
    if isinstance(unit.value, dict):
        return "{" + ", ".join(sorted(map(str, unit.value))[:12]) + "}"
    kinds = {"list": "an array", "str": "a text", "bytes": "bytes"}
    return kinds.get(type(unit.value).__name__, "a value")


def _exchanges(exchanges: Iterable[Any]) -> Iterator[Occurrence]:
    for exchange in exchanges:
        key = (exchange.connection, exchange.number)
        name = "a request"
        if exchange.request is not None:
            name = _called(exchange.request)
            yield _request(exchange.request, name, exchange=key)
        if exchange.response is not None:
            yield _response(exchange.response, f"the answer to {name}", exchange=key)


def _session(session: Session, reading: Reading) -> Iterator[Occurrence]:
    if session.request is not None:
        yield _request(session.request, "upgrade", session=session.number)
    if session.response is not None:
        yield _response(session.response, "handshake", session=session.number)
    codec = make(reading.codec, subprotocol=reading.subprotocol)
    for unit in codec.units(session.messages):
        kind, keys = reading.kind(unit)
        yield Occurrence(
            number=0,
            t=unit.t,
            sender=unit.sender,
            kind=kind,
            value=unit.value if unit.readable else None,
            session=session.number,
            unit=unit,
            keys=keys,
        )


def _request(request: Request, kind: str, **where: Any) -> Occurrence:
    return Occurrence(
        number=0, t=request.t, sender="client", kind=kind, value=request_value(request), **where
    )


def _response(response: Response, kind: str, **where: Any) -> Occurrence:
    return Occurrence(
        number=0, t=response.t, sender="server", kind=kind, value=response_value(response), **where
    )


def _called(request: Request) -> str:
    return f"{request.method} {request.path.partition('?')[0]}"


def _ordered(found: Iterable[Occurrence]) -> Iterator[Occurrence]:
    """Times that never go back within a connection: what came later was said later."""
    latest = 0
    for one in found:
        latest = max(latest, one.t)
        yield one if one.t == latest else replace(one, t=latest)
