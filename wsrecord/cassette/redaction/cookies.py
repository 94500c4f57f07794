"""Cookie strings, wherever they stand: `theme=dark; sessionid=…` holds a secret only in its parts."""

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from .names import Names
from .ordinary import UUID, is_opaque
from .spans import Span

# A part's value goes to the semicolon; several `Set-Cookie` may stand in one line, joined by commas.
_PART = re.compile(rb'(?<![^=;,\s"])([^=;,\s"]{1,256})=("?)((?:[^;",]|,(?![ \t]{0,4}[^=;,\s"]{1,64}=))*+)')
_ATTRIBUTES = frozenset(b"path domain expires max-age samesite priority version comment".split())
_EMPTY = frozenset(b"deleted null true false 0 1".split())


def cookies(text: bytes, names: Names, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The secrets among the parts of a `Cookie` or `Set-Cookie`, with the names of their parts."""
    for m in _PART.finditer(text, start, len(text) if end is None else end):
        name, value = m[1], m[3].rstrip()
        if not value or value.lower() in _EMPTY:
            continue
        if name.lower() in _ATTRIBUTES and (b"/" in value or b"." in value):
            continue
        told = names.judge_cookie(name)
        if told or (is_opaque(unquote_to_bytes(value)) and not UUID.fullmatch(value)):
            at = m.start(3)
            yield Span(at, at + len(value), value, name.decode("utf-8", "replace"), "name")
