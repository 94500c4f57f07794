"""What was said in a recording, by either side, over all sessions and exchanges, in one row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wsrecord.cassette.model import Request, Response
from wsrecord.cassette.recording import Recording, Session
from wsrecord.codec.registry import make
from wsrecord.contract.model import Contract

from .heads import request_value, response_value
from .reading import Reading, read_as
from .steps import Occurrence


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
