"""How much is done in one run: bounds in count, bytes and seconds."""

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Effort:
    """The size of one run; `quick` makes runs that only show that everything works."""

    repeats: int = 5
    cell_seconds: float = 0.8  # one throughput cell, after its count was fitted to the contestant
    pong_seconds: float = 1.2
    rate: float = 200.0  # messages a second when latency is measured
    rate_messages: int = 400
    idle_sessions: int = 1000
    stall_bytes: int = 200 * MEGABYTE
    stall_seconds: float = 4.0
    client_messages: int = 20_000  # one run of an in-process client
    check_events: int = 100_000  # in the cassette that is checked
    fuzz_cases: int = 300  # dialogues of one run
    recorded_bytes: int = 400 * MEGABYTE  # one cell of a recorder: disk is finite
    relayed_bytes: int = 4096 * MEGABYTE  # one cell of one that keeps nothing
    quick: bool = False


QUICK = Effort(
    repeats=3,
    cell_seconds=0.1,
    pong_seconds=0.2,
    rate_messages=60,
    idle_sessions=150,
    stall_bytes=40 * MEGABYTE,
    stall_seconds=1.0,
    client_messages=2_000,
    check_events=5_000,
    fuzz_cases=40,
    recorded_bytes=50 * MEGABYTE,
    relayed_bytes=400 * MEGABYTE,
    quick=True,
)
