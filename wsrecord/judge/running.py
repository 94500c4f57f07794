"""A contract's flows, run over the sessions of a cassette: faults with their places, and what was covered.

Flows of scope user go on over the sessions of one user, whose events come in the order of time. What is
missing because of something that another judge has told of is left out: see `holes.py`.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import ClassVar, cast

from wsrecord.cassette.model import Direction
from wsrecord.contract.flow.coverage import Coverage
from wsrecord.contract.flow.fault import FlowFault, KeyValues, Seen
from wsrecord.contract.flow.instances import Instances, User, shown_of
from wsrecord.contract.flow.spec import Flow, Flows
from wsrecord.contract.model import Contract, EventKey
from wsrecord.judge.closing import abrupt
from wsrecord.judge.heard import Heard, Mark, Spot
from wsrecord.judge.holes import Hole, Holes
from wsrecord.judge.judge import Judge
from wsrecord.judge.told import Hears, Told

_UNFINISHED = ("never-ended", "cut")
_UNBEGUN = ("not-started", "outside")
_EXPLAINED = (*_UNFINISHED, *_UNBEGUN, "open-at-end", "out-of-order")  # by a hole


@dataclass(frozen=True, slots=True)
class Placed:
    """A fault of a flow, and the place where it shows."""

    fault: FlowFault
    spot: Spot


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
    sessions: list[Told] = field(default_factory=list)
    left: int = 0  # of them, to be heard to their end
    faults: list[Placed] = field(default_factory=list)
    unfinished: list[Placed] = field(default_factory=list)


class Running(Judge):
    """Runs the flows while events come in."""

    lenient: ClassVar[Direction] = "client"  # whose events may have crossed on the wire

    def __init__(self, contract: Contract, sessions: tuple[Told, ...]) -> None:
        super().__init__(contract, sessions)
        self.flows = contract.flows
        self.run = Run()
        self._shown = shown_of(self.flows)
        self._groups: dict[Told, _Group] = {}
        self._instances: dict[Told, Instances] = {}  # of sessions that are being heard
        together = any(flow.spec.scope == "user" for flow in self.flows.all)
        users: dict[str, _Group] = {}
        for told in sessions:
            group = users.get(told.user) if together and told.user is not None else None
            if group is None:
                group = _Group(User(self.flows, self._shown))
                if told.user is not None:
                    users[told.user] = group
            group.sessions.append(told)
            group.left += 1
            self._groups[told] = group

    def hears(self, key: EventKey) -> Iterable[Hears]:
        """The flows that read this event."""
        readers = self.flows.readers(key.name, key.sender)
        if not readers:
            return ()
        asked = frozenset(part for reader in readers for part in reader.flow.spec.key)
        name, sender, open_instances = key.name, key.sender, self._instances

        def hear(heard: Heard) -> None:
            spot, event = heard.spot, heard.event
            assert event is not None
            told = spot.told
            instances = open_instances.get(told) or self._begin(told)
            holes = told.holes
            if holes and holes[-1].at.nth == spot.nth and not asked.isdisjoint(holes[-1].doubtful):
                return  # some flow asks it for a key that it does not carry rightly
            for fault in instances.feed(name, sender, event.keys, spot):
                self._groups[told].faults.append(Placed(fault, spot))

        return (hear,)

    def _begin(self, told: Told) -> Instances:
        made = self._instances[told] = Instances(
            self.flows, self._groups[told].user, self.lenient, self._shown
        )
        return made

    def end(self, told: Told) -> None:
        """Judge what a session left unfinished; with a user's last session, what the user did."""
        group = self._groups.pop(told)
        if self.flows.all:
            instances = self._instances.pop(told, None)
            if instances is not None:
                group.unfinished += _placed(instances.end(cut=told.cut))
            group.left -= 1
            if not group.left:
                self._close(group)

    def finish(self) -> None:
        """Add up what was covered."""
        for flow, shown in self._shown.items():
            self.run.opened[flow.name] = self.run.opened.get(flow.name, 0) + shown.opened
            self.run.covered[flow.name] = shown.covered

    def _close(self, group: _Group) -> None:
        flows = self.flows
        unfinished = group.unfinished
        weighed = _Weighing(group.sessions)
        unfinished += [weighed(placed) for placed in _placed(group.user.end(cut=False))]
        _count(group, unfinished, self.run)
        inside = _Inside(unfinished, flows)
        outer = [placed for placed in unfinished if not inside(placed)]
        told_of = [placed for placed in outer if placed.fault.code == "cut" or not abrupt(placed.spot.told)]
        self.run.faults += _unexplained([*group.faults, *told_of], group, self.contract)


def _placed(faults: Iterable[FlowFault]) -> Iterator[Placed]:
    """The faults of an end, each at the last event of its instance."""
    for fault in faults:
        where = ref(fault.last) or ref(fault.first)
        assert where is not None  # what has not ended has begun
        yield Placed(fault, where)


def ref(seen: Seen | None) -> Spot | None:
    """Where an event was that a flow has read."""
    return None if seen is None else cast(Spot, seen.ref)


