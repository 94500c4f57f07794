"""What this project set out to reach, beside what was measured."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.figures import Results, Spread
from benchmarks.measures import check, cpu, fuzz, latency, memory
from benchmarks.measures.throughput import Cell

OURS = "wsrecord"
_MESSAGES = Cell(300, 1).key


@dataclass(frozen=True)
class Aim:
    """A bound on a figure, or on its ratio to a base."""

    text: str
    figure: str
    bound: float
    base: str | None = None
    at_least: bool = False
    contestant: str = OURS

    def measured(self, results: Results) -> Spread | None:
        """What the bound is held against."""
        if self.base is None:
            return results.value(self.figure, self.contestant)
        return results.ratio(self.figure, self.contestant, self.base)

    def reached(self, found: Spread) -> bool:
        """Whether the median keeps the bound."""
        keeps: Callable[[float], bool] = self.bound.__le__ if self.at_least else self.bound.__ge__
        return keeps(found.median)


AIMS = (
    Aim("300 B messages a second, at least 150,000", _MESSAGES, 150_000.0, at_least=True),
    Aim("… at least 30 × mitmproxy recording", _MESSAGES, 30.0, "mitmproxy", at_least=True),
    Aim("… at least 2.5 × a plain relay that records nothing", _MESSAGES, 2.5, "plain", at_least=True),
    Aim("CPU per round trip, at most 2.5 × haproxy", cpu.KEY, 2.5, "haproxy"),
    Aim("added median latency, at most 1.6 × haproxy", latency.ADDED, 1.6, "haproxy"),
    Aim("an idle session, less than 16 KB", memory.IDLE_KEY, 16.0),
    Aim("growth by a stalled client, less than 12 MB", memory.STALL_KEY, 12.0),
    Aim("events a second that check looks through, at least 60,000", check.RATE_KEY, 60_000.0, at_least=True),
    Aim(
        "… that it reads, decodes, classifies, validates and puts in order, at least 60,000",
        check.RATE_KEY,
        60_000.0,
        at_least=True,
        contestant=check.FLOWS_ONLY,
    ),
    Aim(
        "growth of check at 100,000 events, at most 1.25 × that at 20,000",
        check.MEMORY_KEY,
        1.25,
        check.SHORT,
    ),
    Aim(
        "dialogues of fuzz a second, at least 0.8 × a loop by hand",
        fuzz.AGENT_KEY,
        0.8,
        fuzz.HAND,
        at_least=True,
    ),
    Aim("… at a server that answers at once, at least 0.8 ×", fuzz.SHOP_KEY, 0.8, fuzz.HAND, at_least=True),
)
