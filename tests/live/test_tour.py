"""The tour, as a newcomer takes it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_tour_records_checks_verifies_and_catches_a_changed_server(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "wsrecord", "demo", "--out", str(tmp_path / "tour.wsr")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=100, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout
    assert [int(step) for step in re.findall(r"^(\d)\. ", said, re.MULTILINE)] == [1, 2, 3, 4, 5, 6]
    good, changed = said.partition("5. ")[2].split("6. ")
    assert "no findings" in good
    assert "In tool_completed `results` is called `result`." in changed
    assert "WS101" in changed
    assert "the server changed (recording and contract agree)" in changed
    assert (tmp_path / "tour.wsr").is_file()
    assert "analytical" not in said
