import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

psutil = pytest.importorskip("psutil")

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "benchmarks", "--quick", "--repeats", "1"]


def test_a_quick_run_prints_ratios_writes_samples_and_says_that_it_is_no_result(tmp_path):
    chosen = [
        "--only",
        "direct,bare",
        "--measure",
        "latency",
        "--json",
        tmp_path / "samples",
        "--dir",
        tmp_path,
    ]
    done = subprocess.run(
        [*COMMAND, *chosen], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "NO RESULT" in done.stdout
    assert "× direct" in done.stdout
    samples = json.loads((tmp_path / "samples").read_text())["samples"]
    assert set(samples["latency/p50"]) == {"direct", "bare"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["samples"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_a_run_that_is_ended(number, tmp_path):
    chosen = ["--repeats", "50", "--only", "bare", "--measure", "latency", "--dir", tmp_path]
    marked = {**os.environ, "BENCHMARK_TEST": str(tmp_path)}  # children inherit it: none can hide
    with subprocess.Popen([*COMMAND, *chosen], cwd=ROOT, env=marked, stderr=subprocess.PIPE) as run:
        assert run.stderr is not None
        assert b"round 1" in run.stderr.readline()
        assert len(_marked(tmp_path)) > 1
        run.send_signal(number)
        run.communicate(timeout=30)
    assert not psutil.wait_procs(_marked(tmp_path), timeout=10)[1]


def _marked(folder: Path) -> list:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("BENCHMARK_TEST") == str(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_an_unknown_name_is_refused_with_the_known_ones():
    done = subprocess.run(
        [*COMMAND, "--only", "nginx"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "unknown: nginx; known: direct, haproxy" in done.stderr
