"""What a cassette says under one contract: the units of each session, and what each turned out to be.

Judges read nothing else. Whatever several of them need is worked out `once`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeVar, cast

from wsrecord.cassette.model import Opcode
from wsrecord.cassette.recording import Recording, Session
from wsrecord.codec.registry import make
from wsrecord.codec.unit import Unit
from wsrecord.contract.applies import applies
from wsrecord.contract.classify import Classifier, Event, Unknown
from wsrecord.contract.explain import SchemaFault
from wsrecord.contract.model import Contract, EventKey
from wsrecord.contract.pointer import Pointer, written
from wsrecord.contract.schemas import Ignore, at_placeholder
from wsrecord.errors import ContractError
from wsrecord.judge.finding import ContextLine, Place

T = TypeVar("T")
Ender: TypeAlias = Literal["client", "server", "recorder"]
_BEFORE, _AFTER = 3, 1
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Heard:
    """One unit, and what it turned out to be: an event, a unit without one, or two events at once."""

    unit: Unit
    name: str | None  # what it calls itself, or what the contract calls it
    event: Event | None = None
    faults: tuple[SchemaFault, ...] = ()
    ambiguous: str | None = None

    @property
    def shown(self) -> str:
        """For a line of context."""
        return self.name or ("unreadable" if not self.unit.readable else "without a name")

    def sound(self, pointer: Pointer) -> bool:
        """Whether no fault of its schema touches this place."""
        if not self.faults:
            return True
        text = written(pointer) + "/"
        return not any(text.startswith(f"{fault.pointer}/") for fault in self.faults)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """One session under the contract, in the order in which it was recorded."""

    cassette: str
    session: Session
    heard: tuple[Heard, ...]
    ended_by: Ender

    @property
    def number(self) -> int:
        """The session's number."""
        return self.session.number

    @property
    def end(self) -> int:
        """When the last thing of it happened."""
        times = [message.t for message in self.session.messages[-1:]]
        return max([*times, *(ended.t for ended in self.session.ended[:1])], default=0)

    @property
    def cut(self) -> bool:
        """Whether nobody failed to end: the client left first, or the recording stopped."""
        return self.ended_by != "server"

    def place(self, index: int | None = None, **more: Any) -> Place:
        """Where in this session: at a unit, or nowhere in it."""
        if index is None:
            return Place(cassette=self.cassette, session=self.number, **more)
        one = self.heard[index]
        number = one.unit.numbers[0] if one.unit.numbers else None
        said = {"number": number, "t": one.unit.t, "event": one.name, **more}
        return Place(cassette=self.cassette, session=self.number, **said)

    def around(self, index: int, *others: int) -> tuple[ContextLine, ...]:
        """The few units around this one; `others` are shown too."""
        near = range(max(0, index - _BEFORE), min(len(self.heard), index + _AFTER + 1))
        return tuple(self.line(one, here=one == index) for one in sorted({*near, *others}))

    def last(self) -> tuple[ContextLine, ...]:
        """The last few units."""
        start = max(0, len(self.heard) - _BEFORE)
        return tuple(self.line(one) for one in range(start, len(self.heard)))

    def line(self, index: int, *, here: bool = False) -> ContextLine:
        """One unit as a line of context."""
        one = self.heard[index]
        unit = one.unit
        text = unit.text if unit.wire is None else unit.wire.own[: 4 * _LONGEST].decode("utf-8", "replace")
        number = unit.numbers[0] if unit.numbers else None
        return ContextLine(unit.t, unit.sender, one.shown, text[:_LONGEST], number, here)


@dataclass(eq=False)
class Evidence:
    """One cassette under one contract."""

    cassette: str  # as the user named it
    contract: Contract
    sessions: tuple[Told, ...]  # those that the contract applies to
    _made: dict[Any, Any] = field(default_factory=dict)

    def once(self, make_it: "Callable[[Evidence], T]") -> T:
        """What this function makes of it; asked for again, it is not made again."""
        if make_it not in self._made:
            self._made[make_it] = make_it(self)
        return cast(T, self._made[make_it])

    def events(self) -> Iterator[tuple[Told, int, Heard, Event]]:
        """Every unit that is an event, session by session."""
        for told in self.sessions:
            for index, heard in enumerate(told.heard):
                if heard.event is not None:
                    yield told, index, heard, heard.event

    def seen(self) -> dict[EventKey, int]:
        """How often each event came."""
        counts: dict[EventKey, int] = {}
        for _, _, _, event in self.events():
            counts[event.key] = counts.get(event.key, 0) + 1
        return counts


@dataclass(frozen=True, slots=True)
class Case:
    """A whole cassette: what each contract has to judge in it, and what none has."""

    cassette: str
    recording: Recording
    evidence: tuple[Evidence, ...]
    unclaimed: tuple[Session, ...]  # no contract applies to them

    @property
    def judged(self) -> tuple[int, ...]:
        """The numbers of the sessions that a contract applies to."""
        return tuple(sorted({told.number for one in self.evidence for told in one.sessions}))


def gather(recording: Recording, contracts: Sequence[Contract], cassette: str) -> Case:
    """The evidence in a cassette for each contract that applies to some of it."""
    ignore = at_placeholder(recording.head.nonce)
    found: list[Evidence] = []
    claimed: set[int] = set()
    for contract in contracts:
        mine = [session for session in recording.sessions if is_for(contract, session)]
        claimed.update(session.number for session in mine)
        if mine:
            classifier = Classifier(contract)
            told = (
                Told(cassette, one, tuple(hear(contract, classifier, one, ignore)), ender(one))
                for one in mine
            )
            found.append(Evidence(cassette, contract, tuple(told)))
    rest = tuple(session for session in recording.sessions if session.number not in claimed)
    return Case(cassette, recording, tuple(found), rest)


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


def hear(contract: Contract, classifier: Classifier, session: Session, ignore: Ignore) -> Iterable[Heard]:
    """The units of a session, each classified and held against its schema."""
    codec = make(contract.codec.spec, subprotocol=session.subprotocol)
    for number, message in enumerate(session.messages, 1):
        for unit in codec.feed(number, message):
            yield _heard(classifier, unit, ignore)
    for unit in codec.finish():
        yield _heard(classifier, unit, ignore)


def _heard(classifier: Classifier, unit: Unit, ignore: Ignore) -> Heard:
    try:
        found = classifier.classify(unit)
    except ContractError as error:
        return Heard(unit, classifier.name(unit), ambiguous=str(error))
    if isinstance(found, Unknown):
        return Heard(unit, found.name)
    schema = found.spec.schema
    if schema is None or not unit.readable or schema.is_valid(unit.value):
        return Heard(unit, found.name, found)
    return Heard(unit, found.name, found, tuple(schema.validate(unit.value, ignore)))


def ender(session: Session) -> Ender:
    """Who ended a session first."""
    marks: list[tuple[int, int, Ender]] = [
        (message.t, 0, message.sender) for message in session.messages if message.opcode is Opcode.CLOSE
    ]
    for ended in session.ended:
        who: Ender = ended.sender if ended.how in ("fin", "reset") else "recorder"
        marks.append((ended.t, 1, who))
    return min(marks, key=lambda mark: mark[:2])[2] if marks else "recorder"
