"""From the sessions of a cassette to a profile of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from wsrecord.cassette.recording import Recording, Session, header
from wsrecord.codec.guess import guess
from wsrecord.codec.registry import Spec, make
from wsrecord.codec.unit import Unit
from wsrecord.contract.classify import Classifier
from wsrecord.contract.model import Contract, EventKey
from wsrecord.contract.pointer import at, parse
from wsrecord.contract.schemas import Ignore, at_placeholder
from wsrecord.errors import ContractError
from wsrecord.wire.frames import Direction, Opcode

from .profile import Closing, Opening, Profile, never

Naming: TypeAlias = Callable[[Unit], str | None]
UNNAMED = "unnamed"  # how units are called that have no name: they are still compared


@dataclass(frozen=True, slots=True)
class Ears:
    """How to read a session: its codec, and what its units are called."""

    codec: Spec
    name: Naming


def ears(sessions: Sequence[Session], contract: Contract | None = None) -> Ears:
    """How to read these: as the contract says, else as they look."""
    if contract is not None:
        return Ears(contract.codec.spec, _by_contract(contract))
    found = guess([session for session in sessions if session.messages])
    if not found:
        return Ears("text", lambda unit: unit.name)
    return named(found[0].codec, found[0].name)


def named(codec: Spec, name: str | None) -> Ears:
    """How to read sessions of this codec, whose units have their names at this pointer, if at any."""
    pointer = None if name is None else parse(name)
    return Ears(codec, lambda unit: _by_pointer(unit, pointer))


def profile(
    recordings: Iterable[Recording],
    heard_by: Ears,
    *,
    keep: Callable[[str], bool] = never,
    side: Direction = "server",
) -> Profile:
    """All sessions of some recordings of one scenario, added up."""
    held = list(recordings)
    marks = [at_placeholder(recording.head.nonce) for recording in held]
    made = Profile(side=side, secret=_any(marks), keep=keep)
    for recording in held:
        for session in recording.sessions:
            tell(made, session, heard_by)
    return made


def tell(made: Profile, session: Session, heard_by: Ears) -> None:
    """Add one session."""
    made.begin(opening(session))
    codec = make(heard_by.codec, subprotocol=session.subprotocol)
    sizes = {number: len(message.payload) for number, message in enumerate(session.messages, 1)}
    for unit in codec.units(session.messages):
        name = heard_by.name(unit) or UNNAMED
        if not unit.readable:
            continue  # its codec's own fault says so
        made.add(
            EventKey(unit.sender, name), unit.value, t=unit.t,
            number=unit.numbers[0] if unit.numbers else None,
            size=sum(sizes[number] for number in unit.numbers),
            binary=unit.opcode is Opcode.BINARY,
        )  # fmt: skip
    made.end(closing(session))


def opening(session: Session) -> Opening:
    """How its handshake was answered."""
    if session.response is None:
        return Opening(None)
    said = header(session.response.headers, "sec-websocket-extensions") or ""
    names = (one.partition(";")[0].strip() for one in said.split(","))
    return Opening(session.response.status, session.subprotocol, frozenset(filter(None, names)))


def closing(session: Session) -> Closing | None:
    """How it ended; None if it never began."""
    if not session.accepted:
        return None
    if session.close is not None:
        code = 1005 if session.close.code is None else session.close.code
        return Closing(session.close.sender, code, session.close.reason)
    first = session.ended[0] if session.ended else None
    return Closing(first.sender if first and first.how in ("fin", "reset") else "recorder")


def _by_contract(contract: Contract) -> Naming:
    classifier = Classifier(contract)

    def name(unit: Unit) -> str | None:
        try:
            found = classifier.classify(unit)
        except ContractError:
            return classifier.name(unit)  # two events at once: a finding of its own
        return found.name

    return name


def _by_pointer(unit: Unit, pointer: tuple[str, ...] | None) -> str | None:
    said = unit.name if pointer is None else at(unit.value, pointer)
    if isinstance(said, str):
        return said
    return f"{pointer[-1]}_{said}" if pointer and type(said) is int else unit.name


def _any(marks: Sequence[Ignore]) -> Ignore:
    return lambda value: any(mark(value) for mark in marks)
