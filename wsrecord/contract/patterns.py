r"""ECMA-262 patterns for the reference validator: Python's `re` reads the same text differently.

| pattern | ECMA-262 | Python's re | here |
| --- | --- | --- | --- |
| `\d`, `\w` | ASCII | Unicode | `[0-9]`, `[A-Za-z0-9_]` |
| `\s` | 25 kinds of white space and line ends | others | ECMA's |
| `\b`, `\B` | ASCII words | Unicode words | refused: the fast validator's differ from both |
| `$` | the end | the end, or before a last line feed | the end |
| `.` | no `\n \r U+2028 U+2029` | no `\n` | as the fast validator: no `\n` (see below) |
| `\cJ`, `\/`, `\u{1F600}` | a control, `/`, a character | errors or others | ECMA's |
| `(?<name>…)`, `\k<name>` | a named group | `(?P<name>…)` | refused: use `(…)` |
| `\p{L}` | a Unicode property | error | both use the fast validator's |
| `[^]`, `[]` | any character, none | errors | refused: use `[\s\S]`, or leave it out |
| `\Z`, `\A`, `\z`, `\h`, `\e` | the letter, or an error | anchors, classes | refused |
| `(?i)`, `(?P…)`, `(?#…)`, `(?>…)`, `a++` | errors | extensions | refused |
| `[a&&b]`, `[[a]]` | plain characters | plain characters | refused unless escaped: engines differ |
| `{,3}` | plain characters | a count | refused |

What is refused is an error in the contract, with what to write instead, never a silent difference.
Two differences to ECMA-262 stay, in both validators alike: `.` takes `\r`, U+2028 and U+2029, and `\1`
doesn't match where its group took no part.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NoReturn

import jsonschema_rs

_SPACE = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_WORD = "A-Za-z0-9_"
_CLASSES = {"d": "0-9", "w": _WORD, "s": _SPACE}
_SIGNS = set("^$\\.*+?()[]{}|/-")
_COUNT = re.compile(r"\{(\d+)(?:,(\d*))?\}")


class PatternError(ValueError):
    """A pattern that the two validators can't both use; the text says what to write instead."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Callable[[str], bool]:
    """Whether the pattern is found anywhere in a text."""
    source, native = _Translator(pattern).translate()
    _fast(pattern)
    if native:
        return _fast(pattern)
    try:
        search = re.compile(source).search
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"{error}".split(" at position")[0]) from None
    return lambda text: search(text) is not None


def bounded(pattern: str) -> Callable[[str], bool]:
    """The same by the fast validator, in time that grows with the text alone: `^(a+)+$` does not hang it."""
    return _fast(pattern)


def is_costly(pattern: str) -> bool:
    """Whether Python's `re` may take for ever: something repeated without end within what is, too."""
    plain = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "x", pattern)
    inner = re.compile(r"\((?:\?[:=!]|\?<[=!])?([^()]*)\)")
    while (group := inner.search(plain)) is not None:
        body, after = group[1], plain[group.end() : group.end() + 1]
        endless = re.search(r"[*+]|\{\d+,\}|\|", body) is not None
        if endless and after in ("*", "+", "{"):
            return True
        plain = f"{plain[: group.start()]}{'x+' if endless else 'x'}{plain[group.end() :]}"
    return False


def translated(pattern: str) -> str:
    """The pattern as Python's `re` reads it; different patterns stay different, in a comment at the end."""
    source, native = _Translator(pattern).translate()
    if native:
        raise PatternError(r"\p{…} is for `pattern`; among patternProperties write the characters")
    return f"{source}(?#{pattern.encode().hex()})"


def original(source: str) -> str:
    """The pattern that was translated into this; any other text as it is."""
    comment = re.search(r"\(\?#((?:[0-9a-f]{2})*)\)\Z", source)
    return bytes.fromhex(comment[1]).decode() if comment else source


@lru_cache(maxsize=1024)
def _fast(pattern: str) -> Callable[[str], bool]:
    """The fast validator's own reading."""
    try:
        return jsonschema_rs.Draft202012Validator({"pattern": pattern}, offline=True).is_valid
    except (ValueError, jsonschema_rs.ValidationError):
        raise PatternError("it is no ECMA-262 pattern that the fast validator can use") from None


