"""Checking a long cassette offline: events a second on one core, and the memory that it takes."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks import long_cassette
from benchmarks.checking import WAYS
from benchmarks.figures import Figure
from benchmarks.measures.visit import Alone, Side

RATE_KEY, MEMORY_KEY = "check/rate", "check/memory"
OURS, FLOWS_ONLY, SHORT = "wsrecord", "wsrecord, flows only", "wsrecord, a fifth of it"
_ROOT = Path(__file__).parent.parent.parent


def _looked(name: str, cassette: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.checking", name, str(cassette)]
    done = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True, timeout=300)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _cassette(side: Side, events: int) -> Path:
    """Written once for all rounds: it is always the same."""
    path = side.folder.parent / f"{events}-events.wsr"
    if not path.exists():
        long_cassette.write(path, events)
    return path


def _rates(side: Side) -> dict[str, float]:
    cassette = _cassette(side, side.effort.check_events)
    found = {name: _looked(name, cassette) for name in WAYS}
    return {name: one["events"] / one["seconds"] for name, one in found.items()}


def _memory(side: Side) -> dict[str, float]:
    sizes = {SHORT: side.effort.check_events // 5, OURS: side.effort.check_events}
    return {name: _looked(OURS, _cassette(side, size))["grown"] / 1e6 for name, size in sizes.items()}


RATE = Alone(
    "check",
    Figure(
        RATE_KEY,
        "looking through a cassette of 100,000 events, on one core",
        "events/s",
        higher_is_better=True,
        bases=("jsonschema", "json.loads"),
    ),
    _rates,
    peers=(),
)
MEMORY = Alone(
    "check-memory",
    Figure(MEMORY_KEY, "growth while a cassette of 100,000 events is checked", "MB", bases=(SHORT,)),
    _memory,
    peers=(),
)
