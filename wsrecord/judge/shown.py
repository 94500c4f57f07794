"""What cassettes have shown of one contract: small enough to keep when the cassette itself is forgotten."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from wsrecord.contract.flow.coverage import Coverage
from wsrecord.contract.model import Contract, EventKey
from wsrecord.judge import answers, rules
from wsrecord.judge.evidence import Case, Evidence
from wsrecord.judge.points import Point, Points
from wsrecord.judge.rules import Tally
from wsrecord.judge.running import run
from wsrecord.judge.users import users


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
        if self.points is None:
            self.points = Points(self.contract)
        for told in evidence.sessions:
            self.sessions += 1
            self.refused += not told.session.accepted
            for heard in told.heard:
                self.units += 1
                if heard.event is None:
                    continue
                self.events[heard.event.key] += 1
                if heard.unit.fault is None and not heard.faults:
                    self.sound += 1
                    self.points.see(heard.event, self.seen)
        self._flows(evidence)
        for done in (evidence.once(rules.judged), evidence.once(answers.judged)):
            for number, tally in done.tallies.items():
                mine = self.tallies.setdefault(number, Tally())
                mine.subjects += tally.subjects
                mine.wrong += tally.wrong
        whose = {user for user in evidence.once(users).values() if user is not None}
        self.users = max(self.users, len(whose))

    def _flows(self, evidence: Evidence) -> None:
        done = evidence.once(run)
        self.opened.update(done.opened)
        self.broken.update(done.broken)
        self.cut.update(done.cut)
        for name, covered in done.covered.items():
            self.covered[name] = self.covered.get(name, Coverage()) | covered


def collect(cases: Iterable[Case], contracts: Iterable[Contract]) -> list[Shown]:
    """What all these cassettes show of each contract."""
    found = [Shown(contract) for contract in contracts]
    for case in cases:
        take(found, case)
    return found


def take(found: Iterable[Shown], case: Case) -> None:
    """Take in what one more cassette shows."""
    for one in found:
        for evidence in case.evidence:
            if evidence.contract is one.contract:
                one.add(evidence)
