"""What came of a case: the facts that its sessions show, and what of them the client did on purpose."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from wsrecord.contract.model import Contract
from wsrecord.explore.moves import Case, Say
from wsrecord.explore.speech import BETWEEN
from wsrecord.judge.fuzz import Bare, Broke, Fact, Meant, Overheard, is_broken
from wsrecord.judge.wrongs import phrase
from wsrecord.live.customs import Customs, is_refused, value_text
from wsrecord.live.printed import Printed
from wsrecord.live.reel import Reel
from wsrecord.live.said import Said
from wsrecord.live.seat import Bird, Seat

_CANARIES = 500
_TRY_AGAIN = 1013  # the code of a server that has too much to do


@dataclass(frozen=True, slots=True)
class Acted:
    """What came of a case."""

    case: Case
    reel: Reel
    facts: tuple[Fact, ...]
    tainted: frozenset[
        tuple[int, int]
    ]  # messages of the client's that were wrong on purpose, and their answers
    rough: frozenset[int]  # sessions in which the client broke the protocol
    stalled: frozenset[int] = frozenset()  # sessions in which the client let the server wait
    excused: frozenset[int] = frozenset()  # sessions that the server ended for what the client did wrong
    hasty: frozenset[tuple[int, str]] = frozenset()  # by session: events that may have crossed others
    accepted: frozenset[tuple[int, int]] = frozenset()  # answers to what should have been refused
    daring: frozenset[int] = frozenset()  # sessions that a server may refuse
    betrayed: Case | None = None  # the case whose words a session of this one was told
    cut: bool = False  # it did not come to its end
    denied: str | None = None  # nobody was let in
    dead: bool = False  # nobody answers any more
    printed: Printed | None = None  # what the server printed meanwhile, if it broke and was started here


class Sung:
    """Canaries that were said, by whom and in which case; the last few hundred."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Case, Seat]] = {}

    def add(self, text: str, case: Case, seat: Seat) -> None:
        """A client said it."""
        self._known[text] = case, seat
        if len(self._known) > _CANARIES:
            del self._known[next(iter(self._known))]

    def of(self, text: str) -> tuple[Case, Seat] | None:
        """Whose it is."""
        return self._known.get(text)


def outcome(
    case: Case,
    reel: Reel,
    seats: Mapping[int, Seat],
    facts: Sequence[Fact],
    last: str,
    contract: Contract,
    sung: Sung,
    customs: Customs | None = None,
) -> Acted:
    """All facts: those that were seen at once, and those that the sessions show in the end."""
    found = list(facts)
    tainted: set[tuple[int, int]] = set()
    accepted: set[tuple[int, int]] = set()
    hasty: set[tuple[int, str]] = set()
    for seat in seats.values():
        session = seat.client.session if seat.client is not None else None
        if session is None:
            continue
        found += _ends(seat, session, last, reel.clock())
        hasty |= {(session, said.move.event or "") for said in seat.said if said.hasty}
        before: list[str] = []
        for said in seat.said:
            if said.move.breaks is not None or said.repeated:
                tainted.add((session, said.number))
                if said.answered_at is not None:
                    tainted.add((session, said.answered_at))
                    if said.move.breaks is not None and said.answer == "answered":
                        accepted.add((session, said.answered_at))
            if not odd(said.move):
                found.append(_usual(_meant(said, session, seat, before), customs))
            if said.move.breaks is None and said.move.event is not None and said.answer != "refused":
                before.append(said.move.event)
    excused = _sessions(seat for seat in seats.values() if _was_told_off(seat))
    found = [one for one in found if not (isinstance(one, Bare) and one.session in excused)]
    heard = list(_overheard(seats, contract, sung, reel.clock()))
    found += [fact for fact, _ in heard]
    return Acted(
        case,
        reel,
        tuple(found),
        tainted=frozenset(tainted),
        excused=excused,
        hasty=frozenset(hasty),
        accepted=frozenset(accepted),
        rough=_sessions(seat for seat in seats.values() if seat.broken),
        stalled=_sessions(seat for seat in seats.values() if seat.stalled),
        daring=_sessions(seat for seat in seats.values() if seat.daring),
        betrayed=next((other for _, other in heard if other is not case), None),
    )


