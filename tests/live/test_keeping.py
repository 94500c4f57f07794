"""Live sessions in a folder of failures, or in a recording's place: whole, or not at all."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from live.chat import cassette, conversation
from live.recorded import Recorded

from wsrecord.cassette.recording import load
from wsrecord.errors import CassetteError, UsageError
from wsrecord.live.keeping import keep, replace


def test_each_failure_gets_a_name_of_its_own(tmp_path: Path) -> None:
    live = cassette(tmp_path / "1.wsr")
    folder = tmp_path / "kept"
    names = [
        keep(live, folder, f"some/where/{name}", 3).name for name in ("a.wsr", "a.wsr.jsonl", "b.wsr.part")
    ]
    assert names == ["a-3.wsr", "a-4.wsr", "b-3.wsr"]
    assert load(folder / "a-4.wsr").sessions[0].count == 9


def test_a_recording_behind_a_link_is_renewed_where_it_is(tmp_path: Path) -> None:
    real = cassette(tmp_path / "real.wsr.jsonl", Recorded().upgrade().close())
    link = tmp_path / "link.wsr.jsonl"
    link.symlink_to(real)
    replace(link, cassette(tmp_path / "live.wsr", conversation()))
    assert link.is_symlink()
    assert load(real).sessions[0].count == 9


def test_what_is_not_finished_is_not_replaced(tmp_path: Path) -> None:
    live = cassette(tmp_path / "live.wsr")
    cassette(tmp_path / "cut.wsr", whole=False)
    for name in ("cut.wsr", "cut.wsr.part"):
        with pytest.raises(UsageError, match="not a finished cassette"):
            replace(tmp_path / name, live)


def test_a_live_cassette_that_breaks_off_leaves_the_old_one(tmp_path: Path) -> None:
    old = cassette(tmp_path / "old.wsr")
    before = old.read_bytes()
    live = cassette(tmp_path / "live.wsr")
    live.write_bytes(live.read_bytes()[:40])
    with pytest.raises(CassetteError):
        replace(old, live)
    assert old.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["live.wsr", "old.wsr"]


def test_a_full_disk_leaves_the_old_one(tmp_path: Path) -> None:
    old = cassette(tmp_path / "old.wsr.jsonl")
    before = old.read_bytes()
    live = cassette(tmp_path / "live.wsr")
    program = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from wsrecord.live.keeping import replace\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, (700, {resource.RLIM_INFINITY}))\n"
        "replace(Path(sys.argv[1]), Path(sys.argv[2]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(old), str(live)],
        capture_output=True, text=True, check=False, timeout=30, env={**os.environ},
    )  # fmt: skip
    assert "CassetteError" in done.stderr
    assert old.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["live.wsr", "old.wsr.jsonl"]
