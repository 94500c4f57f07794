"""Child processes that never outlive the run."""

import ctypes
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

HOST = "127.0.0.1"
START_PATIENCE = 20.0
STOP_PATIENCE = 30.0
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


class StartError(Exception):
    """A program did not come up: the text says what it printed last."""


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


def raise_file_limit() -> int:
    """As many open files as this user may have; children inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(soft, wanted)


@dataclass(frozen=True)
class Origin:
    """The server behind the contestants."""

    port: int
    process: psutil.Process


@contextmanager
def program(
    command: Sequence[str], log: Path, port: int, *, writes: bool = False
) -> Iterator[psutil.Process]:
    """Run a program that listens on `port`; it is killed when the block ends.

    One that writes a file is interrupted first, and gets the time to finish it.
    """
    with log.open("wb") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us: we end our children ourselves
            preexec_fn=_dying_with(os.getpid()) if sys.platform == "linux" else None,  # noqa: PLW1509 - no threads here
        )
    try:
        _wait_until_listening(child, port, log)
        yield psutil.Process(child.pid)
    finally:
        _stop(child, gently=writes)


def _stop(child: subprocess.Popen[bytes], *, gently: bool) -> None:
    members = family(child.pid)
    if gently and child.poll() is None:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            pass  # killed just below
        except BaseException:
            child.kill()
            raise
    for process in members:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            pass  # it has left by itself
    child.wait()


def _dying_with(parent: int) -> Callable[[], None]:
    """What a child does first: ask to be killed when its parent dies; leave if that has happened already."""

    def prepare() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def _wait_until_listening(child: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_PATIENCE
    while time.monotonic() < deadline:
        if child.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.02)
    raise StartError(f"exit code {child.poll()}, {last_words(log)}")


def last_words(log: Path) -> str:
    """What a program printed last."""
    lines = log.read_text(errors="replace").strip().splitlines()
    return f"its last words: {' / '.join(lines[-2:])[:300]}" if lines else "nothing printed"


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started; empty when it has gone."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
