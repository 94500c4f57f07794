"""What tests of commands are given: a project."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project without a contract; nothing is left in the folder for what is temporary, or open."""
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    before = len(os.listdir("/proc/self/fd"))
    yield folder
    assert list(Path(tempfile.gettempdir()).glob(f"wsrecord-{os.getpid()}-*")) == []
    assert len(os.listdir("/proc/self/fd")) <= before
