"""JSON Pointers (RFC 6901), and references to a place in an event: `EVENT#/pointer`."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Token: TypeAlias = str | int
Pointer: TypeAlias = tuple[str, ...]


class _Absent:
    """What a pointer gives that leads nowhere: not even to a null."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class Place:
    """A place in events: `/run_id` in every one, `error#/code` or `server:error#/code` in some."""

    pointer: Pointer
    event: str | None = None

    def __str__(self) -> str:
        return written(self.pointer) if self.event is None else f"{self.event}#{written(self.pointer)}"


def parse(text: str) -> Pointer:
    """The tokens of a pointer; ValueError says what is wrong with it."""
    if not text:
        return ()
    if not text.startswith("/"):
        raise ValueError(f"a pointer begins with /: /{text}")
    if wrong := re.search(r"~(?![01])", text):
        raise ValueError(f"~{text[wrong.end() :][:1]} means nothing in a pointer: ~0 stands for ~, ~1 for /")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/"))


def written(tokens: Iterable[Token]) -> str:
    """The pointer of some tokens, as text."""
    return "".join(f"/{str(token).replace('~', '~0').replace('/', '~1')}" for token in tokens)


def rule_at(rule: str, pointer: str) -> str:
    """A rule, with the place where it is broken; the top of a value is not named."""
    return f"{rule} at {pointer}" if pointer else rule


def parse_place(text: str) -> Place:
    """Read `/pointer` or `EVENT#/pointer`; ValueError says what is wrong with it."""
    if text.startswith("/") or not text:
        return Place(parse(text))
    event, sign, pointer = text.rpartition("#")
    if not sign:
        raise ValueError(f"expected /pointer or EVENT#/pointer, found {text}")
    if not event:
        raise ValueError(f"no event stands before the #: {text}")
    return Place(parse(pointer), event)


def at(value: Any, pointer: Sequence[str]) -> Any:
    """What stands there; ABSENT if nothing does."""
    for part in pointer:
        if isinstance(value, dict):
            if part in value:
                value = value[part]
            elif (number := _index(part)) is not None and number in value:
                value = value[number]  # msgpack maps may have integers as keys
            else:
                return ABSENT
        elif isinstance(value, list | tuple):
            number = _index(part)
            if number is None or number >= len(value):
                return ABSENT
            value = value[number]
        else:
            return ABSENT
    return value


def getter(pointer: Pointer) -> Callable[[Any], Any]:
    """`at` for one pointer, made ready: most lead to a field at the top, and events are many."""
    if len(pointer) == 1 and _index(pointer[0]) is None:
        name = pointer[0]

        def field(value: Any) -> Any:
            return value.get(name, ABSENT) if type(value) is dict else at(value, pointer)

        return field
    return lambda value: at(value, pointer)


def _index(part: str) -> int | None:
    """The array index that a part is: no sign, no leading zero, ASCII digits only."""
    if part.isascii() and part.isdigit() and (part == "0" or part[0] != "0") and len(part) < 16:
        return int(part)
    return None
