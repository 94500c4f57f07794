"""What there is to reach under a contract, and what made-up cases reached of it.

Transitions are the places of the flows' orders, as `--coverage` counts them; endings, alternatives of schemas
and documented error codes come from there too. Closes and refused upgrades are counted as they come. What
steers generation is finer, and is not shown: which event came after which, and how a message was answered.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from wsrecord.cassette.recording import Session
from wsrecord.contract.flow.coverage import Coverage
from wsrecord.contract.model import Contract, EventKey, EventSpec
from wsrecord.judge.fuzz import Fact, Meant
from wsrecord.judge.heard import Heard
from wsrecord.judge.points import Point, Points
from wsrecord.judge.shown import Shown

from .schema import words

Feature: TypeAlias = tuple[Any, ...]
Without: TypeAlias = tuple[EventKey, str]  # an event, and an optional field that was not there
Stand: TypeAlias = tuple[str, str]  # a flow, and what came last in an instance of it
_CODES = ("code", "reason", "kind", "error", "status")  # fields that say why something is refused


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one case reached, and where it left the flows."""

    features: frozenset[Feature] = frozenset()
    stands: frozenset[Stand] = frozenset()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that can be reached: how many were, and which were not."""

    name: str
    there: int
    missed: tuple[str, ...]

    @property
    def seen(self) -> int:
        """How many were reached."""
        return self.there - len(self.missed)

    def __str__(self) -> str:
        return f"{self.name} {self.seen} of {self.there}"


class Story(Shown):
    """What one case shows: of schemas only what no case before it has shown."""

    def __init__(
        self, contract: Contract, points: Points, optional: Mapping[EventKey, frozenset[str]]
    ) -> None:
        super().__init__(contract, points=points)
        self.without: set[Without] = set()
        self._optional = optional
        self.features: set[Feature] = set()
        self._last: dict[int, str] = {}  # the event that came last, by session
        self._stood: dict[tuple[str, tuple[Any, ...]], str] = {}  # by instance

    @property
    def stands(self) -> frozenset[Stand]:
        """What came last in the flows."""
        return frozenset((flow, name) for (flow, _), name in self._stood.items())

    def see(self, heard: Heard) -> None:
        """Take in one event, and what came before it."""
        super().see(heard)
        event, session = heard.event, heard.spot.told.number
        if event is None:
            return
        optional = self._optional.get(event.key)
        if optional and not heard.faults and isinstance(event.value, dict):
            self.without.update((event.key, name) for name in optional.difference(event.value))
        name, before = str(event.key), self._last.get(session)
        if name != before:
            self.features.add(("after", before, name))
            self._last[session] = name
        for reader in self.contract.flows.readers(event.name, event.sender):
            key = reader.flow.spec.key
            who = tuple(event.keys.get(part) for part in key)
            if None not in who:
                at = reader.flow.name, (who if key else (session,))
                self.features.add(("step", reader.flow.name, self._stood.get(at), reader.name))
                self._stood[at] = reader.name


class Reached:
    """All that the cases of a run reached."""

    def __init__(self, contract: Contract, refusals: Iterable[str] = ()) -> None:
        """`refusals`: the server's events that say no."""
        self._points = Points(contract)
        self.shown = Shown(contract, points=self._points)
        self.closes: set[str] = set()
        self._without: set[Without] = set()
        self._optional = {
            key: _optional(contract.events[key], points) for key, points in self._points.all.items()
        }
        self._codes = _codes(self._points, frozenset(refusals))
        coded = {point for points in self._codes.values() for point in points}
        self._branches = [one for mine in self._points.all.values() for one in mine if one not in coded]

    def story(self) -> Story:
        """Where judges note what one case shows."""
        return Story(self.shown.contract, self._points, self._optional)

    def take(self, story: Story, facts: Iterable[Fact], sessions: Iterable[Session]) -> Footprint:
        """Add what one case came to."""
        features = story.features
        for name, covered in story.covered.items():
            features.update(("read", name, place) for place in covered.places)
            features.update(("ended", name, last) for last in covered.endings)
        features.update(("shows", point) for point in story.seen)
        features.update(("without", one) for one in story.without)
        self._without |= story.without
        for fact in facts:
            if isinstance(fact, Meant):
                features.add(("answer", fact.event, fact.breaks is None, fact.answer, fact.by))
        closes = set(_closes(sessions))
        features.update(("closed", one) for one in closes)
        self.closes |= closes
        self.shown.join(story)
        return Footprint(frozenset(features), story.stands)

    @property
    def count(self) -> int:
        """How much was reached, of all that is shown."""
        covered = self.shown.covered.values()
        flows = sum(len(one.places) + len(one.endings) for one in covered)
        return flows + len(self.shown.seen) + len(self._without) + len(self.closes)

    def kinds(self) -> list[Kind]:
        """What can be reached, kind by kind; those aside of which there is nothing."""
        transitions: list[tuple[str, bool]] = []
        endings: list[tuple[str, bool]] = []
        for flow in self.shown.contract.flows.all:
            covered = self.shown.covered.get(flow.name, Coverage())
            transitions += [
                (f"{flow.name}: {place.label}", place.number in covered.places)
                for place in flow.automaton.places
            ]
            endings += [(f"{flow.name}: {name}", name in covered.endings) for name in flow.automaton.endings]
        seen = self.shown.seen
        absent = [
            (f"{key.name} without {name}", (key, name) in self._without)
            for key, names in self._optional.items()
            for name in sorted(names)
        ]
        found = {
            "transitions": transitions,
            "endings": endings,
            "branches": [*((_label(one), one in seen) for one in self._branches), *absent],
            "error codes": [(name, not seen.isdisjoint(points)) for name, points in self._codes.items()],
        }
        return [
            Kind(name, len(every), tuple(label for label, reached in every if not reached))
            for name, every in found.items()
            if every
        ]

    def document(self) -> dict[str, Any]:
        """The same as plain values."""
        kinds = {
            one.name.replace(" ", "_"): {"seen": [one.seen, one.there], "unseen": list(one.missed)}
            for one in self.kinds()
        }
        return {**kinds, "closes": sorted(self.closes)}

    def __str__(self) -> str:
        return ", ".join(map(str, self.kinds()))


