"""How soon a server answers, as far as this run has seen: nobody waits much longer for what does not come."""

from collections import deque
from collections.abc import Iterator
from statistics import median

from wsrecord.judge.fuzz import Meant
from wsrecord.live.outcome import Acted

_TIMES = 5  # as long as answers took
_LEAST = 0.4  # seconds, for a server that was quick by chance
_LAST = 500  # answers that are remembered


class Pace:
    """Learns from what was answered."""

    def __init__(self) -> None:
        self._among: deque[float] = deque(maxlen=_LAST)
        self._alone = 0.0

    def see_among_others(self, acted: Acted) -> None:
        """Take note of how long answers took while much else went on: some wait for the others."""
        self._among.extend(_taken(acted))

    def see(self, acted: Acted) -> None:
        """Take note of how long answers took where little else went on."""
        self._alone = max(self._alone, *_taken(acted), 0.0)

    @property
    def enough(self) -> float | None:
        """Seconds after which no answer comes any more, most likely; None if nothing is known yet."""
        usual = median(self._among) if self._among else 0.0
        slow = max(self._alone, usual)
        return max(_LEAST, _TIMES * slow) if slow else None


def _taken(acted: Acted) -> Iterator[float]:
    for fact in acted.facts:
        if isinstance(fact, Meant) and fact.answer in ("answered", "refused"):
            yield fact.waited
