"""From a recording to a dialogue: every step that the client took, in order, each with what it waits for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wsrecord.cassette.model import Message, Opcode, Request, Response
from wsrecord.cassette.recording import Closing, Exchange, Recording, Session
from wsrecord.codec.unit import together
from wsrecord.contract.model import Contract
from wsrecord.errors import CassetteError

from . import timers
from .gates import Gating
from .insides import PLACEHOLDER
from .links import Found, find, settle
from .occurrences import Told, tell
from .steps import AnyStep, Ask, Close, Connect, Control, Cut, Dialogue, Leave, Occurrence, Say

_DATA = (Opcode.TEXT, Opcode.BINARY)
_AT_ONCE = 50_000_000  # nanoseconds within which an answer follows
_AFTER_ALL = 1 << 62  # a message's number, past the last


@dataclass(frozen=True, slots=True)
class Draft:
    """A step before it has a number and gates."""

    step: AnyStep
    lane: object  # a connection: its steps come one after another
    before: int  # the number of the client's message that it is; what the server said before it has less


def script(
    recording: Recording, contracts: Sequence[Contract] = (), second: Recording | None = None
) -> Dialogue:
    """The dialogue that a recording tells; a CassetteError says why it can't be had again."""
    told = tell(recording, contracts)
    found = find(told)
    if second is not None:
        found = settle(found, told, tell(second, contracts))
    return dialogue_of(told, found)


def dialogue_of(told: Told, found: Found) -> Dialogue:
    """The dialogue of what was said, with these variables."""
    drafts = sorted(_drafts(told), key=lambda draft: draft.step.at)
    beats: dict[int, list[int]] = {}
    for draft in drafts:
        if draft.step.timer and isinstance(draft.step, Say):
            beats.setdefault(draft.step.session, []).append(draft.before)
    gating = Gating(told, found.variables, beats)
    steps: list[AnyStep] = []
    latest: dict[object, int] = {}
    rows: dict[object, int] = {}
    for number, draft in enumerate(drafts):
        lane = draft.lane
        last = latest.get(lane, steps[-1].at if steps else 0)
        if draft.step.timer:
            row = lane, getattr(draft.step, "opcode", None), draft.step.occurrences[:1] and _kind(told, draft)
            last = rows.get(row, last)
            rows[row] = draft.step.at
        step = replace(draft.step, number=number, gap=max(0, draft.step.at - last))
        step = replace(step, gates=gating.gates(step, lane, draft.before))
        if isinstance(step, Connect):
            step = replace(step, away=_away(step, steps))
        gating.taken(step, lane, draft.before)
        steps.append(step)
        latest[lane] = step.at
    return Dialogue(
        cassette=str(told.recording.path),
        steps=tuple(steps),
        occurrences=told.occurrences,
        variables=found.variables,
        readings=told.readings,
    )


def _away(step: Connect, steps: Sequence[AnyStep]) -> int:
    """How long the client was gone, if it carries what another session gave it."""
    left = {one.session: one.at for one in steps if isinstance(one, Close | Cut | Leave)}
    before = {gate.session for gate in step.hard if gate.session is not None}
    return max((step.at - left[session] for session in before if session in left), default=0)


def _kind(told: Told, draft: Draft) -> str:
    return told.occurrences[draft.step.occurrences[0]].kind


def _drafts(told: Told) -> Iterator[Draft]:
    numbers = {
        one.exchange: one.number for one in told.occurrences if one.exchange and one.sender == "client"
    }
    for connection in told.recording.connections:
        for exchange in connection.exchanges:
            if exchange.request is not None:
                yield Draft(_ask(told, exchange, exchange.request, numbers), connection.number, 0)
    said: dict[int, list[Occurrence]] = {}
    for one in told.occurrences:
        if one.session is not None and one.sender == "client":
            said.setdefault(one.session, []).append(one)
    for session in told.recording.sessions:
        yield from _session(told, session, said.get(session.number, []))


def _ask(told: Told, exchange: Exchange, request: Request, numbers: dict[Any, int]) -> Ask:
    key = exchange.connection, exchange.number
    if request.unkept is not None and request.size and request.body is None:
        raise CassetteError(
            f"{told.recording.path}: exchange {key[1]} of connection {key[0]}: the body of "
            f"{request.method} {request.path.partition('?')[0]} was not kept ({request.unkept}), so it can't "
            "be sent again; record anew with a higher --max-body, or pass what it sets up to --setup"
        )
    return Ask(
        number=0, at=request.t, gap=0, connection=key[0], exchange=key[1], request=request,
        response=exchange.response, occurrences=(numbers[key],),
    )  # fmt: skip


def _session(told: Told, session: Session, said: list[Occurrence]) -> Iterator[Draft]:
    where = f"{told.recording.path}: session {session.number}"
    if session.request is None:
        raise CassetteError(f"{where} has no handshake: the cassette is not whole; record it anew")
    lane = session.connection if session.connection is not None else ("session", session.number)
    upgrade = tuple(one.number for one in said if not one.is_unit)
    yield Draft(_connect(session, session.request, session.response, upgrade), lane, 0)
    if not session.accepted:
        return
    found: list[Draft] = [*_messages(session, [one for one in said if one.is_unit], lane, where)]
    found += _controls(session, lane)
    found.sort(key=lambda draft: draft.before)
    yield from _timed(found, told.occurrences, causes_of(told.occurrences, session.number))
    yield _end(session, lane)


def _connect(
    session: Session, request: Request, response: Response | None, upgrade: tuple[int, ...]
) -> Connect:
    return Connect(
        number=0, at=request.t, gap=0, session=session.number, connection=session.connection or 0,
        request=request, response=response, occurrences=upgrade,
    )  # fmt: skip