def _optional(spec: EventSpec, points: Iterable[Point]) -> frozenset[str]:
    """The fields of an event that may be there, or not."""
    if spec.schema is None:
        return frozenset()
    said = words(spec.schema.library, spec.schema.uri, spec.schema.value)
    own = frozenset(said.get("properties", {})) - frozenset(said.get("required", ()))
    return own.intersection(point.label for point in points if point.kind == "field")


def _label(point: Point) -> str:
    return f"{point.event.name} {point.label}"


def _codes(points: Points, refusals: frozenset[str]) -> dict[str, list[Point]]:
    """The values of enums by which refusals differ; those that other events share with them are none."""
    mine: list[Point] = []
    shared: set[str] = set()
    for key, every in points.all.items():
        if key.sender == "server" and key.name in refusals:
            mine += [point for point in every if point.kind == "enum"]
        else:
            shared.update(point.where for point in every)
    own = [point for point in mine if point.where not in shared]
    telling = [point for point in own if any(word in _field(point) for word in _CODES)]
    found: dict[str, list[Point]] = {}
    for point in telling or own:
        found.setdefault(_label(point).replace('"', ""), []).append(point)
    return found


def _field(point: Point) -> str:
    """The field whose value an enum's is."""
    _, _, steps = point.where.rpartition("/properties/")
    return steps.partition("/")[0].lower()


def _closes(sessions: Iterable[Session]) -> Iterator[str]:
    """How the server ended sessions, and how it refused them."""
    for session in sessions:
        if session.response is not None and not session.accepted:
            yield f"HTTP {session.response.status}"
        closes = session.closes
        if closes and closes[0].sender == "server":
            payload = closes[0].payload
            yield str(int.from_bytes(payload[:2], "big")) if len(payload) >= 2 else "no code"
