"""The full look at one payload that something suspicious was seen in."""

import base64
import binascii
import re
from collections.abc import Iterable

from .forms import BASE64, Form
from .json_text import Walker
from .names import NAME_LIMIT, STEMS, Names, Strength, is_cookies
from .ordinary import is_opaque
from .patterns import PATTERNS, SLOW, Pattern
from .placeholders import Placeholders
from .plain_text import Assignments, name_around
from .spans import Span, View, merge, unescaped_json, unescaped_percent
from .values import TooMuchError, Vault
from .wanted import Judge

_MOST_NESTING = 8  # JSON in a string in JSON …
_MOST_NAMES = 20_000  # of credentials in one payload
_MOST_ESCAPES = 1_000_000  # in one string
_BROKEN = 16  # openings that turned out to be no JSON, before the rest counts as plain text

_ESCAPED_ASCII = (b"\\u004", b"\\u005", b"\\u006", b"\\u007")
_STEMS = frozenset(s.encode() for s in STEMS)
_BY_LITERAL: dict[bytes, list[Pattern]] = {}
for _pattern in PATTERNS:
    for _literal in _pattern.literals:
        _BY_LITERAL.setdefault(_literal.encode(), []).append(_pattern)

LITERALS = frozenset(_STEMS) | frozenset(_BY_LITERAL) | frozenset(_ESCAPED_ASCII)

_OPEN = re.compile(rb"[\[{]|\A\s*\"")
_SEALED = re.compile(rb"(?<![A-Za-z0-9_\-+/=])eyJ[A-Za-z0-9_\-+/]{12,65536}+={0,2}")
_RUN = re.compile(rb"[A-Za-z0-9%._~+&=:/?!*()$@;,-]*")
_BASIC = re.compile(rb"[^\x00-\x1f\x7f:]{0,256}:[^\x00-\x1f\x7f]{1,512}")


