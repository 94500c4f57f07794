"""The instances of one flow, by key: what stands where, and what has been seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from .automaton import State
from .coverage import Coverage
from .fault import KeyValues, Seen
from .spec import Direction, Flow

# Values as identities: in JSON 1 and true differ, in Python they don't.
Identity: TypeAlias = tuple[object, ...]
SCALARS = (str, int, float, bool, bytes)


class Instance:
    """One run, one tool call: a key's way through its flow's order."""

    __slots__ = (
        "children", "dropped", "excused", "first", "flow", "identity", "key", "last", "last_name",
        "mute", "parents", "state",
    )  # fmt: skip

    def __init__(
        self,
        flow: Flow,
        identity: Identity,
        key: KeyValues,
        state: State | None,
        parents: tuple["Instance", ...],
    ) -> None:
        self.flow = flow
        self.identity = identity
        self.key = key
        self.state = state or flow.automaton.start
        self.first: Seen | None = None
        self.last: Seen | None = None
        self.last_name = ""  # as the order has it
        self.parents = parents
        self.children: list[Instance] = []
        self.mute = False  # its one fault is told, or it is not judged any more
        self.dropped = False  # mute because its parent ended by a `but` event, or was at fault itself
        self.excused = False  # one of its parents ended by a `but` event: it need not end

    @property
    def ended(self) -> bool:
        """Whether its order may end where it stands."""
        return self.state.accepts

    @property
    def hosts(self) -> bool:
        """Whether it can be a parent: it is open, or mute, when nobody knows."""
        return self.mute or not self.state.accepts

    @property
    def waits(self) -> bool:
        """Whether its end may still come, and with it its children's."""
        return not self.dropped and self.hosts


class Memory:
    """The events that came, by their `dedupe` value; by hash, of 64 bits, for they are many."""

    __slots__ = ("_marks", "_part")

    def __init__(self, part: str) -> None:
        self._part = part
        self._marks: set[int] = set()

    def repeats(self, name: str, direction: Direction, values: Mapping[str, object]) -> bool:
        """Say whether an event was there before, with the same keys; remember it."""
        if values.get(self._part) is None:
            return False
        mark = hash((name, direction, *values.values()))
        if mark in self._marks:
            return True
        self._marks.add(mark)
        return False


@dataclass(slots=True)
class Shown:
    """What the instances of a flow have shown, of one session or of many."""

    opened: int = 0
    taken: set[tuple[int, ...]] = field(default_factory=set)  # places that events were read at
    endings: set[str] = field(default_factory=set)

    @property
    def covered(self) -> Coverage:
        """The same, as coverage."""
        return Coverage(frozenset().union(*self.taken), frozenset(self.endings))


@dataclass
class Shelf:
    """One flow's instances in one session, or over all sessions of a user.

    Of a closed instance it keeps little: there may be as many as a long session has events. A hash has 64
    bits, so that two of a million instances share one by a chance of one to ten millions.
    """

    flow: Flow
    shown: Shown = field(default_factory=Shown)
    instances: dict[Identity, Instance] = field(default_factory=dict)
    hosts: dict[Identity, Instance] = field(default_factory=dict)  # those of them that can be parents
    closed: dict[int, str] = field(default_factory=dict)  # last names, by hash
    told: set[Identity] = field(default_factory=set)  # key-missing, once for each event and part

    def put(self, instance: Instance) -> None:
        """Keep an instance where others look for it."""
        self.instances[instance.identity] = instance
        if instance.hosts:
            self.hosts[instance.identity] = instance
        else:
            self.hosts.pop(instance.identity, None)

    def close(self, instance: Instance) -> None:
        """Forget an instance that nothing may follow in, but that it was there, and what came last."""
        self.retire(instance)
        del self.instances[instance.identity]
        self.closed[hash(instance.identity)] = instance.last_name

    def reopen(self, identity: Identity) -> None:
        """Let a closed instance begin again."""
        del self.closed[hash(identity)]

    def revive(self, identity: Identity, key: KeyValues) -> Instance:
        """Return what a closed instance was, to be mute for what came after its end."""
        instance = Instance(self.flow, identity, key, None, ())
        instance.mute = True
        instance.last_name = self.closed.pop(hash(identity))
        self.put(instance)
        return instance

    def read(self, state: State, name: str) -> None:
        """Note which places of the order read an event."""
        self.shown.taken.add(state.places[name])

    def retire(self, instance: Instance) -> None:
        """Note how an instance ended that is about to give way to a new one."""
        if instance.ended and instance.last is not None:
            self.shown.endings.add(instance.last_name)

    def agreeing(self, values: Mapping[str, object]) -> tuple[Instance, ...]:
        """Return the instances that may be open and agree with the key parts that an event carries."""
        who = tuple([values.get(part) for part in self.flow.spec.key])
        if None not in who:
            found = self.hosts.get(who)
            return () if found is None else (found,)
        known = [(index, value) for index, value in enumerate(who) if value is not None]
        return tuple(
            instance
            for identity, instance in self.hosts.items()
            if all(identity[index] == value for index, value in known)
        )

    def retire_all(self) -> None:
        """Note how those ended that nothing was added to any more."""
        for instance in self.instances.values():
            self.retire(instance)


def identity(value: object) -> object:
    """Return what makes a key value that value; None for what counts as absent."""
    if isinstance(value, bool):
        return ("bool", value)
    return value if isinstance(value, SCALARS) and value == value else None  # noqa: PLR0124 - NaN is no key
