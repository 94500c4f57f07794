"""The command that starts the tests' shop as a program of its own, for `--start`."""

import shlex
import sys
from pathlib import Path

_TESTS = Path(__file__).parents[1]


def start(bug: str = "") -> str:
    """With this bug, or without any; the contract lies where the command runs."""
    path = shlex.quote(f"{_TESTS.parent}:{_TESTS}")
    return f"PYTHONPATH={path} exec {sys.executable} -m support.shopkeeper {{port}} contract.yaml {bug}"
