import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("psutil")

from benchmarks import aims, long_cassette
from benchmarks.checking import WAYS
from benchmarks.figures import Results
from benchmarks.measures import check

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def cassette(tmp_path_factory):
    path = tmp_path_factory.mktemp("long") / "long.wsr"
    return path, long_cassette.write(path, 1_000)


def _looked(*options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.checking", *map(str, options)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("name", WAYS)
def test_each_way_looks_through_nearly_all_of_the_cassette(name, cassette):
    path, messages = cassette
    done = _looked(name, path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert 0.9 * messages < found["events"] <= messages
    assert found["seconds"] > 0


def test_a_cassette_with_findings_is_no_measurement(tmp_path):
    broken = tmp_path / "broken.wsr"
    long_cassette.write(broken, 100)
    broken.write_bytes(broken.read_bytes()[:-200])
    done = _looked("wsrecord", broken)
    assert done.returncode == 1
    assert "findings" in done.stderr


def test_an_aim_is_held_against_the_contestant_that_it_names():
    results = Results()
    for turn in range(5):
        results.add(check.RATE_KEY, check.OURS, turn, 50_000.0)
        results.add(check.RATE_KEY, check.FLOWS_ONLY, turn, 70_000.0)
    every, flows = (one for one in aims.AIMS if one.figure == check.RATE_KEY)
    for aim, reached in ((every, False), (flows, True)):
        found = aim.measured(results)
        assert found is not None
        assert aim.reached(found) is reached
