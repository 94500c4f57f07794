"""Which values say what an event belongs to: a run, a tool call, a request.

Ids come back. One that comes back in several events, several times in a session, is a key; one that is
the same all session long tells whose session it is; one that never comes twice is an event's own.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from ..formats import FORMATS
from ..model import EventKey
from ..pointer import Pointer, written
from .samples import Sample, Samples, Secret, all_of
from .schema import is_id

_DEEPEST = 3
_MOST_PLACES = 300
_LONGEST = 128
_COMES_BACK = 1.3  # events for each value
_ECHOED = 0.9  # of an echo's values were said by the other side before
_FEW = 2
_ENOUGH = 10

Value: TypeAlias = tuple[int, str | int]  # a session, and what stood there: small ids repeat over sessions


@dataclass(eq=False)
class Carrier:
    """A place, and what was found there."""

    pointer: Pointer
    events: dict[EventKey, int] = field(default_factory=lambda: defaultdict(int))  # how many carry it
    values: dict[Value, list[Sample]] = field(default_factory=lambda: defaultdict(list))
    ids: int = 0  # how many look as if made by chance

    @property
    def count(self) -> int:
        """How often something stood there."""
        return sum(self.events.values())

    @property
    def looks_like_an_id(self) -> bool:
        """By its name, or by its values."""
        return is_id(self.pointer[-1]) or self.ids * 10 >= self.count * 9

    @property
    def senders(self) -> set[str]:
        """Who carries it."""
        return {event.sender for event in self.events}


@dataclass(frozen=True, eq=False)
class DraftKey:
    """A key of the draft."""

    name: str
    pointers: tuple[Pointer, ...]
    values: Mapping[Value, Sequence[Sample]]  # the events of each, in order
    events: Mapping[EventKey, int]
    asked: bool = False  # one side says it, and the other says it again in answer

    def of(self, sample: Sample) -> str | int | None:
        """The value that an event carries."""
        for pointer in self.pointers:
            found = scalar(sample.value, pointer)
            if found is not None:
                return found
        return None


@dataclass(frozen=True)
class Ids:
    """What the ids of some recordings are for."""

    keys: tuple[DraftKey, ...]
    of_the_session: tuple[Carrier, ...]
    of_the_event: tuple[Carrier, ...]


def find_ids(samples: Samples) -> Ids:
    """Sort all that looks like an id."""
    carriers = _carriers(samples)
    echoes = _echoes(carriers)
    server = sum(len(said) for key, said in samples.events.items() if key.sender == "server")
    order = {id(sample): index for index, sample in enumerate(all_of(samples))}  # times may be equal
    keys: list[DraftKey] = []
    session: list[Carrier] = []
    own: list[Carrier] = []
    same = _same([one for one in carriers if one not in echoes])
    joined = {other for found in (*echoes.values(), *same.values()) for other in found}
    for carrier in carriers:
        if carrier in joined or not carrier.looks_like_an_id:
            continue
        one = [carrier, *echoes.get(carrier, ()), *same.get(carrier, ())]
        values = _together(one, order)
        events = {event: count for each in one for event, count in each.events.items()}
        often = sum(map(len, values.values())) / len(values)
        said_by_server = sum(count for event, count in carrier.events.items() if event.sender == "server")
        if _one_a_session(values) and said_by_server >= 0.95 * server:
            session.append(carrier)
        elif often >= _COMES_BACK and len(events) >= _FEW:
            name = "request" if carrier in echoes else _name(carrier)
            keys.append(
                DraftKey(name, tuple(each.pointer for each in one), values, events, carrier in echoes)
            )
        elif often == 1 and carrier.count >= _ENOUGH and carrier.senders == {"server"}:
            own.append(carrier)
    return Ids(tuple(_renamed(keys)), tuple(session), tuple(own))


def scalar(value: Any, pointer: Pointer) -> str | int | None:
    """What may be a key there."""
    for token in pointer:
        value = value.get(token) if isinstance(value, dict) else None
    if isinstance(value, Secret | bool):
        return None
    return value if isinstance(value, str | int) else None


def _carriers(samples: Samples) -> list[Carrier]:
    found: dict[Pointer, Carrier] = {}
    for sample in all_of(samples):
        for pointer, value in _scalars(sample.value, (), _DEEPEST):
            if pointer == samples.name_at or (pointer not in found and len(found) >= _MOST_PLACES):
                continue
            carrier = found.setdefault(pointer, Carrier(pointer))
            carrier.events[sample.key] += 1
            carrier.values[sample.session, value].append(sample)
            carrier.ids += isinstance(value, str) and by_chance(value)
    return list(found.values())


def _scalars(value: Any, at: Pointer, depth: int) -> Iterator[tuple[Pointer, str | int]]:
    if not isinstance(value, dict) or not depth:
        return
    for name, item in value.items():
        if isinstance(item, dict):
            yield from _scalars(item, (*at, name), depth - 1)
        elif _may_be_a_key(item):
            yield (*at, name), item


def _may_be_a_key(item: Any) -> bool:
    if isinstance(item, Secret | bool):
        return False
    if isinstance(item, str):
        return 0 < len(item) <= _LONGEST and not any(map(str.isspace, item))
    return isinstance(item, int)


def by_chance(text: str) -> bool:
    """Whether a text looks as if a generator of ids had made it."""
    if FORMATS["uuid"](text):
        return True
    tail = re.split(r"[_:-]", text)[-1]
    digits = sum(char.isdigit() for char in tail)
    return len(tail) >= 10 and 0 < digits < len(tail) and tail.isalnum()


def _echoes(carriers: Sequence[Carrier]) -> dict[Carrier, list[Carrier]]:
    """For each id of one side, the places where the other side says it again: `reply_to`."""
    made: dict[Carrier, list[Carrier]] = {}
    for echo in carriers:
        if len(echo.senders) > 1 or echo.count < _FEW:
            continue
        pairs = _pairs if is_id(echo.pointer[-1]) else _repeats
        source = next((one for one in carriers if one.looks_like_an_id and pairs(one, echo)), None)
        if source is not None:
            made.setdefault(source, []).append(echo)
    return made


def _repeats(source: Carrier, echo: Carrier) -> bool:
    """Whether one side says at one place what the other said at another."""
    if not source.senders.isdisjoint(echo.senders):
        return False
    known = sum(value in source.values for value in echo.values)
    return known >= _ECHOED * len(echo.values) and _after(source, echo)


def _pairs(source: Carrier, echo: Carrier) -> bool:
    """Whether an id that is one event's alone always is that of one kind of question: `requestId`.

    Other events may use the source's place, too, as a ping does. Numbers are no proof: all counters meet.
    """
    if (
        len(echo.values) != echo.count
        or echo.count < _ENOUGH
        or not source.events.keys().isdisjoint(echo.events)
    ):
        return False
    first = [source.values[value][0] for value in echo.values if value in source.values]
    asked = {sample.key for sample in first}
    if len(first) < echo.count or len(asked) > 1 or not echo.senders.isdisjoint(key.sender for key in asked):
        return False
    texts = all(isinstance(value, str) and not value.isdigit() for _, value in echo.values)
    return texts and len(first) >= _ECHOED * source.events[asked.pop()] and _after(source, echo)


def _same(carriers: Sequence[Carrier]) -> dict[Carrier, list[Carrier]]:
    """Places of one id that stand in different events: `/response/id`, and later `/response_id`."""
    made: dict[Carrier, list[Carrier]] = {}
    taken: set[Carrier] = set()
    for one in carriers:
        if one in taken or not _made_by_chance(one):
            continue
        events = set(one.events)
        for other in carriers:
            if other is one or other in taken or not _made_by_chance(other):
                continue
            shared = len(one.values.keys() & other.values.keys())
            most = max(len(one.values), len(other.values))
            if events.isdisjoint(other.events) and shared >= _ECHOED * most and _after(one, other):
                made.setdefault(one, []).append(other)
                taken.add(other)
                events |= set(other.events)
    return made


def _made_by_chance(carrier: Carrier) -> bool:
    """Whether equal values are the same thing's."""
    return carrier.ids * 10 >= carrier.count * 9 and len(carrier.values) >= _FEW


