"""One schema for each event, with what they share in one place."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..model import EventKey
from ..pointer import Pointer
from .dependent import dependent
from .envelope import FILE, Envelopes, find_envelopes
from .pool import pool
from .rules import increasing
from .samples import Samples
from .schema import DRAFT, closed, schema_of
from .shape import Shape


def shapes_of(samples: Samples) -> dict[EventKey, Shape]:
    """What each event looked like."""
    made: dict[EventKey, Shape] = {}
    for key, said in samples.events.items():
        shape = made[key] = Shape()
        for sample in said:
            shape.add(sample.value, sample.session)
    pool(made.values())
    return made


def schemas_of(shapes: Mapping[EventKey, Shape], samples: Samples) -> tuple[dict[EventKey, Any], Any]:
    """The schema of each event, and the file that they share, if there is one."""
    name_at = samples.name_at or _own_name_at(shapes)
    envelopes = find_envelopes(shapes, name_at[0] if len(name_at) == 1 else None)
    made = {key: _schema(key, shape, envelopes, samples, name_at) for key, shape in shapes.items()}
    _borrow(made)
    _count(made, samples)
    return made, envelopes.document() if envelopes.definitions else None


def file_names(events: Iterable[EventKey]) -> dict[EventKey, str]:
    """A file for each event: called as it is, as far as files can be."""
    made: dict[EventKey, str] = {}
    used = {FILE, "contract.json", "models.json"}
    for key in events:
        slug = re.sub(r"[^\w-]+", "_", key.name).strip("_") or "event"
        name = f"{slug[:80]}.json"
        for other in (f"{key.sender}_{slug[:80]}.json", *(f"{slug[:80]}_{n}.json" for n in range(2, 10_000))):
            if name.lower() not in used:
                break
            name = other
        used.add(name.lower())
        made[key] = name
    return made


def _own_name_at(shapes: Mapping[EventKey, Shape]) -> Pointer:
    """Where the protocol itself has an event's name, if one field always says it: JSON-RPC's `method`."""
    said: dict[str, bool] = {}
    for key, shape in shapes.items():
        for name, field in shape.fields.items():
            own = field.kind == "string" and field.wordy and set(field.words) == {key.name}
            said[name] = said.get(name, True) and own and not field.nullable
    return next(((name,) for name, own in said.items() if own), ())


def _schema(
    key: EventKey, shape: Shape, envelopes: Envelopes, samples: Samples, name_at: Pointer
) -> dict[str, Any]:
    head: dict[str, Any] = {"$schema": DRAFT, "title": key.name}
    support = {"events": shape.count, "sessions": len(shape.sessions)}
    body = schema_of(shape)
    if shape.kind == "object" and not shape.nullable:
        body.update(dependent(body, samples.events[key]))
    if name_at:
        _pin(body, name_at, key.name)
    if key in envelopes.of:
        head["$ref"] = f"{FILE}#/$defs/{envelopes.of[key]}"
        del body["type"]
        shared = envelopes.fields[key]
        required = [name for name in body.get("required", ()) if name not in shared]
        body.pop("required", None)
        if required:
            head["required"] = required
        name_field = name_at[0] if name_at else None
        body["properties"] = {
            name: inner
            for name, inner in body["properties"].items()
            if name not in shared or name == name_field
        }
        if closed(shape) and key.sender == "server":
            body["unevaluatedProperties"] = False
    elif shape.kind == "object" and closed(shape) and key.sender == "server":
        body["additionalProperties"] = False
    return {**head, **body, "x-support": support}


def _pin(schema: dict[str, Any], at: Pointer, name: str) -> None:
    """Have the event's name stand where it stands."""
    for token in at[:-1]:
        schema = schema.get("properties", {}).get(token, {})
    inner = schema.get("properties", {}).get(at[-1])
    if inner is not None and inner.get("type") == "string":
        schema["properties"][at[-1]] = {"const": name}


def _count(schemas: Mapping[EventKey, Any], samples: Samples) -> None:
    """What counts through all events is a whole number in those that were seen rarely, too."""
    counters = [place.removeprefix("/") for place in increasing(samples)]
    for key, schema in schemas.items():
        for name in counters if key.sender == "server" else ():
            inner = schema.get("properties", {}).get(name, {})
            if inner.get("type") == "number":
                inner["type"] = "integer"


def _borrow(schemas: Mapping[EventKey, Any]) -> None:
    """What was null wherever one event was seen may be what it is in the others."""
    kinds: dict[str, set[str]] = {}
    for schema in schemas.values():
        for name, inner in schema.get("properties", {}).items():
            found = inner.get("type", ())
            kinds.setdefault(name, set()).update([found] if isinstance(found, str) else found)
    for schema in schemas.values():
        for name, inner in schema.get("properties", {}).items():
            known = sorted(kinds[name] - {"null"})
            if "$comment" in inner and len(known) == 1:
                inner["type"] = [known[0], "null"]
                inner["$comment"] = f"here only null was seen; elsewhere {name} is a {known[0]}"
