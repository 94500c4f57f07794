"""One visit: a measurement at one contestant in one round."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.contestants import Running
from benchmarks.effort import Effort
from benchmarks.figures import Figure
from benchmarks.processes import Origin


@dataclass(frozen=True)
class Visit:
    """What a measurement gets: a contestant that is up, its bounds, and the counts fitted so far."""

    run: Running
    origin: Origin
    effort: Effort
    counts: dict[tuple[str, str], int]

    @property
    def process(self) -> psutil.Process:
        """The contestant's; only for measures that need one."""
        assert self.run.process is not None
        return self.run.process


@dataclass(frozen=True)
class Measure:
    """A name for the command line, the figures it yields, and how."""

    name: str
    figures: tuple[Figure, ...]
    visit: Callable[[Visit], dict[str, float]]
    needs_process: bool = False  # nothing to measure when there is nothing between client and origin


@dataclass(frozen=True)
class Side:
    """What a measurement with contestants of its own gets."""

    origin: int
    effort: Effort
    folder: Path


@dataclass(frozen=True)
class Alone:
    """A measurement that brings its own contestants: one figure, and a value for each of them."""

    name: str
    figure: Figure
    visit: Callable[[Side], dict[str, float]]
    peers: tuple[str, ...]  # modules that this Python or that of the peers has to have