class Search:
    """Finds the secrets of a payload. Learns nothing: that is up to the caller."""

    def __init__(self, vault: Vault, names: Names, placeholders: Placeholders, judge: Judge) -> None:
        self._vault = vault
        self._names = names
        self._placeholders = placeholders
        self._judge = judge
        self._walker = Walker(names, judge)
        self._assignments = Assignments(names, judge)
        self._stems = _STEMS | {s.encode() for s in names.stems}

    def find(self, payload: bytes, *, depth: int = 0, slow: bool = False) -> list[Span]:
        """Every secret in a payload, in order and apart."""
        hits = self._vault.hits(payload)
        spans = self._slow(payload) if slow else []
        if not hits:
            return merge(spans)
        own = (
            [m.span() for m in self._placeholders.finditer(payload)]
            if self._placeholders.prefix[:4] in payload
            else []
        )
        named: list[tuple[int, int, Strength]] = []
        look: list[int] = []  # where the structure has to be known
        name_end = covered = 0
        for start, end, literal in hits:
            if start < covered or (own and any(a <= start < b for a, b in own)):
                continue
            if literal in self._stems and start >= name_end:
                first, last = name_around(payload, start, end)
                strength = (
                    self._names.judge(payload[first:last]) if last - first <= NAME_LIMIT else Strength.WEAK
                )
                name_end = last
                if strength:
                    named.append((first, last, strength))
                    if len(named) > _MOST_NAMES:
                        raise TooMuchError
                    look.append(first)
            if literal in _BY_LITERAL:
                span = self._pattern(payload, start, literal, depth)
                if span is not None:
                    if b"\\" in span.secret and depth < _MOST_NESTING:
                        look.append(start)
                    spans.append(span)
                    covered = span.end if span.kind == "private_key" else covered
            elif literal in _ESCAPED_ASCII:
                look.append(start)
            if len(literal) >= 8:
                self._value(payload, start, end, spans, look)
        if look:
            spans = self._structured(payload, named, look, spans, depth)
        return merge(spans)

    def suspicious(self, blob: bytes, start: int, end: int, literal: bytes) -> bool:
        """A cheap check around one hit: True when its message deserves the full look."""
        if literal in self._stems:
            first, last = name_around(blob, start, end)
            if last - first > NAME_LIMIT or self._names.judge(blob[first:last]):
                return True
            if len(literal) < 8 and literal not in _BY_LITERAL:
                return False
        if literal in _BY_LITERAL and self._pattern(blob, start, literal, 0) is not None:
            return True
        if literal in _ESCAPED_ASCII:
            return True
        return len(literal) >= 8 and self._vault.form_at(blob, start, end) is not None

    def _slow(self, payload: bytes) -> list[Span]:
        return [
            Span(*m.span(pattern.group), m[pattern.group], pattern.kind, pattern.kind)
            for pattern in SLOW
            for m in pattern.expression.finditer(payload)
        ]

    def _pattern(self, payload: bytes, start: int, literal: bytes, depth: int) -> Span | None:
        for pattern in _BY_LITERAL[literal]:
            match = pattern.match
            m = match(payload, start)
            at = start - pattern.back
            while m is None and at < start:
                m = match(payload, at) if at >= 0 else None
                at += 1
            if m is None or m.end() <= start:
                continue
            secret, (a, b) = m[pattern.group], m.span(pattern.group)
            if pattern.kind == "basic" and not _is_basic(secret):
                continue
            while secret.endswith(b"\\"):
                secret, b = secret[:-1], b - 1
            if not self._placeholders.is_own(secret.rstrip(b"."), opaque=self._judge.opaque):
                return Span(a, b, secret, pattern.kind, pattern.kind)
        if literal == b"eyj" and depth < _MOST_NESTING and (m := _SEALED.match(payload, start)):
            plain = decoded(m[0])
            if plain is not None and self.find(plain, depth=depth + 1):
                return Span(m.start(), m.end(), m[0], "sealed", "sealed")
        return None

    def _value(self, payload: bytes, start: int, end: int, spans: list[Span], look: list[int]) -> None:
        form = self._vault.form_at(payload, start, end)
        if form is None:
            return
        if form.digits and (payload[start - 1 : start].isdigit() or payload[end : end + 1].isdigit()):
            return
        if form.loose:
            look.append(start)
        if form.base64:
            start, end = _widened(payload, start, end, form)
        kind = "loose" if form.loose else "value"
        spans.append(Span(start, end, form.secret, form.name, kind, form.base64))

    def _structured(
        self,
        payload: bytes,
        named: list[tuple[int, int, Strength]],
        look: list[int],
        spans: list[Span],
        depth: int,
    ) -> list[Span]:
        """Look at what belongs to what: JSON values exactly, the text around them by its assignments."""
        plain: list[tuple[int, int]] = []
        inside: list[tuple[int, int]] = []
        found: list[Span] = []
        look.sort()
        at = broken = 0
        while broken < _BROKEN and (m := _OPEN.search(payload, at)) is not None:
            start = m.end() - 1
            if look[-1] < start:
                break
            walk = self._walker.walk(payload, start, look)
            plain.append((at, start))
            at = max(walk.end, start + 1)
            found += walk.spans
            for a, b in _with_any(walk.literals, look):
                found += self._within(payload, a, b, depth)
            if walk.complete:
                inside.append((start, at))
                if walk.rest:
                    break
            else:
                broken += 1
                plain.append((start, at))
        plain.append((at, len(payload)))
        found += self._in_plain_text(payload, named, plain, depth)
        # within JSON, what may cross a string's border was found (or not) inside the strings
        kept = [
            s for s in spans if not _crosses(s) or not any(a <= s.start and s.end <= b for a, b in inside)
        ]
        return kept + found

    def _in_plain_text(
        self,
        payload: bytes,
        named: list[tuple[int, int, Strength]],
        regions: list[tuple[int, int]],
        depth: int,
    ) -> list[Span]:
        found = []
        region = covered = told = 0
        budget = self._assignments.spent + 4 * len(payload) + (1 << 20)
        for first, last, strength in named:
            while region < len(regions) and regions[region][1] <= first:
                region += 1
            if region == len(regions):
                break
            if first < max(covered, regions[region][0]):
                continue
            if is_cookies(payload[first:last].decode("ascii", "replace")):
                spans, told = self._assignments.cookies(payload, last, told)
                if spans:
                    found += spans
                    continue
            span = self._assignments.value_of(payload, first, last, strength)
            if span is not None:
                found.append(span)
                covered = span.end
            elif payload[last : last + 1] == b"%" and depth < _MOST_NESTING:
                spans, covered = self._in_percent(payload, first, last, depth)
                found += spans
            if self._assignments.spent > budget:
                raise TooMuchError
        return found

    def _in_percent(self, payload: bytes, first: int, last: int, depth: int) -> tuple[list[Span], int]:
        """A name and value that are escaped for a URL, and what stands around them; how far that goes."""
        head = payload[max(0, first - 512) : first]
        start = first - len(head) + len(head.rstrip(BASE64 + b"%._~&=:"))
        run = _RUN.match(payload, last)
        end = run.end() if run else last
        view = unescaped_percent(payload, start, end)
        if view.text == payload[start:end]:
            return [], end
        return [view.back(s) for s in self.find(view.text, depth=depth + 1)], end

    def _within(self, payload: bytes, start: int, end: int, depth: int) -> list[Span]:
        """The inside of a JSON string."""
        if depth >= _MOST_NESTING:
            return [Span(start, end, payload[start:end], "nested", "nested")]
        if payload.count(b"\\", start, end) > _MOST_ESCAPES:
            raise TooMuchError
        view = (
            unescaped_json(payload, start, end)
            if payload.find(b"\\", start, end) >= 0
            else View(payload[start:end], [0], [start], end)
        )
        return [view.back(s) for s in self.find(view.text, depth=depth + 1)]


