"""The server's part of a recording: what it says in each session, and what each of its words follows on."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from wsrecord.cassette.model import Opcode, Response
from wsrecord.cassette.recording import Exchange, Recording, Session
from wsrecord.codec.unit import together
from wsrecord.contract.model import Contract
from wsrecord.errors import CassetteError

from . import timers
from .cues import Cue, Cues, replies
from .links import find
from .occurrences import Told, tell
from .script import causes_of, sendable
from .sides import swapped
from .steps import Close, Control, Cut, Dialogue, Occurrence, Say
from .ties import Tie, ties

_AFTER_ALL = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the server does next in a session."""

    step: Say | Control | Close | Cut
    cue: Cue
    gap: int  # nanoseconds since the later of what it follows on and of the line before


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """The server's part in one session."""

    session: Session
    upgrade: Occurrence
    handshake: Occurrence | None  # None: it never answered
    lines: tuple[Line, ...]
    expected: tuple[Occurrence, ...]  # what the client says, but for its heartbeats
    beats: Mapping[int, Say | None]  # the client's heartbeats, and what answers each
    pulse: Mapping[str, Say | None]  # the same by kind: what answers one more


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a request is answered with."""

    exchange: Exchange
    asked: Occurrence
    answered: Occurrence | None
    soft: frozenset[int] = field(default_factory=frozenset)  # where it hung: what came meanwhile


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """All that the server of a cassette did."""

    dialogue: Dialogue  # with its sides swapped, and no steps: what `Bindings` need
    roles: Mapping[int, Role]
    answers: Mapping[tuple[int, int], Answer]


def part(recording: Recording, contracts: Sequence[Contract] = ()) -> Part:
    """The server's part; a CassetteError says why it can't be played."""
    told = tell(recording, contracts)
    other = swapped(told)
    found = find(other)
    dialogue = Dialogue(
        cassette=str(recording.path),
        steps=(),
        occurrences=other.occurrences,
        variables=found.variables,
        readings=told.readings,
    )
    tied = ties(other.occurrences, found.variables, told.readings)
    linked = {place.occurrence for one in found.variables if one.origin == "server" for place in one.uses}
    beats = {session.number: _beats(told, session.number) for session in recording.sessions}
    roles = {}
    for session in recording.sessions:
        if session.request is None:
            raise CassetteError(
                f"{recording.path}: session {session.number} has no handshake: the cassette is not whole; "
                "record it anew"
            )
        roles[session.number] = _Roles(told, session, tied, linked, beats).role()
    return Part(dialogue=dialogue, roles=roles, answers=dict(_answers(told)))


def _beats(told: Told, session: int) -> frozenset[int]:
    """What the client says by the clock."""
    said = [
        one for one in told.occurrences if one.session == session and one.is_unit and one.sender == "client"
    ]
    causes = causes_of(told.occurrences, session)
    rows = timers.rows(
        [timers.Beat(one.t, one.kind, timers.said(one.value), causes.get(one.number, "")) for one in said]
    )
    return frozenset(said[index].number for row in rows for index in row)


class _Roles:
    """Reads one session."""

    def __init__(
        self,
        told: Told,
        session: Session,
        tied: Mapping[int, tuple[Tie, ...]],
        linked: Set[int],
        beats: Mapping[int, frozenset[int]],
    ) -> None:
        self._told = told
        self._session = session
        self._own = [one for one in told.occurrences if one.session == session.number]
        self._beats = beats[session.number]
        every = frozenset(number for numbers in beats.values() for number in numbers)
        self._cues = Cues(session.number, told.occurrences, tied, every)
        self._replies = replies(session.number, told.occurrences, self._beats)
        self._linked = linked  # what carries a value that the client gave
        self._where = f"{told.recording.path}: session {session.number}"

    def role(self) -> Role:
        """The server's part in it."""
        session = self._session
        upgrade = next(one for one in self._own if one.kind == "upgrade" and not one.is_unit)
        handshake = next((one for one in self._own if one.kind == "handshake" and not one.is_unit), None)
        says = list(self._says())
        said = {number: step for step in says for number in step.occurrences}
        answering = {one.number for one in self._replies.values()}
        steps: list[tuple[int, Say | Control | Close | Cut, Cue]] = []
        greets = any(not self._linked.isdisjoint(say.occurrences) for say in says)
        for say in says:
            if not answering.issuperset(say.occurrences):
                first = self._told.occurrences[say.occurrences[0]]
                linked = not self._linked.isdisjoint(say.occurrences)
                greeting = self._cues.greeting(first, linked) if greets else None
                greets = greets and (greeting is not None or not linked)
                steps.append((say.numbers[0], say, greeting or self._cues.of(first)))
        steps += ((number, step, self._cues.at(number)) for number, step in self._rest())
        steps.sort(key=lambda one: one[0])
        beats = {number: said.get(self._replies[number].number) if number in self._replies else None
                 for number in sorted(self._beats)}  # fmt: skip
        mine = [one for one in self._own if one.is_unit and one.sender == "client"]
        return Role(
            session=session,
            upgrade=upgrade,
            handshake=handshake,
            lines=tuple(self._timed(steps)),
            expected=tuple(one for one in mine if one.number not in self._beats),
            beats=beats,
            pulse={one.kind: beats[one.number] for one in mine if one.number in beats},
        )

    def _timed(self, steps: Sequence[tuple[int, Say | Control | Close | Cut, Cue]]) -> Iterator[Line]:
        last = self._session.response.t if self._session.response is not None else 0
        mine = [one for one in self._own if one.is_unit and one.sender == "client"]
        times = [one.t for one in mine]
        for _, step, cue in steps:
            at = bisect_left(times, step.at)
            heard = times[at - 1] if at else 0
            yield Line(step=step, cue=cue, gap=max(0, step.at - max(last, heard)))
            last = step.at

    def _says(self) -> Iterator[Say]:
        """What the server said: units that shared messages are one step."""
        mine = [one for one in self._own if one.is_unit and one.sender == "server"]
        by_unit = {id(one.unit): one.number for one in mine}
        for group in together([one.unit for one in mine if one.unit is not None]):
            numbers = sorted({number for unit in group for number in unit.numbers})
            yield self._say(numbers, tuple(group), tuple(by_unit[id(unit)] for unit in group))

    def _say(self, numbers: list[int], units: tuple, occurrences: tuple[int, ...]) -> Say:  # type: ignore[type-arg]
        messages = tuple(
            sendable(self._session.messages[number - 1], number, self._where, "server") for number in numbers
        )
        return Say(
            number=numbers[0], at=messages[-1].t, gap=0, session=self._session.number, messages=messages,
            numbers=tuple(numbers), units=units, occurrences=occurrences,
        )  # fmt: skip

    def _rest(self) -> Iterator[tuple[int, Say | Control | Close | Cut]]:
        """What no codec found anything in, pings, and the server's own end."""
        session = self._session
        covered = {
            number
            for one in self._own
            if one.unit is not None and one.sender == "server"
            for number in one.unit.numbers
        }
        for number, message in enumerate(session.messages, 1):
            if message.sender != "server" or number in covered:
                continue
            if message.opcode in (Opcode.TEXT, Opcode.BINARY):
                yield number, self._say([number], (), ())
            elif message.opcode is Opcode.PING:
                yield number, Control(
                    number=number, at=message.t, gap=0, session=session.number, opcode=message.opcode,
                    payload=message.payload,
                )  # fmt: skip
            elif message.opcode is Opcode.CLOSE:
                close = session.close
                if close is not None and close.sender == "server":
                    yield number, Close(
                        number=number, at=message.t, gap=0, session=session.number, code=close.code,
                        reason=close.reason, payload=message.payload,
                    )  # fmt: skip
                return
        first = next(iter(session.ended), None)
        if not session.accepted or first is None or first.sender != "server":
            return
        if first.how in ("fin", "reset"):
            yield _AFTER_ALL, Cut(
                number=0, at=first.t, gap=0, session=session.number,
                how="fin" if first.how == "fin" else "reset",
            )  # fmt: skip


def _answers(told: Told) -> Iterator[tuple[tuple[int, int], Answer]]:
    asked = {one.exchange: one for one in told.occurrences if one.exchange and one.sender == "client"}
    answered = {one.exchange: one for one in told.occurrences if one.exchange and one.sender == "server"}
    clients = [one for one in told.occurrences if one.sender == "client"]
    for connection in told.recording.connections:
        for exchange in connection.exchanges:
            key = exchange.connection, exchange.number
            if exchange.request is None:
                continue
            soft: frozenset[int] = frozenset()
            if exchange.response is not None and _hung(exchange.response, exchange.request.t):
                since, until = asked[key].number, answered[key].number
                soft = frozenset(one.number for one in clients if since < one.number < until)
            yield key, Answer(exchange=exchange, asked=asked[key], answered=answered.get(key), soft=soft)


def _hung(response: Response, asked: int) -> bool:
    """Whether the server may have waited for something."""
    return response.t - asked > 1_000_000_000
