"""The places where ids may stand, and what was found at each."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from ..formats import FORMATS
from ..model import EventKey
from ..pointer import Pointer
from .names import is_id
from .samples import Sample, Samples, Secret, all_of

_DEEPEST = 3
_MOST_PLACES = 300
_LONGEST = 128

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
    def called_an_id(self) -> bool:
        """By its name."""
        return is_id(self.pointer[-1])

    @property
    def made_by_chance(self) -> bool:
        """Whether its values look as if a generator of ids had made them: equal ones are the same thing's."""
        return self.ids * 10 >= self.count * 9

    @cached_property
    def numbers(self) -> bool:
        """Whether all its values are whole numbers. Ask when all is found."""
        return all(isinstance(value, int) for _, value in self.values)

    @property
    def senders(self) -> set[str]:
        """Who carries it."""
        return {event.sender for event in self.events}


def scalar(value: Any, pointer: Pointer) -> str | int | None:
    """What may be a key there."""
    for token in pointer:
        value = value.get(token) if isinstance(value, dict) else None
    if isinstance(value, Secret | bool):
        return None
    return value if isinstance(value, str | int) else None


def carriers_of(samples: Samples) -> list[Carrier]:
    """Look at every place of every event, in the order of appearance."""
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
