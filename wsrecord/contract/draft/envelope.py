"""What many events share, said once: `common.json`.

Where most events of a side have the same fields, these are the envelope. Where some of those events
always belong to a run, and others to none, the first get an envelope of their own within it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wsrecord.wire.frames import Direction

from ..model import EventKey
from .schema import DRAFT, schema_of
from .shape import Shape, merged

FILE = "common.json"
_MOST_EVENTS = 0.75  # of a side's, have a field that belongs to the envelope
_FEW = 3  # events, and fields, that are worth an envelope
_ENOUGH = 5  # samples, before "always" is believed of a field that is null elsewhere


@dataclass(frozen=True)
class Envelopes:
    """The shared parts, and which event leans on which."""

    definitions: Mapping[str, Any] = field(default_factory=dict)
    of: Mapping[EventKey, str] = field(default_factory=dict)
    fields: Mapping[EventKey, frozenset[str]] = field(default_factory=dict)  # that need not be said again

    def document(self) -> dict[str, Any]:
        """The file."""
        return {"$schema": DRAFT, "title": "What the events share", "$defs": dict(self.definitions)}


def find_envelopes(shapes: Mapping[EventKey, Shape], name_field: str | None) -> Envelopes:
    """The envelope of each side that has one."""
    definitions: dict[str, Any] = {}
    of: dict[EventKey, str] = {}
    fields: dict[EventKey, frozenset[str]] = {}
    sides: tuple[Direction, Direction] = ("server", "client")
    for side in sides:
        mine = {key: shape for key, shape in shapes.items() if key.sender == side and _is_object(shape)}
        shared = _shared(mine)
        members = {key: shape for key, shape in mine.items() if set(shared) <= set(shape.always())}
        if len(members) < _FEW or len(shared) < _FEW:
            continue
        name = "envelope" if "envelope" not in definitions else f"{side}_envelope"
        together = {one: merged(shape.fields[one] for shape in members.values()) for one in shared}
        definitions[name] = {
            "type": "object",
            "required": shared,
            "properties": {
                one: {"type": "string"} if one == name_field else schema_of(shape, one)
                for one, shape in together.items()
            },
        }
        of.update(dict.fromkeys(members, name))
        fields.update(dict.fromkeys(members, frozenset(shared)))
        of.update(_narrowed(members, together, name, definitions))
    return Envelopes(definitions, of, fields)


def _is_object(shape: Shape) -> bool:
    return shape.objects == shape.count > 0


def _shared(shapes: Mapping[EventKey, Shape]) -> list[str]:
    """The fields that most events always have, always of one kind."""
    having: Counter[str] = Counter(name for shape in shapes.values() for name in shape.always())
    found = []
    for name, count in having.items():
        kinds = {shape.fields[name].kind for shape in shapes.values() if name in shape.fields} - {None}
        if count >= _MOST_EVENTS * len(shapes) and len(kinds) == 1 and not kinds & {"object", "array"}:
            found.append(name)
    return found


def _narrowed(
    members: Mapping[EventKey, Shape], together: Mapping[str, Shape], base: str, definitions: dict[str, Any]
) -> dict[EventKey, str]:
    """Events in which fields are never null that are null in others; most share the same such fields."""
    sometimes = [name for name, shape in together.items() if shape.nullable and shape.kind is not None]
    firm = {
        key: tuple(name for name in sometimes if not shape.fields[name].nullable)
        for key, shape in members.items()
        if shape.count >= _ENOUGH
    }
    often = Counter(names for names in firm.values() if names)
    if not often or often.most_common(1)[0][1] < _FEW:
        return {}
    chosen = often.most_common(1)[0][0]
    stem = chosen[0].removesuffix("_id").removesuffix("Id").lower()
    name = f"in_{stem}" if f"in_{stem}" not in definitions else f"{base}_in_{stem}"
    definitions[name] = {
        "$ref": f"#/$defs/{base}",
        "properties": {
            one: {"type": schema_of(together[one], one).get("type", ["string"])[0]} for one in chosen
        },
    }
    return {key: name for key, names in firm.items() if set(chosen) <= set(names)}
