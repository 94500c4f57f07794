"""CPU per round trip: 50 connections, one message of 300 B outstanding in each.

The honest figure: in a flood many messages share one read; here each pays for its own wake-up.
"""

from benchmarks import client
from benchmarks.costs import settled_cpu_seconds
from benchmarks.figures import Figure
from benchmarks.measures.visit import Measure, Visit

KEY = "cpu/round-trip"
RATE_KEY = "round-trips"
CONNECTIONS = 50
SIZE = 300


def _visit(visit: Visit) -> dict[str, float]:
    process = visit.run.process
    sessions = client.open_sessions(visit.run.port, f"/pong?size={SIZE}", CONNECTIONS)
    try:
        before = settled_cpu_seconds(process) if process is not None else 0.0
        trips, seconds = client.ping_pong(sessions, SIZE, visit.effort.pong_seconds)
        visit.run.tally.add(client=trips, server=trips, size=2 * trips * SIZE)
        found = {RATE_KEY: trips / seconds}
        if process is not None:
            found[KEY] = (settled_cpu_seconds(process) - before) / trips * 1e6
        client.close_sessions(sessions)
    finally:
        client.abandon(sessions)
    return found


MEASURE = Measure(
    "cpu",
    (
        Figure(KEY, "CPU per round trip, 300 B, 50 connections", "µs"),
        Figure(RATE_KEY, "round trips, 300 B, 50 connections", "trips/s", higher_is_better=True),
    ),
    _visit,
)
