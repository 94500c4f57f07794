"""JSON as people write schemas: what is short stands in one line."""

import json
import textwrap
from typing import Any

_WIDTH = 100


def json_text(value: Any) -> str:
    """A whole file."""
    return _written(value, 0, 0) + "\n"


def _written(value: Any, indent: int, before: int) -> str:
    flat = _flat(value)
    if not isinstance(value, dict | list) or not value:
        return flat
    fits = indent + before + len(flat) <= _WIDTH
    if fits and indent and (isinstance(value, list) or _plain(value)):
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, list):
        if not any(isinstance(item, dict | list) for item in value):
            lines = textwrap.wrap(
                flat[1:-1], _WIDTH - len(inner), break_long_words=False, break_on_hyphens=False
            )
            if json.loads(f"[{' '.join(lines)}]") == value:
                return "[\n" + "\n".join(inner + line for line in lines) + f"\n{' ' * indent}]"
        lines = [inner + _written(item, indent + 2, 0) for item in value]
        return "[\n" + ",\n".join(lines) + f"\n{' ' * indent}]"
    lines = []
    for name, item in value.items():
        head = f"{json.dumps(name, ensure_ascii=False)}: "
        lines.append(inner + head + _written(item, indent + 2, len(head) + 1))
    return "{\n" + ",\n".join(lines) + f"\n{' ' * indent}}}"


def _plain(value: dict[str, Any]) -> bool:
    """Whether an object holds at most one more level."""
    return not any(
        isinstance(inner, dict) and any(isinstance(one, dict) for one in inner.values())
        for inner in value.values()
    )


def _flat(value: Any) -> str:
    if isinstance(value, dict) and value:
        return (
            "{ "
            + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {_flat(v)}" for k, v in value.items())
            + " }"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_flat, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
