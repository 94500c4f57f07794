"""`wsrecord demo drifts` and `wsrecord demo serve --drift`."""

import json
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from wsrecord.cli.demo import command
from wsrecord.cli.main import run as wsrecord
from wsrecord.errors import Exit


def test_drifts_are_listed_with_class_findings_and_a_line() -> None:
    result = CliRunner().invoke(command, ["drifts"])
    assert result.exit_code == Exit.CLEAN
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "results-missing breaking WS101 WS803 tool_completed comes without results." in lines
    assert "fragments benign nothing Every message comes in fragments of 100 bytes." in lines
    assert len(lines) >= 60


def test_drifts_are_listed_for_programs() -> None:
    result = CliRunner().invoke(command, ["drifts", "--json"])
    rows = {row["name"]: row for row in json.loads(result.stdout)}
    assert rows["no-compression"]["class"] == "warning"
    assert rows["no-compression"]["codes"] == ["WS811"]


@pytest.mark.parametrize("drift", ["nix", "silence@2"])
def test_a_drift_that_is_none_is_a_usage_error(drift: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert wsrecord(["demo", "serve", "--port", "0", "--drift", drift]) == Exit.USAGE
    said = capsys.readouterr().err
    assert drift in said
    assert len(said.splitlines()) == 1


def test_a_drifted_server_says_what_it_is() -> None:
    serve = [sys.executable, "-m", "wsrecord", "demo", "serve", "--port", "0"]
    serve += ["--drift", "silence", "--drift", "reset@0.3"]
    process = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        said = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == Exit.CLEAN
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert said[0].startswith("wsrecord demo server ready: ws://")
    assert said[1].startswith("  drift silence: ")
    assert said[2].startswith("  drift reset, with a probability of 0.3: ")
