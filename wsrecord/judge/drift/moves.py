"""Fields that are gone here and new there: the same thing under another name, or in another place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

from wsrecord.contract.pointer import written

from .drift import Path
from .looks import words
from .node import ANY, Node, Spot

_MOST_PAIRS = 1600  # beyond which names are not compared letter by letter


class Lost(NamedTuple):
    """A place that one side has and the other has not; `other` is where it would have stood there."""

    path: Path
    node: Node
    parent: Node
    other: Node
    missing: int = 0  # how often it was not where it was always: some are left. 0: none is left


class Pair(NamedTuple):
    """One place that both sides have."""

    path: Path
    recorded: Node
    live: Node


@dataclass(frozen=True, slots=True)
class Move:
    """One or several fields that went the same way."""

    path: Path
    to: Path
    lost: tuple[Lost, ...]
    pairs: tuple[Pair, ...]
    message: str
    expected: str
    got: str

    @property
    def live(self) -> Spot | None:
        """Where it was seen first in its new place."""
        return self.pairs[0].live.spot


def renamed(gone: list[Lost], added: list[Lost], *, strict: bool) -> list[Move]:
    """Siblings of which one is gone and one is new, and alike. Takes what it finds off both lists."""
    strict = strict or len(gone) * len(added) > _MOST_PAIRS
    beside: dict[Path, list[Lost]] = {}
    for found in added:
        beside.setdefault(found.path[:-1], []).append(found)
    scored = [
        (score, index, lost, found)
        for index, lost in enumerate(gone)
        for found in beside.get(lost.path[:-1], ())
        if (score := _likeness(lost, found, gone, added, strict))
    ]
    moves: list[Move] = []
    for _, _, lost, found in sorted(scored, key=lambda one: (-one[0], one[1])):
        if lost in gone and found in added:
            gone.remove(lost)
            added.remove(found)
            moves.append(_rename(lost, found))
    return moves


def moved(gone: list[Lost], added: list[Lost]) -> list[Move]:
    """The same names elsewhere, those that went the same way together. Takes them off both lists."""
    new: dict[str, list[Lost]] = {}
    for found in _with_below(added):
        new.setdefault(found.path[-1], []).append(found)
    used, left = _Paths(), _Paths()
    steps: list[tuple[Lost, Lost]] = []
    for lost in _with_below(gone):
        if left.covers(lost.path):
            continue
        for found in new.get(lost.path[-1], ()):
            if _may_be(lost, found) and not used.covers(found.path) and not used.leads_to(found.path):
                used.add(found.path)
                left.add(lost.path)
                steps.append((lost, found))
                break
    gone[:] = [lost for lost in gone if not left.leads_to(lost.path)]
    added[:] = [found for found in added if not used.leads_to(found.path)]
    by_way = sorted(steps, key=lambda step: (step[0].path[:-1], step[1].path[:-1]))
    return [
        _moved_together(list(group))
        for _, group in groupby(by_way, key=lambda step: (step[0].path[:-1], step[1].path[:-1]))
    ]


class _Paths:
    """Some places: which lie in one of them, and which lead to one."""

    def __init__(self) -> None:
        self._these: set[Path] = set()
        self._above: set[Path] = set()

    def add(self, path: Path) -> None:
        """One more."""
        self._these.add(path)
        self._above.update(path[:cut] for cut in range(len(path) + 1))

    def covers(self, path: Path) -> bool:
        """Whether it lies in one of them."""
        return any(path[:cut] in self._these for cut in range(len(path) + 1))

    def leads_to(self, path: Path) -> bool:
        """Whether one of them lies in it."""
        return path in self._above


def fits(recorded: Node, live: Node) -> bool:
    """Whether the one may be the other: by type, and objects by their fields."""
    if not recorded.kinds or not live.kinds:
        return True
    if not recorded.kinds & live.kinds:
        return False
    if recorded.objects and live.objects and recorded.children and live.children:
        return bool(recorded.children.keys() & live.children.keys())
    return True


def _likeness(lost: Lost, found: Lost, gone: list[Lost], added: list[Lost], strict: bool) -> float:
    """How likely one is the other renamed; 0: it is not."""
    if not _may_be(lost, found):
        return 0
    before, after = lost.path[-1], found.path[-1]
    if words(before) == words(after):
        return 3
    name = SequenceMatcher(None, before.lower(), after.lower()).ratio()
    shared = set(words(before)) & set(words(after))
    fields = _inner(lost.node).children.keys() - {ANY}
    if fields:
        others = _inner(found.node).children.keys() - {ANY}
        same = len(fields & others) / len(fields | others)
        return 2 + same if same >= 0.5 else 0
    if strict:
        return 0
    values = lost.node.values.keys() & found.node.values.keys()
    telling = bool(values) and not all(value[0] == "boolean" for value in values)
    looks = bool(lost.node.looks) and lost.node.looks.keys() == found.node.looks.keys()
    score = name + 0.5 * bool(shared) + 0.7 * telling + 0.3 * looks
    if score >= 0.9 or (name >= 0.6 and _as_often(lost, found)):
        return score
    alone = _only(lost, gone) and _only(found, added)
    return score + 0.1 if alone and _as_often(lost, found) and _same_kind(lost, found) else 0


def _inner(node: Node) -> Node:
    """The items of a list; else the node itself."""
    return _inner(node.children[ANY]) if node.children.keys() == {ANY} else node


def _may_be(lost: Lost, found: Lost) -> bool:
    """Whether the one may be the other, and came as often as that is missing."""
    return fits(lost.node, found.node) and lost.missing in (0, found.node.count)


def _only(one: Lost, among: list[Lost]) -> bool:
    return sum(other.path[:-1] == one.path[:-1] for other in among) == 1


def _as_often(lost: Lost, found: Lost) -> bool:
    """Whether both are always there, or both come and go."""
    if lost.missing:
        return lost.missing == found.node.count
    return (lost.node.count >= lost.parent.objects) == (found.node.count >= found.parent.objects)


def _same_kind(lost: Lost, found: Lost) -> bool:
    """Whether two texts look alike; one flag or number is like any other."""
    if not lost.node.looks or not found.node.looks:
        return lost.node.kinds == found.node.kinds != {"boolean"}
    free = {"text", "word"}
    return bool(lost.node.looks.keys() & found.node.looks.keys()) or (
        lost.node.looks.keys() <= free and found.node.looks.keys() <= free
    )


def _rename(lost: Lost, found: Lost) -> Move:
    old, new = written(lost.path), written(found.path)
    return Move(
        lost.path, found.path, (lost,), (Pair(found.path, lost.node, found.node),),
        f"{old} is gone, and {new} is new and like it: probably renamed", old, new,
    )  # fmt: skip


def _moved_together(steps: list[tuple[Lost, Lost]]) -> Move:
    lost, found = steps[0]
    source, target = lost.path[:-1], found.path[:-1]
    names = [step[0].path[-1] for step in steps]
    if len(steps) > 1:
        path, to = source, target
        what = f"{len(steps)} fields ({', '.join(names[:4])}{', …' if len(names) > 4 else ''})"
        verb = "stand"
    else:
        path, to = lost.path, found.path
        what, verb = written(lost.path), "stands"
    where = f"under {written(target)}" if target else "at the top"
    before = f"under {written(source)}" if source else "at the top"
    pairs = tuple(Pair(new.path, old.node, new.node) for old, new in steps)
    old_name = " and ".join(written(step[0].path) for step in steps[:2]) + (" …" if len(steps) > 2 else "")
    new_name = " and ".join(written(step[1].path) for step in steps[:2]) + (" …" if len(steps) > 2 else "")
    return Move(
        path, to, tuple(step[0] for step in steps), pairs,
        f"{what} {verb} {where} now, not {before} as in the recording", old_name, new_name,
    )  # fmt: skip


def _with_below(lost: Iterable[Lost]) -> Iterator[Lost]:
    """Places, then all below them."""
    roots = list(lost)
    yield from roots
    for root in roots:
        for path, node in root.node.below(root.path):
            if path[-1] != ANY:
                yield Lost(path, node, root.parent, root.other, root.missing)
