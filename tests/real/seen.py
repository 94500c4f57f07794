"""What a server has seen, told from any thread and awaited by the test."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

NEVER_THE_SAME = {"sec-websocket-key", "sec-websocket-accept", "date"}
WITHIN = 20.0


def steady(headers: Iterable[tuple[bytes | str, bytes | str]]) -> list[str]:
    """Headers as lines, in their order, without those that are new each time."""
    lines = [(_text(name).lower(), _text(value)) for name, value in headers]
    return [f"{name}: {value}" for name, value in lines if name not in NEVER_THE_SAME]


def _text(value: bytes | str) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


@dataclass(slots=True)
class Seen:
    """Per run (a request's `run` in the query), what happened there, in order."""

    runs: dict[str, list[object]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    _told: threading.Condition = field(default_factory=threading.Condition)

    def tell(self, run: str, *what: object) -> None:
        with self._told:
            self.runs.setdefault(run, []).append(what)

    def over(self, run: str) -> None:
        with self._told:
            self.done.add(run)
            self._told.notify_all()

    def all_of(self, runs: Iterable[str]) -> dict[str, list[object]]:
        """Everything, once these runs are over; then forget it."""
        wanted = set(runs)
        with self._told:
            assert self._told.wait_for(lambda: wanted <= self.done, WITHIN), wanted - self.done
            told, self.runs, self.done = self.runs, {}, set()
            return told