def turned_away(case: Case, seats: Mapping[int, Seat]) -> str | None:
    """How a server ended a session before anything was said in it; None if it let all in."""
    for on, seat in seats.items():
        if seat.closed is None or not seat.closed[1] or seat.names or seat.daring or seat.broken:
            continue
        speaks = any(isinstance(move, Say) and move.on == on for move in case.moves)
        if seat.closed[0] == _TRY_AGAIN or (speaks and not seat.said):
            return f"{how(seat)} at once"
    return None


def _was_told_off(seat: Seat) -> bool:
    """Whether the server ended it, and had a reason to: nothing that comes behind need be answered."""
    wrong = any(said.move.breaks is not None or said.hasty for said in seat.said)
    return wrong and seat.closed is not None and seat.closed[1] and not is_broken(seat.closed[0] or 0)


def _sessions(seats: Iterator[Seat]) -> frozenset[int]:
    numbers = (seat.client.session for seat in seats if seat.client is not None)
    return frozenset(number for number in numbers if number is not None)


def _ends(seat: Seat, session: int, last: str, t: int) -> Iterator[Fact]:
    """How the server ended a session, where it ended it first."""
    if seat.closed is not None:
        code, first = seat.closed
        if first and code is not None and is_broken(code):
            after = label(seat.said[-1].move) if seat.said and not seat.broken else last
            yield Broke(session=session, t=t, after=after, how=f"a close with {code}")
    elif seat.over and not seat.left and not seat.broken and seat.pending:
        yield Broke(session=session, t=t, after=label(seat.pending[0].move), how=how(seat))


def _overheard(
    seats: Mapping[int, Seat], contract: Contract, sung: Sung, t: int
) -> Iterator[tuple[Fact, Case]]:
    """What one user was told that only another one knows; said by the contract to be nobody else's."""
    isolation = contract.isolation
    for seat in seats.values():
        for one in seat.birds if isolation is not None else ():
            owner = sung.of(one.text)
            if owner is None or owner[1].who == seat.who or _shared(one, contract):
                continue
            if seat.client is not None and seat.client.session is not None:
                fact = Overheard(
                    session=seat.client.session,
                    number=one.number,
                    t=t,
                    event=one.key.name,
                    pointer=one.pointer,
                )
                yield fact, owner[0]


def _shared(one: Bird, contract: Contract) -> bool:
    return contract.isolation is not None and any(
        place.pointer == one.pointer and (place.events is None or one.key in place.events)
        for place in contract.isolation.shared
    )


def odd(move: Say) -> bool:
    """Whether its bytes go out otherwise than in one frame and at once."""
    return bool(move.cuts) or move.ping_at is not None or move.slow


def heard_out(said: Said, seat: Seat) -> bool:
    """Whether a message is answered, and a ping between its frames, in whatever order."""
    return seat.over or not (said.pending or (said.move.ping_at is not None and BETWEEN not in seat.pongs))


def how(seat: Seat) -> str:
    """How a session ended, in words."""
    if seat.closed is not None:
        return f"a close with {seat.closed[0]}"
    trouble = seat.client.trouble if seat.client is not None else None
    return trouble.text if trouble is not None else "the end of the connection"


def _usual(one: Meant, customs: Customs | None) -> Meant:
    """A refusal is told by what is usual with the server, where that is known."""
    if customs is None or not is_refused(one):
        return one
    return replace(one, usual=customs.usual(one))


def _meant(said: Said, session: int, seat: Seat, before: Sequence[str]) -> Meant:
    answer, by = said.answer, said.by
    if answer == "none" and (seat.closed is not None or seat.over) and not seat.left:
        answer, by = "closed", f"a close with {seat.closed[0]}" if seat.closed else "the end"
    breaks = said.move.breaks
    return Meant(
        session=session,
        number=said.number,
        t=said.t,
        event=said.move.event or "a message",
        breaks=breaks,
        answer=answer,
        by=by,
        due=said.due,
        welcome=said.welcome and said.sure,
        before=tuple(before),
        value=value_text(said.move.value, said.ids) if said.welcome else "",
        odd=breaks is not None and breaks.startswith("surrogate"),
        waited=said.waited if said.took is None else said.took,
    )


def label(move: Say) -> str:
    """What a message is, in a few words."""
    name = move.event or "a message"
    return f"{name}, {phrase(move.breaks)}" if move.breaks is not None else name
