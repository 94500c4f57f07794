"""What one user's session shows of another's.

A value belongs to whose session had it first; the value that names a user belongs to that user. What a
client said itself, its server may say back. One finding for each session and other user: the first place.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from wsrecord.contract.classify import Event
from wsrecord.contract.model import Isolation
from wsrecord.contract.pointer import Pointer, at, written
from wsrecord.contract.wording import joined, short
from wsrecord.judge.codes import Code
from wsrecord.judge.evidence import Evidence, Told
from wsrecord.judge.finding import Finding
from wsrecord.judge.users import said, users

Foreign: TypeAlias = Mapping[tuple[int, int], frozenset[Pointer]]  # by session and place in it
_Value: TypeAlias = tuple[type, object]


@dataclass(frozen=True, slots=True)
class Leak:
    """One event that shows values of another user."""

    told: Told
    index: int
    pointers: tuple[Pointer, ...]
    values: tuple[object, ...]
    user: str
    owner: str
    source: tuple[Told, int] | None  # where the owner had the first of them


def judge(evidence: Evidence) -> Iterable[Finding]:
    """Values of one user that another saw; sessions that do not say whose they are."""
    if evidence.contract.isolation is None:
        return
    whose = evidence.once(users)
    for told in evidence.sessions:
        if whose[told.number] is None and told.session.accepted:
            where = evidence.contract.isolation.user
            yield Code.USER_UNKNOWN.at(
                told.place(),
                f"session {told.number} does not say whose it is",
                expected=f"a value at {where}" if where else "credentials in its handshake",
                got="nothing",
                context=told.last(),
                contract=evidence.contract.name,
            )
    groups: dict[tuple[int, str], list[Leak]] = {}
    for leak in evidence.once(leaks):
        groups.setdefault((leak.told.number, leak.owner), []).append(leak)
    for found in groups.values():
        yield _finding(evidence, found)


def foreign_places(evidence: Evidence) -> Foreign:
    """Where other users' values stand."""
    return {(leak.told.number, leak.index): frozenset(leak.pointers) for leak in evidence.once(leaks)}


def leaks(evidence: Evidence) -> list[Leak]:
    """Every event of the server's that shows a value of another user, in the order of time."""
    isolation = evidence.contract.isolation
    if isolation is None:
        return []
    whose = evidence.once(users)
    owners: dict[_Value, str] = {}
    sources: dict[_Value, tuple[Told, int]] = {}
    known: dict[str, set[_Value]] = {}  # what a user's own client said
    for told in evidence.sessions:
        named, user = said(told, isolation.user), whose[told.number]
        if named is not None and user is not None:
            owners[str, named] = user
    found: list[Leak] = []
    for told, index, event in _in_time(evidence):
        user = whose[told.number]
        if user is None:
            continue
        values = list(_values(isolation, event))
        if event.sender == "client":
            known.setdefault(user, set()).update(value for _, value in values)
            continue
        own = known.get(user, ())
        strange = [
            (pointer, value)
            for pointer, value in values
            if owners.get(value, user) != user and value not in own
        ]
        if strange:
            owner = owners[strange[0][1]]
            pointers, shown = tuple(one for one, _ in strange), tuple(one[1] for _, one in strange)
            found.append(Leak(told, index, pointers, shown, user, owner, sources.get(strange[0][1])))
            continue  # what else it shows may be the other user's too
        for _, value in values:
            owners.setdefault(value, user)
            sources.setdefault(value, (told, index))
    return found


def _values(isolation: Isolation, event: Event) -> Iterator[tuple[Pointer, _Value]]:
    shared = {one.pointer for one in isolation.shared if one.selects(event.key)}
    for one in isolation.values:
        if one.selects(event.key) and one.pointer not in shared:
            value = at(event.value, one.pointer)
            if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
                yield one.pointer, (type(value), value)


def _in_time(evidence: Evidence) -> Iterator[tuple[Told, int, Event]]:
    def events(told: Told) -> Iterator[tuple[int, int, int, Told, Event]]:
        for index, heard in enumerate(told.heard):
            if heard.event is not None:
                yield heard.unit.t, told.number, index, told, heard.event

    merged = heapq.merge(*map(events, evidence.sessions), key=lambda one: one[:3])
    return ((told, index, event) for _, _, index, told, event in merged)


def _finding(evidence: Evidence, found: list[Leak]) -> Finding:
    first = found[0]
    told, owner = first.told, first.owner
    shown = joined([written(one) for one in first.pointers], "and")
    rest = f", as do {len(found) - 1} more events" if len(found) > 1 else ""
    source = () if first.source is None else (first.source[0].line(first.source[1]),)
    event = told.heard[first.index].shown
    return Code.FOREIGN_ID.at(
        told.place(first.index, pointer=written(first.pointers[0])),
        f"{event} in a session of {short(first.user)} carries {shown} of {short(owner)}{rest}",
        expected=f"values of {short(first.user)} only",
        got=joined([short(value) for value in first.values], "and"),
        context=(*source, *told.around(first.index)),
        contract=evidence.contract.name,
        extra={"owner": owner, "events": len(found)},
    )
