"""Whose session it is: by what the contract says, else by what its client logged in or came back with.

This is known before anything is judged: who owns a value, and whose flows go on in another session.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from urllib.parse import parse_qsl, urlsplit

from ahocorasick_rs import BytesAhoCorasick

from wsrecord.cassette.model import Opcode
from wsrecord.cassette.recording import Session
from wsrecord.cassette.source import Source
from wsrecord.codec.base import Codec
from wsrecord.codec.unit import Unit
from wsrecord.contract.classify import Classifier, Unknown, classifier_of
from wsrecord.contract.model import Contract, Selector
from wsrecord.contract.pointer import at
from wsrecord.errors import ContractError
from wsrecord.judge.told import Told, make_codec

SHORTEST_TOKEN = 16
_CREDENTIAL = re.compile(r"token|auth|api_?key|session|jwt|ticket", re.IGNORECASE)
_SCALARS = (str, int, float)


def find_users(sessions: Sequence[Told], contract: Contract, source: Source) -> None:
    """Note in each session whose it is; None stays where nothing tells."""
    _name(sessions, contract, source)
    by_credential: dict[tuple[str, str], set[str]] = {}
    for told in sessions:
        for one in credentials(told.session):
            if told.named is not None:
                by_credential.setdefault(one, set()).add(told.named)
    for told in sessions:
        told.user = told.named or _by_credential(told.session, by_credential)
    _by_return([told for told in sessions if told.user is None], sessions, source)


def _name(sessions: Iterable[Told], contract: Contract, source: Source) -> None:
    """What the sessions themselves say whose they are: most of them in their first event."""
    where = contract.isolation.user if contract.isolation else None
    left = {told.number: told for told in sessions if told.session.count}
    if where is None or not left:
        return
    known = classifier_of(contract)
    codecs: dict[int, tuple[Codec, Iterator[int]]] = {}
    for message in source.messages():
        told = left.get(message.session)
        if told is None:
            continue
        if told.number not in codecs:
            codecs[told.number] = make_codec(told), count(1)
        codec, numbers = codecs[told.number]
        for unit in codec.feed(next(numbers), message):
            told.named = told.named or _said(unit, known, where)
        if told.named is not None:
            del left[told.number], codecs[told.number]
            if not left:
                return


def _said(unit: Unit, classifier: Classifier, where: Selector) -> str | None:
    if unit.sender != "server":
        return None
    try:
        event = classifier.classify(unit)
    except ContractError:  # two events at once: the judge of schemas tells
        return None
    if isinstance(event, Unknown) or not where.selects(event.key):
        return None
    value = at(event.value, where.pointer)
    return str(value) if isinstance(value, _SCALARS) and not isinstance(value, bool) else None


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


def _by_return(unknown: Sequence[Told], sessions: Sequence[Told], source: Source) -> None:
    """Whoever was given what a session came with: a token to resume by."""
    tokens = {
        told.number: [
            value for _, value in parse_qsl(urlsplit(told.session.path).query) if len(value) >= SHORTEST_TOKEN
        ]
        for told in unknown
    }
    wanted = {value.encode() for values in tokens.values() for value in values}
    if not wanted:
        return
    listed = sorted(wanted)
    search = BytesAhoCorasick(listed)
    givers: dict[bytes, set[int]] = {value: set() for value in listed}
    for message in source.messages():
        if message.sender == "server" and message.opcode in (Opcode.TEXT, Opcode.BINARY):
            for which, _, _ in search.find_matches_as_indexes(message.payload, overlapping=True):
                givers[listed[which]].add(message.session)
    by_number = {told.number: told for told in sessions}
    for told in unknown:
        own = tokens[told.number]
        numbers = {number for value in own for number in givers[value.encode()]} - {told.number}
        users = (by_number[number].user for number in sorted(numbers) if number in by_number)
        known = next((user for user in users if user is not None), None)
        told.user = known or (f"whoever came with {own[0][:60]}" if own else None)
