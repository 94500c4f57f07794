"""A contract whose ids are no free texts: formats, patterns, choices, numbers."""

import json
from pathlib import Path
from typing import Any

from wsrecord.contract.load import load
from wsrecord.contract.model import Contract

UUID = {"type": "string", "format": "uuid"}


def _event(name: str, **fields: Any) -> dict[str, Any]:
    properties = {"type": {"const": name}, **fields}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_IDS: dict[str, dict[str, Any]] = {
    "uuid": UUID,
    "pattern": {"type": "string", "pattern": "^req-[0-9]{4}$"},
    "first": {"type": "string", "pattern": "^3"},  # some ids that are made up begin so
    "enum": {"enum": ["one", "two"]},
    "const": {"const": "the only one"},
    "number": {"type": "integer", "minimum": 1, "maximum": 99},
    "text": {"type": "string", "minLength": 1},
}

CONTRACT: dict[str, Any] = {
    "contract": "strict",
    "name": "/type",
    "client": {
        **{f"ask_{name}": _event(f"ask_{name}", id=schema) for name, schema in _IDS.items()},
        "stop": _event("stop", run=UUID),
        "go": _event("go", step={"type": "integer", "minimum": 1, "maximum": 9}),
    },
    "server": {
        "said": _event("said", id={}),
        "begun": _event("begun", run=UUID),
        "ready": _event("ready", step={"type": "integer", "minimum": 1, "maximum": 9}),
        "stopped": _event("stopped", run=UUID),
    },
    "keys": {"request": "/id", "run": "/run", "step": "/step"},
    "flows": {
        "request": {
            "key": ["request"],
            "order": " | ".join(f"ask_{name} said" for name in _IDS),
        },
        "run": {"key": ["run"], "order": "begun (stop | stopped)*"},
        "step": {"key": ["step"], "order": "ready go*"},
    },
}


def strict(folder: Path) -> Contract:
    path = folder / "contract.yaml"
    path.write_text(json.dumps(CONTRACT))
    return load(path)
