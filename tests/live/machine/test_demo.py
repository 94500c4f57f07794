"""A machine against the demo's agent server in a process: nothing on the good one, planted bugs found."""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from support.machines import QUICK, failure_of, steps_of

from wsrecord.live.machine.testcase import run
from wsrecord.strategies import ContractMachine

ROOT = Path(__file__).parents[3]
pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


@contextmanager
def demo(*bugs: str) -> Iterator[int]:
    command = [sys.executable, "-m", "wsrecord", "demo", "serve", "--port", "0"]
    command += [word for bug in bugs for word in ("--bug", bug)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        found = re.search(r":(\d+)/ws", server.stdout.readline())
        assert found is not None
        yield int(found[1])
    finally:
        server.kill()
        server.communicate()


def machine(port: int, **more: Any) -> Any:
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/login",
        json.dumps({"username": "ada", "password": "analytical"}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        token = json.load(answer)["access_token"]
    set_ = {
        "contract": ROOT / "schemas",
        "target": f"ws://127.0.0.1:{port}/ws",
        "headers": {"Authorization": f"Bearer {token}"},
    }
    return type("Agent", (ContractMachine,), {**set_, **more})


@pytest.mark.parametrize("invalid", [False, True])
def test_the_good_server_passes(invalid: bool) -> None:
    with demo() as port:
        run(machine(port, invalid=invalid), settings(QUICK, max_examples=50))


def test_a_second_cancel_is_found_with_few_messages() -> None:
    with demo("cancel-twice") as port:
        error = failure_of(machine(port))
    steps = steps_of(error)
    # Three, as a rule. On a busy machine a run may end before its first cancel, and nobody votes here.
    assert steps[0] == "say_start_agent"
    assert steps[-2:] == ["say_cancel_run", "say_cancel_run"]
    assert len(steps) <= 5
    assert "WS903 server-broke: the server broke after cancel_run" in str(error)


def test_silence_after_a_missing_field_is_found_with_one_message() -> None:
    with demo("missing-field-unanswered") as port:
        error = failure_of(machine(port, invalid=True, patience=0.4))
    (step,) = steps_of(error)
    assert step.startswith("wrong_")
    assert re.search(r"WS901 unanswered: \w+, which breaks required at /\w+, was never answered", str(error))
