"""What a process costs: CPU time and memory, with all that it started."""

import time
from pathlib import Path

import psutil

from benchmarks.processes import family


def cpu_seconds(process: psutil.Process) -> float:
    """User and system time of a process and of all that it started, ended ones included."""
    total = 0.0
    for member in family(process.pid):
        times = member.cpu_times()
        total += times.user + times.system
        if member.pid == process.pid:
            total += times.children_user + times.children_system
    return total


def settled_cpu_seconds(process: psutil.Process, patience: float = 5.0) -> float:
    """CPU time once the process has come to rest: work put off until later counts too."""
    deadline = time.monotonic() + patience
    last = -1.0
    while (now := cpu_seconds(process)) != last and time.monotonic() < deadline:
        last = now
        time.sleep(0.08)
    return now


def resident(process: psutil.Process) -> int:
    """Resident bytes of a process and of all that it started."""
    return sum(_resident(member.pid) for member in family(process.pid))


def _resident(pid: int) -> int:
    try:
        # smaps_rollup walks the page tables: exact, where statm lags behind by some pages for each thread.
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return int(psutil.Process(pid).memory_info().rss)
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Rss:"))
