"""The vault: every value known to be secret, and the one search for all of them and all stems.

Aho-Corasick finds any number of literals in one pass. The automata stand in three tiers, so that
learning a value rebuilds only a small one: `fresh` (a handful), `middle`, and `main` with the
stems and literals of names and patterns. A tier that grew too large moves down.
"""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import ahocorasick_rs as ac

from .forms import Form, forms
from .ordinary import MIN_LEARNED, is_ordinary

_FRESH = 8
_MIDDLE = 256
_CHUNK = 1 << 20
_DFA_VALUES = 400  # beyond, a DFA takes too long to build (60 ms for a thousand values)
MOST_VALUES = 20_000
MOST_HITS = 500_000  # in one payload: beyond, it is not worth its time


class TooMuchError(ValueError):
    """More suspicious places, or deeper ones, than can be looked at in reasonable time."""


# A literal in a payload: from, to, which.
Hit: TypeAlias = tuple[int, int, bytes]


class _Tier:
    """Literals with their automata, built when first used."""

    def __init__(self) -> None:
        self.values: list[bytes] = []
        self.literals: list[bytes] = []
        self._any: ac.BytesAhoCorasick | None = None
        self._all: ac.BytesAhoCorasick | None = None

    def add(self, value: bytes, literals: Iterable[bytes]) -> None:
        self.values.append(value)
        self.literals.extend(literals)
        self._any = self._all = None

    def take(self, other: "_Tier") -> None:
        self.values += other.values
        self.literals += other.literals
        self._any = self._all = None
        other.__init__()  # type: ignore[misc]

    def first_look(self, blob: bytes) -> list[tuple[int, int, int]]:
        """Where anything of this tier stands, quickly: of hits that overlap, one."""
        if self._any is None:
            self._any = ac.BytesAhoCorasick(self.literals, matchkind=ac.MatchKind.LeftmostFirst)
        return self._any.find_matches_as_indexes(blob)

    def every(self, blob: bytes) -> list[tuple[int, int, int]]:
        """Every hit, overlapping ones too."""
        if self._all is None:
            dense = len(self.values) <= _DFA_VALUES
            kind = ac.Implementation.DFA if dense else ac.Implementation.ContiguousNFA
            self._all = ac.BytesAhoCorasick(self.literals, implementation=kind)
        if len(blob) <= _CHUNK:
            return self._all.find_matches_as_indexes(blob, overlapping=True)
        longest = max(map(len, self.literals))
        found: list[tuple[int, int, int]] = []
        for at in range(0, len(blob), _CHUNK):  # in chunks, to give up before memory is full of hits
            part = self._all.find_matches_as_indexes(blob[at : at + _CHUNK + longest], overlapping=True)
            found += [(i, start + at, end + at) for i, start, end in part if start < _CHUNK]
            if len(found) > MOST_HITS:
                raise TooMuchError
        return found


class Vault:
    """Values known to be secret. May be shared by the redactors of several cassettes."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.exact: dict[bytes, Form] = {}
        self.count = 0
        self.made: dict[str, dict[bytes, bytes]] = {}  # by nonce: which placeholder stands for which value
        self._known: set[bytes] = set()
        self._stems: set[bytes] = set()
        self._main, self._middle, self._fresh = _Tier(), _Tier(), _Tier()
        for name, value in (values or {}).items():
            self.add(value.encode("utf-8", "surrogateescape"), name)

    def watch(self, literals: Iterable[bytes]) -> None:
        """Look for these literals (lower case) too: stems of names, beginnings of formats."""
        new = set(literals) - self._stems
        if new:
            self._stems |= new
            self._main.literals = sorted(new) + self._main.literals
            self._main._any = self._main._all = None

    def learn(self, value: bytes, name: str) -> None:
        """Look for a value from now on, unless it is short or ordinary."""
        if value not in self._known and not is_ordinary(value):
            self.add(value, name)

    def add(self, value: bytes, name: str) -> None:
        """Look for a value from now on, however ordinary."""
        if value in self._known or len(value) < MIN_LEARNED or len(self._known) >= MOST_VALUES:
            return
        self._known.add(value)
        self.count += 1
        spellings = forms(value, name)
        for text, form in spellings.items():
            self.exact.setdefault(_upper_percent(text), form)
        self._fresh.add(value, {text.lower() for text in spellings})

    def settle(self) -> None:
        """Move values to larger tiers where theirs grew too large."""
        if len(self._fresh.values) <= _FRESH and self._main.values:
            return
        if len(self._main.values) + len(self._fresh.values) <= 64:
            if self._fresh.values:
                self._main.take(self._fresh)
            return
        self._middle.take(self._fresh)
        if len(self._middle.values) > max(_MIDDLE, len(self._main.values) // 2):
            self._main.take(self._middle)

    @property
    def literals(self) -> list[bytes]:
        """What the numbers in `first_look` stand for."""
        return self._main.literals

    def first_look(self, blob: bytes) -> list[tuple[int, int, int]]:
        """(literal's number, start, end) of stems, formats and most values in lower-cased bytes."""
        return self._main.every(blob)

    def first_look_at_values(self, blob: bytes, *, fresh: bool = False) -> list[tuple[int, int, int]]:
        """The same for the values that the first look does not know yet; `fresh`: the latest of them only."""
        found: list[tuple[int, int, int]] = []
        if self._middle.values and not fresh:
            found += self._middle.first_look(blob)
        if self._fresh.values:
            found += self._fresh.first_look(blob)
        return found

    def hits(self, payload: bytes) -> list[Hit]:
        """Every literal in a payload, in order."""
        low = payload.lower()
        found: list[Hit] = []
        for tier in (self._main, self._middle, self._fresh):
            if tier.literals:
                names = tier.literals
                found += [(start, end, names[i]) for i, start, end in tier.every(low)]
        found.sort()
        return found

    def form_at(self, payload: bytes, start: int, end: int) -> Form | None:
        """The secret that stands exactly here, if one does."""
        return self.exact.get(_upper_percent(payload[start:end]))


def _upper_percent(text: bytes) -> bytes:
    """Percent escapes in upper case: both are in use."""
    if b"%" not in text:
        return text
    head, *rest = text.split(b"%")
    return b"%".join([head, *(r[:2].upper() + r[2:] for r in rest)])
