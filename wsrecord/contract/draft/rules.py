"""What held without exception and is worth a rule: numbers that only grow, ids that never come twice."""

from collections.abc import Iterator
from itertools import pairwise

from ..model import EventKey
from ..pointer import Pointer, written
from .flows import Namer
from .keys import Ids
from .samples import Sample, Samples

_ENOUGH = 20
_FEW = 3


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


def _whole_numbers(sample: Sample) -> Iterator[Pointer]:
    if isinstance(sample.value, dict):
        for name, value in sample.value.items():
            if type(value) is int:
                yield (name,)


def _has(sample: Sample, pointer: Pointer) -> bool:
    return isinstance(sample.value, dict) and type(sample.value.get(pointer[0])) is int


def _grows(series: list[int]) -> bool:
    return all(one < other for one, other in pairwise(series))
