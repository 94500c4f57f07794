"""Payloads whose shape is another field's matter: what a tool found depends on which tool it was.

Where a field is one of few words, and a payload beside it has for each word fields of its own, the schema
says so word by word: `if` it is this one, `then` the payload looks like that. A rare word's stays loose.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from .samples import Sample, Secret
from .schema import FEW, schema_of
from .shape import Shape

_ENOUGH = 4  # payloads under one word, before their fields are taken to be always there
_MOST = 8  # fields that may be told by their neighbours


def dependent(schema: Mapping[str, Any], said: Sequence[Sample]) -> dict[str, Any]:
    """The keywords to add to an event's schema, and `properties` to put in the place of its own."""
    fields: Mapping[str, Any] = schema.get("properties", {})
    payloads = [name for name, inner in fields.items() if _is_payload(inner)][:_MOST]
    tellers = [name for name, inner in fields.items() if "enum" in inner][:_MOST]
    conditions: list[dict[str, Any]] = []
    told: dict[str, Any] = {}
    for payload in payloads:
        for teller in tellers:
            found = _by_word(said, teller, payload)
            if found:
                sure = teller in schema.get("required", ())
                conditions += [
                    _condition(teller, word, payload, shape, sure=sure) for word, shape in found.items()
                ]
                told[payload] = {"type": fields[payload]["type"]}
                break
    return {"properties": {**fields, **told}, "allOf": conditions} if conditions else {}


def _is_payload(schema: Mapping[str, Any]) -> bool:
    """An object of which nothing is sure."""
    return schema.get("type") == "object" and "required" not in schema and bool(schema.get("properties"))


def _by_word(said: Sequence[Sample], teller: str, payload: str) -> dict[str, Shape]:
    """The payload's shape for each word that was common; empty where the word does not tell it."""
    shapes: dict[str, Shape] = {}
    for sample in said:
        word, value = sample.value.get(teller), sample.value.get(payload)
        if isinstance(word, Secret) or not isinstance(word, str) or not isinstance(value, dict):
            continue
        shapes.setdefault(word, Shape()).add(value, sample.session)
    common = {
        word: shape for word, shape in shapes.items() if shape.count >= _ENOUGH and len(shape.sessions) >= FEW
    }
    always = [frozenset(shape.always()) for shape in common.values()]
    if len(common) < 2 or not all(always) or len(set(always)) < len(always):
        return {}
    return dict(sorted(common.items(), key=lambda one: -one[1].count))


def _condition(teller: str, word: str, payload: str, shape: Shape, *, sure: bool) -> dict[str, Any]:
    inner = schema_of(shape, payload, loose=True)
    del inner["type"]
    asked: dict[str, Any] = {} if sure else {"required": [teller]}
    return {
        "if": {**asked, "properties": {teller: {"const": word}}},
        "then": {"properties": {payload: {**inner, "x-support": shape.count}}},
    }
