"""From an order's text to its expression; what can't be read is shown with a caret under it.

choice  := weave ('|' weave)*
weave   := row ('&' row)*
row     := repeat+
repeat  := atom sign?            one sign: a*? reads as "lazy" to many, so write (a*)?
atom    := NAME | 'QUOTED' | '(' choice ')'
sign    := '*' | '+' | '?' | '{m}' | '{m,}' | '{m,n}'
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from wsrecord.errors import ContractError

from .expression import PLAIN, Expression, InOrder, Interleaved, Name, OneOf, Repeated

MOST_NAMES = 1_000
MOST_TIMES = 1_000
DEEPEST = 40
LONGEST_TEXT = 100_000

_TOKEN = re.compile(
    rf"""\s*(?:
        (?P<name>{PLAIN.pattern})
      | (?P<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<count>\{{\s*(?P<least>[0-9]+)\s*(?P<range>,\s*(?P<most>[0-9]+)?\s*)?\}})
      | (?P<sign>[*+?|&()])
      | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_WINDOW = 76


@dataclass(frozen=True)
class _Token:
    kind: str  # name, count, end, or the sign itself
    at: int
    shown: str
    name: str = ""
    least: int = 0
    most: int | None = None


def parse(order: str, where: str = "order") -> Expression:
    """Read an order. `where` is its place in the contract, for the error."""
    return _Parser(order, where).parse()


class _Parser:
    def __init__(self, order: str, where: str) -> None:
        self._order = order
        self._where = where
        self._names = 0
        self._depth = 0
        if len(order) > LONGEST_TEXT:
            raise ContractError(
                f"{where}: the text is longer than {LONGEST_TEXT:,} characters; split the flow"
            )
        self._next = self._token(0)

    def parse(self) -> Expression:
        expression = self._choice()
        if self._next.kind == ")":
            self._refuse("this ) closes nothing: take it away, or open it before")
        if self._next.kind != "end":
            self._refuse(f"expected a name, an operator or the end, found {self._next.shown}")
        return expression

    def _choice(self) -> Expression:
        parts = self._parts("|", self._weave)
        return parts[0] if len(parts) == 1 else OneOf(parts)

    def _weave(self) -> Expression:
        parts = self._parts("&", self._row)
        return parts[0] if len(parts) == 1 else Interleaved(parts)

    def _parts(self, glue: str, part: Callable[[], Expression]) -> tuple[Expression, ...]:
        parts = [part()]
        while self._next.kind == glue:
            self._advance()
            parts.append(part())
        return tuple(parts)

    def _row(self) -> Expression:
        parts = [self._repeat()]
        while self._next.kind in ("name", "("):
            parts.append(self._repeat())
        return parts[0] if len(parts) == 1 else InOrder(tuple(parts))

    def _repeat(self) -> Expression:
        part = self._atom()
        if self._next.kind != "count":
            return part
        sign = self._advance()
        if self._next.kind == "count":
            self._refuse(
                f"a second repetition, {self._next.shown}: put the first in parentheses if both are meant"
            )
        return Repeated(part, sign.least, sign.most)

    def _atom(self) -> Expression:
        token = self._next
        if token.kind == "name":
            self._names += 1
            if self._names > MOST_NAMES:
                self._refuse(f"more than {MOST_NAMES:,} names in one order; split the flow")
            self._advance()
            return Name(token.name, token.at)
        if token.kind != "(":
            self._refuse(f"expected a name or (, found {token.shown}")
        self._depth += 1
        if self._depth > DEEPEST:
            self._refuse(f"more than {DEEPEST} parentheses inside each other; write it flatter")
        self._advance()
        inner = self._choice()
        if self._next.kind != ")":
            self._refuse(f"expected ) for the ( in {self._position(token.at)}, found {self._next.shown}")
        self._advance()
        self._depth -= 1
        return inner

    def _advance(self) -> _Token:
        token = self._next
        self._next = self._token(self._end)
        return token

    def _token(self, start: int) -> _Token:
        match = _TOKEN.match(self._order, start)
        if match is None:
            self._puzzled(start)
        self._end = match.end()
        kind = match.lastgroup if match.lastgroup not in ("least", "most", "range") else "count"
        assert kind is not None
        at = match.start(kind)
        shown = match[kind]
        if kind == "name":
            return _Token("name", at, shown, name=shown)
        if kind == "quoted":
            name = re.sub(r"\\(.)", r"\1", shown[1:-1], flags=re.DOTALL)
            return _Token("name", at, shown, name=name) if name else self._refuse("an empty name", at)
        if kind == "count":
            return self._count(match, at)
        if kind == "end":
            return _Token("end", at, "the end")
        if shown in "*+?":
            return _Token("count", at, shown, least=int(shown == "+"), most=1 if shown == "?" else None)
        return _Token(shown, at, shown)

    def _count(self, match: re.Match[str], at: int) -> _Token:
        if any(len(digits) > 9 for digits in (match["least"], match["most"] or "")):
            self._refuse(f"a count is at most {MOST_TIMES:,}", at)
        least = int(match["least"])
        most = least if match["range"] is None else int(match["most"]) if match["most"] else None
        if max(least, most or 0) > MOST_TIMES:
            self._refuse(f"a count is at most {MOST_TIMES:,}; without a bound it is {{{min(least, 1)},}}", at)
        if most == 0:
            self._refuse(f"{match['count']} allows none at all: leave that part out", at)
        if most is not None and most < least:
            self._refuse(
                f"{match['count']} counts from {least} down to {most}: the smaller number comes first", at
            )
        return _Token("count", at, match["count"], least=least, most=most)

    def _puzzled(self, start: int) -> NoReturn:
        at = start + len(self._order[start:]) - len(self._order[start:].lstrip())
        found = self._order[at]
        if found in "'\"":
            self._refuse(f"the quote {found} is never closed", at)
        if found == "{":
            self._refuse("expected a count: {3}, {2,} or {2,5}", at)
        self._refuse(f"{found!r} means nothing in an order; a name with it goes in quotes: 'a b'", at)

    def _refuse(self, what: str, at: int | None = None) -> NoReturn:
        at = self._next.at if at is None else at
        raise ContractError(f"{self._where}: {what} ({self._position(at)})\n{self._caret(at)}")

    def _position(self, at: int) -> str:
        before = self._order[:at]
        return f"line {before.count(chr(10)) + 1}, column {at - before.rfind(chr(10))}"

    def _caret(self, at: int) -> str:
        begin = self._order.rfind("\n", 0, at) + 1
        end = self._order.find("\n", at)
        line = self._order[begin : len(self._order) if end < 0 else end].expandtabs(1).rstrip()
        column = at - begin
        cut = max(0, column - _WINDOW // 2) if len(line) > _WINDOW else 0
        return f"    {line[cut : cut + _WINDOW]}\n    {' ' * (column - cut)}^"
