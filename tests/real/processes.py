"""Servers of other makers, each a file of ours that is run in a process of its own."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from support.waiting import free_port, until_it_answers


@contextmanager
def serving(file: str) -> Iterator[int]:
    """Run it on a free port."""
    port = free_port()
    server = subprocess.Popen([sys.executable, file, str(port)], stderr=subprocess.DEVNULL)
    try:
        until_it_answers(f"http://127.0.0.1:{port}/", server)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
