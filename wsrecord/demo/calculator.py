"""Arithmetic over a parser of its own: no `eval`, and no expression that can hang the server.

    sum     = term (("+" | "-") term)*
    term    = factor (("*" | "/" | "//" | "%") factor)*
    factor  = ("+" | "-") factor | power
    power   = atom (("**" | "^") factor)?
    atom    = number | "(" sum ")"

Integers stay exact up to 2**53, what any JSON reader can hold; beyond that they become floats, and
a float that overflows is refused. So every step works on machine-sized numbers: `9**9**9` costs
one failed multiplication, not the memory of the machine.
"""

import math
import re

MAX_LENGTH = 200
EXACT = 2**53

Number = int | float
_TOKEN = re.compile(r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)|(?P<sign>\*\*|//|[-+*/%^()]))")


class CalculatorError(ValueError):
    """The expression can't be computed; the text says why."""


def calculate(expression: str) -> Number:
    """Return the value of an arithmetic expression."""
    if len(expression) > MAX_LENGTH:
        raise CalculatorError(f"the expression is longer than {MAX_LENGTH} characters")
    parser = _Parser(_tokens(expression))
    value = parser.sum()
    if parser.sign():
        raise CalculatorError(f"unexpected {parser.sign()!r}")
    return value


def _tokens(expression: str) -> list[str]:
    tokens = []
    at = 0
    text = expression.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise CalculatorError(f"unexpected character at position {at + 1}")
        tokens.append(match.group().strip())
        at = match.end()
    return tokens


class _Parser:
    """Recursive descent; the length limit bounds its depth."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def sign(self) -> str:
        """Return the token at hand, or "" at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def sum(self) -> Number:
        """Parse and compute a sum."""
        value = self._term()
        while self.sign() in ("+", "-"):
            sign = self._take()
            right = self._term()
            value = _bounded(value + right if sign == "+" else value - right)
        return value

    def _take(self) -> str:
        token = self.sign()
        self._at += 1
        return token

    def _term(self) -> Number:
        value = self._factor()
        while self.sign() in ("*", "/", "//", "%"):
            value = _multiply(self._take(), value, self._factor())
        return value

    def _factor(self) -> Number:
        if self.sign() in ("+", "-"):
            return self._factor() if self._take() == "+" else -self._factor()
        return self._power()

    def _power(self) -> Number:
        base = self._atom()
        if self.sign() not in ("**", "^"):
            return base
        self._take()
        return _power(base, self._factor())

    def _atom(self) -> Number:
        lexeme = self._take()
        if lexeme == "(":
            value = self.sum()
            if self._take() != ")":
                raise CalculatorError("a parenthesis is not closed")
            return value
        if not lexeme:
            raise CalculatorError("the expression ends too early")
        if not (lexeme[0].isdigit() or lexeme[0] == "."):
            raise CalculatorError(f"unexpected {lexeme!r}")
        return _bounded(float(lexeme) if "." in lexeme else int(lexeme))


def _multiply(sign: str, left: Number, right: Number) -> Number:
    if sign == "*":
        return _bounded(left * right)
    if right == 0:
        raise CalculatorError("division by zero")
    if sign == "/":
        return _bounded(left / right)
    return _bounded(left // right if sign == "//" else left % right)


def _power(base: Number, exponent: Number) -> Number:
    if base == 0 and exponent < 0:
        raise CalculatorError("division by zero")
    try:
        rough = float(base) ** float(exponent)
    except OverflowError:
        raise CalculatorError("the result is too large") from None
    if isinstance(rough, complex):
        raise CalculatorError("the result is not a real number")
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0 and abs(rough) <= EXACT:
        return int(base**exponent)
    return _bounded(rough)


def _bounded(value: Number) -> Number:
    if isinstance(value, int):
        # No literal and no product of two bounded values comes near to what a float can't hold.
        return value if abs(value) <= EXACT else float(value)
    if not math.isfinite(value):
        raise CalculatorError("the result is too large")
    return value