def _crosses(span: Span) -> bool:
    return span.kind == "loose" or b"\\" in span.secret


def _with_any(literals: Iterable[tuple[int, int]], look: list[int]) -> list[tuple[int, int]]:
    """The strings that hold one of the places; both in order."""
    out = []
    i = 0
    for start, end in sorted(literals):
        while i < len(look) and look[i] < start:
            i += 1
        if i == len(look):
            break
        if look[i] < end:
            out.append((start, end))
    return out


def _widened(payload: bytes, start: int, end: int, form: Form) -> tuple[int, int]:
    """With the characters at both ends that hold bits of the secret, and the padding."""
    if form.before and payload[start - 1 : start] in BASE64:
        start -= form.before
    if form.after and payload[end : end + 1] and payload[end] in BASE64:
        end += form.after
    while payload[end : end + 1] == b"=":
        end += 1
    return max(0, start), end


def decoded(text: bytes) -> bytes | None:
    """What base64 of either alphabet stands for; None if it is none."""
    try:
        return base64.b64decode(text.rstrip(b"=").translate(_STANDARD) + b"=" * (-len(text.rstrip(b"=")) % 4))
    except (binascii.Error, ValueError):
        return None


_STANDARD = bytes.maketrans(b"-_", b"+/")


def _is_basic(text: bytes) -> bool:
    plain = decoded(text)
    return plain is not None and _BASIC.fullmatch(plain) is not None


def credential_parts(secret: bytes) -> list[bytes]:
    """What else is secret when this is: the password within `Basic`, the token within base64."""
    plain = decoded(secret) if len(secret) >= 8 and not secret.strip(BASE64 + b"=") else None
    if not plain or not plain.isascii() or not plain.decode().isprintable():
        return []
    if _BASIC.fullmatch(plain):
        return [plain.partition(b":")[2]]
    return [plain] if is_opaque(plain) else []
