"""The few forms of YAML that a draft is written in; comments are why it writes them itself."""

import json
import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_][\w.$-]*(?:[/ ][\w.$-]+)*|/[\w./-]*|[A-Za-z_][\w.-]*#/[\w./$-]*")
_WORDS = re.compile(r"(?i)y|n|yes|no|on|off|true|false|null|~")
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


def folded(name: str, text: str, indent: int) -> list[str]:
    """A long text over several lines; YAML joins them with spaces."""
    line = f"{' ' * indent}{name}: {text}"
    if len(line) <= WIDTH and ": " not in text and " #" not in text and text[:1] not in "'\"&*!|>%@`":
        return [line]
    margin = " " * (indent + 2)
    lines = textwrap.wrap(text, WIDTH - len(margin), break_long_words=False, break_on_hyphens=False)
    # A line in a folded text that begins with a space would be kept as it is; none does.
    return [f"{' ' * indent}{name}: >-", *(margin + one for one in lines)]


def remarks(lines: Iterable[str], indent: int = 0) -> list[str]:
    """Comments."""
    margin = " " * indent
    return [f"{margin}# {part}" for line in lines for part in textwrap.wrap(line, WIDTH - indent - 2)]
