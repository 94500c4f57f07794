"""The interleaved run: every round takes every measurement at every contestant, in turning order."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.client import LoadError
from benchmarks.contestants import Contestant, running
from benchmarks.effort import Effort
from benchmarks.figures import Results
from benchmarks.measures.visit import Alone, Measure, Side, Visit
from benchmarks.peers import peer_python
from benchmarks.processes import Origin, StartError, free_port, program
from benchmarks.recordings import BrokenRecordingError

_TROUBLE = (LoadError, StartError, BrokenRecordingError, OSError, subprocess.SubprocessError, psutil.Error)


@dataclass
class Outcome:
    """What a run yields: samples, who was left out, and what went wrong."""

    results: Results = field(default_factory=Results)
    left_out: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    rounds: int = 0


class Rounds:
    """One run over chosen contestants and measurements."""

    def __init__(self, effort: Effort, folder: Path, say: Callable[[str], None]) -> None:
        self.effort = effort
        self.folder = folder
        self.say = say
        self.outcome = Outcome()
        self._counts: dict[tuple[str, str], int] = {}
        self._number = 0

    def run(self, contestants: Iterable[Contestant], measures: list[Measure], alone: list[Alone]) -> None:
        """Fill `outcome`; a contestant that does not start is left out, one that fails is named."""
        with _origin(self.folder) as origin:
            present = [one for one in contestants if self._starts(one, origin)]
            for peer in (peer for single in alone for peer in single.peers):
                if peer_python(peer) is None:
                    self.outcome.left_out[peer] = "not installed (python -m benchmarks --install-peers)"
            for turn in range(self.effort.repeats):
                order = present[turn % len(present) :] + present[: turn % len(present)] if present else []
                for measure in measures:
                    self.say(f"round {turn + 1} of {self.effort.repeats}: {measure.name}")
                    for contestant in order:
                        self._visit(measure, contestant, origin, turn)
                for single in alone:
                    self.say(f"round {turn + 1} of {self.effort.repeats}: {single.name}")
                    self._visit_alone(single, origin, turn)
                self.outcome.rounds = turn + 1

    def _starts(self, contestant: Contestant, origin: Origin) -> bool:
        try:
            with running(contestant, origin.port, self._new_folder()) as run:
                run.tally.complete = False
        except FileNotFoundError as missing:
            self.outcome.left_out[contestant.name] = str(missing)
        except StartError as trouble:
            self.outcome.left_out[contestant.name] = f"{contestant.missing or 'it does not start'}: {trouble}"
        except BrokenRecordingError:
            return True  # nothing was recorded, for nothing was sent
        else:
            return True
        return False

    def _visit(self, measure: Measure, contestant: Contestant, origin: Origin, turn: int) -> None:
        last = turn == self.effort.repeats - 1
        try:
            with running(contestant, origin.port, self._new_folder(), thorough=last) as run:
                if run.process is None and measure.needs_process:
                    return
                found = measure.visit(Visit(run, origin, self.effort, self._counts))
        except _TROUBLE as trouble:
            self._failed(f"{measure.name} at {contestant.name}", turn, trouble)
            return
        for figure in measure.figures:
            if figure.key in found:
                self.outcome.results.add(figure.key, contestant.name, turn, found[figure.key])

    def _visit_alone(self, single: Alone, origin: Origin, turn: int) -> None:
        folder = self._new_folder()
        folder.mkdir()
        try:
            found = single.visit(Side(origin.port, self.effort, folder))
        except _TROUBLE as trouble:
            self._failed(single.name, turn, trouble)
            return
        for name, value in found.items():
            self.outcome.results.add(single.figure.key, name, turn, value)

    def _failed(self, what: str, turn: int, trouble: Exception) -> None:
        text = f"round {turn + 1}, {what}: {type(trouble).__name__}: {trouble}"
        self.outcome.failures.append(text)
        self.say(text)

    def _new_folder(self) -> Path:
        self._number += 1
        return self.folder / str(self._number)


@contextmanager
def _origin(folder: Path) -> Iterator[Origin]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.origin", "--port", str(port)]
    with program(command, folder / "origin.log", port) as process:
        yield Origin(port, process)


@contextmanager
def scratch(parent: str | None) -> Iterator[Path]:
    """Where recordings go while they are needed."""
    with tempfile.TemporaryDirectory(prefix="wsrecord-bench-", dir=parent) as name:
        yield Path(name)
