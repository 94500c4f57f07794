"""Whether events' names stand where the contract's `name:` says: by their schemas."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ..model import Contract, EventSpec
from ..pointer import Pointer, written
from ..reach import reach
from ..wording import joined
from .remark import Level, Remark

_NAMELESS = ("json", "ndjson", "msgpack")  # other codecs know names themselves, where none stands there
_MOST = 3


def name_remarks(contract: Contract) -> Iterator[Remark]:
    """Look at all events that are found by their name."""
    if contract.name_at is None or contract.codec.name not in _NAMELESS:
        return
    named = [spec for spec in contract.events.values() if not spec.when and _properties(spec)]
    reaches = [reach(spec.schema, contract.name_at)[0] for spec in named if spec.schema is not None]
    if not reaches or "declared" in reaches:
        return
    place = written(contract.name_at) or "the root"
    shown = [str(spec.key) for spec in named[:_MOST]]
    shown += [f"{len(named) - _MOST} more"] if len(named) > _MOST else []
    text = f"name: {place}: no schema of an event speaks of this place, not those of {joined(shown, 'and')}"
    meant = _meant(named)
    level: Level = "error" if set(reaches) == {"impossible"} else "warning"
    if meant or level == "error":  # a schema need not speak of all fields: silence alone proves nothing
        yield Remark(level, "name-nowhere", contract.file, text + meant)


def _meant(specs: Sequence[EventSpec]) -> str:
    """Where their schemas do have their names."""
    places = Counter(place for spec in specs for place in _names(spec))
    if not places:
        return ""
    place, count = places.most_common(1)[0]
    return f"; their names stand at {written(place)}: is it that one?" if count == len(specs) else ""


def _names(spec: EventSpec) -> Iterator[Pointer]:
    for name in _properties(spec):
        assert spec.schema is not None
        _, parts = reach(spec.schema, (name,))
        if any(isinstance(part, dict) and _says(part, spec.key.name) for part in parts):
            yield (name,)


def _says(schema: dict[str, Any], name: str) -> bool:
    return schema.get("const") == name or (isinstance(schema.get("enum"), list) and name in schema["enum"])


def _properties(spec: EventSpec) -> list[str]:
    """The fields that its schema speaks of, with what it leans on."""
    if spec.schema is None:
        return []
    _, parts = reach(spec.schema, ())
    return list(dict.fromkeys(name for part in parts if isinstance(part, dict) for name in _of(part)))


def _of(schema: dict[str, Any]) -> dict[str, Any]:
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}
