"""Measurements with contestants of their own: parsers alone, and clients that record themselves."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.contestants import BY_NAME, running
from benchmarks.figures import Figure
from benchmarks.generation import ENGINES
from benchmarks.measures.visit import Alone, Side
from benchmarks.parsers import PARSERS
from benchmarks.peers import peer_python
from benchmarks.processes import StartError
from benchmarks.recordings import BrokenRecordingError

CLIENT, CASSETTER, WSRECORD = "client", "client+cassetter", "client+wsrecord"
_SIZE = 300
_ROOT = Path(__file__).parent.parent.parent


def _run(command: list[str]) -> dict[str, float]:
    done = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True, timeout=120)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _parsers(side: Side) -> dict[str, float]:
    found = _run([sys.executable, "-m", "benchmarks.parsers"])
    for name in PARSERS.keys() - found.keys():
        python = peer_python(name)
        if python is not None:
            found |= _run([python, "-m", "benchmarks.parsers", name])
    return {name: found[name] for name in PARSERS if name in found}


def _engines(side: Side) -> dict[str, float]:
    found = _run([sys.executable, "-m", "benchmarks.generation"])
    for name in ENGINES.keys() - found.keys():
        python = peer_python(name)
        if python is not None:
            found |= _run([python, "-m", "benchmarks.generation", name])
    return {name: found[name] for name in ENGINES if name in found}


def _in_process(side: Side) -> dict[str, float]:
    count = side.effort.client_messages
    path = f"/push?size={_SIZE}&count={count}"
    python = peer_python("cassetter") or sys.executable

    def rate(port: int, *options: str) -> float:
        command = [
            python,
            "-m",
            "benchmarks.in_process",
            f"ws://127.0.0.1:{port}{path}",
            str(count),
            *options,
        ]
        return count / _run(command)["seconds"]

    found = {CLIENT: rate(side.origin)}
    if peer_python("cassetter") is not None:
        cassette = side.folder / "cassette.yaml"
        found[CASSETTER] = rate(side.origin, "--cassetter", str(cassette))
        if cassette.read_text().count("direction: recv") != count:
            raise BrokenRecordingError("cassetter's file does not hold every message")
        cassette.unlink()
    try:
        with running(BY_NAME["wsrecord"], side.origin, side.folder / "wsrecord") as run:
            found[WSRECORD] = rate(run.port)
            run.tally.add(client=1, server=count, size=count * _SIZE)
    except StartError:
        pass  # already named among those left out
    return found


IN_PROCESS = Alone(
    "client",
    Figure(
        "client/300",
        "a client on the websockets library, 300 B, from connecting until the recording is written",
        "msg/s",
        higher_is_better=True,
        bases=(CLIENT, CASSETTER),
    ),
    _in_process,
    peers=("cassetter",),
)
PARSING = Alone(
    "parsers",
    Figure("parsers/300", "parsers alone, masked, 300 B", "µs", bases=("websockets", "wsproto", "picows")),
    _parsers,
    peers=("wsproto", "picows"),
)
GENERATION = Alone(
    "generation",
    Figure(
        "generation/12",
        "events of twelve fields generated through Hypothesis' @given, a second of processor time",
        "events/s",
        higher_is_better=True,
        bases=("by hand", "schemathesis"),
    ),
    _engines,
    peers=("schemathesis",),
)
