"""A contract's flows, run over all sessions of a cassette: faults with their places, and what was covered.

Flows of scope user go on over the sessions of one user, whose events come in the order of time. What is
missing because of something that another judge has told of is left out: see `holes.py`.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import cast

from wsrecord.contract.flow.coverage import Coverage
from wsrecord.contract.flow.fault import FlowFault, Seen
from wsrecord.contract.flow.instances import Instances, User
from wsrecord.contract.flow.spec import Flow, Flows
from wsrecord.contract.model import EventKey
from wsrecord.judge.closing import abrupt
from wsrecord.judge.evidence import Evidence, Told
from wsrecord.judge.holes import Hole, Mark, holes, mark
from wsrecord.judge.users import users

_UNFINISHED = ("never-ended", "cut")
_UNBEGUN = ("not-started", "outside")
_EXPLAINED = (*_UNFINISHED, *_UNBEGUN, "open-at-end", "out-of-order")  # by a hole
Ref = tuple[Told, int]


@dataclass(frozen=True, slots=True)
class Placed:
    """A fault of a flow, and the session and place in it where it shows."""

    fault: FlowFault
    told: Told
    index: int


@dataclass(slots=True)
class Run:
    """What running the flows came to."""

    faults: list[Placed] = field(default_factory=list)
    opened: dict[str, int] = field(default_factory=dict)  # instances, by flow
    broken: dict[str, int] = field(default_factory=dict)  # of those
    cut: dict[str, int] = field(default_factory=dict)
    covered: dict[str, Coverage] = field(default_factory=dict)


@dataclass(slots=True)
class _Group:
    """The sessions of one user, or one session of nobody."""

    user: User
    sessions: list[Told]
    holes: list[Hole]
    faults: list[Placed] = field(default_factory=list)


def run(evidence: Evidence) -> Run:
    """Run the flows of the contract over the evidence."""
    flows = evidence.contract.flows
    done = Run(covered={flow.name: Coverage() for flow in flows.all})
    if not flows.all:
        return done
    found = evidence.once(holes)
    whose = evidence.once(users)
    together = any(flow.spec.scope == "user" for flow in flows.all)
    keyed = sorted(
        evidence.sessions, key=lambda told: (0, str(whose[told.number]), 0) if _known(whose, told, together)
        else (1, "", told.number)
    )  # fmt: skip
    for _, sessions in groupby(
        keyed,
        key=lambda told: (whose[told.number], 0) if _known(whose, told, together) else (None, told.number),
    ):
        mine = list(sessions)
        group = _Group(User(flows), mine, [hole for told in mine for hole in found[told.number]])
        _run(flows, group, done)
    return done


def _known(whose: dict[int, str | None], told: Told, together: bool) -> bool:
    return together and whose[told.number] is not None


def _run(flows: Flows, group: _Group, done: Run) -> None:
    instances = {told.number: Instances(flows, group.user) for told in group.sessions}
    skipped = {hole.at for hole in group.holes if hole.event is not None}
    parts = {hole.at: hole.doubtful for hole in group.holes if hole.event is not None}
    for told, index in _in_time(group.sessions):
        event = told.heard[index].event
        assert event is not None
        at = mark(told, index)
        if at in skipped and _keyed_by(flows, event.key, parts[at]):
            continue
        for fault in instances[told.number].feed(event.name, event.sender, event.keys, (told, index)):
            group.faults.append(Placed(fault, told, index))
    unfinished = [
        placed
        for told in group.sessions
        for placed in _placed(instances[told.number].end(cut=told.cut), told)
    ]
    unfinished += [
        _weighed(placed, group) for placed in _placed(group.user.end(cut=False), group.sessions[-1])
    ]
    _count(instances.values(), group, unfinished, done)
    outer = [placed for placed in unfinished if not _inside(placed, unfinished, flows)]
    told_of = [placed for placed in outer if placed.fault.code == "cut" or not abrupt(placed.told)]
    done.faults += _unexplained([*group.faults, *told_of], group, flows)


def _in_time(sessions: list[Told]) -> Iterator[Ref]:
    def events(told: Told) -> Iterator[tuple[Mark, Told, int]]:
        for index, heard in enumerate(told.heard):
            if heard.event is not None:
                yield mark(told, index), told, index

    if len(sessions) == 1:
        return ((told, index) for _, told, index in events(sessions[0]))
    merged = heapq.merge(*map(events, sessions), key=lambda one: one[0])
    return ((told, index) for _, told, index in merged)


def _keyed_by(flows: Flows, event: EventKey, doubtful: frozenset[str]) -> bool:
    """Whether some flow that reads an event asks it for a key that it does not carry rightly."""
    readers = flows.readers(event.name, event.sender)
    return any(part in doubtful for reader in readers for part in reader.flow.spec.key)


def _placed(faults: Iterable[FlowFault], told: Told) -> Iterator[Placed]:
    """The faults of an end, each at the last event of its instance."""
    for fault in faults:
        where = ref(fault.last) or ref(fault.first)
        yield Placed(fault, *(where or (told, len(told.heard) - 1)))


def ref(seen: Seen | None) -> Ref | None:
    """Where an event was that a flow has read."""
    return None if seen is None else cast(Ref, seen.ref)


def _weighed(placed: Placed, group: _Group) -> Placed:
    """Whether nobody failed to end a flow of a user's: by the last session in which it could have gone on."""
    later = [told for told in group.sessions if told.heard and told.heard[0].unit.t >= placed.told.end]
    last = max([placed.told, *later], key=lambda told: told.end)
    return replace(placed, fault=replace(placed.fault, code="cut")) if last.cut else placed


