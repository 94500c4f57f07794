"""What held without exception and is worth a rule: growing numbers, ids that never come twice, texts that
come back or add up, questions that are answered.

Each needs support, and no counter-example. A rule that one of the next hundred recordings breaks is worse
than none.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..model import EventKey
from ..pointer import Pointer, written
from .flows import Namer
from .keys import Ids
from .samples import Sample, Samples
from .texts import concats, echoes

_ENOUGH = 20
_FEW = 3
_ASKED = 6  # questions, before "always answered" is believed
_LAST = 2  # of a session's events: what is asked there may be answered too late


@dataclass(frozen=True)
class DraftRule:
    """One rule as the contract says it: its kind, and what it is about."""

    kind: str
    says: object  # a place, or a mapping


def find_rules(samples: Samples, ids: Ids, flow_keys: Sequence[str]) -> list[DraftRule]:
    """All rules that the recordings bear out. `flow_keys` are the keys that the contract will have."""
    keys = [key for key in ids.keys if key.name in flow_keys]
    namer = Namer(samples.events)
    counted = {written(pointer) for key in ids.keys for pointer in key.pointers}
    # Answers may overtake each other: that their questions were counted says nothing of their order.
    found = [DraftRule("increasing", place) for place in increasing(samples) if place not in counted]
    found += [DraftRule("unique", place) for place in unique(samples, ids)]
    for one in echoes(samples, keys):
        found.append(DraftRule("echo", one.written("from", "in", namer)))
    for one in concats(samples, keys):
        found.append(DraftRule("concat", one.written("of", "is", namer)))
    for question, answer in answers(samples, ids):
        found.append(DraftRule("answer", {"to": namer(question), "with": namer(answer)}))
    return found


def increasing(samples: Samples) -> list[str]:
    """Places of the server's whole numbers that grew with each event that has them."""
    server = [[sample for sample in said if sample.key.sender == "server"] for said in samples.sessions]
    places: dict[Pointer, set[EventKey]] = {}
    for said in server:
        for sample in said:
            for pointer in _whole_numbers(sample):
                places.setdefault(pointer, set()).add(sample.key)
    found = []
    for pointer, events in places.items():
        series = [[sample.value[pointer[0]] for sample in said if _has(sample, pointer)] for said in server]
        often = sum(map(len, series)) >= _ENOUGH and max(map(len, series)) >= _FEW
        if len(events) >= _FEW and often and all(map(_grows, series)):
            found.append(written(pointer))
    return found


def unique(samples: Samples, ids: Ids) -> list[str]:
    """Places of ids that belonged to one event each."""
    namer = Namer(samples.events)
    found = []
    for carrier in ids.of_the_event:
        pointer = written(carrier.pointer)
        names = [namer(key) for key in carrier.events]
        found.append(pointer if len(names) > 1 else f"{names[0]}#{pointer}")
    return found


def answers(samples: Samples, ids: Ids) -> list[tuple[EventKey, EventKey]]:
    """What the client asks without an id, and what answers it; what a key pairs is its flow's matter."""
    keyed = {event for key in ids.keys for event in key.events}
    asked = [key for key in samples.events if key.sender == "client" and key not in keyed]
    found: list[tuple[EventKey, EventKey]] = []
    for question in asked:
        if len(samples.events[question]) < _ASKED:
            continue
        fitting = [
            (after, answer)
            for answer in samples.events
            if answer.sender == "server" and (after := _answered(samples, question, answer)) is not None
        ]
        if fitting:  # of a whole stream the first: the rest is a flow's matter
            found.append((question, min(fitting, key=lambda one: one[0])[1]))
    taken = [answer for _, answer in found]
    return [one for one in found if taken.count(one[1]) == 1]


def _answered(samples: Samples, question: EventKey, answer: EventKey) -> int | None:
    """How many events later the answers came in all; None if one is missing, or one came unasked."""
    again = after = 0
    for said in samples.sessions:
        waiting: deque[int] = deque()
        again += max(0, sum(sample.key == question for sample in said) - 1)
        for at, sample in enumerate(said):
            if sample.key == question:
                waiting.append(at)
            elif sample.key == answer:
                if not waiting:
                    return None
                after += at - waiting.popleft()
        if any(at < len(said) - _LAST for at in waiting):
            return None
    # One question a session tells nothing: all that comes once comes after it.
    return after if again >= _FEW else None


def _whole_numbers(sample: Sample) -> Iterator[Pointer]:
    if isinstance(sample.value, dict):
        for name, value in sample.value.items():
            if type(value) is int:
                yield (name,)


def _has(sample: Sample, pointer: Pointer) -> bool:
    return isinstance(sample.value, dict) and type(sample.value.get(pointer[0])) is int


def _grows(series: list[int]) -> bool:
    return all(one < other for one, other in pairwise(series))
