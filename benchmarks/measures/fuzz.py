"""Made-up dialogues a second: the explorer of `fuzz`, and a loop by hand that judges nothing."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.fuzzing import HAND, OURS, write_shop
from benchmarks.measures.visit import Alone, Side
from benchmarks.processes import HOST, free_port, program

AGENT_KEY, SHOP_KEY = "fuzz/agent", "fuzz/shop"
_ROOT = Path(__file__).parent.parent.parent


def _agent(port: int, folder: Path) -> list[str]:
    return [sys.executable, "-m", "wsrecord", "demo", "serve", "--host", HOST, "--port", str(port)]


def _shop(port: int, folder: Path) -> list[str]:
    path = f"PYTHONPATH={_ROOT}:{_ROOT / 'tests'}"
    return ["env", path, sys.executable, "-m", "support.shopkeeper", str(port), str(write_shop(folder))]


def _played(name: str, server: str, port: int, count: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.fuzzing", name, server, str(port), str(count)]
    done = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True, timeout=300)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _visit(side: Side, server: str, count: int) -> dict[str, float]:
    """Each at a server of its own, that was just started."""
    found = {}
    for name in (HAND, OURS):
        port = free_port()
        command = (_agent if server == "agent" else _shop)(port, side.folder)
        with program(command, side.folder / f"{server}.log", port):
            found[name] = _played(name, server, port, count)
    ours, theirs = found[OURS], found[HAND]
    if (ours["sessions"], ours["sent"]) != (theirs["sessions"], theirs["sent"]):
        raise OSError(f"they did not play the same: {found}")
    return {name: one["sessions"] / one["seconds"] for name, one in found.items()}


AGENT = Alone(
    "fuzz",
    Figure(
        AGENT_KEY,
        "dialogues of fuzz, sixteen at once, at the demo's agent",
        "sessions/s",
        higher_is_better=True,
        bases=(HAND,),
    ),
    lambda side: _visit(side, "agent", side.effort.fuzz_cases),
    peers=(),
)
SHOP = Alone(
    "fuzz-shop",
    Figure(
        SHOP_KEY,
        "dialogues of fuzz, sixteen at once, at a server that answers at once",
        "sessions/s",
        higher_is_better=True,
        bases=(HAND,),
    ),
    lambda side: _visit(side, "shop", 2 * side.effort.fuzz_cases),
    peers=(),
)
