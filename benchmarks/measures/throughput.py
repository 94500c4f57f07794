"""Messages a second, and the CPU time that a million of them costs.

The ends push and count ready-made bytes, so that neither is the limit. Counts are fitted to each contestant
in its first round, and stay the same from then on.
"""

from dataclasses import dataclass

from benchmarks import client
from benchmarks.costs import cpu_seconds, settled_cpu_seconds
from benchmarks.figures import Figure
from benchmarks.measures.visit import Measure, Visit
from benchmarks.payloads import server_block

CPU_KEY = "cpu/message"
_GROWTH = 16  # a next fitting run is at most this much longer


@dataclass(frozen=True)
class Cell:
    """One direction, size and number of connections."""

    size: int
    connections: int
    masked: bool = False

    @property
    def key(self) -> str:
        """Its figure's key."""
        return f"throughput/{'client' if self.masked else 'server'}/{self.size}/{self.connections}"

    @property
    def title(self) -> str:
        """Its figure's title."""
        size = f"{self.size} B" if self.size < 1024 else f"{self.size // 1024} KB"
        way = "client → server" if self.masked else "server → client"
        return (
            f"throughput, {way}, {size}, {self.connections} connection{'s' if self.connections > 1 else ''}"
        )


CELLS = (
    *(Cell(size, connections) for connections in (1, 50) for size in (20, 300, 65536)),
    Cell(300, 1, masked=True),
)
_CPU_CELL = Cell(300, 1)


def _carry(visit: Visit, cell: Cell, count: int) -> float:
    """Send `count` messages through each connection: the seconds until the last byte was there."""
    role = "sink" if cell.masked else "push"
    sessions = client.open_sessions(
        visit.run.port, f"/{role}?size={cell.size}&count={count}", cell.connections
    )
    try:
        if cell.masked:
            seconds = client.send_all(sessions, cell.size, count)
        else:
            seconds = client.receive_all(sessions, cell.size, count)
        client.close_sessions(sessions)
    finally:
        client.abandon(sessions)
    bulk = count * cell.connections
    ways = (bulk, cell.connections) if cell.masked else (cell.connections, bulk)
    visit.run.tally.add(client=ways[0], server=ways[1], size=bulk * cell.size)
    return seconds


def _fitted(visit: Visit, cell: Cell) -> int:
    """How many messages a connection carries in about the wanted time."""
    known = (visit.run.contestant.name, cell.key)
    if known not in visit.counts:
        effort = visit.effort
        bytes_allowed = effort.recorded_bytes if visit.run.contestant.records else effort.relayed_bytes
        bound = max(1, bytes_allowed // cell.size // cell.connections)
        count = min(bound, max(1, server_block(cell.size).messages // cell.connections))
        while (seconds := _carry(visit, cell, count)) < effort.cell_seconds / 2 and count < bound:
            count = min(bound, round(count * min(_GROWTH, effort.cell_seconds / seconds)) + 1)
        visit.counts[known] = max(1, min(bound, round(count * effort.cell_seconds / seconds)))
    return visit.counts[known]


def _visit(visit: Visit) -> dict[str, float]:
    found = {}
    for cell in CELLS:
        count = _fitted(visit, cell)
        process = visit.run.process if cell == _CPU_CELL else None
        before = settled_cpu_seconds(process) if process is not None else 0.0
        seconds = _carry(visit, cell, count)
        messages = count * cell.connections
        found[cell.key] = messages / seconds
        if process is not None:
            settled_cpu_seconds(process)
            found[CPU_KEY] = (cpu_seconds(process) - before) / messages * 1e6
    return found


MEASURE = Measure(
    "throughput",
    (
        *(Figure(cell.key, cell.title, "msg/s", higher_is_better=True) for cell in CELLS),
        Figure(CPU_KEY, "CPU, server → client, 300 B, 1 connection", "s per million"),
    ),
    _visit,
)
