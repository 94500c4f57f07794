"""What `fuzz` finds of the bugs planted into the demo server, and how small; and nothing on the good one.

The contract, three cassettes, default settings and thirty seconds are all that it has. Each failure is then
replayed from what was kept: it fails again with the bug, and passes without.
"""

import json
import re
import sys
from pathlib import Path

import pytest

from wsrecord.cassette.recording import load
from wsrecord.cli.main import run
from wsrecord.demo.bugs.bug import Bug
from wsrecord.demo.bugs.planted import planted
from wsrecord.explore.kept import kept_of

ROOT = Path(__file__).parents[2]
GRACE = ROOT / "tests" / "quality" / "cassettes" / "grace-comes-back.wsr.jsonl"
CASSETTES = [ROOT / "cassettes" / "plain.wsr.jsonl", ROOT / "cassettes" / "two-tools.wsr.jsonl", GRACE]
BUGS = planted()
SECONDS = 30
_MORE: dict[str, int] = {}  # messages beyond the fewest that there can be, by bug

pytestmark = [pytest.mark.alone, pytest.mark.timeout(300)]


def server(bug: str | None) -> list[str]:
    planted_in = f"--bug {bug}" if bug is not None else ""
    return [
        *("--start", f"exec {sys.executable} -m wsrecord demo serve --port {{port}} {planted_in}"),
        *("--target", "ws://127.0.0.1:{port}/ws", "--ready", "http://127.0.0.1:{port}/health"),
        *("--contract", str(ROOT / "schemas"), "--secret", "password=analytical"),
        *("--secret", f"wsr-{nonce(GRACE)}-password-1=compiler"),
    ]


def nonce(path: Path) -> str:
    found = re.search(r'"nonce": "([0-9a-f]+)"', path.read_text())
    assert found is not None
    return found[1]


def fuzz(folder: Path, *options: str, bug: str | None = None) -> int:
    sources = [part for path in CASSETTES for part in ("--from", str(path))]
    out = ["--save", str(folder / "kept"), "--json", str(folder / "report.json"), "--database", "none"]
    return run(["fuzz", *server(bug), *sources, "--seed", "1", *out, *options])


def verify(folder: Path, bug: str | None = None) -> int:
    """Replay what was kept, on a server with the bug, or on the good one."""
    return run(["verify", str(folder / "kept"), *server(bug), "--json", str(folder / "again.json")])


def codes(report: Path) -> list[str]:
    return [one["code"] for one in json.loads(report.read_text())["findings"]]


def test_the_good_server_has_no_findings_in_a_minute(tmp_path: Path) -> None:
    assert fuzz(tmp_path, "--seconds", "60") == 0


@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_a_planted_bug_is_found_shrunk_and_kept(bug: Bug, tmp_path: Path) -> None:
    assert fuzz(tmp_path, "--first", "--seconds", str(SECONDS), bug=bug.name) == 1
    assert codes(tmp_path / "report.json")[0] in bug.codes
    (path,) = (tmp_path / "kept").glob("*.wsr")
    kept = kept_of(load(path))
    assert kept is not None
    _MORE[bug.name] = kept.case.messages - bug.messages
    assert _MORE[bug.name] <= 3
    assert verify(tmp_path, bug=bug.name) == 1
    assert set(codes(tmp_path / "again.json")) <= {*bug.codes, kept.code}
    assert verify(tmp_path) == 0


def test_nine_of_ten_are_shrunk_to_one_message_more_than_there_must_be_or_fewer() -> None:
    if len(_MORE) < len(BUGS) // 2:
        pytest.skip("only some of the bugs were tried")
    large = {name: more for name, more in _MORE.items() if more > 1}
    assert len(large) <= len(_MORE) // 10, large
