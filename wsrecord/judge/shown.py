"""What cassettes have shown of one contract: small enough to keep when the cassette itself is forgotten."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from wsrecord.contract.flow.coverage import Coverage
from wsrecord.contract.model import Contract, EventKey
from wsrecord.judge.evidence import Evidence
from wsrecord.judge.heard import Heard
from wsrecord.judge.points import Point, Points
from wsrecord.judge.rules import RulesJudge, Tally
from wsrecord.judge.running import Run, Running


@dataclass(slots=True)
class Shown:
    """Counts over all cassettes so far."""

    contract: Contract
    sessions: int = 0
    refused: int = 0  # of those, before they could say anything
    units: int = 0
    sound: int = 0  # units that are events, and right
    events: Counter[EventKey] = field(default_factory=Counter)
    opened: Counter[str] = field(default_factory=Counter)  # instances, by flow
    broken: Counter[str] = field(default_factory=Counter)
    cut: Counter[str] = field(default_factory=Counter)
    covered: dict[str, Coverage] = field(default_factory=dict)
    tallies: dict[int, Tally] = field(default_factory=dict)  # by the rule's place in the contract
    users: int = 0  # in one cassette, at most
    seen: set[Point] = field(default_factory=set)
    points: Points | None = None  # of its schemas; made with the first event

    def add(self, evidence: Evidence) -> None:
        """Take in what one cassette shows."""
        users = set()
        for told in evidence.sessions:
            self.sessions += 1
            self.refused += not told.session.accepted
            self.units += told.units
            self.sound += told.sound
            users.add(told.user)
        for ears in evidence.ears.values():
            self.events[ears.key] += ears.count
        self.users = max(self.users, len(users - {None}))
        for judge in evidence.judges:
            if isinstance(judge, Running):
                self._flows(judge.run)
            elif isinstance(judge, RulesJudge):
                self._tally(judge.tallies)

    def join(self, other: "Shown") -> None:
        """Take in what was added up apart, under the same contract."""
        self.sessions += other.sessions
        self.refused += other.refused
        self.units += other.units
        self.sound += other.sound
        self.events.update(other.events)
        self.opened.update(other.opened)
        self.broken.update(other.broken)
        self.cut.update(other.cut)
        for name, covered in other.covered.items():
            self.covered[name] = self.covered.get(name, Coverage()) | covered
        self._tally(other.tallies)
        self.users = max(self.users, other.users)
        self.seen |= other.seen

    def see(self, heard: Heard) -> None:
        """Take in what one event shows of its schema."""
        event = heard.event
        if event is not None and not heard.faults and heard.unit.fault is None:
            if self.points is None:
                self.points = Points(self.contract)
            self.points.see(event, self.seen)

    def _tally(self, tallies: Mapping[int, Tally]) -> None:
        for number, tally in tallies.items():
            mine = self.tallies.setdefault(number, Tally())
            mine.subjects += tally.subjects
            mine.wrong += tally.wrong

    def _flows(self, done: Run) -> None:
        self.opened.update(done.opened)
        self.broken.update(done.broken)
        self.cut.update(done.cut)
        for name, covered in done.covered.items():
            self.covered[name] = self.covered.get(name, Coverage()) | covered