def _after(source: Carrier, echo: Carrier) -> bool:
    shared = [value for value in echo.values if value in source.values]
    return all(source.values[value][0].t <= echo.values[value][0].t for value in shared)


def _together(carriers: Sequence[Carrier], order: Mapping[int, int]) -> dict[Value, list[Sample]]:
    values: dict[Value, list[Sample]] = {}
    for carrier in carriers:
        for value, said in carrier.values.items():
            values.setdefault(value, []).extend(said)
    if len(carriers) > 1:
        for value, said in values.items():
            values[value] = sorted(dict.fromkeys(said), key=lambda sample: order[id(sample)])
    return values


def _one_a_session(values: Mapping[Value, Sequence[Sample]]) -> bool:
    sessions = [session for session, _ in values]
    return len(sessions) == len(set(sessions))


def _name(carrier: Carrier) -> str:
    last = carrier.pointer[-1]
    stem = re.sub(r"(?:[_.-]?(?:id|uuid|guid|key)|(?<=[a-z])(?:Id|ID|Uuid))$", "", last, flags=re.IGNORECASE)
    words = re.sub(r"[^\w]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", stem)).strip("_").lower()
    if words and not words[0].isdigit():
        return words
    above = carrier.pointer[:-1]
    if above:
        return re.sub(r"[^\w]+", "_", above[-1]).strip("_").lower() or "item"
    return "request" if len(carrier.senders) > 1 else "item"


def _renamed(keys: Sequence[DraftKey]) -> Iterator[DraftKey]:
    """Two keys of one name are told apart by their pointers."""
    used: set[str] = set()
    for key in keys:
        name = key.name
        if name in used:
            name = re.sub(r"\W+", "_", written(key.pointers[0])).strip("_").lower()
        while name in used:
            name += "_"
        used.add(name)
        yield replace(key, name=name)
