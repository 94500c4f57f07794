"""Whose session it is: by what the contract says, else by what its client logged in or came back with."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from wsrecord.cassette.model import Opcode
from wsrecord.cassette.recording import Session
from wsrecord.contract.model import Selector
from wsrecord.contract.pointer import at
from wsrecord.judge.evidence import Evidence, Told

SHORTEST_TOKEN = 16
_CREDENTIAL = re.compile(r"token|auth|api_?key|session|jwt|ticket", re.IGNORECASE)
_SCALARS = (str, int, float)


def users(evidence: Evidence) -> dict[int, str | None]:
    """The user of each session, by its number; None where nothing tells."""
    isolation = evidence.contract.isolation
    named = {told.number: said(told, isolation.user if isolation else None) for told in evidence.sessions}
    by_credential: dict[tuple[str, str], set[str]] = {}
    for told in evidence.sessions:
        user = named[told.number]
        for one in credentials(told.session):
            if user is not None:
                by_credential.setdefault(one, set()).add(user)
    found: dict[int, str | None] = {}
    for told in evidence.sessions:
        found[told.number] = named[told.number] or _by_credential(told.session, by_credential)
    for told in evidence.sessions:
        found[told.number] = found[told.number] or _by_return(told, evidence.sessions, found)
    return found


def said(told: Told, where: Selector | None) -> str | None:
    """What the session itself says whose it is."""
    if where is None:
        return None
    for heard in told.heard:
        if heard.event is not None and heard.event.sender == "server" and where.selects(heard.event.key):
            value = at(heard.event.value, where.pointer)
            if isinstance(value, _SCALARS) and not isinstance(value, bool):
                return str(value)
    return None


def credentials(session: Session) -> Iterator[tuple[str, str]]:
    """What the client logged in with: by name, as it stands, a placeholder as good as the secret."""
    if session.request is None:
        return
    for name, value in session.request.headers:
        if name.lower() in ("authorization", "cookie") or _CREDENTIAL.search(name):
            yield name.lower(), value
    for name, value in parse_qsl(urlsplit(session.path).query):
        if _CREDENTIAL.search(name):
            yield f"?{name}", value


def _by_credential(session: Session, known: dict[tuple[str, str], set[str]]) -> str | None:
    own = list(credentials(session))
    for one in own:
        users = known.get(one, set())
        if len(users) == 1:
            return next(iter(users))
    for name, value in own:
        if not name.startswith("?") and (name, value) not in known:
            user = f"whoever logs in with {name} {value[:60]}"
            known[name, value] = {user}
            return user
    return None


def _by_return(told: Told, others: tuple[Told, ...], known: dict[int, str | None]) -> str | None:
    """Whoever was given what this session came with: a token to resume by."""
    given = [
        value for _, value in parse_qsl(urlsplit(told.session.path).query) if len(value) >= SHORTEST_TOKEN
    ]
    for other in others:
        user = known.get(other.number)
        if other is told or user is None:
            continue
        texts = (
            message.payload
            for message in other.session.messages
            if message.sender == "server" and message.opcode in (Opcode.TEXT, Opcode.BINARY)
        )
        if any(value.encode() in payload for payload in texts for value in given):
            return user
    return f"whoever came with {given[0][:60]}" if given else None
