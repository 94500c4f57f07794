import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("psutil")

from benchmarks.fuzzing import HAND, OURS, write_shop
from benchmarks.processes import free_port, program

ROOT = Path(__file__).parents[2]


def test_both_play_the_same_dialogues(tmp_path):
    port = free_port()
    path = f"PYTHONPATH={ROOT}:{ROOT / 'tests'}"
    server = ["env", path, sys.executable, "-m", "support.shopkeeper", str(port), str(write_shop(tmp_path))]
    played = []
    with program(server, tmp_path / "log", port):
        for name in (HAND, OURS):
            command = [sys.executable, "-m", "benchmarks.fuzzing", name, "shop", str(port), "30"]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 0, done.stderr
            played.append(json.loads(done.stdout))
    by_hand, ours = played
    assert by_hand["sessions"] == ours["sessions"] == 30
    assert by_hand["sent"] == ours["sent"] > 30
