"""Signals to a process that has started a server: neither is there any more."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from live.test_target import running

PROGRAM = """
import asyncio, sys
from wsrecord.live.interrupt import run
from wsrecord.live.target import TargetOptions, ready

async def main():
    async with ready(TargetOptions(start=sys.argv[1], grace=1.0)):
        print("ready", flush=True)
        await asyncio.sleep(60)

try:
    run(main())
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("times", [1, 2])
def test_a_signal_leaves_no_server_behind(number: signal.Signals, times: int, tmp_path: Path) -> None:
    mark = f"wsrecord-test-{os.getpid()}-{time.monotonic_ns()}"
    server = f"{sys.executable} -m http.server {{port}} --bind 127.0.0.1 & wait # {mark}"
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, server], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert len(list(running(mark))) >= 2
        for _ in range(times):
            process.send_signal(number)
        assert process.stdout.read() == "interrupted\n"
        assert process.wait(10) in (0, -number)  # a second one may come when all is done, and nobody listens
    assert not list(running(mark))