def _inside(placed: Placed, unfinished: list[Placed], flows: Flows) -> bool:
    """Whether it is unfinished because the instance around it is."""
    parent = flows[placed.fault.flow].parent
    if parent is None:
        return False
    key = dict(placed.fault.key)
    return any(
        other.fault.flow == parent.name
        and all(key.get(part, value) == value for part, value in other.fault.key)
        for other in unfinished
    )


def _unexplained(faults: list[Placed], group: _Group, flows: Flows) -> list[Placed]:
    """The faults that no hole explains. A hole is one event: it explains one instance of each flow."""
    left: list[Placed] = []
    used: set[tuple[Mark, str]] = set()
    found = list(group.holes)
    for placed in faults:
        flow = flows[placed.fault.flow]
        hole = next(
            (one for one in found if (one.at, flow.name) not in used and _explains(one, placed, flow, flows)),
            None,
        )
        if hole is None:
            left.append(placed)
        else:
            used.add((hole.at, flow.name))
        if placed.fault.code in _UNBEGUN and placed.fault.event is not None:
            # It may be what another instance misses: its key is wrong.
            event = placed.fault.event
            parts = frozenset(part for part, _ in placed.fault.key)
            key = EventKey(event.direction, event.name)
            found.append(Hole(mark(placed.told, placed.index), event.direction, key, {}, parts, blind=False))
            used.update((found[-1].at, other.name) for other in flows.all if other is not flow)
    return left


def _explains(hole: Hole, placed: Placed, flow: Flow, flows: Flows) -> bool:
    fault = placed.fault
    if fault.code not in _EXPLAINED or (hole.sender == "client" and fault.code not in _UNBEGUN):
        return False
    if fault.event is not None and hole.at >= mark(placed.told, placed.index):
        return False
    first = ref(fault.first)
    if first is not None and mark(*first) > hole.at:
        return False
    if flow.spec.scope == "session" and hole.at[1] != placed.told.number:
        return False
    wanted = {flow, flow.parent} if fault.code == "outside" else {flow}
    if hole.event is not None:
        readers = flows.readers(hole.event.name, hole.event.sender)
        if not any(reader.flow in wanted for reader in readers):
            return False
    return hole.may_carry(dict(fault.key))


def _count(instances: Iterable[Instances], group: _Group, unfinished: list[Placed], done: Run) -> None:
    """Add up what was opened, broken and covered. What a user's sessions share is counted once."""
    counted: set[str] = set()
    for one in instances:
        for name, shown in one.coverage().items():
            if name in counted and any(flow.name == name for flow in group.user.shelves):
                continue
            counted.add(name)
            done.opened[name] = done.opened.get(name, 0) + shown.opened
            done.covered[name] = done.covered[name] | shown.covered
    for placed in group.faults:
        name = placed.fault.flow
        done.broken[name] = done.broken.get(name, 0) + 1
        if placed.fault.code in (*_UNBEGUN, "key-missing"):
            done.opened[name] = done.opened.get(name, 0) + 1
    for placed in unfinished:
        where = done.cut if placed.fault.code == "cut" else done.broken
        where[placed.fault.flow] = where.get(placed.fault.flow, 0) + 1
