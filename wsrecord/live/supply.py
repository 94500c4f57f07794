"""The cases of a run, as far as its budget of sessions goes; those that were turned away come again."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from wsrecord.explore.moves import Case

_BACK = 200  # that come again


class Supply:
    """Gives them out one by one."""

    def __init__(self, cases: Iterator[Case], room: Callable[[], int]) -> None:
        """`room`: how many sessions there may be yet, those under way included."""
        self.exhausted = False  # there are no more
        self.full = False  # the next one would be too much
        self._cases = cases
        self._room = room
        self._back: deque[Case] = deque()
        self._under_way = 0
        self._begun = False

    def draw(self) -> Case | None:
        """The next one, which is under way from here on; None: there is none, or no room for it."""
        case = self._back.popleft() if self._back else next(self._cases, None)
        if case is None:
            self.exhausted = True
            return None
        if self._begun and self._under_way + _sessions(case) > self._room():
            self.full = not self._under_way  # those under way may need less, if they are not let in
            self._back.appendleft(case)
            return None
        self._begun = True
        self._under_way += _sessions(case)
        return case

    def done(self, case: Case) -> None:
        """It is under way no more."""
        self._under_way -= _sessions(case)

    def put_back(self, cases: Iterable[Case]) -> None:
        """They come again."""
        self._back.extend(list(cases)[:_BACK])
        self.exhausted = self.exhausted and not self._back


def _sessions(case: Case) -> int:
    return len({move.on for move in case.moves})
