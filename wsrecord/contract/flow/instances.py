"""The flows of a contract, run over a session's events.

The rules. *Ended*: the order may end where the instance stands. *Closed*: ended, and nothing may follow.

 1. A flow sees only the names in its order. `client:x` there is the client's x only.
 2. Each distinct tuple of key values is one instance; a key of no parts has one. A null, and a value that
    is no scalar, count as absent. 1 and true differ.
 3. A key part is absent: `all` delivers to each open instance that agrees on the parts present (to none is
    no fault), `skip` to none; else key-missing, once for an event's name and the parts it lacks.
 4. The first event opens the instance, or not-started. Later ones move it. No move: after-end where it is
    closed, else out-of-order. With `reuse`, an ended instance that can't move may open anew.
 5. After its one fault an instance is mute: it takes events silently for good. It counts as open where others
    look for a parent: its state is unknown, and its fault is told.
 6. `inside`: an opener's parents are the open instances of that flow that agree with what it carries of their
    key; none: outside. When the last of them ends, a child that has not is open-at-end, and its own children
    are dropped: the fault is told. A parent that ended by a `but` event excuses its children: they need not
    end any more, and are dropped, their children too, when no other parent is open. What is dropped is mute.
    With more than `MOST_PARENTS` that agree nobody can tell whose it is: then no parent's end is held to it.
    An event is taken by all flows before any end is looked at: it may end parent and child in one.
 7. The session's end: never-ended for each that has not ended, `cut` if nobody failed (the client left first,
    or the recording stopped).
 8. `scope: user`: instances live in a `User` that sessions share, and are judged when that ends. An event
    with the name, all keys and the `dedupe` value of an earlier one is skipped.
 9. The lenient side's event (the client's; `serve` swaps them) is skipped where it has no move: it may have
    crossed another on the wire. If it opens outside any parent, its instance is mute from the start.
10. A parent's order does not accept on its first event: see lint.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast

from wsrecord.wire.quick import quick

from .expression import Expression
from .fault import Code, FlowFault, KeyValues, Scalar, Seen
from .shelf import Identity, Instance, Memory, Shelf, Shown, identity
from .spec import Direction, Flow, Flows

MOST_PARENTS = 200
# A flow that reads an event, the name that its order has for it, its key, the key's only part, `dedupe`.
_Way: TypeAlias = tuple[Flow, str, Shelf, tuple[str, ...], str | None, Memory | None]


@dataclass(frozen=True)
class OpenInstance:
    """An instance that has not ended, and what it waits for."""

    flow: str
    key: KeyValues
    first: Seen
    last: Seen
    allowed: tuple[str, ...]
    needed: Expression


class User:
    """What outlives one user's sessions: the instances of flows with `scope: user`."""

    def __init__(self, flows: Flows, shown: Mapping[Flow, Shown] | None = None) -> None:
        shown = shown_of(flows) if shown is None else shown
        self.shelves = {flow: Shelf(flow, shown[flow]) for flow in flows.all if flow.spec.scope == "user"}
        self.memories: dict[str, Memory] = {}

    def end(self, *, cut: bool) -> list[FlowFault]:
        """Judge what never ended, after the last of the user's sessions."""
        return [fault for shelf in self.shelves.values() for fault in _unfinished(shelf, cut)]


def shown_of(flows: Flows) -> dict[Flow, Shown]:
    """Return where to add up what each flow shows."""
    return {flow: Shown() for flow in flows.all}