class _Translator:
    """One pattern, read from left to right."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._native = False  # only the fast validator can say it

    def translate(self) -> tuple[str, bool]:
        made: list[str] = []
        repeated = True  # nothing to repeat stands before
        while self._at < len(self._pattern):
            start = self._at
            piece = self._piece(repeated)
            made.append(piece)
            sign = self._pattern[start]
            repeated = sign in "(|" or (sign in "*+?{" and self._pattern[start : self._at] != "\\{")
        return "".join(made), self._native

    def _piece(self, repeated: bool) -> str:
        sign = self._take()
        if sign == "\\":
            return self._escape(inside=False)
        if sign == "[":
            return self._set()
        if sign == "(":
            return self._group()
        if sign == "$":
            return r"\Z"
        if sign in "*+?{":
            return self._count(sign, repeated)
        if sign in "]}":
            self._refuse(f"write \\{sign} for the sign {sign}")
        return sign

    def _count(self, sign: str, repeated: bool) -> str:
        if repeated:
            self._refuse(f"{sign} repeats nothing, or repeats twice; write \\{sign} for the sign itself")
        if sign == "{":
            match = _COUNT.match(self._pattern, self._at - 1)
            if match is None:
                self._refuse(r"write \{ for the sign {, and {0,3} for a count that has no lower end")
            self._at = match.end()
            sign = match[0]
        if self._peek() == "?":
            return sign + self._take()
        return sign

    def _group(self) -> str:
        if self._peek() != "?":
            return "("
        for opening in ("?:", "?=", "?!", "?<=", "?<!"):
            if self._pattern.startswith(opening, self._at):
                self._at += len(opening)
                return "(" + opening
        return self._refuse(
            "only (…), (?:…), (?=…), (?!…), (?<=…) and (?<!…) are groups that both validators know"
        )

    def _set(self) -> str:
        made = "["
        if self._peek() == "^":
            made += self._take()
        if self._peek() == "]":
            self._refuse(r"an empty set: write [\s\S] for any character")
        while (sign := self._take("the set is never closed")) != "]":
            if sign == "\\":
                made += self._escape(inside=True)
            elif sign == "[" or (sign in "&-~|" and self._peek() == sign):
                self._refuse(f"write \\{sign} for the sign {sign} in a set: engines differ")
            else:
                made += sign
        return made + "]"

    def _escape(self, *, inside: bool) -> str:
        sign = self._take("the \\ at the end escapes nothing")
        if sign in "dws":
            return _CLASSES[sign] if inside else f"[{_CLASSES[sign]}]"
        if sign in "DWS":
            if inside:
                self._refuse(rf"write \{sign} outside of a set: (?:\{sign}|[…])")
            return f"[^{_CLASSES[sign.lower()]}]"
        if sign in "bB" and not inside:
            self._refuse(r"write the characters out: (?:^|[^A-Za-z0-9_]) before a word")
        if sign in "pP" and self._peek() == "{":
            return self._property()
        if sign in "tnrfv":
            return "\\" + sign
        if sign in "xu":
            return self._code(sign)
        if sign == "c" and self._peek().isascii() and self._peek().isalpha():
            return re.escape(chr(ord(self._take()) % 32))
        if sign in _SIGNS:
            return re.escape(sign)
        if sign in "123456789" and not inside:
            return "\\" + sign
        return self._refuse(f"\\{sign} means nothing that both validators know")

    def _property(self) -> str:
        end = self._pattern.find("}", self._at)
        if end < 0:
            self._refuse("the { of a property is never closed")
        self._at = end + 1
        self._native = True
        return "."

    def _code(self, sign: str) -> str:
        braced = re.compile(r"\{([0-9A-Fa-f]{1,6})\}").match(self._pattern, self._at) if sign == "u" else None
        digits = re.compile(r"[0-9A-Fa-f]{2}" if sign == "x" else r"[0-9A-Fa-f]{4}").match(
            self._pattern, self._at
        )
        if braced is None and digits is None:
            self._refuse(rf"\{sign} is followed by {2 if sign == 'x' else 4} hexadecimal digits")
        match = braced or digits
        assert match is not None
        self._at = match.end()
        number = int(match[1] if braced else match[0], 16)
        if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            self._refuse(rf"{match[0]} is no character; write one above U+FFFF as \u{{1F600}}")
        return re.escape(chr(number))

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self, missing: str = "the pattern ends too early") -> str:
        if self._at >= len(self._pattern):
            self._refuse(missing)
        self._at += 1
        return self._pattern[self._at - 1]

    def _refuse(self, what: str) -> NoReturn:
        raise PatternError(what)
