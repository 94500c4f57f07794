"""The last resort but one: when the careful look fails, whatever follows a telling name goes."""

import re

from .names import STEMS
from .patterns import PATTERNS
from .spans import Span, merge
from .values import Vault

_NAMED = re.compile(
    rb"(?i)(?:" + b"|".join(sorted({re.escape(s.strip("=\"'\\").encode()) for s in STEMS})) + rb")"
    rb"[A-Za-z0-9_.$-]{0,64}+[\\\"'`\]\s:=>,\[{(]{1,24}+([^\"'`\\\s,&;<>{}\[\]]++)"
)


def find(payload: bytes, vault: Vault) -> list[Span]:
    """Every pattern, every known value, and what stands next after every name."""
    spans = [Span(*m.span(1), m[1], "secret", "name") for m in _NAMED.finditer(payload)]
    for pattern in PATTERNS:
        found = pattern.expression.finditer(payload)
        spans.extend(
            Span(*m.span(pattern.group), m[pattern.group], pattern.kind, pattern.kind) for m in found
        )
    return merge([*spans, *values(payload, vault)])


def values(payload: bytes, vault: Vault) -> list[Span]:
    """Every known value."""
    found: list[Span] = []
    for start, end, _ in vault.hits(payload):
        form = vault.form_at(payload, start, end)
        if form is not None:
            found.append(Span(start, end, form.secret, form.name, "value", form.base64))
    return found
