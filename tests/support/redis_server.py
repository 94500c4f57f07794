"""A Redis, as it comes from Debian, on a free port; it keeps nothing on the disk."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from support.needs import program
from support.waiting import free_port, until_it_listens


@contextmanager
def redis_server() -> Iterator[int]:
    """Run it; its port."""
    port, server = free_port(), program("redis-server")
    assert server
    command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until_it_listens(port, process)
            yield port
        finally:
            process.terminate()
