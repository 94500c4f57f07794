"""Memory: what an idle session holds, and how far a client that stops reading makes a contestant grow."""

import socket
import time

from benchmarks import client
from benchmarks.costs import resident
from benchmarks.figures import Figure
from benchmarks.measures.visit import Measure, Visit

IDLE_KEY = "memory/idle"
STALL_KEY = "memory/stall"
TAKEN_KEY = "memory/taken"
_SIZE = 300
_FIRST = 20  # sessions before the count begins: they pay for what is imported and allocated once
_LOOK_EVERY = 0.05
_STUCK_LOOKS = 12  # nothing was taken for so many looks: the contestant holds the server back


def _idle(visit: Visit) -> dict[str, float]:
    sessions = _lived(visit, _FIRST)
    try:
        before = _at_rest(visit)
        sessions += _lived(visit, visit.effort.idle_sessions)
        return {IDLE_KEY: (_at_rest(visit) - before) / visit.effort.idle_sessions / 1024}
    finally:
        client.abandon(sessions)


def _lived(visit: Visit, count: int) -> list[socket.socket]:
    """Sessions that have exchanged one message each way and then fell silent."""
    sessions = client.open_sessions(visit.run.port, f"/pong?size={_SIZE}", count)
    trips, _ = client.ping_pong(sessions, _SIZE, 0)
    visit.run.tally.add(client=trips, server=trips, size=2 * trips * _SIZE)
    return sessions


def _at_rest(visit: Visit) -> int:
    time.sleep(0.2)
    return resident(visit.process)


def _stall(visit: Visit) -> dict[str, float]:
    effort = visit.effort
    visit.run.tally.complete = False
    warm = _lived(visit, _FIRST)
    count = effort.stall_bytes // _SIZE
    sessions = client.open_sessions(visit.run.port, f"/push?size={_SIZE}&count={count}", 1)
    try:
        pushed_before = client.bytes_pushed(visit.origin.port)
        before = peak = _at_rest(visit)
        sessions[0].send(client.GO)
        deadline = time.monotonic() + effort.stall_seconds
        taken, still = 0, 0
        while time.monotonic() < deadline and still < _STUCK_LOOKS:
            time.sleep(_LOOK_EVERY)
            peak = max(peak, resident(visit.process))
            now = client.bytes_pushed(visit.origin.port) - pushed_before
            still = still + 1 if now == taken else 0
            taken = now
        return {STALL_KEY: (peak - before) / 2**20, TAKEN_KEY: taken / 2**20}
    finally:
        client.abandon([*warm, *sessions])


IDLE = Measure(
    "idle",
    (Figure(IDLE_KEY, "memory per idle session", "KB"),),
    _idle,
    needs_process=True,
)
STALL = Measure(
    "stall",
    (
        Figure(STALL_KEY, "growth while a client does not read what the server pushes", "MB"),
        Figure(TAKEN_KEY, "taken from the server meanwhile, kernel buffers included", "MB"),
    ),
    _stall,
    needs_process=True,
)
