"""What `fuzz` finds of the bugs planted into the demo server, and how small; and nothing on the good one.

The contract, three cassettes and default settings are all that it has. A few bugs of each kind are tried;
all of them with WSRECORD_ALL_BUGS=1, which takes half an hour.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from wsrecord.cassette.recording import load
from wsrecord.cli.main import run
from wsrecord.explore.retold import saved_case

ROOT = Path(__file__).parents[2]
FEW = ("empty-text", "cancel-twice", "third-fragment", "missing-field-unanswered", "extra-field-accepted")
# They need a second user's recording, a resume token, or a client that reads slowly.
OUT_OF_REACH = frozenset(
    {
        *("message-id-of-another", "answer-from-the-cache", "run-of-another", "words-of-another"),
        *("close-4000", "resume-token-twice", "after-beyond-the-end", "resume-while-open"),
        *("numbers-begin-anew", "slow-reader-blocks"),
    }
)

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def fuzz(folder: Path, *options: str, bug: str | None = None) -> int:
    return run(
        [
            *("fuzz", *_server(bug)),
            *("--contract", str(ROOT / "schemas"), "--from", str(ROOT / "cassettes"), "--seed", "1"),
            *("--secret", "password=analytical", "--save", str(folder / "kept"), *options),
            *("--database", "none"),  # each run by itself
            *("--json", str(folder / "report.json")),
        ]
    )


def bugs() -> list[Any]:
    planted = pytest.importorskip("wsrecord.demo.bugs.planted", reason="this demo server has no bugs")
    return [bug for bug in planted.planted() if bug.name not in OUT_OF_REACH]


def test_the_good_server_has_no_findings(tmp_path: Path) -> None:
    pytest.importorskip(
        "wsrecord.demo.bugs.planted", reason="this demo server takes what its contract refuses"
    )
    assert fuzz(tmp_path, "--seconds", "20") == 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", FEW)
def test_a_planted_bug_is_found_and_shrunk(name: str, tmp_path: Path) -> None:
    (bug,) = (one for one in bugs() if one.name == name)
    _find(bug, tmp_path)


@pytest.mark.timeout(6_000)
@pytest.mark.skipif("WSRECORD_ALL_BUGS" not in os.environ, reason="takes half an hour")
def test_nine_of_ten_planted_bugs_are_found(tmp_path: Path) -> None:
    missed = []
    every = bugs()
    for bug in every:
        folder = tmp_path / bug.name
        folder.mkdir()
        try:
            _find(bug, folder)
        except AssertionError:
            missed.append(bug.name)
    assert len(missed) <= len(every) // 10, missed


def _find(bug: Any, folder: Path) -> None:
    assert fuzz(folder, "--first", "--seconds", "30", bug=bug.name) == 1
    findings = json.loads((folder / "report.json").read_text())["findings"]
    assert next(one["code"] for one in findings) in (*bug.codes, "WS901")
    (path,) = (folder / "kept").glob("*.wsr")
    case = saved_case(load(path))
    assert case is not None
    assert case.messages <= bug.messages + 1
    assert verify(folder, bug=bug.name) == 1
    again = json.loads((folder / "again.json").read_text())["findings"]
    assert {one["code"] for one in again} == {path.name[:5].upper()}
    assert verify(folder) == 0


def verify(folder: Path, bug: str | None = None) -> int:
    """Replay what was kept, on a server with the bug, or on the good one."""
    return run(
        [
            *("verify", str(folder / "kept"), *_server(bug), "--contract", str(ROOT / "schemas")),
            *("--secret", "password=analytical", "--json", str(folder / "again.json")),
        ]
    )


def _server(bug: str | None) -> tuple[str, ...]:
    planted = f"--bug {bug}" if bug is not None else ""
    return (
        *("--start", f"exec {sys.executable} -m wsrecord demo serve --port {{port}} {planted}"),
        *("--target", "ws://127.0.0.1:{port}/ws", "--ready", "http://127.0.0.1:{port}/health"),
    )