class _Weighing:
    """Whether nobody failed to end a flow of a user's: by the last session in which it could have gone on."""

    def __init__(self, sessions: Iterable[Told]) -> None:
        spoke = sorted((told for told in sessions if told.units), key=lambda told: told.began)
        self._began = [told.began for told in spoke]
        self._ends = {told: told.end for told in sessions}
        self._last: list[Told] = []  # of each session and those that began after it, which ended last
        for told in reversed(spoke):
            later = self._last[-1] if self._last else told
            self._last.append(later if self._ends[later] > self._ends[told] else told)
        self._last.reverse()

    def __call__(self, placed: Placed) -> Placed:
        last = own = placed.spot.told
        at = bisect_left(self._began, self._ends[own])
        if at < len(self._last) and self._ends[self._last[at]] > self._ends[own]:
            last = self._last[at]
        return replace(placed, fault=replace(placed.fault, code="cut")) if last.cut else placed


class _Inside:
    """Whether something is unfinished because the instance around it is."""

    def __init__(self, unfinished: Iterable[Placed], flows: Flows) -> None:
        self._flows = flows
        self._keys: dict[str, set[KeyValues]] = {}
        for placed in unfinished:
            self._keys.setdefault(placed.fault.flow, set()).add(placed.fault.key)

    def __call__(self, placed: Placed) -> bool:
        parent = self._flows[placed.fault.flow].parent
        keys = self._keys.get(parent.name) if parent is not None else None
        if parent is None or not keys:
            return False
        own = dict(placed.fault.key)
        if all(part in own for part in parent.spec.key):
            return tuple((part, own[part]) for part in parent.spec.key) in keys
        return any(all(own.get(part, value) == value for part, value in key) for key in keys)


def _unexplained(faults: list[Placed], group: _Group, contract: Contract) -> list[Placed]:
    """The faults that no hole explains. A hole is one event: it explains one instance of each flow."""
    flows = contract.flows
    left: list[Placed] = []
    used: set[tuple[Mark, str]] = set()
    outside: set[tuple[object, ...]] = set()  # a run that never began is one fault, whatever came of it
    found = Holes(hole for told in group.sessions for hole in told.holes)
    for placed in faults:
        fault = placed.fault
        flow = flows[fault.flow]
        explains = _Explains(placed, flow, contract)
        near = explains.near(found)
        hole = next((one for one in near if (one.at, flow.name) not in used and explains(one)), None)
        around = _around(placed, flow) if fault.code == "outside" else None
        if hole is not None:
            used.add((hole.at, flow.name))
        elif around is None or around not in outside:
            left.append(placed)
        if around is not None:
            outside.add(around)
        if fault.code in _UNBEGUN and fault.event is not None:
            # It may be what another instance misses: its key is wrong.
            parts = frozenset(part for part, _ in fault.key)
            key = EventKey(fault.event.direction, fault.event.name)
            found.add(Hole(placed.spot.mark, fault.event.direction, key, {}, parts, blind=False))
            used.update((placed.spot.mark, other.name) for other in flows.all if other is not flow)
    return left


def _around(placed: Placed, flow: Flow) -> tuple[object, ...]:
    """The instance that something should have been inside of, as far as that is known."""
    assert flow.parent is not None
    session = placed.spot.told.number if flow.parent.spec.scope == "session" else None
    own = tuple((part, value) for part, value in placed.fault.key if part in flow.parent.spec.key)
    return session, flow.parent.name, own


class _Explains:
    """Whether a hole may be what a fault misses."""

    def __init__(self, placed: Placed, flow: Flow, contract: Contract) -> None:
        fault = placed.fault
        self._placed = placed
        self._flow = flow
        self._key = dict(fault.key)
        # What may come next; of an end, also what would have to come after that.
        wanted = set(fault.allowed) | (set() if fault.event is not None else set(fault.missing))
        if fault.code == "outside" and flow.parent is not None:
            wanted = set(flow.parent.automaton.allowed(flow.parent.automaton.start))
        self._wanted = {
            key
            for key in contract.events
            if any(name in wanted for name in (key.name, f"{key.sender}:{key.name}"))
        }
        self._senders = {key.sender for key in self._wanted}
        first = ref(fault.first)
        self._first = None if first is None else first.mark

    def near(self, holes: Holes) -> Iterator[Hole]:
        """The holes that are worth a look."""
        if self._placed.fault.code in _EXPLAINED:
            yield from holes.near(self._wanted, self._key)

    def __call__(self, hole: Hole) -> bool:
        placed, fault = self._placed, self._placed.fault
        if hole.sender == "client" and fault.code not in _UNBEGUN:
            return False
        if fault.event is not None and hole.at >= placed.spot.mark:
            return False
        if self._first is not None and self._first > hole.at:
            return False
        if self._flow.spec.scope == "session" and hole.at.session != placed.spot.told.number:
            return False
        known = hole.sender in self._senders if hole.event is None else hole.event in self._wanted
        return known and hole.may_carry(self._key)


def _count(group: _Group, unfinished: list[Placed], done: Run) -> None:
    """Add up what was broken and cut in a user's sessions."""
    for placed in group.faults:
        name = placed.fault.flow
        done.broken[name] = done.broken.get(name, 0) + 1
        if placed.fault.code in (*_UNBEGUN, "key-missing"):
            done.opened[name] = done.opened.get(name, 0) + 1
    for placed in unfinished:
        where = done.cut if placed.fault.code == "cut" else done.broken
        where[placed.fault.flow] = where.get(placed.fault.flow, 0) + 1
