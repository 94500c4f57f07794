"""What a run learns from each case: what it reached, for the frontier, and for how long nothing was new."""

from wsrecord.contract.model import Contract
from wsrecord.explore.frontier import Frontier
from wsrecord.explore.reached import Reached
from wsrecord.judge.finding import Finding
from wsrecord.judge.fuzz import Broke, Fact, Meant
from wsrecord.live.acted import findings_of
from wsrecord.live.outcome import Acted


class Lessons:
    """Those of one run."""

    def __init__(self, contract: Contract, refusals: frozenset[str], frontier: Frontier) -> None:
        self.reached = Reached(contract, refusals)
        self.stale = 0.0  # seconds of exploring without anything new
        self._frontier = frontier
        self._known = 0

    def judged(self, one: Acted) -> list[Finding]:
        """All that is wrong in a case; what it reached is told to the frontier."""
        recording = one.reel.recording()
        story = self.reached.story()
        found = findings_of(one, recording, [story], "live")
        footprint = self.reached.take(story, one.facts, recording.sessions)
        self._frontier.take(one.case, footprint, keep=not any(_is_end(fact) for fact in one.facts))
        return found

    def spent(self, seconds: float) -> None:
        """The cases that were judged since the last time took so long."""
        self.stale = self.stale + seconds if self.reached.count == self._known else 0.0
        self._known = self.reached.count


def _is_end(fact: Fact) -> bool:
    """Whether nothing comes after it: nothing grows from such a case."""
    return isinstance(fact, Broke) or (isinstance(fact, Meant) and fact.due and fact.answer == "none")
