"""A thread's events: numbered, bounded, and the outgoing queue of whoever is connected."""

from collections import deque
from dataclasses import dataclass, field

from .events import Event


@dataclass(frozen=True)
class Record:
    """One event as it crosses the wire, its number, and what it was before it was encoded."""

    seq: int
    data: bytes
    event: Event = field(default_factory=dict)


class History:
    """The last events of a thread; what doesn't fit drops out at the old end."""

    def __init__(self, *, max_events: int, max_bytes: int) -> None:
        self._records: deque[Record] = deque()
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._size = 0
        self.last = 0

    @property
    def first(self) -> int:
        """The number of the oldest event still here; one more than `last` when there is none."""
        return self._records[0].seq if self._records else self.last + 1

    def append(self, data: bytes, event: Event | None = None) -> None:
        """Add the event with the number `last + 1`."""
        self.last += 1
        self._records.append(Record(self.last, data, event or {}))
        self._size += len(data)
        # The newest event stays even when it alone is over the bound: a live reader waits for it.
        while len(self._records) > self._max_events or (
            self._size > self._max_bytes and len(self._records) > 1
        ):
            self._size -= len(self._records.popleft().data)

    def after(self, seq: int) -> Record | None:
        """Return the event that follows a number: the oldest one here if that has dropped out."""
        index = max(0, seq + 1 - self.first)
        return self._records[index] if index < len(self._records) else None
