"""Which recorded event a live one stands for: by its kind, by what it is tied to, by order.

A live event that is tied to a run is never taken for one of another run. Where it opens something new
(a tool call, say), the recorded one that says most of the same is taken: parallel calls come in any order.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from wsrecord.contract.pointer import ABSENT

from .insides import Path, get
from .significance import is_telling
from .steps import Occurrence
from .table import Table
from .ties import Tie

_MOST_TRIED = 64
_DEEPEST, _WIDEST = 4, 100  # of a value, where events are alike


@dataclass(frozen=True, slots=True)
class Score:
    """How well something live fits a recorded one."""

    against: int  # ties to something else
    agreed: int  # ties to the same
    opened: int  # ties to something that neither side has met before


def match(
    candidates: Iterable[Occurrence], value: Any, ties: Mapping[int, tuple[Tie, ...]], table: Table
) -> Occurrence | None:
    """The recorded event, of those not yet met, that a live one stands for; None if it is one more."""
    best: tuple[tuple[bool, int, int], Occurrence] | None = None
    likeness: dict[Path, Any] | None = None
    for tried, one in enumerate(candidates):
        if tried >= _MOST_TRIED:
            break
        found = score(ties.get(one.number, ()), value, table)
        if found is None or (found.against and not found.opened):
            continue
        if not found.against and not found.opened and found.agreed:
            return one
        likeness = _flat(value) if likeness is None else likeness
        alike = sum(likeness.get(path) == said for path, said in _flat(one.value).items())
        rank = not found.against, found.agreed, alike
        if best is None or rank > best[0]:
            best = rank, one
    return best[1] if best is not None else None


def score(ties: tuple[Tie, ...], value: Any, table: Table) -> Score | None:
    """How well the ties of a recorded event fit a live one; None: it belongs to something else."""
    against = agreed = opened = 0
    for tie in ties:
        if not tie.tells:
            continue
        live = get(value, tie.path)
        if live is ABSENT or isinstance(live, bool) or not isinstance(live, str | int | float):
            continue
        known, bound = table.holder(tie.token, live), table.get(tie.token)
        if known is not None and known != tie.token:
            return None
        if known is not None:
            agreed += 1
        elif bound is not None:
            against += 1
        else:
            opened += 1
    return Score(against, agreed, opened)


def _flat(value: Any) -> dict[Path, Any]:
    """What a value says in its uppermost levels, ids and times apart."""
    found: dict[Path, Any] = {}
    level: list[tuple[Path, Any]] = [((), value)]
    for _ in range(_DEEPEST):
        below: list[tuple[Path, Any]] = []
        for path, one in level:
            for key, inner in islice(one.items(), _WIDEST) if isinstance(one, dict) else ():
                if isinstance(inner, dict):
                    below.append(((*path, key), inner))
                elif isinstance(inner, bool) or (
                    isinstance(inner, str | int | float) and not is_telling(inner)
                ):
                    found[*path, key] = inner
        level = below[:_WIDEST]
    return found


def counterpart(recorded: Any, live: Any, path: Path, other: Callable[[Any], bool]) -> Any:
    """What stands in a live event where the recorded one has a value; in lists, in the item that is alike.

    `other` says of a live value that it stands for something else. A value that moved is looked for under
    its own name, if there is but one of that name.
    """
    at, here, there = 0, recorded, live
    while at < len(path):
        step = path[at]
        if isinstance(step, int) and isinstance(here, list) and isinstance(there, list):
            if not there:
                return ABSENT
            there = _alike(here[step], there, path[at + 1 :], step, other)
            here = here[step]
        else:
            here, there = get(here, (step,)), get(there, (step,))
        if there is ABSENT:
            return _moved(live, path)
        at += 1
    return there


def _alike(recorded: Any, items: list[Any], rest: Path, index: int, other: Callable[[Any], bool]) -> Any:
    own = get(recorded, rest)
    same = [item for item in items if get(item, rest) == own]
    if same:
        return same[0]
    said = _flat(recorded)
    nearest = items[min(index, len(items) - 1)]
    free = [item for item in items if not other(get(item, rest))]
    if nearest in free or not free:
        free = [nearest, *free]  # of those that say equally much of the same, the one in its place

    def likeness(item: Any) -> int:
        flat = _flat(item)
        return sum(flat.get(path) == value for path, value in said.items())

    return max(free, key=likeness)


def _moved(live: Any, path: Path) -> Any:
    name = path[-1]
    if not isinstance(name, str) or not isinstance(live, dict):
        return ABSENT
    found: list[Any] = []
    stack: list[Any] = [live]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            found += [one[name]] if name in one else []
            stack += one.values()
    return found[0] if len(found) == 1 else ABSENT