class Instances:
    """One session's instances: events in, faults out."""

    def __init__(
        self,
        flows: Flows,
        user: User | None = None,
        lenient: Direction = "client",
        shown: Mapping[Flow, Shown] | None = None,
    ) -> None:
        """`shown` is where many sessions add up what they show."""
        self._flows = flows
        self._lenient = lenient
        shown = shown_of(flows) if shown is None else shown
        self._user = User(flows, shown) if user is None else user
        self._own = {flow: Shelf(flow, shown[flow]) for flow in flows.all if flow.spec.scope == "session"}
        self._shelves = {**self._own, **self._user.shelves}
        self._memories: dict[str, Memory] = {}
        self._ways: dict[tuple[Direction, str], tuple[_Way, ...]] = {}  # of each event that came
        self._faults: list[FlowFault] = []
        self._ended: list[tuple[Instance, str]] = []

    def feed(
        self, name: str, direction: Direction, keys: Mapping[str, object], ref: object = None
    ) -> list[FlowFault]:
        """Take one event; return what is wrong now. `keys` holds what it carries, by key part."""
        ways = self._ways.get((direction, name))
        if ways is None:
            ways = self._ways[direction, name] = tuple(self._find_ways(name, direction))
        if not ways:
            return []
        seen = Seen(name, direction, ref)
        values = keys
        for value in keys.values():
            if type(value) is not str:
                values = {part: identity(value) for part, value in keys.items()}
                break
        again, asked = False, None  # whether it was there before, and whom that was asked
        for flow, own, shelf, key, single, memory in ways:
            if memory is not None:
                if memory is not asked:
                    asked, again = memory, memory.repeats(name, direction, values)
                if again:
                    continue
            who = (values.get(single),) if single is not None else tuple([values.get(part) for part in key])
            instance = shelf.instances.get(who)
            if instance is not None and not instance.mute:  # what nearly always happens, without a call
                state = instance.state
                target = (flow.automaton.moves(state) if state.moves is None else state.moves).get(own)
                if target is not None and target.accepts is state.accepts:
                    shelf.shown.taken.add(state.places[own])
                    instance.state, instance.last, instance.last_name = target, seen, own
                    continue
            self._deliver(shelf, instance, _Arrival(flow, own, seen, keys, values), who)
        if self._ended:
            self._settle(seen)
        if not self._faults:
            return []
        faults, self._faults = self._faults, []
        return faults

    def end(self, *, cut: bool) -> list[FlowFault]:
        """Judge what never ended. `cut`: nobody failed, the client left first or the recording stopped."""
        return [fault for shelf in self._own.values() for fault in _unfinished(shelf, cut)]

    def open(self) -> Iterator[OpenInstance]:
        """Yield the instances that have not ended."""
        for shelf in self._shelves.values():
            yield from (_waiting(instance) for instance in shelf.hosts.values() if not instance.mute)

    def unfinished(self) -> int:
        """How many instances with a key have not ended."""
        shelves = self._shelves.values()
        hosts = (shelf.hosts.values() for shelf in shelves if shelf.hosts and shelf.flow.spec.key)
        return sum(not instance.mute for some in hosts for instance in some)

    def coverage(self) -> dict[str, Shown]:
        """Return what each flow has shown so far, by its name."""
        for shelf in self._shelves.values():
            shelf.retire_all()
        return {flow.name: shelf.shown for flow, shelf in self._shelves.items()}

    def _find_ways(self, name: str, direction: Direction) -> Iterator["_Way"]:
        """Where an event goes, parents first."""
        for reader in self._flows.readers(name, direction):
            flow, key = reader.flow, reader.flow.spec.key
            single = key[0] if len(key) == 1 else None
            yield flow, reader.name, self._shelves[flow], key, single, self._memory(flow)

    def _memory(self, flow: Flow) -> Memory | None:
        """What remembers the events of a flow by their `dedupe` value, if it has one: flows share it."""
        part = flow.spec.dedupe
        memories = self._user.memories if flow.spec.scope == "user" else self._memories
        return None if part is None else memories.setdefault(part, Memory(part))

    def _deliver(self, shelf: Shelf, instance: Instance | None, event: "_Arrival", who: Identity) -> None:
        """Rules 2 and 3: whom an event is for, where it does not just move on."""
        if instance is not None:
            self._move(shelf, instance, event)
        elif None in who:
            self._unkeyed(shelf, event, who)
        elif shelf.closed and hash(who) in shelf.closed:
            self._late(shelf, event, who)
        else:
            self._open(shelf, event, who)

    def _unkeyed(self, shelf: Shelf, event: "_Arrival", who: Identity) -> None:
        """Rule 3: an event that lacks a part of the key."""
        flow = event.flow
        policy = flow.unkeyed[event.name]
        if policy == "all":
            for instance in shelf.agreeing(event.values):
                self._move(shelf, instance, event)
        elif policy == "fault":
            absent = tuple(part for part, value in zip(flow.spec.key, who, strict=True) if value is None)
            if (event.name, absent) not in shelf.told:
                shelf.told.add((event.name, absent))
                self._faults.append(FlowFault("key-missing", flow.name, event.key, event.seen, absent=absent))

    def _open(self, shelf: Shelf, event: "_Arrival", who: Identity) -> None:
        """Rules 4 and 6: the first event of an instance."""
        flow, automaton = event.flow, event.flow.automaton
        state = automaton.step(automaton.start, event.name)
        lenient = event.seen.direction == self._lenient
        if state is None and lenient:
            return
        found: tuple[Instance, ...] = ()
        if flow.parent is not None and state is not None:
            found = self._shelves[flow.parent].agreeing(event.values)
        parents = found if len(found) <= MOST_PARENTS else ()
        instance = Instance(flow, who, event.key, state, parents)
        if state is None:
            self._fault("not-started", instance, event.seen)
        elif flow.parent is not None and not found:
            instance.mute = True
            if not lenient:
                self._fault("outside", instance, event.seen, flow.parent.name)
        else:
            shelf.shown.opened += 1
            shelf.read(automaton.start, event.name)
            instance.first = instance.last = event.seen
            instance.last_name = event.name
            for parent in parents:
                parent.children.append(instance)
            if instance.ended:
                self._ended.append((instance, event.name))
        shelf.put(instance)

    def _move(self, shelf: Shelf, instance: Instance, event: "_Arrival") -> None:
        """Rules 4, 5 and 9: a later event."""
        automaton = event.flow.automaton
        if instance.mute and not instance.dropped:
            _excuse(instance, event.name)
            return
        state = None if instance.dropped else automaton.step(instance.state, event.name)
        if state is not None:
            shelf.read(instance.state, event.name)
            ended = instance.ended
            instance.state, instance.last, instance.last_name = state, event.seen, event.name
            if instance.ended is not ended:
                shelf.put(instance)
                if instance.ended:
                    self._ended.append((instance, event.name))
        elif event.flow.spec.reuse and (instance.dropped or instance.ended) and event.opens:
            shelf.retire(instance)
            self._open(shelf, event, instance.identity)
        elif not instance.dropped and event.seen.direction != self._lenient:
            self._fault(
                "after-end" if automaton.closed(instance.state) else "out-of-order", instance, event.seen
            )
            shelf.put(instance)

    def _late(self, shelf: Shelf, event: "_Arrival", who: Identity) -> None:
        """Rules 4, 5 and 9 for an instance that is closed, of which only that is known."""
        flow = event.flow
        if flow.spec.reuse and event.opens:
            shelf.reopen(who)
            self._open(shelf, event, who)
        elif event.seen.direction != self._lenient:
            instance = shelf.revive(who, event.key)
            last = Seen(instance.last_name, event.seen.direction, None)
            self._faults.append(FlowFault("after-end", flow.name, instance.key, event.seen, last=last))

    def _settle(self, seen: Seen) -> None:
        """Rule 6: look at the children of what this event has ended."""
        ended, self._ended = self._ended, []
        for parent, name in ended:
            if parent.flow.automaton.closed(parent.state):
                self._shelves[parent.flow].close(parent)
            children, parent.children = parent.children, []
            for child in children:
                if child.ended:
                    continue
                if child.mute:  # it has had its finding: what lies inside it is not told as well
                    if not any(other.waits for other in child.parents):
                        _drop_children(child)
                    continue
                child.excused |= name in child.flow.but
                if any(other.waits for other in child.parents):
                    continue
                if child.excused:
                    _drop(child)
                else:
                    self._fault("open-at-end", child, seen, parent.flow.name)
                    _drop_children(child)

    def _fault(self, code: Code, instance: Instance, seen: Seen, parent: str = "") -> None:
        """Rule 5: tell the fault, once."""
        instance.mute = True
        self._faults.append(_fault(code, instance, seen, parent))


