"""Events generated a second, twelve fields each, through Hypothesis' `@given` as a test would have them.

`python -m benchmarks.generation [NAME…]` prints one JSON object; an engine whose package is missing is left
out. wsrecord's are checked by both validators before they leave; the others' are not checked at all.
"""

import importlib
import json
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

COUNT = 1_000
_ID = {"type": "string", "format": "uuid"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "type": {"const": "agent_completed"},
        "event_id": _ID,
        "timestamp": {"type": "string", "format": "date-time"},
        "seq": {"type": "integer", "minimum": 1},
        "user_id": {"type": "string", "minLength": 1, "maxLength": 64},
        "thread_id": _ID,
        "run_id": {"anyOf": [_ID, {"type": "null"}]},
        "agent_name": {"type": "string", "pattern": "^[a-z_]{1,32}$"},
        "status": {"enum": ["ok", "failed", "cancelled"]},
        "text": {"type": "string", "maxLength": 4000},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 5},
    },
    "additionalProperties": False,
}
SCHEMA["required"] = list(SCHEMA["properties"])


def _wsrecord() -> st.SearchStrategy[Any]:
    from wsrecord.contract.document import Document
    from wsrecord.contract.library import Library
    from wsrecord.contract.schemas import Schema
    from wsrecord.generate.generator import Generator, generator

    def nothing(path: Path) -> Document:
        raise FileNotFoundError(path)

    library = Library(nothing)
    path = Path("/nowhere/contract.yaml")
    uri = library.add_inline(Document("contract.yaml", SCHEMA, ""), ("event",), SCHEMA, path, path.parent)
    library.seal()
    made = generator(Schema(library, uri))
    assert isinstance(made, Generator), made
    return made.values()


def _by_hand() -> st.SearchStrategy[Any]:
    ids = st.uuids().map(str)
    return st.fixed_dictionaries(
        {
            "type": st.just("agent_completed"),
            "event_id": ids,
            "timestamp": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
            "seq": st.integers(1),
            "user_id": st.text(min_size=1, max_size=64),
            "thread_id": ids,
            "run_id": st.one_of(ids, st.none()),
            "agent_name": st.from_regex("^[a-z_]{1,32}$", fullmatch=True),
            "status": st.sampled_from(["ok", "failed", "cancelled"]),
            "text": st.text(max_size=4000),
            "score": st.floats(0, 1),
            "tags": st.lists(st.text(), max_size=5),
        }
    )


def _hypothesis_jsonschema() -> st.SearchStrategy[Any]:
    module = importlib.import_module("hypothesis_jsonschema")
    strategy: st.SearchStrategy[Any] = module.from_schema(SCHEMA)
    return strategy


def _schemathesis() -> st.SearchStrategy[Any]:
    """Its engine is not public: where a release has moved it, it is left out."""
    builder = importlib.import_module("schemathesis.generation.jsonschema.builder")
    validators = importlib.import_module("jsonschema_rs")
    formats = {
        "uuid": st.uuids().map(str),
        "date-time": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
    }
    strategy: st.SearchStrategy[Any] = builder.build(SCHEMA, draft=validators.Draft202012, formats=formats)
    return strategy


ENGINES = {
    "by hand": _by_hand,
    "schemathesis": _schemathesis,
    "hypothesis_jsonschema": _hypothesis_jsonschema,
    "wsrecord": _wsrecord,
}


def rate(strategy: st.SearchStrategy[Any]) -> float:
    """Events a second, of processor time: other work on the machine does not count."""
    found: list[Any] = []

    @settings(
        max_examples=COUNT,
        database=None,
        deadline=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    start = time.process_time()
    collect()
    return len(found) / (time.process_time() - start)


if __name__ == "__main__":
    rates: dict[str, float] = {}
    for name in sys.argv[1:] or ENGINES:
        # hypothesis-jsonschema fails on import under current versions of Hypothesis: left out as if missing
        with suppress(ImportError, TypeError, AttributeError):
            rates[name] = rate(ENGINES[name]())
    print(json.dumps(rates))
