"""Everything a run has to say: the machine, who was left out, tables, aims, failures."""

import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from benchmarks.contestants import CONTESTANTS
from benchmarks.cores import cores
from benchmarks.figures import Figure, Results
from benchmarks.measures import ALONE, MEASURES
from benchmarks.tables import Table, aims_table, as_markdown, as_text, figure_table

ALL_FIGURES: tuple[Figure, ...] = (
    *(figure for measure in MEASURES for figure in measure.figures),
    *(single.figure for single in ALONE),
)
_NO_RELAY = (
    "cassetter: takes no part in relaying, it patches a client library; see the in-process client below"
)


@dataclass
class Page:
    """What is printed, and what `--json` writes."""

    results: Results
    rounds: int
    quick: bool
    left_out: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    machine: dict[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """For a file."""
        return {
            "machine": self.machine,
            "rounds": self.rounds,
            "quick": self.quick,
            "left_out": self.left_out,
            "failures": self.failures,
            "units": {figure.key: figure.unit for figure in ALL_FIGURES},
            "samples": self.results.samples(),
        }

    @classmethod
    def load(cls, plain: dict[str, Any]) -> "Page":
        """The reverse of `plain`."""
        results = Results.load(plain["samples"])
        return cls(
            results, plain["rounds"], plain["quick"], plain["left_out"], plain["failures"], plain["machine"]
        )

    def text(self) -> str:
        """For a terminal."""
        return "\n\n".join(["\n".join(self._facts()), *self._tables(as_text), *self._failed()])

    def markdown(self) -> str:
        """For docs/benchmarks.md."""
        facts = "\n".join(f"- {fact}" for fact in self._facts())
        return "\n\n".join([facts, *self._tables(as_markdown), *self._failed()])

    def _facts(self) -> list[str]:
        facts = [f"{name}: {value}" for name, value in self.machine.items()]
        facts.append(
            f"{self.rounds} interleaved rounds: medians, ends in brackets, ratios taken within each round"
        )
        if self.quick:
            facts.append("NO RESULT (--quick, or fewer than 5 rounds): it only shows that everything runs")
        facts += [f"left out: {name}: {why}" for name, why in self.left_out.items()]
        return [*facts, _NO_RELAY]

    def _tables(self, shown: Callable[[Table], str]) -> list[str]:
        tables = [
            table for figure in ALL_FIGURES if (table := figure_table(figure, self.results)) is not None
        ]
        return [shown(table) for table in [*tables, aims_table(self.results)]]

    def _failed(self) -> list[str]:
        if not self.failures:
            return []
        return ["FAILED, and not counted:\n" + "\n".join(f"- {failure}" for failure in self.failures)]


def describe_machine() -> dict[str, str]:
    """What a reader has to know to compare."""
    packages = []
    for name in ("wsrecord", "websockets", "picows"):
        try:
            packages.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    programs = [shown for contestant in CONTESTANTS if (shown := contestant.version())]
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{cores()} cores, {platform.machine()}, {platform.system()} {platform.release()}",
        "versions": ", ".join([f"Python {platform.python_version()}", *packages, *programs]),
    }
