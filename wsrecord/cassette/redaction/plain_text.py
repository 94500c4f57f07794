"""Secrets in text that is no JSON, by the names before them: `password=…`, `api_key: "…"`, tags, forms.

Every function here starts at one credential's name and looks a bounded way around it.
"""

import re

from .cookies import cookies
from .names import NAME_BYTES, NAME_LIMIT, Names, Strength
from .ordinary import reads_as_words
from .spans import Span, unescaped_json
from .wanted import Judge, parameter_of_scheme

_COOKIES = re.compile(
    rb"\\{0,3}[\"'`]?[ \t]{0,16}(?:=>|[:=](?!=))[ \t]{0,16}\\{0,3}[\"'`]?"
    rb'((?:="[^"\r\n\\;]{0,4096}"|[^\r\n\'"`<>\\\x00]){1,65536}+)'
)
_LONGEST = 65_536  # how far a quoted or nested value is followed

_ASSIGN = re.compile(
    rb'(?P<quote>(?:\\{0,15}["\'`])?)(?:\[[^\]\[\r\n]{0,32}\])?\]?(?:[ \t]|\\[tnr]){0,16}'
    rb"(?P<sign>=>|:=|={1,3}|!=|->|:(?!//)|\bis[ \t]*:)(?P<space>(?:\s|\\[tnr]){0,16})"
)
_QUOTE = re.compile(rb'(?:[brfuLR@$]{0,2})(\\{0,15})(["\'`])')
_BARE = re.compile(rb"[^\s\"'`,;&<>(){}\[\]|\\\x00-\x1f\x7f]+")
_REST = re.compile(rb"[^\s\"'`<>\\\x00-\x1f\x7f]+")
_TAG = re.compile(rb"[^<>]{0,256}>([^<>]{1,4096})<")
_ATTRIBUTE = re.compile(rb'(?:value|content)[ \t]*=[ \t]*\\{0,3}["\']([^"\'<>\\]{1,4096})', re.IGNORECASE)
_PART = re.compile(rb'"?[^\r\n]{0,200}\r?\n(?:[^\r\n]{1,200}\r?\n){0,4}\r?\n([^\r\n]+)')
_OPTION = re.compile(rb"[ \t]+(?![ \t-])([^\s\"'|;&<>]+)")
_CALL = re.compile(rb"[A-Za-z_][A-Za-z0-9_.]*")
_LINE_ENDS = re.compile(rb"[ \t.,;]*(?:[\r\n]|\\n|\Z)")


def name_around(text: bytes, start: int, end: int) -> tuple[int, int]:
    """From where to where the name goes of which a stem was found."""
    if text[end - 1] in b"\"'\\=" and text[end - 3 : end - 1].lower() == b"pw":
        end -= 1  # the stem is longer than the name: two letters alone are too common
    head = text[max(0, start - NAME_LIMIT) : start]
    tail = text[end : end + NAME_LIMIT]
    first = start - (len(head) - len(head.rstrip(NAME_BYTES)))
    last = end + (len(tail) - len(tail.lstrip(NAME_BYTES)))
    if first and text[first - 1] == 0x5C and first < start:  # \n, \t: the letter is the escape's
        first += 1
    return first, last


