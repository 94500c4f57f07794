"""A server in a process of its own: a port for it, and until it answers there."""

import socket
import subprocess
import time
import urllib.error
import urllib.request

WITHIN = 60.0


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def until_it_answers(url: str, server: subprocess.Popen[bytes]) -> None:
    """Ask until there is an answer of any status, or the server has ended."""
    limit = time.monotonic() + WITHIN
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            assert server.poll() is None, f"{server.args!r} ended with {server.returncode}"
            assert time.monotonic() < limit, f"{server.args!r} did not answer at {url}"
            time.sleep(0.05)


def until_it_listens(port: int, server: subprocess.Popen[bytes]) -> None:
    """Connect until that is accepted, or the server has ended: one that answers no plain request."""
    limit = time.monotonic() + WITHIN
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                return
        except OSError:
            assert server.poll() is None, f"{server.args!r} ended with {server.returncode}"
            assert time.monotonic() < limit, f"{server.args!r} did not listen on {port}"
            time.sleep(0.05)
