"""The redactor: what every record and every message passes before the first byte reaches the disk."""

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import accumulate
from typing import Any

from ...errors import UsageError
from ..model import Note, Opcode, Request, Response, Secret
from . import blunt, http, packed
from .environment import environment_values
from .names import Names
from .ordinary import MIN_LEARNED
from .placeholders import Placeholders, fitted
from .search import LITERALS, Search, credential_parts
from .spans import Span, merge
from .values import TooMuchError, Vault
from .wanted import Judge

__all__ = ["Redactor", "Vault", "environment_values"]

MOST_LEARNED_LENGTH = 8192
_CONTROL_LIMIT = 125
_ROUNDS = 8
_BLUNT_LIMIT = 1 << 20


class Redactor:
    """Takes secrets out of one cassette's records. The same instance serves all its sessions."""

    def __init__(
        self,
        *,
        nonce: str,
        values: Mapping[str, str] | None = None,
        extra_names: Collection[str] = (),
        keep_names: Collection[str] = (),
        vault: Vault | None = None,
        any_nonce: bool = False,
    ) -> None:
        self.vault = Vault() if vault is None else vault
        self.emptied = 0  # messages that could not be read and were left out
        self._placeholders = Placeholders(nonce, self.vault.made.setdefault(nonce, {}), any_nonce=any_nonce)
        self.names = Names(
            extra_names, keep_names, placeholder=b"wsr-" if any_nonce else self._placeholders.prefix
        )
        self._judge = Judge(self._placeholders)
        self._search = Search(self.vault, self.names, self._placeholders, self._judge)
        self.vault.watch(LITERALS)
        self.vault.watch(s.encode() for s in self.names.stems)
        for name, value in (values or {}).items():
            if len(value) < MIN_LEARNED:
                raise UsageError(
                    f"the secret {name} has fewer than {MIN_LEARNED} characters: "
                    "it would be found in ordinary text; rather name its field with --redact-name"
                )
            self.vault.add(http.as_bytes(value), name)
        self.vault.settle()

    def drain_secrets(self) -> list[Secret]:
        """The placeholders made since the last call: to be written before the record that uses them."""
        return self._placeholders.drain()

    # -- messages: the hot path

    def messages(self, items: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """A batch of (opcode, payload[, details]) without secrets; the same list when there were none."""
        if not items:
            return items
        vault = self.vault
        vault.settle()
        payloads = [item[1] for item in items]
        joined = b"\n".join(payloads) if len(payloads) > 1 else payloads[0]
        low = joined.lower()
        try:
            hits = vault.first_look(low)
        except TooMuchError:  # some message is full of them: which one shows when each is looked at
            return self._each(items)
        found = vault.first_look_at_values(low)
        if not hits and not found:
            return items
        known = vault.count
        ends = list(accumulate((len(p) + 1 for p in payloads), initial=0))
        suspects = self._suspects(joined, hits, ends)
        suspects.update(bisect_right(ends, start) - 1 for _, start, _ in found)
        out = list(items) if suspects else items
        while suspects:
            for i in sorted(suspects):
                out[i] = self._message(out[i])
            if vault.count == known:
                break
            find, known = vault.finder_since(known), vault.count  # what this batch taught: in all of it
            again = {bisect_right(ends, start) - 1 for start in find(low)}
            suspects = {i for i in again if out[i] is items[i] or find(out[i][1].lower())}
        return out if any(new is not old for new, old in zip(out, items, strict=True)) else items

    def _each(self, items: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        if len(items) == 1:
            return [self._message(items[0])]
        return [new for item in items for new in self.messages([item])]

    def _suspects(self, joined: bytes, hits: list[tuple[int, int, int]], ends: list[int]) -> set[int]:
        """Which messages of a batch deserve the full look: most hits are `max_tokens` and the like."""
        out: set[int] = set()
        literals = self.vault.literals
        suspicious = self._search.suspicious
        done = 0
        for number, start, end in hits:
            if start >= done and suspicious(joined, start, end, literals[number]):
                i = bisect_right(ends, start) - 1
                out.add(i)
                done = ends[i + 1]
        return out

    def _message(self, item: tuple[Any, ...]) -> tuple[Any, ...]:
        opcode, payload = item[0], item[1]
        try:
            new = self._payload(opcode, payload)
        except TooMuchError:
            new = b""  # its size tells that something was there
        except Exception:  # whatever it was, the payload must not go to disk as it is
            new = self._bluntly(payload)
        if new == payload:
            return item
        details = dict(item[2]) if len(item) > 2 and item[2] else {}
        if details.get("size") is None:
            details["size"] = len(payload)
        if not new:
            self.emptied += 1
            if details.get("unread") is None:
                details["unread"] = "redacted"
        return (opcode, new, details)

    def _payload(self, opcode: int, payload: bytes) -> bytes:
        if opcode == Opcode.TEXT:
            return self._redacted(payload)
        if opcode == Opcode.CLOSE:
            return _cut(payload[:2] + self._redacted(payload[2:], slow=True), payload)
        if opcode == Opcode.BINARY:
            return self._binary(payload)
        return _cut(self._binary(payload), payload)

    def _binary(self, payload: bytes) -> bytes:
        values = packed.unpacked(payload)
        if values is not None:
            walker = packed.PackedWalker(self.names, self._judge, self._replaced, self._part)
            for _ in range(2):  # what is learned in the first round may stand before its name
                known = self.vault.count
                new = [walker.walk(v) for v in values]
                if self.vault.count == known:
                    break
            return packed.packed(new)
        if _looks_like_text(payload):
            return self._redacted(payload)
        return self._redacted(self._without_packed(payload), opaque=True)

    def _without_packed(self, payload: bytes) -> bytes:
        """Opaque binary that can be unpacked all the same: without what stands under telling names in it."""
        values = packed.lengths_told(payload)
        if values is None:
            return payload
        found: dict[bytes, str] = {}

        def collect(secret: bytes, name: str) -> bytes:
            found.setdefault(secret, name)
            return secret

        self._judge.opaque = True
        try:
            walker = packed.PackedWalker(self.names, self._judge, collect, bytes)
            for value in values:
                walker.walk(value)
        finally:
            self._judge.opaque = False
        spans: list[Span] = []
        for secret, name in found.items():
            self._learn(secret, name)
            places = packed.places(payload, secret)
            spans += [Span(at, at + len(secret), secret, name, "name") for at in places]
        return self._without(payload, merge(spans), opaque=True)

    def _part(self, part: bytes) -> bytes:
        """A string or bytes within something unpacked."""
        return self._redacted(part, opaque=not _looks_like_text(part)) if part else part

    def _replaced(self, secret: bytes, name: str) -> bytes:
        self._learn(secret, name)
        return self._placeholders.of(secret, name)

    # -- what all kinds of text share

    def _redacted(self, payload: bytes, *, opaque: bool = False, slow: bool = False) -> bytes:
        """A payload without its secrets; what is found is learned, and then looked for in all of it."""
        self._judge.opaque = opaque
        try:
            spans = self._search.find(payload, slow=slow)
            for _ in range(_ROUNDS):
                known = self.vault.count
                for span in spans:
                    self._learn(span.secret, span.name)
                if self.vault.count == known or not self._is_left(known, payload, spans):
                    break
                spans = self._search.find(payload, slow=slow)
        finally:
            self._judge.opaque = False
        return self._without(payload, spans, opaque=opaque)

    def _is_left(self, since: int, payload: bytes, spans: list[Span]) -> bool:
        """True when a value that was just learned stands where no span is."""
        gaps: list[bytes] = []
        at = 0
        for span in spans:
            gaps.append(payload[at : span.start])
            at = span.end
        gaps.append(payload[at:])
        return bool(self.vault.finder_since(since)(b"\n".join(gaps).lower()))

    def _learn(self, secret: bytes, name: str) -> None:
        if len(secret) <= MOST_LEARNED_LENGTH:
            self.vault.learn(secret, name)
            for part in credential_parts(secret):
                self.vault.learn(part, name)

    def _without(self, payload: bytes, spans: list[Span], *, opaque: bool = False) -> bytes:
        if not spans:
            return payload
        parts: list[bytes] = []
        at = 0
        for span in spans:
            placeholder = self._placeholders.of(span.secret, span.name, base64=span.base64)
            parts.append(payload[at : span.start])
            parts.append(fitted(placeholder, span.end - span.start) if opaque else placeholder)
            at = span.end
        parts.append(payload[at:])
        return b"".join(parts)

    def _bluntly(self, payload: bytes) -> bytes:
        try:
            if len(payload) > _BLUNT_LIMIT:
                return b""
            return self._without(
                payload, blunt.find(payload, self.vault), opaque=not _looks_like_text(payload)
            )
        except Exception:  # nothing is better than a secret
            return b""

    # -- everything else: time matters less

    def text(self, s: str) -> str:
        """Any text without its secrets: log lines, error messages, file names, URLs."""
        self.vault.settle()
        raw = http.as_bytes(s)
        new = self._of_text(raw)
        text = s if new == raw else http.as_text(new)
        return text if text.isascii() else http.on_wire(text, self._of_text)  # it may quote a head

    def _of_text(self, raw: bytes) -> bytes:
        try:
            return self._redacted(http.parameters(raw, self), slow=True)
        except TooMuchError:
            return b""
        except Exception:  # as for messages
            return self._bluntly(raw)

    def request(self, r: Request) -> Request:
        """A request without secrets in its path, headers and body."""
        self.vault.settle()
        return http.request(r, self)

    def response(self, r: Response) -> Response:
        """A response without secrets in its headers and body."""
        self.vault.settle()
        return http.response(r, self)

    def note(self, n: Note) -> Note:
        """A note without secrets; what it keeps raw is opaque."""
        text = self.text(n.text)
        data = n.data
        if data:
            try:
                data = self._redacted(data, opaque=not _looks_like_text(data), slow=True)
            except TooMuchError:
                data = b""
            except Exception:  # as for messages
                data = self._bluntly(data)
        return n if text == n.text and data == n.data else replace(n, text=text, data=data)

    def secret(self, value: bytes, name: str) -> bytes:
        """The placeholder for a whole value that is known to be secret by its place."""
        return value if self._placeholders.within(value) else self._replaced(value, name)

    def loosely(self, payload: bytes) -> bytes:
        """Any bytes without secrets, slow formats too."""
        try:
            return self._redacted(payload, slow=True)
        except TooMuchError:
            return b""
        except Exception:  # as for messages
            return self._bluntly(payload)


_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


def _looks_like_text(payload: bytes) -> bool:
    if _CONTROLS.search(payload):
        return False
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True


def _cut(new: bytes, old: bytes) -> bytes:
    """A control frame's payload is at most 125 bytes long, and a close reason whole UTF-8."""
    if len(new) <= max(_CONTROL_LIMIT, len(old)):
        return new
    return new[:2] + new[2:_CONTROL_LIMIT].decode("utf-8", "ignore").encode()
