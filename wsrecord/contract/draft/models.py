"""Schemas that a team has: an export of its models, matched with the events that were recorded.

A model is an event's if the field where names stand can only be that name (`Literal`, `const`, a default),
or if it is called like the event: `AgentStarted`, `AgentStartedEvent`, `agent_started`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft202012Validator

from wsrecord.errors import UsageError

from ..model import EventKey
from ..pointer import Pointer
from .samples import Samples
from .schema import DRAFT

_ENDINGS = ("_event", "_message", "_model", "_payload", "_schema", "_msg")


@dataclass(frozen=True)
class Model:
    """An exported JSON Schema, and what it was called where it came from."""

    name: str
    schema: Mapping[str, Any]
    events: Mapping[str, str] = field(default_factory=dict)  # where it says itself which part is whose


@dataclass(frozen=True)
class Matched:
    """Which event's schema is which part of which file."""

    files: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[EventKey, str] = field(default_factory=dict)
    misfits: Mapping[EventKey, int] = field(default_factory=dict)  # samples that the model refuses
    unused: Sequence[str] = ()  # models that are no event


def match(models: Sequence[Model], samples: Samples) -> Matched:
    """Give each event its model, as far as there is one."""
    files: dict[str, Any] = {}
    parts: dict[EventKey, str] = {}
    misfits: dict[EventKey, int] = {}
    unused: list[str] = []
    for model in models:
        file = _file(model.name, files)
        used = False
        for fragment, keys in _offers(model, samples):
            for key in keys:
                if key not in parts:
                    used = True
                    parts[key] = f"{file}#{fragment}" if fragment else file
                    misfits[key] = _misfits(model.schema, fragment, samples, key)
        if used:
            files[file] = _document(model)
        else:
            unused.append(model.name)
    return Matched(files, parts, {key: count for key, count in misfits.items() if count}, unused)


def snake(name: str) -> str:
    """`AgentStartedEvent` as an event would be called: `agent_started`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    made = re.sub(r"[^\w]+", "_", words).strip("_").lower()
    for ending in _ENDINGS:
        made = made.removesuffix(ending)
    return made


def _file(name: str, taken: Mapping[str, Any]) -> str:
    stem = "models" if not taken else f"{snake(name) or 'models'}_models"
    file = f"{stem}.json"
    number = 2
    while file in taken:
        file, number = f"{stem}_{number}.json", number + 1
    return file


def _document(model: Model) -> dict[str, Any]:
    written = str(model.schema.get("$schema", DRAFT)).rstrip("#")
    if written != DRAFT and "json-schema.org" in written:
        raise UsageError(f"{model.name}: its schema is of {written}; export it as draft 2020-12, {DRAFT}")
    # `discriminator` is OpenAPI's: to JSON Schema it says nothing, and events are told apart before it.
    kept = {name: value for name, value in model.schema.items() if name not in ("$schema", "discriminator")}
    return {"$schema": DRAFT, **kept}


def _offers(model: Model, samples: Samples) -> Iterator[tuple[str, Sequence[EventKey]]]:
    """A part of the model, and the events that it may be for."""
    for name, fragment in model.events.items():
        yield fragment, [key for key in samples.events if key.name == name]
    for fragment, schema, called in () if model.events else _candidates(model):
        yield fragment, list(_events(schema, called, samples))


def _candidates(model: Model) -> Iterator[tuple[str, Any, str]]:
    """The model, and those that it is made of: a fragment, the schema, a name."""
    for keyword in ("$defs", "definitions"):
        for name, schema in model.schema.get(keyword, {}).items():
            token = name.replace("~", "~0").replace("/", "~1")
            yield f"/{keyword}/{token}", schema, name
    if "properties" in model.schema:
        yield (
            "",
            model.schema,
            str(model.schema.get("title", model.name.rpartition(":")[2].rpartition(".")[2])),
        )


def _events(schema: Any, called: str, samples: Samples) -> Iterator[EventKey]:
    if not isinstance(schema, dict) or "properties" not in schema:
        return
    said = _said(schema, samples.name_at)
    for key in samples.events:
        if key.name in said if said else snake(called) == snake(key.name):
            yield key


def _said(schema: Mapping[str, Any], name_at: Pointer | None) -> set[str]:
    """The names that a model can have."""
    inner: Any = schema
    for token in name_at or ():
        inner = inner.get("properties", {}).get(token, {}) if isinstance(inner, dict) else {}
    if name_at is None or not isinstance(inner, dict):
        return set()
    found = [inner["const"]] if "const" in inner else inner.get("enum", [inner.get("default")])
    return {name for name in found if isinstance(name, str)}


def _misfits(document: Mapping[str, Any], fragment: str, samples: Samples, key: EventKey) -> int:
    whole = {name: value for name, value in document.items() if name in ("$defs", "definitions")}
    validator = Draft202012Validator({**whole, "$ref": f"#{fragment}"} if fragment else dict(document))
    return sum(not validator.is_valid(sample.value) for sample in samples.events[key])
