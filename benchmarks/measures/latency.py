"""Round-trip times at 200 messages a second: an open loop, one connection, 300 B."""

import psutil

from benchmarks import client
from benchmarks.cores import apart
from benchmarks.figures import Figure, Results
from benchmarks.measures.visit import Measure, Visit

P50, P99 = "latency/p50", "latency/p99"
ADDED = "latency/added"
SIZE = 300
_WARM_UP = 20


def _visit(visit: Visit) -> dict[str, float]:
    count = visit.effort.rate_messages + _WARM_UP
    sessions = client.open_sessions(visit.run.port, f"/pong?size={SIZE}", 1)
    try:
        with apart([psutil.Process(), visit.origin.process], visit.run.process):
            trips = sorted(client.paced(sessions[0], SIZE, visit.effort.rate, count)[_WARM_UP:])
        visit.run.tally.add(client=count, server=count, size=2 * count * SIZE)
        client.close_sessions(sessions)
    finally:
        client.abandon(sessions)
    return {P50: trips[len(trips) // 2] * 1e3, P99: trips[len(trips) * 99 // 100] * 1e3}


def add_differences(results: Results) -> None:
    """What each contestant adds to a round trip: its medians less direct's median over all rounds."""
    direct = results.value(P50, "direct")
    if direct is None:
        return
    for contestant in results.contestants(P50):
        if contestant != "direct":
            for turn, trip in results.turns(P50, contestant).items():
                results.add(ADDED, contestant, turn, max(0.0, trip - direct.median))


MEASURE = Measure(
    "latency",
    (
        Figure(
            P50, "round trip at 200 messages a second, median", "ms", bases=("direct", "haproxy", "plain")
        ),
        Figure(
            P99,
            "round trip at 200 messages a second, 99th percentile",
            "ms",
            bases=("direct", "haproxy", "plain"),
        ),
        Figure(ADDED, "added to direct's median", "ms"),
    ),
    _visit,
)
