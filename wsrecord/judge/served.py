"""What a live client did to a server that was played: what a contract says of it, and what it left out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from wsrecord.cassette.model import Direction
from wsrecord.cassette.recording import Recording, Session
from wsrecord.cassette.source import from_recording
from wsrecord.judge import registry
from wsrecord.judge.closing import Closings
from wsrecord.judge.codes import Code, Group, find
from wsrecord.judge.finding import Finding, Place
from wsrecord.judge.flows import FlowsJudge
from wsrecord.judge.recall import recall
from wsrecord.judge.rules import Rules
from wsrecord.judge.schemas import Schemas
from wsrecord.judge.shown import Shown

_LONGEST = 300


class ClientFlows(FlowsJudge):
    """The same flows, where the server's events are the recording's: the client is held to them."""

    lenient: Direction = "server"  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class Said:
    """A live message, with its name."""

    session: int
    number: int
    event: str


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A recorded message that never came: in which live session, and what it is called."""

    session: int | None
    event: str
    where: str  # in the recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One pass over a cassette, as far as it differs from the recording."""

    cassette: str
    live: Recording
    said: Sequence[Said] = ()
    unsaid: Sequence[Unsaid] = ()
    asked: Sequence[tuple[int, str]] = ()  # time, and method and path
    again: Sequence[tuple[int, int]] = ()  # session, the recorded one that it played once more
    elsewhere: Sequence[int] = ()  # sessions
    troubles: Sequence[tuple[int | None, int, str, str]] = ()  # session, time, kind, text
    unopened: Sequence[tuple[int, str]] = ()  # recorded sessions, their paths


def judge(visit: Visit, shown: Sequence[Shown]) -> list[Finding]:
    """All that is wrong with what clients did."""
    by_contracts = list(_by_contracts(visit, shown))
    faulty = {(one.place.session, one.place.number) for one in by_contracts if one.severity == "breaking"}
    unexpected = [one for one in visit.said if (one.session, one.number) not in faulty]
    told = {(one.session, one.number) for one in unexpected}
    found = [
        one
        for one in by_contracts
        if one.code != Code.UNKNOWN_EVENT.number or (one.place.session, one.place.number) not in told
    ]
    own = [
        *_said(visit, unexpected),
        *_unsaid(visit),
        *_sessions(visit),
        *_requests(visit),
        *_troubles(visit),
    ]
    return [*found, *recall(own, from_recording(visit.live))]


def _by_contracts(visit: Visit, shown: Sequence[Shown]) -> Iterator[Finding]:
    judges = (Schemas, ClientFlows, Rules, Closings)
    source = from_recording(visit.live)
    sessions = {session.number: session for session in visit.live.sessions}
    for one in registry.judge_cassette(source, shown, visit.cassette, judges=judges).findings:
        session = sessions.get(one.place.session or 0)
        if session is not None and _is_clients(one, session):
            yield one


def _is_clients(finding: Finding, session: Session) -> bool:
    """Whether it is about what the client did."""
    number = finding.place.number
    code = find(finding.code)
    if number is not None and number <= len(session.messages):
        ends = code is not None and code.group is Group.FLOW and finding.place.event is None
        return session.messages[number - 1].sender == "client" and not ends
    if code is Code.CLOSE_CODE:
        return session.close is not None and session.close.sender == "client"
    return False


def _place(visit: Visit, session: int | None, number: int | None = None, event: str | None = None) -> Place:
    sessions = {one.number: one for one in visit.live.sessions}
    t = None
    live = sessions.get(session or 0)
    if live is not None and number is not None and 0 < number <= len(live.messages):
        t = live.messages[number - 1].t
    return Place(cassette=visit.cassette, session=session, number=number, t=t, event=event)


def _said(visit: Visit, messages: Iterable[Said]) -> Iterator[Finding]:
    for one in messages:
        yield Code.MESSAGE_UNEXPECTED.at(
            _place(visit, one.session, one.number, one.event),
            f"the client said {one.event}, and the recording has none left that it may stand for",
            expected="what the recording has",
            got=one.event,
        )


def _unsaid(visit: Visit) -> Iterator[Finding]:
    for one in visit.unsaid:
        yield Code.MESSAGE_UNSAID.at(
            _place(visit, one.session, event=one.event),
            f"the client never said {one.event} ({one.where} of the recording)",
            expected=one.event,
            got="the end of the session",
        )


def _sessions(visit: Visit) -> Iterator[Finding]:
    paths = {one.number: one.path.partition("?")[0] for one in visit.live.sessions}
    for session, recorded in visit.again:
        yield Code.SESSION_UNEXPECTED.at(
            _place(visit, session),
            f"one more session than the recording has; session {recorded} was played again (see --loop)",
            expected="no more sessions than the recording has",
            got=paths.get(session, ""),
        )
    for session in visit.elsewhere:
        yield Code.SESSION_UNEXPECTED.at(
            _place(visit, session),
            f"an upgrade to {paths.get(session, '')[:_LONGEST]}, which the recording does not have",
            expected="a path of the recording",
            got=paths.get(session, "")[:_LONGEST],
        )
    for recorded, path in visit.unopened:
        yield Code.SESSION_UNOPENED.at(
            _place(visit, None),
            f"session {recorded} of the recording, {path.partition('?')[0]}, was never asked for",
            expected=f"an upgrade to {path.partition('?')[0]}",
            got="none",
        )


def _requests(visit: Visit) -> Iterator[Finding]:
    for t, asked in visit.asked:
        yield Code.REQUEST_UNEXPECTED.at(
            replace(_place(visit, None), t=t),
            f"{asked[:_LONGEST]} is not in the recording; it was answered with 404",
            expected="a recorded request",
            got=asked[:_LONGEST],
        )


def _troubles(visit: Visit) -> Iterator[Finding]:
    for session, t, kind, text in visit.troubles:
        yield Code.CLIENT_FAILED.at(
            replace(_place(visit, session), t=t),
            text,
            expected="a client that keeps to the protocol",
            got=kind,
        )
