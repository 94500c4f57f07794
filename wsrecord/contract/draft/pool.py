"""One vocabulary for fields of one name: a tool's name is the same set of words in every event."""

from collections.abc import Iterable, Iterator

from .shape import Shape, merged

_ALIKE = 0.5  # of the smaller set of words is in the other


def pool(shapes: Iterable[Shape]) -> None:
    """Let places whose fields have one name, and much the same words, know each other's words."""
    by_name: dict[str, list[Shape]] = {}
    for shape in shapes:
        for name, field in _texts(shape, ""):
            by_name.setdefault(name, []).append(field)
    for fields in by_name.values():
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


def _texts(shape: Shape, name: str) -> Iterator[tuple[str, Shape]]:
    if name and shape.kind == "string" and shape.words:
        yield name, shape
    for inner, field in shape.fields.items():
        yield from _texts(field, inner)
    if shape.items is not None:
        yield from _texts(shape.items, f"{name}[]")


def _alike(one: Shape, other: Shape) -> bool:
    shared = len(one.words.keys() & other.words.keys())
    return shared >= _ALIKE * min(len(one.words), len(other.words))
