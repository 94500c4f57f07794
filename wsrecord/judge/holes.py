"""Units that nobody can place: what a flow or a rule misses may have been one of them.

One fault, one finding. A `tool_completed` that came under another name is a finding already; that its
tool never ended is the same fault again. So a judge who misses something asks first whether it may have
come as something that another judge has told of.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from wsrecord.contract.classify import Event
from wsrecord.contract.model import Contract, EventKey
from wsrecord.contract.pointer import Pointer, at
from wsrecord.judge.heard import Heard, Mark
from wsrecord.judge.unasked import unasked
from wsrecord.wire.frames import Direction

_SCALARS = (str, int, float, bytes)
MOST_LOOKED = 100  # holes, for one fault: where there are more, nobody can tell which it was


@dataclass(frozen=True, slots=True)
class Hole:
    """A unit that may have been something that is missed."""

    at: Mark
    sender: Direction
    event: EventKey | None  # which event it is; None: nobody knows
    keys: Mapping[str, object]  # what it carries for sure
    doubtful: frozenset[str]  # keys whose value it should carry, and does not say rightly
    blind: bool  # nothing of it can be recognised

    def may_carry(self, values: Mapping[str, object]) -> bool:
        """Whether it may belong to what has these key values."""
        if self.blind:
            return True
        return all(
            part in self.doubtful or (part in self.keys and self.keys[part] == value)
            for part, value in values.items()
        )


def hole_of(contract: Contract, heard: Heard, foreign: Collection[Pointer] | None) -> Hole | None:
    """The hole that a unit is, if it is one; `foreign` is where it shows another user's values."""
    at, sender = heard.spot.mark, heard.spot.sender
    if heard.event is not None:
        doubtful = _unsound(contract, heard, heard.event) | _strange(contract, heard.event, foreign)
        if not doubtful:
            return None
        keys = {name: value for name, value in heard.event.keys.items() if name not in doubtful}
        return Hole(at, sender, heard.event.key, keys, doubtful, blind=False)
    if not heard.unit.readable or unasked(contract, heard) is not None:  # the id is what is wrong
        return Hole(at, sender, None, {}, frozenset(), blind=True)
    if heard.spot.name is None or contract.unknown != "allow" or heard.ambiguous is not None:
        carried = _carried(contract, heard)
        return Hole(at, sender, None, carried, frozenset(), blind=not carried)
    return None


def taken(left: list[Hole], events: Collection[EventKey], values: Mapping[str, object], after: int) -> bool:
    """Whether one of these holes, in their order, may be one of these events; it is used up by that."""
    start = bisect_right(left, after, key=lambda hole: hole.at.nth)
    for index in range(start, min(start + MOST_LOOKED, len(left))):
        hole = left[index]
        if (hole.event is None or hole.event in events) and hole.may_carry(values):
            del left[index]
            return True
    return False


class Holes:
    """Holes by what they may be: a fault looks at few of them, be there thousands."""

    def __init__(self, holes: Iterable[Hole] = ()) -> None:
        self._known: dict[EventKey, list[Hole]] = {}
        self._by_key: dict[tuple[str, object], list[Hole]] = {}
        self._others: list[Hole] = []  # that nothing is known of, or no key
        for hole in holes:
            self.add(hole)

    def add(self, hole: Hole) -> None:
        """One more."""
        if hole.event is not None:
            self._known.setdefault(hole.event, []).append(hole)
        elif hole.keys and not hole.blind:
            for item in hole.keys.items():
                self._by_key.setdefault(item, []).append(hole)
        else:
            self._others.append(hole)

    def near(self, events: Iterable[EventKey], values: Mapping[str, object]) -> Iterator[Hole]:
        """Those that may be one of these events, or that nobody knows and that carry one of these values."""
        lists = [self._known.get(event, ()) for event in events]
        lists.append(self._others)
        lists += [self._by_key.get(item, ()) for item in values.items()]
        for holes in lists:
            yield from islice(holes, MOST_LOOKED)


def _strange(contract: Contract, event: Event, pointers: Collection[Pointer] | None) -> frozenset[str]:
    """The keys of an event whose value is another user's."""
    if pointers is None:
        return frozenset()
    return frozenset(
        name for name in event.keys if any(one in pointers for one in contract.keys[name].of(event.key))
    )


def _unsound(contract: Contract, heard: Heard, event: Event) -> frozenset[str]:
    """The keys of an event that its schema has a fault at."""
    if not heard.faults:
        return frozenset()
    return frozenset(
        name
        for name, key in contract.keys.items()
        if any(not heard.sound(pointer) for pointer in key.of(event.key))
        and (name not in event.keys or not _elsewhere(heard, event, name, key.of(event.key)))
    )


def _elsewhere(heard: Heard, event: Event, name: str, pointers: tuple[tuple[str, ...], ...]) -> bool:
    """Whether the value that an event carries comes from a place without a fault."""
    for pointer in pointers:
        found = at(event.value, pointer)
        if isinstance(found, _SCALARS):
            return heard.sound(pointer) and found == event.keys[name]
    return False


def _carried(contract: Contract, heard: Heard) -> dict[str, object]:
    """What a unit that no event is carries at the places of keys."""
    found: dict[str, object] = {}
    for name, key in contract.keys.items():
        pointers = [*key.pointers, *(one for own in key.own.values() for one in own)]
        for pointer in pointers:
            value = at(heard.unit.value, pointer)
            if isinstance(value, _SCALARS):
                found[name] = value
                break
    return found
