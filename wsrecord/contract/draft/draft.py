"""The way from recordings to a draft: samples → shapes → schemas; samples → ids → flows; then the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wsrecord.cassette.recording import Recording

from ..model import EventKey
from .envelope import FILE
from .events import file_names, schemas_of, shapes_of
from .flows import DraftFlow, find_flows
from .json_text import json_text
from .keys import find_ids
from .models import Matched, Model, match
from .page import Page
from .rules import find_rules
from .samples import Samples, collect

_CLOSING = ("additionalProperties", "unevaluatedProperties")


@dataclass(frozen=True)
class Draft:
    """A contract's files by name, and what is worth telling about how they came to be."""

    files: Mapping[str, str]
    samples: Samples
    flows: Sequence[DraftFlow]
    matched: Matched


def draft(recordings: Sequence[Recording], name: str, models: Sequence[Model] = ()) -> Draft:
    """Make a contract from what was recorded, and from models where a team has them."""
    samples = collect(recordings)
    shapes = shapes_of(samples)
    matched = match(models, samples)
    schemas, common = schemas_of(
        {key: shape for key, shape in shapes.items() if key not in matched.parts}, samples
    )
    ids = find_ids(samples)
    flows = find_flows(samples, ids)
    names = file_names(shapes)
    page = Page(
        name=name,
        source=_source(recordings, samples),
        samples=samples,
        schemas={key: matched.parts.get(key, names[key]) for key in shapes},
        ids=ids,
        flows=flows,
        rules=find_rules(samples, ids, [part for one in flows for part in one.key]),
        closed=[key for key, schema in schemas.items() if False in map(schema.get, _CLOSING)],
    )
    files: dict[str, str] = {"contract.yaml": page.text()}
    if common is not None:
        files[FILE] = json_text(common)
    files.update({file: json_text(value) for file, value in matched.files.items()})
    files.update({names[key]: json_text(schema) for key, schema in schemas.items()})
    return Draft(files, samples, flows, matched)


def _source(recordings: Sequence[Recording], samples: Samples) -> str:
    return (
        f"{_counted(len(recordings), 'recording')} with {_counted(len(samples.sessions), 'session')} "
        f"and {_counted(sum(map(len, samples.events.values())), 'event')}"
    )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def by_event(draft: Draft) -> Mapping[EventKey, Sequence[Any]]:
    """The values that each event was drafted from."""
    return {key: [sample.value for sample in said] for key, said in draft.samples.events.items()}
