"""Cases that reached something new, for others to grow from: those first whose finds are rare, or young."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from random import Random

from .moves import Case
from .reached import Feature, Footprint

_MOST = 200  # cases that are kept
_YOUNG = 60  # cases during which a find is young
_BONUS = 3.0  # what that counts


@dataclass(slots=True, eq=False)
class Entry:
    """A case that reached something first."""

    case: Case
    footprint: Footprint
    firsts: tuple[Feature, ...]
    born: int  # after so many cases
    picks: int = 0  # how often something grew from it


class Frontier:
    """What has been reached, how often, and by which cases first."""

    def __init__(self, most: int = _MOST) -> None:
        self.entries: list[Entry] = []
        self.counts: Counter[Feature] = Counter()
        self.finds = 0  # cases that reached something new
        self._most = most
        self._taken = 0

    def take(self, case: Case, footprint: Footprint, *, keep: bool = True) -> bool:
        """Count what a case reached; keep it if that is new. `keep`: whether anything may grow from it."""
        self._taken += 1
        firsts = [feature for feature in footprint.features if feature not in self.counts]
        self.counts.update(footprint.features)
        if not firsts:
            return False
        self.finds += 1
        if keep:
            # by their text: the order of a set is another one in each process
            firsts.sort(key=repr)
            self.entries.append(Entry(case, footprint, tuple(firsts), self._taken))
            if len(self.entries) > self._most:
                self.entries.remove(min(self.entries, key=self._weight))
        return True

    def pick(self, random: Random, fits: Callable[[Entry], bool] = lambda _: True) -> Entry | None:
        """One to grow from; None if there is none."""
        found = [entry for entry in self.entries if fits(entry)]
        if not found:
            return None
        (entry,) = random.choices(found, [self._weight(one) for one in found])
        entry.picks += 1
        return entry

    def _weight(self, entry: Entry) -> float:
        rare = sum(1 / sqrt(self.counts[feature]) for feature in entry.firsts)
        young = _BONUS if self._taken - entry.born < _YOUNG else 1.0
        return rare * young / sqrt(1 + entry.picks) / (1 + len(entry.case.moves))
