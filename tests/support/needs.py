"""Programs that Python does not bring: a test without them is skipped by name, and fails where CI is set."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

NODE = Path(__file__).parent.parent / "real" / "node"


def present(need: str) -> bool:
    """`node`: a program; `npm:ws`: a package below tests/real/node."""
    kind, _, name = need.rpartition(":")
    if kind == "npm":
        return (NODE / "node_modules" / name / "package.json").exists()
    return program(name) is not None


def program(name: str) -> str | None:
    """Where it is; Debian keeps servers where not everybody looks."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def missing(needs: Iterable[str]) -> None:
    absent = [need for need in needs if not present(need)]
    if absent:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"needs {', '.join(absent)}")
