"""From a shape to a JSON Schema: what was always so is demanded, what was seen often enough is closed.

What "enough" means stands here, and nowhere else. A draft that says too much fails on the next honest
recording; one that says too little finds nothing. Counts stay beside what leans on them, as `x-support`.
"""

import re
from typing import Any

from .names import is_id, is_measure
from .shape import MOST_FIELDS, Shape, merged

DRAFT = "https://json-schema.org/draft/2020-12/schema"
ENOUGH = 20  # samples, before a set of fields is taken to be all there is
ENOUGH_WORDS = 30  # the same for a set of words
ENOUGH_SESSIONS = 3
ENOUGH_FOR_ONE = 8  # sessions, before the only word is taken for the only one there is
MOST_CHOICES = 12
FEW = 3  # samples, before a format is taken to be one
ENOUGH_INTEGERS = 10
ENOUGH_MEASURED = 100  # the same for what is called as measures are: a price of 20 may be 19.99 next time

_COUNTED = re.compile(r"(?P<stem>.*?)[0-9]+")
_KEYLIKE = re.compile(r"[0-9]+|[0-9a-fA-F-]{8,}|.*[0-9].*[0-9].*")
_MOST_NAMED = 10  # distinct names of fields, before they may be the keys of a map


def schema_of(shape: Shape, name: str = "", *, loose: bool = False) -> dict[str, Any]:
    """The schema of the values at one place. `loose`: they are somebody's payload, only kinds are told."""
    made: dict[str, Any] = {}
    if (kinds := _kinds(shape, name, loose=loose)) is not None:
        made["type"] = kinds
    elif set(shape.kinds) == {"null"}:
        made["$comment"] = "only null was seen: say what else it may be"
    if shape.kind == "string":
        made.update(_text(shape, name, loose=loose))
    if shape.objects:
        made.update(_object(shape, name, loose=loose))
    if shape.items is not None and shape.items.count:
        items = schema_of(shape.items, name, loose=loose)
        if items:
            made["items"] = items
    return made


def closed(shape: Shape) -> bool:
    """Whether its objects were seen often enough, always with the same fields, to forbid others."""
    steady = len(shape.layouts) == 1 and not is_map(shape)
    return steady and shape.objects >= ENOUGH and len(shape.sessions) >= ENOUGH_SESSIONS


def is_map(shape: Shape) -> bool:
    """Whether an object's names are data: many different ones, each for a value of the same kind."""
    fields = shape.fields
    kinds = {field.kind for field in fields.values()}
    if len(kinds) > 1 or None in kinds:
        return False
    if shape.overfull or len(fields) >= MOST_FIELDS:
        return True
    if len(fields) > 1 and all(_KEYLIKE.fullmatch(name) for name in fields):
        return True
    often = max((field.count for field in fields.values()), default=0)
    return len(fields) >= _MOST_NAMED and often * 3 <= shape.objects


def _kinds(shape: Shape, name: str, *, loose: bool) -> str | list[str] | None:
    found = list(shape.kinds)
    if "integer" in found and not _is_whole(shape, name, loose=loose):
        found = ["number" if kind == "integer" else kind for kind in found if kind != "number"]
    found = [kind for kind in found if kind != "null"]
    if not found:
        return None
    if shape.nullable:
        found.append("null")
    return found[0] if len(found) == 1 else found


def _is_whole(shape: Shape, name: str, *, loose: bool) -> bool:
    """Whether the next number will be a whole one, too. `1.0` was said to be none, though schemas take it."""
    if "number" in shape.kinds:
        return False
    measured = is_measure(name)
    if shape.kinds["integer"] >= (ENOUGH_MEASURED if measured else ENOUGH_INTEGERS):
        return True
    # Few of them say little: what they are called, and what is called so elsewhere, must speak for it.
    return bool(name) and not measured and not loose and "number" not in (shape.alike or ())


def _text(shape: Shape, name: str, *, loose: bool) -> dict[str, Any]:
    texts = shape.kinds["string"]
    if shape.format is not None and texts >= FEW:
        return {"format": shape.format, "x-support": texts}
    told = shape.pool or shape
    if loose or is_id(name) or not _all_there_is(told):
        return {}
    words: list[Any] = sorted(told.words, key=lambda word: (-told.words[word], word))
    if len(words) == 1 and not shape.nullable:
        return {"const": words[0], "x-support": texts}
    support = {word: told.words[word] for word in words}
    if shape.nullable:
        words.append(None)
    return {"enum": words, "x-support": support}


def _all_there_is(shape: Shape) -> bool:
    """Whether its words were seen so often, and in so many sessions, that another would be news."""
    words = shape.words
    if not shape.wordy or not 0 < len(words) <= MOST_CHOICES or shape.kinds["string"] < ENOUGH_WORDS:
        return False
    stems = [match["stem"] for word in words if (match := _COUNTED.fullmatch(word))]
    if len(stems) > len(set(stems)):  # m1, m2, m3: counted
        return False
    if len(words) == 1:
        return len(shape.sessions) >= ENOUGH_FOR_ONE
    # A word of one session may be that session's own.
    return all(
        len(sessions) >= min(FEW, len(shape.sessions)) for sessions in shape.in_sessions.values()
    ) and all(count >= FEW for count in words.values())


def _object(shape: Shape, name: str, *, loose: bool) -> dict[str, Any]:
    if not shape.fields:
        return {}
    if is_map(shape):
        inner = schema_of(merged(shape.fields.values()), name, loose=True)
        return {"additionalProperties": inner or True, "x-support": {"names": len(shape.fields)}}
    always = shape.always()
    payload = loose or (len(shape.layouts) > 1 and not always)
    made: dict[str, Any] = {"required": always} if always else {}
    made["properties"] = {}
    for called, field in shape.fields.items():
        inner = schema_of(field, called, loose=payload)
        if field.count < shape.objects:
            inner.setdefault("x-support", field.count)
        made["properties"][called] = inner
    return made
