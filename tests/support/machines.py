"""Contract machines in tests: run until they fail, and the steps that Hypothesis shows of that."""

from typing import Any

import pytest
from hypothesis import settings

from wsrecord.live.machine.testcase import run

QUICK = settings(max_examples=100, database=None, derandomize=True)


def steps_of(error: BaseException) -> list[str]:
    """The steps of a shrunk example, by the rules' names; its arguments may take several lines."""
    notes = "\n".join(getattr(error, "__notes__", ()))
    lines = [line for line in notes.splitlines() if line.startswith("state.")]
    names = [line.removeprefix("state.").partition("(")[0] for line in lines]
    return [name for name in names if name != "teardown"]


def failure_of(machine: Any, given: settings = QUICK) -> AssertionError:
    """The one failure that a machine finds."""
    with pytest.raises(AssertionError) as caught:
        run(machine, given)
    return caught.value
