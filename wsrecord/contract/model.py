"""A contract as values: what a folder with a contract.yaml says. `docs/contract.md` tells what each means.

Durations are nanoseconds, as times in a cassette are. An event is a side and a name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

from wsrecord.wire.frames import Direction

from .flow.spec import Flows
from .library import Library
from .pointer import Pointer, written
from .schemas import Schema

Policy: TypeAlias = Literal["allow", "warn", "error"]
JsonScalar: TypeAlias = str | int | float | bool | None


class EventKey(NamedTuple):
    """Which event: who sends it, and its name."""

    sender: Direction
    name: str

    def __str__(self) -> str:
        return f"{self.sender}:{self.name}"


@dataclass(frozen=True, slots=True)
class Applies:
    """Which sessions a contract is for; an empty part asks nothing."""

    paths: tuple[str, ...] = ()  # exact, or with * for one segment and ** for any number
    subprotocols: tuple[str | None, ...] = ()  # None: the server chose none


@dataclass(frozen=True, slots=True)
class Codec:
    """How messages become units."""

    name: str = "json"
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def spec(self) -> str | Mapping[str, Any]:
        """As `wsrecord.codec.registry.make` takes it."""
        return {self.name: self.options} if self.options else self.name


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold at a pointer: one of some values, or that there is something, or nothing."""

    pointer: Pointer | None  # None: of the name that the codec gives
    values: tuple[JsonScalar, ...] | None = None
    present: bool | None = None


@dataclass(frozen=True, slots=True, eq=False)
class EventSpec:
    """One event: its schema, if it has one, and what tells it from others, if not its name.

    Each is itself only: judges look up by it what they do with its event, many times a second.
    """

    key: EventKey
    schema: Schema | None
    when: tuple[Condition, ...] = ()
    where: str = ""  # its place in the contract's file


@dataclass(frozen=True, slots=True)
class Key:
    """Where an event carries a value that says what it belongs to. Pointers are tried in order."""

    name: str
    pointers: tuple[Pointer, ...]  # in every event
    own: Mapping[EventKey, tuple[Pointer, ...]] = field(default_factory=dict)  # in these events, instead
    where: str = ""

    def of(self, event: EventKey) -> tuple[Pointer, ...]:
        """The pointers to try in an event."""
        return self.own.get(event, self.pointers)


@dataclass(frozen=True, slots=True)
class Selector:
    """A place in some events; without events, in every event that has it."""

    pointer: Pointer
    events: tuple[EventKey, ...] | None = None
    text: str = ""  # as the contract writes it

    def selects(self, event: EventKey) -> bool:
        """Whether it is a place in this event."""
        return self.events is None or event in self.events

    def __str__(self) -> str:
        return self.text or written(self.pointer)


@dataclass(frozen=True, slots=True)
class Increasing:
    """Each value is greater than the one before."""

    of: Selector
    per: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Unique:
    """No value comes twice."""

    of: Selector
    per: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Echo:
    """A value was there before, in another event."""

    sources: tuple[Selector, ...]
    target: Selector
    per: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Concat:
    """The pieces, joined, are the whole."""

    of: Selector
    whole: Selector
    per: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """After the one event comes one of the others, in time."""

    to: tuple[EventKey, ...]
    answers: tuple[EventKey, ...]
    within: int | None = None
    per: tuple[str, ...] = ()
    where: str = ""


Rule: TypeAlias = Increasing | Unique | Echo | Concat | Answer


@dataclass(frozen=True, slots=True)
class Refusal:
    """An upgrade that carries none of these headers, cookies or query parameters is refused."""

    without: tuple[str, ...]
    statuses: tuple[int, ...]
    where: str = ""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What the upgrade must be answered with."""

    subprotocol: str | None = None
    refuse: tuple[Refusal, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Isolation:
    """What one user's session must not show of another's."""

    values: tuple[Selector, ...]
    user: Selector | None = None
    shared: tuple[Selector, ...] = ()  # places where another user's values may stand
    where: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """How long it may take from one event to another."""

    start: tuple[EventKey, ...]
    stop: tuple[EventKey, ...]
    within: int
    per: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many of some events there may be."""

    of: tuple[EventKey, ...]
    least: int = 0
    most: int | None = None
    per: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Pin:
    """What a client says at one place is what the server said at another, however short it is."""

    source: Selector
    target: Selector
    where: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """What a replay carries over, and what it leaves alone, where values alone don't tell."""

    pins: tuple[Pin, ...] = ()
    ignore: tuple[Selector, ...] = ()  # what stands there is never carried over


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What must always hold of a stream."""

    name: str
    file: str  # as errors call it
    applies: Applies = Applies()
    codec: Codec = Codec()
    name_at: Pointer | None = None  # where an event's name stands
    events: Mapping[EventKey, EventSpec] = field(default_factory=dict)
    unknown: Policy = "warn"
    keys: Mapping[str, Key] = field(default_factory=dict)
    flows: Flows = field(default_factory=lambda: Flows(()))
    rules: tuple[Rule, ...] = ()
    handshake: Handshake | None = None
    closes: frozenset[int] = frozenset()  # codes that are as good as those that say nothing went wrong
    refusable: frozenset[str] = frozenset()  # the client's events that may be refused though they are right
    isolation: Isolation | None = None
    budgets: tuple[Budget | Count, ...] = ()
    links: Links = Links()
    unused: tuple[str, ...] = ()  # schema files in its folder that nothing refers to
    library: Library | None = None  # all its schemas
    ready: dict[str, Any] = field(init=False, default_factory=dict, compare=False, repr=False)  # made once
