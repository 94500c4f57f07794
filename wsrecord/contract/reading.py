"""A value of a contract's file, asked for as what it should be; if it is not that, an error has its place."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import dropwhile
from typing import Any, NoReturn, TypeVar

from wsrecord.errors import ContractError

from .document import Document, Path
from .pointer import Place, Pointer, parse, parse_place

T = TypeVar("T")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)")
_NANOSECONDS = {"ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


@dataclass(frozen=True)
class Node:
    """A value, where it stands in its file, and what errors call it."""

    document: Document
    value: Any
    path: Path = ()

    @property
    def where(self) -> str:
        """Its place, `contract.yaml:12:3`."""
        return self.document.where(self.path)

    @property
    def name(self) -> str:
        """Its place in words, `flows.run.order`; which item of a list, the place tells."""
        path = list(dropwhile(lambda part: isinstance(part, int), self.path))
        parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
        return "".join(parts).removeprefix(".")

    def refuse(self, what: str) -> NoReturn:
        """Say what is wrong here."""
        raise ContractError(f"{self.where}: {f'{self.name}: ' if self.name else ''}{what}")

    def __iter__(self) -> Iterator["Node"]:
        for index, value in enumerate(self.value):
            yield Node(self.document, value, (*self.path, index))

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Each name of a mapping and what it stands for."""
        for name, value in self.value.items():
            yield name, Node(self.document, value, (*self.path, name))

    def get(self, key: str) -> "Node | None":
        """What stands under a key; None if the key isn't there."""
        return Node(self.document, self.value[key], (*self.path, key)) if key in self.value else None

    def need(self, key: str) -> "Node":
        """What stands under a key that must be there."""
        found = self.get(key)
        return self.refuse(f"{key} is missing") if found is None else found

    def mapping(self, keys: Collection[str] | None = None, example: str = "") -> "Node":
        """Itself, a mapping with these keys and no others."""
        if not isinstance(self.value, dict):
            self._expected("a mapping", example)
        for key, node in self.items() if keys is not None else ():
            assert keys is not None
            if key not in keys:
                close = get_close_matches(key, keys, 1, 0.6)
                meant = f"did you mean {close[0]}?" if close else f"there is {', '.join(keys)}"
                node.refuse(f"no such key; {meant}")
        return self

    def sequence(self, example: str = "") -> "Node":
        """Itself, a list."""
        return self if isinstance(self.value, list) else self._expected("a list", example)

    def listed(self) -> "list[Node]":
        """Its items; itself, where one stands without a list."""
        return list(self) if isinstance(self.value, list) else [self]

    def text(self, example: str = "") -> str:
        """A string with something in it."""
        if not isinstance(self.value, str) or not self.value.strip():
            self._expected("a text", example)
        return str(self.value)

    def flag(self) -> bool:
        """True or false."""
        return self.value if isinstance(self.value, bool) else self._expected("true or false")

    def integer(self, least: int, most: int) -> int:
        """A whole number between the two."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self._expected(f"a whole number from {least} to {most}")
        return int(value)

    def one_of(self, *words: str) -> str:
        """One of some words."""
        if self.value not in words or not isinstance(self.value, str):
            self._expected(f"{', '.join(words[:-1])} or {words[-1]}")
        return str(self.value)

    def texts(self, example: str = "") -> tuple[str, ...]:
        """One text or a list of them, none twice."""
        made = [node.text(example) for node in self.listed()]
        if len(set(made)) < len(made):
            self.refuse(f"{next(one for one in made if made.count(one) > 1)} is there twice; keep one")
        return tuple(made)

    def duration(self) -> int:
        """Nanoseconds: `1s`, `250ms`, `2m`."""
        match = _DURATION.fullmatch(self.value) if isinstance(self.value, str) else None
        if match is None:
            number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
            hint = f'; a bare number has no unit, write "{self.value}s" for seconds' if number else ""
            self._expected("a duration", "1s, 250ms or 2m", hint)
        made = round(float(match[1]) * _NANOSECONDS[match[2]])
        return made if made > 0 else self.refuse("a duration is longer than nothing")

    def pointer(self) -> Pointer:
        """A JSON Pointer."""
        text = self.text("/type")
        return self._parsed(parse, text)

    def place(self) -> Place:
        """`/pointer` or `EVENT#/pointer`."""
        return self._parsed(parse_place, self.text("/run_id or error#/code"))

    def _parsed(self, reader: Callable[[str], T], text: str) -> T:
        try:
            return reader(text)
        except ValueError as error:
            return self.refuse(str(error))

    def _expected(self, what: str, example: str = "", more: str = "") -> NoReturn:
        such = f" such as {example}" if example else ""
        self.refuse(f"expected {what}{such}, found {shown(self.value)}{more}")


def shown(value: Any) -> str:
    """What stands there instead, in a word or two."""
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None:
        return "nothing"
    text = (
        str(value).lower()
        if isinstance(value, bool)
        else repr(value)
        if isinstance(value, str)
        else str(value)
    )
    return text if len(text) <= 60 else f"{text[:59]}…"
