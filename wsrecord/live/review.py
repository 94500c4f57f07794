"""A round that was played, written down without its secrets, and judged."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from wsrecord.cassette.model import Response
from wsrecord.cassette.recording import Recording, load
from wsrecord.cassette.redaction.redactor import Redactor
from wsrecord.codec.registry import make
from wsrecord.dialogue.heads import response_of
from wsrecord.dialogue.part import Role
from wsrecord.judge import served
from wsrecord.judge.finding import Finding
from wsrecord.judge.served import Said, Unsaid, Visit
from wsrecord.judge.shown import Shown
from wsrecord.live.round import Round


def handshake(one: Round, role: Role, response: Response) -> Response:
    """The recorded answer to an upgrade, with live values."""
    if role.handshake is None:
        return response
    return response_of(one.bindings.say(role.handshake.number), response)


def written(one: Round, path: Path, nonce: str, redactor: Redactor) -> Recording:
    """The live sessions; judged is what stands in a cassette, so that no secret reaches a page."""
    saved = one.reel.save(path, nonce, redactor, replace=True)
    return load(saved)


def judged(
    one: Round, live: Recording, cassette: str, unopened: Iterable[int], shown: Sequence[Shown]
) -> list[Finding]:
    """What clients did wrong in one round."""
    book, roles = one.book, one.part.roles
    occurrences = one.bindings.dialogue.occurrences
    visit = Visit(
        cassette=cassette,
        live=live,
        said=_named(one, live),
        unsaid=[
            Unsaid(session, occurrences[number].kind, occurrences[number].where)
            for session, number in book.unsaid
        ],
        asked=list(_asked(one, live)),
        again=book.again,
        elsewhere=book.elsewhere,
        troubles=[(trouble.session, trouble.t, trouble.kind, trouble.text) for trouble in book.troubles],
        unopened=[(number, roles[number].session.path) for number in unopened],
    )
    return served.judge(visit, shown)


def _asked(one: Round, live: Recording) -> Iterator[tuple[int, str]]:
    """What was asked for in vain."""
    exchanges = {(c.number, e.number): e for c in live.connections for e in c.exchanges}
    for key in one.book.asked:
        exchange = exchanges.get(key)
        if exchange is not None and exchange.request is not None:
            request = exchange.request
            yield request.t, f"{request.method} {request.path.partition('?')[0]}"


def _named(one: Round, live: Recording) -> list[Said]:
    """What the recording does not have, by the names that it has without its secrets."""
    wanted = set(one.book.said)
    found = []
    for session in live.sessions:
        recorded = one.played.get(session.number)
        if recorded is None or not any(number == session.number for number, _ in wanted):
            continue
        reading = one.bindings.dialogue.readings[recorded]
        codec = make(reading.codec, subprotocol=reading.subprotocol)
        for unit in codec.units(session.messages):
            number = unit.numbers[0] if unit.numbers else 0
            if (session.number, number) in wanted:
                wanted.discard((session.number, number))
                found.append(Said(session.number, number, reading.kind(unit)[0][:200]))
    return found
