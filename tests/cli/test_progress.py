"""A bar on a terminal, once the work has taken a second; elsewhere nothing."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

from wsrecord.cli.progress import PATIENCE, Progress

_SLOW = f"""
import sys, time
from pathlib import Path
from wsrecord.cli.progress import Progress
with Progress("checking") as progress:
    for path in progress.each([Path("one.wsr"), Path("two.wsr")]):
        progress.expect(1000)
        for _ in range(10):
            progress.advance(100)
            time.sleep({PATIENCE} / 8)
"""


def test_a_terminal_sees_a_bar_and_keeps_nothing_of_it() -> None:
    leader, follower = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", _SLOW], stderr=follower) as process:
        os.close(follower)
        said = b""
        while True:
            try:
                said += os.read(leader, 4096)
            except OSError:
                break
        assert process.wait() == 0
    os.close(leader)
    text = said.decode()
    assert "checking 2/2 [" in text
    assert "% two.wsr" in text
    assert text.endswith("\r\x1b[K")


def test_what_is_no_terminal_sees_nothing() -> None:
    stream = io.StringIO()
    with Progress("checking", stream) as progress:
        for _ in progress.each([Path("one.wsr")]):
            progress.advance(10)
    assert stream.getvalue() == ""
