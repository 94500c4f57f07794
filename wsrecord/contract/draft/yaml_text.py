"""The few forms of YAML that a draft is written in; comments are why it writes them itself."""

import json
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_PLAIN = re.compile(
    r"[A-Za-z_][\w.$-]*(?:[/ ][\w.$-]+)*|/[\w./-]*|[A-Za-z_][\w.-]*#/[\w./$-]*|[0-9]+(?:ms|s|m|h)"
)
_WORDS = re.compile(r"(?i)y|n|yes|no|on|off|true|false|null|~")
_ORDER = re.compile(r"[A-Za-z_(][\w./$() |&*+?-]*")  # what stands in YAML without quotes
WIDTH = 100


def scalar(value: Any) -> str:
    """One value, quoted where YAML would read it otherwise."""
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.isascii() and not _WORDS.fullmatch(text):
        return text
    return json.dumps(text)


def flow(value: Any) -> str:
    """A value within one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(name)}: {flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def entry(name: str, value: Any, indent: int = 0, comment: str = "") -> str:
    """`name: value`, with a comment behind it."""
    line = f"{' ' * indent}{scalar(name)}: {flow(value)}"
    return f"{line}   # {comment}" if comment else line


def folded(name: str, lines: Sequence[str], indent: int) -> list[str]:
    """A long text over several lines, none of which begins with a space: YAML joins them with spaces."""
    line = f"{' ' * indent}{name}: {lines[0]}"
    if len(lines) == 1 and len(line) <= WIDTH and _ORDER.fullmatch(lines[0]):
        return [line]
    return [f"{' ' * indent}{name}: >-", *(f"{' ' * (indent + 2)}{one}" for one in lines)]


def remarks(lines: Iterable[str], indent: int = 0) -> list[str]:
    """Comments."""
    margin = " " * indent
    return [f"{margin}# {part}" for line in lines for part in textwrap.wrap(line, WIDTH - indent - 2)]
