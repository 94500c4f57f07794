"""An order as an expression over event names, and its one way of being written.

    order        means                                          node
    a            one event                                      Name
    a* a+ a?     any number, at least one, at most one          Repeated
    a{2,5} a{2} a{2,}   so many                                 Repeated
    a b          a, then b                                      InOrder
    a b & c      both; their events may come in between         Interleaved
    a b | c      one of the two                                 OneOf

Tightest first: as in the table. Parentheses group; names that are no plain words stand in quotes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

PLAIN = re.compile(r"[A-Za-z_][\w./:$-]*")


@dataclass(frozen=True)
class Name:
    """One event. `at` is where it stands in the order's text."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Repeated:
    """So many times; `most` None is without end."""

    part: "Expression"
    least: int
    most: int | None


@dataclass(frozen=True)
class InOrder:
    """One after the other."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True)
class Interleaved:
    """All of them, each in its own order; between each other in any."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True)
class OneOf:
    """Exactly one of them."""

    parts: tuple["Expression", ...]


Expression: TypeAlias = Name | Repeated | InOrder | Interleaved | OneOf

_GLUE: dict[type, tuple[int, str]] = {OneOf: (0, " | "), Interleaved: (1, " & "), InOrder: (2, " ")}
_SIGNS = {(0, None): "*", (1, None): "+", (0, 1): "?"}


def text(expression: Expression) -> str:
    """Write an expression so that parsing gives it back."""
    if isinstance(expression, Name):
        return quoted(expression.name)
    if isinstance(expression, Repeated):
        inner = text(expression.part)
        if not isinstance(expression.part, Name):
            inner = f"({inner})"
        return inner + _sign(expression.least, expression.most)
    level, glue = _GLUE[type(expression)]
    return glue.join(_inside(part, level) for part in expression.parts)


def quoted(name: str) -> str:
    """Write a name: as it is, or in quotes where it must be."""
    if PLAIN.fullmatch(name):
        return name
    return "'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'"


def names(expression: Expression) -> Iterator[Name]:
    """Yield every name where it stands, from left to right."""
    if isinstance(expression, Name):
        yield expression
    elif isinstance(expression, Repeated):
        yield from names(expression.part)
    else:
        for part in expression.parts:
            yield from names(part)


def longest(expression: Expression) -> int | None:
    """How many events the longest word has; None without end."""
    if isinstance(expression, Name):
        return 1
    if isinstance(expression, Repeated):
        part = longest(expression.part)
        return None if part is None or expression.most is None else part * expression.most
    lengths = [longest(part) for part in expression.parts]
    known = [length for length in lengths if length is not None]
    if len(known) < len(lengths):
        return None
    return max(known) if isinstance(expression, OneOf) else sum(known)


def may_be_empty(expression: Expression) -> bool:
    """Say whether no event at all is allowed."""
    if isinstance(expression, Name):
        return False
    if isinstance(expression, Repeated):
        return expression.least == 0 or may_be_empty(expression.part)
    hold = any if isinstance(expression, OneOf) else all
    return hold(may_be_empty(part) for part in expression.parts)


def endings(expression: Expression) -> frozenset[str]:
    """The names that can be last."""
    if isinstance(expression, Name):
        return frozenset({expression.name})
    if isinstance(expression, Repeated):
        return endings(expression.part)
    if not isinstance(expression, InOrder):
        return frozenset().union(*map(endings, expression.parts))
    found: frozenset[str] = frozenset()
    for part in reversed(expression.parts):
        found |= endings(part)
        if not may_be_empty(part):
            break
    return found


def _inside(part: Expression, level: int) -> str:
    loose = type(part) in _GLUE and _GLUE[type(part)][0] <= level
    return f"({text(part)})" if loose else text(part)


def _sign(least: int, most: int | None) -> str:
    if (least, most) in _SIGNS:
        return _SIGNS[least, most]
    if most is None:
        return f"{{{least},}}"
    return f"{{{least}}}" if least == most else f"{{{least},{most}}}"
