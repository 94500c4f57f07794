"""All that one side said in some sessions, by kind of event: what a recording, or a live run, looked like.

    profile = Profile()
    profile.begin(Opening(101))
    profile.add(EventKey("client", "ask"), None, t=5)
    profile.add(EventKey("server", "reply"), {"text": "hi"}, t=9)
    profile.end(Closing("server", 1000))

A stretch is what the server said between one message of the client's and the next; its cause is that
message's name, None before the first. What regularly follows a cause is what can be missed.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wsrecord.contract.model import EventKey
from wsrecord.contract.schemas import Ignore, nothing_ignored
from wsrecord.wire.frames import Direction

from .node import Filler, Node, Spot
from .variants import Variants

Cause = str | None
MOST_KINDS = 2000  # of events on one side


@dataclass(frozen=True, slots=True)
class Opening:
    """How a handshake was answered."""

    status: int | None  # None: it was not
    subprotocol: str | None = None
    extensions: frozenset[str] = frozenset()  # their names


@dataclass(frozen=True, slots=True)
class Closing:
    """How a session ended: who began it, with which code and reason. No code: without a close message."""

    by: str  # client, server, or recorder
    code: int | None = None
    reason: str = ""


@dataclass(slots=True, eq=False)
class Kind:
    """One kind of event."""

    variants: Variants = field(default_factory=Variants)
    count: int = 0
    sessions: int = 0
    frames: Counter[str] = field(default_factory=Counter)  # text or binary
    sizes: tuple[int, int] | None = None  # smallest, largest
    delay: tuple[int, int] | None = (
        None  # shortest, longest: since the client's message, the first in a stretch
    )
    causes: Counter[Cause] = field(default_factory=Counter)
    last: Spot | None = None

    @property
    def root(self) -> Node:
        """All that its events hold."""
        return self.variants.all


@dataclass(slots=True, eq=False)
class Stretches:
    """All stretches with one cause."""

    count: int = 0
    having: Counter[str] = field(default_factory=Counter)  # in how many of them each kind was
    once: Counter[str] = field(default_factory=Counter)  # … and exactly once
    first: Counter[str] = field(default_factory=Counter)
    last: Counter[str] = field(default_factory=Counter)
    ends: dict[str, Spot] = field(default_factory=dict)  # where each last kind was last for the first time


@dataclass(frozen=True, slots=True)
class Said:
    """One event as it was said: kept for exact comparison only."""

    value: Any
    spot: Spot


@dataclass(slots=True, eq=False)
class _Open:
    """The session that is being told."""

    cause: Cause = None
    since: int | None = None
    stretch: list[tuple[str, Spot]] = field(default_factory=list)
    counts: Counter[EventKey] = field(default_factory=Counter)
    kept: dict[str, list[Said]] = field(default_factory=dict)


def never(_name: str) -> bool:
    """Keep no values."""
    return False


class Profile:
    """Sessions of one scenario, added up; `side` is whose events are judged."""

    def __init__(
        self,
        *,
        side: Direction = "server",
        secret: Ignore = nothing_ignored,
        keep: Callable[[str], bool] = never,
    ) -> None:
        self.kinds: dict[str, Kind] = {}
        self.stretches: dict[Cause, Stretches] = {}
        self.sessions: list[Mapping[EventKey, int]] = []
        self.openings: list[Opening] = []
        self.closings: list[Closing] = []
        self.kept: list[Mapping[str, list[Said]]] = []  # by session, of the kinds to keep
        self.side: Direction = side
        self._filler = Filler(secret)
        self._keep = keep
        self._now = _Open()

    def begin(self, opening: Opening | None = None) -> None:
        """A session begins."""
        self._now = _Open()
        if opening is not None:
            self.openings.append(opening)

    def add(
        self, key: EventKey, value: Any, *, t: int = 0, number: int | None = None, size: int | None = None,
        binary: bool = False,
    ) -> None:  # fmt: skip
        """One event of the session, from either side."""
        now = self._now
        now.counts[key] += 1
        if key.sender != self.side:
            self._close_stretch()
            now.cause, now.since = key.name, t
            return
        spot = Spot(len(self.sessions) + 1, number, t)
        kind = self.kinds.get(key.name)
        if kind is None:
            if len(self.kinds) >= MOST_KINDS:
                return  # names without end: those that there are tell enough
            kind = self.kinds[key.name] = Kind()
        kind.count += 1
        if now.counts[key] == 1:
            kind.sessions += 1
        kind.frames["binary" if binary else "text"] += 1
        kind.last = spot
        if size is not None:
            kind.sizes = _within(kind.sizes, size)
        if now.since is not None and not any(name == key.name for name, _ in now.stretch):
            kind.delay = _within(kind.delay, t - now.since)
        now.stretch.append((key.name, spot))
        kind.variants.add(key.name, value, spot, self._filler)
        if self._keep(key.name):
            now.kept.setdefault(key.name, []).append(Said(value, spot))

    def end(self, closing: Closing | None = None) -> None:
        """The session is over."""
        self._close_stretch()
        self.sessions.append(self._now.counts)
        self.kept.append(self._now.kept)
        if closing is not None:
            self.closings.append(closing)
        self._now = _Open()

    def asked(self, cause: Cause) -> int:
        """How often a cause was there: how often the other side said it."""
        found = self.stretches.get(cause)
        return found.count if found else 0

    def _close_stretch(self) -> None:
        now = self._now
        told = self.stretches.setdefault(now.cause, Stretches())
        told.count += 1
        counts = Counter(name for name, _ in now.stretch)
        for name, count in counts.items():
            told.having[name] += 1
            told.once[name] += count == 1
            self.kinds[name].causes[now.cause] += 1
        if now.stretch:
            told.first[now.stretch[0][0]] += 1
            name, spot = now.stretch[-1]
            told.last[name] += 1
            told.ends.setdefault(name, spot)
        now.stretch = []


def _within(range_: tuple[int, int] | None, value: int) -> tuple[int, int]:
    return (value, value) if range_ is None else (min(range_[0], value), max(range_[1], value))
