"""Which values say what an event belongs to: a run, a tool call, a request.

Ids come back. One that comes back in several events, several times in a session, is a key; one that is
the same all session long tells whose session it is; one that never comes twice is an event's own.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..model import EventKey
from ..pointer import Pointer, written
from .carriers import Carrier, Value, carriers_of, scalar
from .names import is_requests
from .numbers import answers, is_asked, is_numbered, may_be_a_things, overtaken
from .samples import Sample, Samples, all_of

_COMES_BACK = 1.3  # events for each value
_ECHOED = 0.9  # of an echo's values were said by the other side before
_FEW = 2
_ENOUGH = 10


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
    carriers = carriers_of(samples)
    likely = {carrier for carrier in carriers if _looks_like_an_id(carrier)}
    echoes = _echoes(carriers, likely)
    server = sum(len(said) for key, said in samples.events.items() if key.sender == "server")
    order = {id(sample): index for index, sample in enumerate(all_of(samples))}  # times may be equal
    keys: list[DraftKey] = []
    session: list[Carrier] = []
    own: list[Carrier] = []
    same = _same([one for one in carriers if one not in echoes])
    joined = {other for found in (*echoes.values(), *same.values()) for other in found}
    for carrier in carriers:
        if carrier in joined or carrier not in likely:
            continue
        one = [carrier, *echoes.get(carrier, ()), *same.get(carrier, ())]
        values = _together(one, order)
        events = {event: count for each in one for event, count in each.events.items()}
        often = sum(map(len, values.values())) / len(values)
        said_by_server = sum(count for event, count in carrier.events.items() if event.sender == "server")
        alone = _one_a_session(values) and said_by_server >= 0.95 * server
        if alone and not may_be_a_things(carrier):
            session.append(carrier)
        elif often >= _COMES_BACK and len(events) >= _FEW:
            name = "request" if carrier in echoes else _name(carrier)
            keys.append(
                DraftKey(name, tuple(each.pointer for each in one), values, events, carrier in echoes)
            )
        elif often == 1 and _is_the_servers_own(carrier):
            own.append(carrier)
    return Ids(tuple(_renamed(keys)), tuple(session), tuple(own))


def _looks_like_an_id(carrier: Carrier) -> bool:
    """By its name, by its values, or as a number that is used like one."""
    if _by_itself(carrier):
        return True
    return is_asked(carrier) or is_numbered(carrier)


def _is_the_servers_own(carrier: Carrier) -> bool:
    return carrier.count >= _ENOUGH and carrier.senders == {"server"} and _by_itself(carrier)


def _by_itself(carrier: Carrier) -> bool:
    return carrier.called_an_id or carrier.made_by_chance


def _echoes(carriers: Sequence[Carrier], likely: Collection[Carrier]) -> dict[Carrier, list[Carrier]]:
    """For each id of one side, the places where the other side says it again: `reply_to`."""
    made: dict[Carrier, list[Carrier]] = {}
    for echo in carriers:
        if len(echo.senders) > 1 or echo.count < _FEW:
            continue
        pairs = _answers if echo.numbers else _pairs if echo.called_an_id else _repeats
        able = [one for one in carriers if one is not echo and one in likely and pairs(one, echo)]
        # Small numbers are at many places: the likeliest is the one that is answered most.
        if able:
            source = max(able, key=lambda one: _answered(one, echo)) if echo.numbers else able[0]
            made.setdefault(source, []).append(echo)
    return made


def _answers(source: Carrier, echo: Carrier) -> bool:
    """Whether numbers are those of the other side's requests: by name, or as no counters would meet."""
    if is_requests(echo.pointer[-1]):
        return answers(source, echo)
    return not echo.called_an_id and overtaken(echo) and _repeats(source, echo)


def _answered(source: Carrier, echo: Carrier) -> float:
    asked = [value for value, said in source.values.items() if said[0].key.sender not in echo.senders]
    return sum(value in echo.values for value in asked) / max(len(asked), 1)


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
        if one in taken:
            continue
        events = set(one.events)
        for other in carriers:
            if other is one or other in taken or not _may_be_the_same(one, other):
                continue
            shared = len(one.values.keys() & other.values.keys())
            most = max(len(one.values), len(other.values))
            if events.isdisjoint(other.events) and shared >= _ECHOED * most and _after(one, other):
                made.setdefault(one, []).append(other)
                taken.add(other)
                events |= set(other.events)
    return made


def _may_be_the_same(one: Carrier, other: Carrier) -> bool:
    """Whether equal values are the same thing's: made by chance, or numbers under one name."""
    if min(len(one.values), len(other.values)) < _FEW:
        return False
    if one.made_by_chance and other.made_by_chance:
        return True
    named = one.called_an_id and other.called_an_id and _stem(one.pointer) == _stem(other.pointer)
    return named and bool(_stem(one.pointer)) and one.numbers and other.numbers


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
    return _stem(carrier.pointer) or ("request" if len(carrier.senders) > 1 else "item")


def _stem(pointer: Pointer) -> str:
    """What the id is of: by its own name, or by what it stands in."""
    last = pointer[-1]
    stem = re.sub(r"(?:[_.-]?(?:id|uuid|guid|key)|(?<=[a-z])(?:Id|ID|Uuid))$", "", last, flags=re.IGNORECASE)
    words = re.sub(r"[^\w]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", stem)).strip("_").lower()
    if words and not words[0].isdigit():
        return words
    return re.sub(r"[^\w]+", "_", pointer[-2]).strip("_").lower() or "item" if len(pointer) > 1 else ""


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