def _messages(session: Session, said: list[Occurrence], lane: object, where: str) -> Iterator[Draft]:
    """What the client said: units that shared messages are one step."""
    by_unit = {id(one.unit): one.number for one in said}
    covered: set[int] = set()
    for group in together([one.unit for one in said if one.unit is not None]):
        numbers = sorted({number for unit in group for number in unit.numbers})
        covered.update(numbers)
        messages = tuple(sendable(session.messages[number - 1], number, where) for number in numbers)
        occurrences = tuple(by_unit[id(unit)] for unit in group)
        yield Draft(_say(session, messages, numbers, tuple(group), occurrences), lane, numbers[0])
    closed = _AFTER_ALL
    for number, message in enumerate(session.messages, 1):
        if message.opcode is Opcode.CLOSE and message.sender == "client":
            closed = number
        if message.sender != "client" or message.opcode not in _DATA or number in covered or number > closed:
            continue
        step = _say(session, (sendable(message, number, where),), [number], (), ())
        yield Draft(step, lane, number)


def _say(
    session: Session,
    messages: tuple[Message, ...],
    numbers: list[int],
    units: Any,
    occurrences: tuple[int, ...],
) -> Say:
    return Say(
        number=0, at=messages[-1].t, gap=0, session=session.number, messages=messages,
        numbers=tuple(numbers), units=units, occurrences=occurrences,
    )  # fmt: skip


def sendable(message: Message, number: int, where: str, who: str = "client") -> Message:
    """A message that was kept whole; redaction may have made it shorter."""
    cut = message.size is not None and len(message.payload) < message.size
    redacted = message.unread is None and PLACEHOLDER.search(message.payload.decode("latin-1")) is not None
    if message.unread is not None or (cut and not redacted):
        kept = (
            f"{len(message.payload)} of its {message.size} bytes were kept"
            if message.unread is None
            else f"its payload was not kept ({message.unread})"
        )
        raise CassetteError(
            f"{where}, message {number}: {kept}, so the {who} can't say it again; "
            "record it anew with a higher --max-message"
        )
    return message


def _controls(session: Session, lane: object) -> Iterator[Draft]:
    """Pings, and pongs that answer none of the server's."""
    pinged: list[bytes] = []
    for number, message in enumerate(session.messages, 1):
        if message.opcode is Opcode.CLOSE:
            return
        if message.opcode is Opcode.PING and message.sender == "server":
            pinged.append(message.payload)
            continue
        if message.sender == "server" or message.opcode in _DATA:
            continue
        if message.opcode is Opcode.PONG and message.payload in pinged:
            del pinged[: pinged.index(message.payload) + 1]
            continue
        step = Control(
            number=0, at=message.t, gap=0, session=session.number, opcode=message.opcode,
            payload=message.payload,
        )  # fmt: skip
        yield Draft(step, lane, number)


def causes_of(occurrences: Sequence[Occurrence], session: int) -> dict[int, str]:
    """By occurrence, the kind of event that the client may have answered with it: what came right before."""
    found: dict[int, tuple[str, str]] = {}
    counts: Counter[str] = Counter()
    last: Occurrence | None = None
    for one in occurrences:
        if one.session != session:
            continue
        if one.sender == "server":
            counts[one.kind] += 1
            last = one
        elif last is not None and one.t - last.t <= _AT_ONCE:
            found[one.number] = last.kind, one.kind
    said = Counter(kind for _, kind in found.values())
    # what the server says all the time comes before anything by chance
    return {number: kind for number, (kind, mine) in found.items() if counts[kind] * 2 <= said[mine] * 3}


def _timed(
    drafts: list[Draft], occurrences: Sequence[Occurrence], causes: Mapping[int, str]
) -> Iterator[Draft]:
    """With what comes by the clock marked."""
    beats = [_beat(draft.step, occurrences, causes) for draft in drafts]
    regular = {index for row in timers.rows(beats) for index in row}
    for index, draft in enumerate(drafts):
        yield replace(draft, step=replace(draft.step, timer=True)) if index in regular else draft


def _beat(step: AnyStep, occurrences: Sequence[Occurrence], causes: Mapping[int, str]) -> timers.Beat:
    if isinstance(step, Control):
        return timers.of_control(step.at, step.opcode)
    units = [occurrences[number] for number in step.occurrences]
    if not units:
        return timers.Beat(step.at, "", f"message {step.at}")
    name = " ".join(unit.kind for unit in units)
    cause = causes.get(step.occurrences[0], "")
    return timers.Beat(step.at, name, timers.said([unit.value for unit in units]), cause)


def _end(session: Session, lane: object) -> Draft:
    """How the client's side of a session ended."""
    last = session.messages[-1].t if session.messages else session.response.t if session.response else 0
    close = session.close
    first = next(iter(session.ended), None)
    common: dict[str, Any] = {"number": 0, "gap": 0, "session": session.number}
    if close is not None:
        number, message = next((n, m) for n, m in enumerate(session.messages, 1) if m.opcode is Opcode.CLOSE)
        common["at"] = message.t
        if close.sender == "client":
            return Draft(_closing(close, message, common), lane, number)
        return Draft(Leave(**common, by="server", code=close.code, closed=True), lane, number)
    common["at"] = max(last, first.t) if first is not None else last
    if first is not None and first.sender == "client" and first.how in ("fin", "reset"):
        how: Any = first.how
        return Draft(Cut(**common, how=how), lane, _AFTER_ALL)
    by_server = first is not None and first.sender == "server" and first.how in ("fin", "reset")
    return Draft(Leave(**common, by="server" if by_server else "recorder"), lane, _AFTER_ALL)


def _closing(close: Closing, message: Message, common: dict[str, Any]) -> Close:
    return Close(**common, code=close.code, reason=close.reason, payload=message.payload)
