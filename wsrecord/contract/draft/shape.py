"""What the values at one place looked like: kinds, fields, words, and how often each was there."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..formats import FORMATS
from .samples import Secret

MOST_WORDS = 100  # distinct; with more nobody lists them
MOST_FIELDS = 200
LONGEST_WORD = 40

# The formats that a draft proposes; what fits several is the first. Others (`hostname`, `time`,
# `regex`, `uri-reference`) fit many texts by chance.
PROPOSED = ("uuid", "date-time", "date", "uri", "email", "ipv4", "ipv6")
_KINDS = {bool: "boolean", int: "integer", float: "number", list: "array", dict: "object", type(None): "null"}
_WORD = re.compile(r"[^\W\d][\w.:/-]*")


class Shape:
    """Values at one place, counted. `add` as many as there are, then ask."""

    def __init__(self) -> None:
        self.count = 0
        self.kinds: Counter[str] = Counter()
        self.words: Counter[str] = Counter()
        self.in_sessions: dict[str, set[int]] = {}
        self.sessions: set[int] = set()
        self.secrets = 0
        self.wordy = True  # all texts so far are words of a set that may be small
        self.formats: list[str] | None = None
        self.fields: dict[str, Shape] = {}
        self.layouts: Counter[frozenset[str]] = Counter()
        self.overfull = False  # more fields than a thing with named fields has
        self.items: Shape | None = None
        self.pool: Shape | None = None  # its texts together with those of fields of the same name
        self.alike: Counter[str] | None = None  # the kinds of all fields of the same name

    def add(self, value: Any, session: int) -> None:
        """One more value."""
        self.count += 1
        self.sessions.add(session)
        kind = _KINDS.get(type(value), "string")
        self.kinds[kind] += 1
        if kind == "string":
            self._add_text(value, session)
        elif kind == "object":
            self._add_object(value, session)
        elif kind == "array":
            self.items = self.items or Shape()
            for item in value:
                self.items.add(item, session)

    @property
    def objects(self) -> int:
        """How many of the values were objects."""
        return self.kinds["object"]

    @property
    def kind(self) -> str | None:
        """What all values but null are; None if they differ, or if there was only null."""
        kinds = set(self.kinds) - {"null"}
        if kinds == {"integer", "number"}:
            return "number"
        return kinds.pop() if len(kinds) == 1 else None

    @property
    def nullable(self) -> bool:
        """Whether null was there."""
        return "null" in self.kinds

    @property
    def format(self) -> str | None:
        """The format that all its texts have."""
        return self.formats[0] if self.formats and not self.secrets else None

    def always(self) -> list[str]:
        """The fields that every object had."""
        return [name for name, field in self.fields.items() if field.count == self.objects]

    def _add_text(self, text: str, session: int) -> None:
        if isinstance(text, Secret):
            self.secrets += 1
            self.wordy = False
            return
        if self.formats is None:
            self.formats = [name for name in PROPOSED if FORMATS[name](text)]
        elif self.formats:
            self.formats = [name for name in self.formats if FORMATS[name](text)]
        if self.wordy and len(text) <= LONGEST_WORD and _WORD.fullmatch(text):
            self.words[text] += 1
            self.in_sessions.setdefault(text, set()).add(session)
            self.wordy = len(self.words) <= MOST_WORDS
        else:
            self.wordy = False

    def _add_object(self, value: dict[str, Any], session: int) -> None:
        self.layouts[frozenset(value) if len(value) <= MOST_FIELDS else frozenset()] += 1
        for name, item in value.items():
            if name not in self.fields and len(self.fields) >= MOST_FIELDS:
                self.overfull = True
                name = next(iter(self.fields))  # noqa: PLW2901 - a map: all its fields are one
            self.fields.setdefault(name, Shape()).add(item, session)


def merged(shapes: Iterable[Shape]) -> Shape:
    """The shape of all values of some shapes."""
    one = Shape()
    for shape in shapes:
        _merge(one, shape)
    return one


def _merge(one: Shape, other: Shape) -> None:
    one.count += other.count
    one.kinds += other.kinds
    if other.alike is not None:
        one.alike = (one.alike or Counter()) | other.alike
    one.words += other.words
    for word, sessions in other.in_sessions.items():
        one.in_sessions.setdefault(word, set()).update(sessions)
    one.sessions |= other.sessions
    one.secrets += other.secrets
    one.wordy = one.wordy and other.wordy and len(one.words) <= MOST_WORDS
    if other.formats is not None:
        both = other.formats if one.formats is None else [f for f in one.formats if f in other.formats]
        one.formats = list(both)
    for name, field in other.fields.items():
        _merge(one.fields.setdefault(name, Shape()), field)
    one.layouts += other.layouts
    one.overfull |= other.overfull
    if other.items is not None:
        one.items = one.items or Shape()
        _merge(one.items, other.items)