@quick()
class _Arrival:
    """An event on its way to one flow, by the name that the flow's order has for it."""

    flow: Flow
    name: str
    seen: Seen
    keys: Mapping[str, object]  # as it carries them
    values: Mapping[str, object]  # as identities; None counts as absent

    @property
    def key(self) -> KeyValues:
        """The parts of its flow's key that it carries, in the key's order."""
        found = (part for part in self.flow.spec.key if self.values.get(part) is not None)
        return tuple((part, cast(Scalar, self.keys[part])) for part in found)

    @property
    def opens(self) -> bool:
        """Whether an instance may begin with it."""
        automaton = self.flow.automaton
        return automaton.step(automaton.start, self.name) is not None


def _excuse(parent: Instance, name: str) -> None:
    """Rule 6 for a mute parent: a `but` event still excuses its children."""
    for child in parent.children:
        if name in child.flow.but and not child.ended:
            child.excused = True
            if not any(other.waits for other in child.parents if other is not parent):
                _drop(child)


def _drop(instance: Instance) -> None:
    """Judge an instance no longer, nor its children that have no other parent."""
    instance.mute = instance.dropped = True
    _drop_children(instance)


def _drop_children(parent: Instance) -> None:
    children, parent.children = parent.children, []
    for child in children:
        if not child.ended:
            child.excused = True
            if not any(other.waits for other in child.parents if other is not parent):
                _drop(child)


def _unfinished(shelf: Shelf, cut: bool) -> Iterator[FlowFault]:
    """Rule 7: what has not ended."""
    shelf.retire_all()
    for instance in shelf.instances.values():
        if not instance.mute and not instance.ended:
            instance.mute = True
            if not instance.excused:
                yield _fault("cut" if cut else "never-ended", instance, None)


def _fault(code: Code, instance: Instance, seen: Seen | None, parent: str = "") -> FlowFault:
    automaton = instance.flow.automaton
    return FlowFault(
        code=code,
        flow=instance.flow.name,
        key=instance.key,
        event=seen,
        first=instance.first,
        last=instance.last,
        allowed=() if code == "outside" else automaton.allowed(instance.state),
        needed=None if code == "outside" else automaton.missing(instance.state),
        parent=parent,
    )


def _waiting(instance: Instance) -> OpenInstance:
    automaton = instance.flow.automaton
    needed = automaton.missing(instance.state)
    assert instance.first is not None
    assert instance.last is not None
    assert needed is not None
    return OpenInstance(
        instance.flow.name,
        instance.key,
        instance.first,
        instance.last,
        automaton.allowed(instance.state),
        needed,
    )