class Assignments:
    """Finds what is assigned to a credential's name in plain text."""

    def __init__(self, names: Names, judge: Judge) -> None:
        self._names = names
        self._judge = judge
        self.spent = 0  # bytes looked through, for the caller's budget

    def value_of(self, text: bytes, first: int, last: int, strength: Strength) -> Span | None:
        """The secret that belongs to the name at first..last, if one does."""
        name = text[first:last].strip(b"-.$").decode("ascii", "replace")
        m = _ASSIGN.match(text, last)
        if m is not None:
            return self._assigned(text, first, m, strength, name)
        if first and text[first - 1] in b"</:" and (tag := _TAG.match(text, last)):
            return self._checked(text, tag.start(1), tag.end(1), strength, name)
        if text.startswith(b"--", first) and (option := _OPTION.match(text, last)):
            return self._checked(text, option.start(1), option.end(1), strength, name)
        if first and text[first - 1] in b"\"'":
            return self._attribute(text, first, last, strength, name)
        return None

    def cookies(self, text: bytes, last: int, done: int) -> tuple[list[Span], int]:
        """The secrets in `Cookie: a=b; …`, of which all up to `done` was looked at; how far it goes."""
        m = _COOKIES.match(text, last)
        if m is None or m.end() <= done:
            return [], done
        start = max(done, m.start(1))
        self.spent += m.end() - start
        found = cookies(text, self._names, start, m.end())
        return [s for s in found if self._judge.is_secret(s.secret, Strength.STRONG)], m.end()

    def _attribute(self, text: bytes, first: int, last: int, strength: Strength, name: str) -> Span | None:
        """`name="csrf" value="…"` in a tag, and a part of a multipart form."""
        part = _PART.match(text, last)
        if part and b"form-data" in text[max(0, first - 200) : first].lower():
            return self._checked(text, part.start(1), part.end(1), strength, name)
        opened = text.rfind(b"<", max(0, first - 1024), first)
        if opened < 0 or b">" in text[opened:first]:
            return None
        closed = text.find(b">", last, last + 4096)
        closed = closed if closed >= 0 else min(len(text), last + 4096)
        self.spent += closed - opened
        value = _ATTRIBUTE.search(text, opened, closed)
        if value is None:
            return None
        return self._checked(text, value.start(1), value.end(1), strength, name)

    def _assigned(
        self, text: bytes, first: int, m: re.Match[bytes], strength: Strength, name: str
    ) -> Span | None:
        at = m.end()
        quote = _QUOTE.match(text, at)
        if quote is not None:
            if not m["quote"] and text[first - 1 : first] == quote[2]:
                return None  # 'Password: ' — the quote closes
            end = _closing(text, quote.end(), quote[2], len(quote[1]))
            if not m["quote"] and text[quote.end() : quote.end() + 1] in (b")", b",", b";", b"]", b"}"):
                return None
            return self._checked(text, quote.end(), end, strength, name)
        if text[at : at + 1] in (b"{", b"["):
            return self._nested(text, at, name) if strength is Strength.STRONG else None
        skip = parameter_of_scheme(text[at : at + 64])
        bare = (_REST if skip else _BARE).match(text, at + skip)
        if bare is None:
            return None
        value = bare[0]
        if text[bare.end() : bare.end() + 1] == b"(" and _CALL.fullmatch(value):
            return None  # token = read_token()
        if bool(m["space"]) and m["sign"] == b":" and not skip:
            prose = name.lower() == "pass" or reads_as_words(value.rstrip(b".!?"))
            if prose and not _alone(text, first, bare.end()):
                return None  # "the password: must be long"
        return self._checked(text, bare.start(), bare.end(), strength, name)

    def _nested(self, text: bytes, at: int, name: str) -> Span | None:
        """All of an object or array that could not be read as JSON, if it holds any string."""
        end = _balanced(text, at)
        self.spent += end - at
        if text.find(b'"', at, end) < 0 and text.find(b"'", at, end) < 0:
            return None
        return self._checked(text, at, end, Strength.STRONG, name)

    def _checked(self, text: bytes, start: int, end: int, strength: Strength, name: str) -> Span | None:
        raw = text[start:end]
        value = unescaped_json(text, start, end).text if b"\\" in raw else raw
        self.spent += len(raw)
        if strength is Strength.FAIR:  # in code it is a variable's name more often
            strength = Strength.WEAK
        if not self._judge.is_secret(value, strength):
            return None
        skip = parameter_of_scheme(value)
        while raw.endswith(b"\\"):  # half an escape: it belongs to what follows
            raw = raw[:-1]
            end -= 1
        return Span(start + skip, end, value[skip:], name, "name") if start + skip < end else None


def _alone(text: bytes, first: int, end: int) -> bool:
    """`key: value` with a line to itself, as in a configuration."""
    back = max(0, first - 256)
    line = max(text.rfind(b"\n", back, first), text.rfind(b"\\n", back, first) + 1, back - 1)
    return not text[line + 1 : first].strip(b" \t-\"'") and _LINE_ENDS.match(text, end) is not None


def _closing(text: bytes, at: int, quote: bytes, depth: int) -> int:
    """Where a string ends that was opened by a quote with `depth` backslashes before it."""
    limit = min(len(text), at + _LONGEST)
    found = text.find(quote, at, limit)
    while found >= 0:
        run = found
        while run > max(at, found - 16) and text[run - 1] == 0x5C:
            run -= 1
        if found - run <= depth:
            return run
        found = text.find(quote, found + 1, limit)
    line = text.find(b"\n", at, limit)
    return line if line >= 0 else limit


def _balanced(text: bytes, at: int) -> int:
    """Where a bracket that was opened closes again, strings not looked into."""
    depth = 0
    for m in _BRACKET.finditer(text, at, min(len(text), at + _LONGEST)):
        depth += 1 if m[0] in b"{[" else -1
        if not depth:
            return m.end()
    return min(len(text), at + _LONGEST)


_BRACKET = re.compile(rb"[\[\]{}]")
