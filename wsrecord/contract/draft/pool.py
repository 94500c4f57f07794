"""One vocabulary for fields of one name: a tool's name is the same set of words in every event.

Numbers of one name are of one kind, too: what was a fraction somewhere may be one elsewhere.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from .shape import Shape, merged

_ALIKE = 0.5  # of the smaller set of words is in the other


def pool(shapes: Iterable[Shape]) -> None:
    """Let fields of one name know each other's numbers, and the words of those that are alike."""
    texts: dict[str, list[Shape]] = {}
    numbers: dict[str, list[Shape]] = {}
    for shape in shapes:
        for name, field in _named(shape, ""):
            if field.kind == "string" and field.words:
                texts.setdefault(name, []).append(field)
            if not field.kinds.keys().isdisjoint(("integer", "number")):
                numbers.setdefault(name, []).append(field)
    for fields in numbers.values():
        kinds = sum((field.kinds for field in fields), Counter[str]())
        for field in fields:
            field.alike = kinds
    for fields in texts.values():
        groups: list[list[Shape]] = []
        for field in sorted(fields, key=lambda one: -len(one.words)):
            home = next((group for group in groups if _alike(field, group[0])), None)
            if home is None:
                groups.append([field])
            else:
                home.append(field)
        for group in groups:
            if len(group) > 1:
                together = merged(group)
                for field in group:
                    field.pool = together


def _named(shape: Shape, name: str) -> Iterator[tuple[str, Shape]]:
    if name:
        yield name, shape
    for inner, field in shape.fields.items():
        yield from _named(field, inner)
    if shape.items is not None:
        yield from _named(shape.items, f"{name}[]")


def _alike(one: Shape, other: Shape) -> bool:
    shared = len(one.words.keys() & other.words.keys())
    return shared >= _ALIKE * min(len(one.words), len(other.words))
