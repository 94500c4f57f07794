"""The tour, as a newcomer takes it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from wsrecord.cli.fuzz import FAILURES


@pytest.mark.slow
def test_the_tour_records_checks_verifies_catches_a_changed_server_and_finds_a_bug(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "wsrecord", "demo", "--out", "cassettes/tour.wsr"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=200, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout
    assert [int(step) for step in re.findall(r"^(\d)\. ", said, re.MULTILINE)] == [1, 2, 3, 4, 5, 6, 7]
    good, changed, found = re.split(r"^[67]\. ", said.partition("5. ")[2], flags=re.MULTILINE)
    assert "no findings" in good
    assert "In tool_completed `results` is called `result`." in changed
    assert "WS101" in changed
    assert "the server changed (recording and contract agree)" in changed
    assert "The second cancel_run of one run crashes its session" in found
    assert "WS903 the server broke after cancel_run" in found
    assert found.count('→ {"type": "cancel_run"') == 2
    (kept,) = (tmp_path / FAILURES).iterdir()
    assert f"kept {FAILURES / kept.name}" in found
    assert f"what failed: {FAILURES}/" in found
    for command_named in ("check", "contract lint", "fuzz --target", "verify"):
        assert f"wsrecord {command_named}" in found.replace(".venv/bin/", "")
    # What is verified as a folder afterwards is the chat alone.
    assert [path.name for path in (tmp_path / "cassettes").rglob("*")] == ["tour.wsr"]
    assert "analytical" not in said
