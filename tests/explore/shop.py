"""A small contract: a shop in which one opens a cart, puts things in, and asks for the time."""

import json
from pathlib import Path
from typing import Any

from wsrecord.contract.load import load
from wsrecord.contract.model import Contract

_ID = {"type": "string", "minLength": 1, "maxLength": 64}


def _event(name: str, optional: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    properties = {"type": {"const": name}, **fields}
    return {
        "type": "object",
        "properties": properties,
        "required": [one for one in properties if one not in optional],
        "additionalProperties": False,
    }


CONTRACT: dict[str, Any] = {
    "contract": "shop",
    "name": "/type",
    "client": {
        "open": _event("open", id=_ID, colour={"enum": ["red", "blue"]}, optional=("colour",)),
        "put": _event("put", id=_ID, cart={"type": "integer"}, count={"type": "integer", "minimum": 1}),
        "time": _event("time", id=_ID),
        "bye": _event("bye"),
    },
    "server": {
        "opened": _event("opened", re=_ID, cart={"type": "integer"}),
        "taken": _event("taken", re=_ID),
        "now": _event("now", re=_ID),
        "error": _event("error", re={"type": ["string", "null"]}, optional=("re",)),
    },
    "keys": {"request": ["/id", "/re"], "cart": "/cart"},
    "flows": {
        "request": {
            "key": ["request"],
            "unkeyed": "skip",
            "order": "open (opened | error) | put (taken | error) | time (now | error)",
        },
        "cart": {"key": ["cart"], "unkeyed": "skip", "order": "opened put*"},
    },
}


def shop(folder: Path) -> Contract:
    path = folder / "contract.yaml"
    path.write_text(json.dumps(CONTRACT))
    return load(path)
