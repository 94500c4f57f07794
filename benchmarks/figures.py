"""What is measured: a figure has a name, a unit and a better end; its samples come round by round."""

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One row of results, for all contestants."""

    key: str  # throughput/300/1
    title: str
    unit: str
    higher_is_better: bool = False
    bases: tuple[str, ...] = ("haproxy", "plain", "mitmproxy")


@dataclass(frozen=True)
class Spread:
    """The median of some samples, and the ends."""

    median: float
    low: float
    high: float
    count: int

    @classmethod
    def of(cls, samples: list[float]) -> "Spread":
        """At least one sample."""
        return cls(median(samples), min(samples), max(samples), len(samples))


class Results:
    """Samples by figure, contestant and round."""

    def __init__(self) -> None:
        self._samples: dict[tuple[str, str], dict[int, float]] = {}

    def add(self, figure: str, contestant: str, turn: int, value: float) -> None:
        """Keep what one round measured."""
        self._samples.setdefault((figure, contestant), {})[turn] = value

    def turns(self, figure: str, contestant: str) -> dict[int, float]:
        """What was measured, by round."""
        return dict(self._samples.get((figure, contestant), {}))

    def contestants(self, figure: str) -> list[str]:
        """Who has samples, in the order in which they first came."""
        return [name for key, name in self._samples if key == figure]

    def value(self, figure: str, contestant: str) -> Spread | None:
        """The median over all rounds."""
        samples = self._samples.get((figure, contestant))
        return Spread.of(list(samples.values())) if samples else None

    def ratio(self, figure: str, contestant: str, base: str) -> Spread | None:
        """How many times the base's: taken within each round, so that a slow minute hits both."""
        mine, theirs = (self._samples.get((figure, name), {}) for name in (contestant, base))
        ratios = [value / theirs[turn] for turn, value in mine.items() if theirs.get(turn, 0) > 0]
        return Spread.of(ratios) if ratios else None

    def samples(self) -> dict[str, dict[str, dict[str, float]]]:
        """All of it, for a file: figure, contestant, round."""
        plain: dict[str, dict[str, dict[str, float]]] = {}
        for (figure, contestant), samples in self._samples.items():
            plain.setdefault(figure, {})[contestant] = {str(turn): value for turn, value in samples.items()}
        return plain

    @classmethod
    def load(cls, plain: dict[str, dict[str, dict[str, float]]]) -> "Results":
        """The reverse of `samples`."""
        results = cls()
        for figure, contestants in plain.items():
            for contestant, samples in contestants.items():
                for turn, value in samples.items():
                    results.add(figure, contestant, int(turn), value)
        return results
