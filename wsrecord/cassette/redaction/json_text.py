"""Secrets in JSON text, by the names around them; every other byte stays as it is.

One expression cuts the text into tokens, a stack says what each string belongs to. Nothing is
parsed into objects: spans point into the text, so an answer cut short or followed by more text is
read as far as it goes, and nesting costs no recursion.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TypeAlias

from .cookies import cookies
from .names import NAME_BYTES, NAME_LIMIT, Names, Strength, flat, is_cookies, word_set
from .ordinary import UUID, reads_as_words
from .spans import Span, unescaped_json
from .values import TooMuchError
from .wanted import Judge, parameter_of_scheme

MOST_DEPTH = 10_000

Named: TypeAlias = tuple[Strength, str]  # what a name says, and the name

_TOKEN = re.compile(
    rb'[\s,\x1e]*+(?:[-+0-9.][-+0-9.eE]*+[\s,]++|true[\s,]++|false[\s,]++|null[\s,]++)*+(?:"([^"\\]*+(?:\\.[^"\\]*+)*+)("?)(\s*+:)?'
    rb"|([\[{])|([\]}])|(?:[-+0-9.eE]++|true|false|null|NaN|-?Infinity)()|(:))",
    re.DOTALL,
)
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_SCALAR = rb"(?:" + _STRING + rb"|[-+0-9.eE]++|true|false|null)"
# Whole values and whole members; a key stays with a value that can't be skipped.
_SKIP = re.compile(
    rb"(?:[\s,\x1e]++|"
    + _STRING
    + rb"(?:\s*+:\s*+"
    + _SCALAR
    + rb"|(?!\s*+:))|[-+0-9.eE]++|true|false|null)*+",
    re.DOTALL,
)
_HOLDS_NAME, _HOLDS_VALUE = 1, 2
_NAME_FIELDS = word_set("name key header field k n param parameter headername variable env attribute")
_VALUE_FIELDS = word_set("value val v content data text string values headervalue default")
# What a JSON Schema says about a credential is no credential.
_SCHEMA_WORDS = word_set(
    "type title description format ref anyof oneof allof required pattern properties items label "
    "placeholder help in scheme flows bearerformat minlength maxlength nullable deprecated readonly "
    "writeonly"
)
_SCHEMA_TYPES = frozenset(
    (
        b"string",
        b"object",
        b"array",
        b"integer",
        b"number",
        b"boolean",
        b"null",
        b"http",
        b"apiKey",
        b"oauth2",
        b"password",
    )
)
_HARMLESS_END = (
    "id",
    "url",
    "uri",
    "type",
    "name",
    "user",
    "at",
    "time",
    "date",
    "kind",
    "status",
    "method",
    "scheme",
    "email",
)
_IDENTIFIER = re.compile(rb"[A-Za-z][a-z]*(?:[A-Z][a-z]+)*(?:[_-][A-Za-z]+)*")


@dataclass(slots=True)
class Walk:
    """What one JSON value in a text held."""

    end: int = 0  # of what was read
    complete: bool = False  # nothing odd as far as it was read
    rest: bool = False  # it was not read to its end: nothing of interest follows
    spans: list[Span] = field(default_factory=list)
    literals: list[tuple[int, int]] = field(default_factory=list)  # strings to look into: from, to


class _Frame:
    __slots__ = ("before", "expects", "inherited", "key", "named", "object", "schema", "spans", "start")

    def __init__(self, start: int, is_object: bool, inherited: Named | None) -> None:
        self.start = start
        self.object = is_object
        self.inherited = inherited  # from a credential's name further out
        self.key = b""
        self.expects = False  # the key is a credential's, its value still to come
        self.before: Named | None = None  # arrays: the string before was a credential's name
        self.named: Named | None = None  # {"name": "Authorization", "value": …}
        self.schema = False
        self.spans: list[tuple[str, Span]] = []

    @property
    def waits(self) -> bool:
        """True when the next string in it may be secret whether or not a stem stands there."""
        return bool(self.expects or self.inherited or self.before or self.named)


class Walker:
    """Walks JSON values; `names` and `judge` say what is secret."""

    def __init__(self, names: Names, judge: Judge) -> None:
        self._names = names
        self._judge = judge
        self._roles: dict[bytes, int] = {}

    def walk(self, text: bytes, start: int, look: list[int]) -> Walk:
        """Walk the value that begins at `start`; `look` has the places of interest, in order."""
        out = Walk()
        stack = [_Frame(start, False, None)]
        at, i = start, bisect_left(look, start)
        while True:
            frame = stack[-1]
            while i < len(look) and look[i] < at:
                i += 1
            if i == len(look) and _done(stack) and len(stack) > 1:
                out.complete = out.rest = True
                break
            if (
                not frame.key and not frame.waits
            ):  # every credential's name is a place of interest: skip to the next
                skipped = _SKIP.match(text, at, look[i] if i < len(look) else len(text))
                at = skipped.end() if skipped is not None else at
            m = _TOKEN.match(text, at)
            if m is None:
                break
            at = out.end = m.end()
            if not self._token(text, m, stack, look, out):
                break
        for frame in reversed(stack):
            self._close(text, frame, out)
        return out

    def _token(
        self, text: bytes, m: re.Match[bytes], stack: list["_Frame"], look: list[int], out: Walk
    ) -> bool:
        """One token; False when the value has ended."""
        kind = m.lastindex
        frame = stack[-1]
        if kind == 3:
            frame.key = m[1]
            if b"\\" in frame.key:
                frame.key = unescaped_json(text, m.start(1), m.end(1)).text
            frame.expects = bool(self._names.judge(frame.key))
            if not frame.expects:
                self._of_interest(m.start(1), m.end(1), look, out)
        elif kind == 2:
            self._string(text, frame, m.span(1), look, out)
            frame.expects, frame.key = False, b""
            if not m[2] and m.end() == len(text):  # cut off within the string
                return False
        elif kind == 4:
            if len(stack) > MOST_DEPTH:
                raise TooMuchError
            stack.append(_Frame(m.end(), m[4] == b"{", self._pass_on(frame)))
            frame.expects, frame.key = False, b""
        elif kind == 5:
            self._close(text, stack.pop(), out)
            if not stack:
                return False
        out.complete = len(stack) == 1 and kind not in (3, 7)
        return not out.complete

    @staticmethod
    def _of_interest(start: int, end: int, look: list[int], out: Walk) -> None:
        i = bisect_left(look, start)
        if i < len(look) and look[i] < end:
            out.literals.append((start, end))

    def _string(self, text: bytes, frame: _Frame, at: tuple[int, int], look: list[int], out: Walk) -> None:
        start, end = at
        strength = Strength.NONE
        name = key = ""
        inherited = frame.inherited
        if frame.object:
            strength = self._names.judge(frame.key)
            if strength:
                name = frame.key.decode("utf-8", "replace")
            elif self._role(frame.key) == _HOLDS_NAME:
                frame.named = self._as_name(text[start:end]) or frame.named
            if inherited:
                key = flat(frame.key.decode("utf-8", "replace"))
                handed = self._handed_down(inherited, key, frame.key)
                if not strength and (
                    handed is not inherited or not self._is_harmless(frame, key, text[start:end])
                ):
                    strength, name = handed
        else:
            value = text[start:end]
            if frame.before and not _IDENTIFIER.fullmatch(value):
                strength, name = frame.before
            elif inherited:
                strength, name = inherited
            frame.before = self._as_name(value)
        if strength:
            view = unescaped_json(text, start, end)
            value = view.text
            parts = list(cookies(value, self._names)) if b"=" in value and is_cookies(name) else []
            if parts := [s for s in parts if self._judge.is_secret(s.secret, Strength.STRONG)]:
                frame.spans += [(key, view.back(s)) for s in parts]
            elif self._judge.is_secret(value, strength):
                skip = parameter_of_scheme(value)
                frame.spans.append((key, Span(start + skip, end, value[skip:], name, "name")))
                return
        self._of_interest(start, end, look, out)

    def _handed_down(self, named: Named, flat_key: str, key: bytes) -> Named:
        """What a credential's name says about the values under it."""
        if named[0] is Strength.FAIR and flat_key in ("value", "val"):
            return Strength.STRONG, named[1]
        if is_cookies(named[1]) and (strength := self._names.judge_cookie(key)):
            return strength, key.decode("utf-8", "replace")
        return named

    def _is_harmless(self, frame: _Frame, key: str, value: bytes) -> bool:
        """Under a credential's name: what only describes it."""
        assert frame.inherited is not None
        if (key == "type" and value in _SCHEMA_TYPES) or key in ("ref", "anyof", "oneof"):
            frame.schema = True
        if key in ("description", "title"):
            return True
        if frame.inherited[0] is not Strength.STRONG:
            return key.endswith(_HARMLESS_END) or UUID.fullmatch(value) is not None
        return False

    def _role(self, key: bytes) -> int:
        """Whether a field may hold a name, or the value that belongs to it."""
        role = self._roles.get(key)
        if role is None:
            if len(self._roles) > 20_000:
                self._roles.clear()
            plain = flat(key.decode("utf-8", "replace")) if len(key) <= NAME_LIMIT else ""
            role = self._roles[key] = (
                _HOLDS_NAME if plain in _NAME_FIELDS else _HOLDS_VALUE if plain in _VALUE_FIELDS else 0
            )
        return role

    def _as_name(self, value: bytes) -> Named | None:
        if not value or len(value) > NAME_LIMIT or value.strip(NAME_BYTES):
            return None
        strength = self._names.judge(value)
        return (strength, value.decode()) if strength else None

    def _pass_on(self, frame: _Frame) -> Named | None:
        if not frame.object:
            frame.before = None
            return frame.inherited
        strength = self._names.judge(frame.key)
        if strength:
            return strength, frame.key.decode("utf-8", "replace")
        if frame.key in (b"required", b"enum", b"properties", b"type"):
            return None
        return frame.inherited

    def _close(self, text: bytes, frame: _Frame, out: Walk) -> None:
        for key, span in frame.spans:
            if frame.schema and key in _SCHEMA_WORDS:
                out.literals.append((span.start, span.end))
            else:
                out.spans.append(span)
        if frame.named is not None:
            self._pair(text, frame, *frame.named, out)

    def _pair(self, text: bytes, frame: _Frame, strength: Strength, name: str, out: Walk) -> None:
        """An object has told a credential's name: which of its own strings is the value?"""
        at, depth, key = frame.start, 0, b""
        while depth >= 0 and (m := _TOKEN.match(text, at)) is not None and m.end() > at:
            at = m.end()
            kind = m.lastindex
            if kind in (4, 5):
                depth += 1 if kind == 4 else -1
            elif kind == 3:
                key = m[1]
            elif kind == 2 and depth == 0 and self._role(key) == _HOLDS_VALUE:
                value = unescaped_json(text, *m.span(1)).text
                if strength is not Strength.STRONG and reads_as_words(value):
                    continue
                if self._judge.is_secret(value, strength):
                    skip = parameter_of_scheme(value)
                    out.spans.append(Span(m.start(1) + skip, m.end(1), value[skip:], name, "name"))


def _done(stack: list[_Frame]) -> bool:
    """True when nothing that is open still waits for a value."""
    return len(stack) <= 64 and not any(frame.waits for frame in stack)
