"""Which cores there are, and who runs on which."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psutil

from benchmarks.processes import family


def cores() -> int:
    """The cores this run may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def apart(ends: Sequence[psutil.Process], between: psutil.Process | None) -> Iterator[None]:
    """Keep client and origin on one core and what is between them on another, as if on two machines.

    Left to itself the scheduler now and then puts all of them on one core, where a wake-up costs a third:
    times then differ more by luck than by contestant.
    """
    chosen = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(chosen) < 2:
        yield
        return
    for process in ends:
        _pin(process, {chosen[0]})
    if between is not None:
        for member in family(between.pid):
            _pin(member, {chosen[1]})
    try:
        yield
    finally:
        for process in ends:
            _pin(process, set(chosen))


def _pin(process: psutil.Process, chosen: set[int]) -> None:
    for thread in process.threads():
        os.sched_setaffinity(thread.id, chosen)
