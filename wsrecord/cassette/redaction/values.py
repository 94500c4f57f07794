"""The vault: every value known to be secret, and the one search for all of them and all stems.

Aho-Corasick finds any number of literals in one pass. The automata stand in tiers, so that
learning a value rebuilds only a small one: `fresh` (a handful), `small`, `middle`, and `main` with
the stems and literals of names and patterns. A tier that grew too large moves into the next; when
nothing was learned for a while, all of them do, for one automaton is the fastest to run.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import ahocorasick_rs as ac

from .forms import Form, forms
from .ordinary import MIN_LEARNED, is_ordinary

_FRESH = 8
_SMALL = 64
_MIDDLE = 512
_QUIET = 32  # calls without anything learned
_CHUNK = 1 << 20
_DFA_VALUES = 400  # beyond, a DFA takes too long to build (60 ms for a thousand values)
MOST_VALUES = 20_000  # that are learned: beyond, the oldest are forgotten
MOST_HITS = 500_000  # in one payload: beyond, it is not worth its time


class TooMuchError(ValueError):
    """More suspicious places, or deeper ones, than can be looked at in reasonable time."""


# A literal in a payload: from, to, which.
Hit: TypeAlias = tuple[int, int, bytes]


class _Tier:
    """Literals with their automata, built when first used."""

    def __init__(self, *, stems: bool = False) -> None:
        self.stems = stems
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
        other.values, other.literals = [], []
        other._any = other._all = None

    def keep(self, values: list[bytes], texts: Mapping[bytes, tuple[bytes, ...]]) -> None:
        """Only these values, of which the literals are told."""
        self.values = values
        self.literals = [text for value in values for text in texts[value]]
        self._any = self._all = None

    def first_look(self, blob: bytes) -> list[tuple[int, int, int]]:
        """Where anything of this tier stands, quickly: of hits that overlap, one."""
        if self._any is None:
            self._any = ac.BytesAhoCorasick(self.literals, matchkind=ac.MatchKind.LeftmostFirst)
        return self._any.find_matches_as_indexes(blob)

    def every(self, blob: bytes) -> list[tuple[int, int, int]]:
        """Every hit, overlapping ones too."""
        if self._all is None:
            dense = self.stems and len(self.values) <= _DFA_VALUES
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

    def __init__(self, values: Mapping[str, str] | None = None, *, most: int = MOST_VALUES) -> None:
        self._most = most
        self.exact: dict[bytes, Form] = {}
        self.count = 0
        self.made: dict[str, dict[bytes, bytes]] = {}  # by nonce: which placeholder stands for which value
        self._known: set[bytes] = set()
        self._own: set[bytes] = set()  # given by the user: never forgotten
        self._order: list[tuple[bytes, tuple[bytes, ...]]] = []  # values and their literals, the oldest first
        self._settled = self._last = self._quiet = 0
        self._stems: set[bytes] = set()
        self._main = _Tier(stems=True)
        self._middle, self._small, self._fresh = _Tier(), _Tier(), _Tier()
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
            if len(self._known) - len(self._own) >= self._most:
                self._forget()
            self._add(value, name)

    def add(self, value: bytes, name: str) -> None:
        """Look for a value from now on and for good, however ordinary."""
        if len(value) >= MIN_LEARNED:
            self._own.add(value)
            if value not in self._known:
                self._add(value, name)

    def _add(self, value: bytes, name: str) -> None:
        self._known.add(value)
        self.count += 1
        spellings = forms(value, name)
        for text, form in spellings.items():
            self.exact.setdefault(_normal(text), form)
        literals = tuple({text.lower() for text in spellings})
        self._order.append((value, literals))
        self._fresh.add(value, literals)
        self._make_room()

    def _forget(self) -> None:
        """Make room: a part of what was learned goes, the oldest first."""
        learned = [value for value, _ in self._order if value not in self._own]
        gone = set(learned[: max(1, self._most // 4)])
        self._known -= gone
        self._order = [entry for entry in self._order if entry[0] not in gone]
        self.exact = {text: form for text, form in self.exact.items() if form.secret not in gone}
        texts = dict(self._order)
        for tier in (self._main, self._middle, self._small, self._fresh):
            tier.keep([value for value in tier.values if value not in gone], texts)
        self._main.literals = sorted(self._stems) + self._main.literals

    def settle(self) -> None:
        """Called now and then: when nothing was learned for some calls, all goes into the main automaton."""
        if self.count != self._settled:
            self._quiet = self._quiet + 1 if self.count == self._last else 0
            self._last = self.count
            if (self._quiet >= _QUIET or not self._main.values) and self.count <= _DFA_VALUES:
                for tier in (self._middle, self._small, self._fresh):
                    self._main.take(tier)
                self._settled = self.count

    def _make_room(self) -> None:
        main, middle, small, fresh = self._main, self._middle, self._small, self._fresh
        if len(fresh.values) > _FRESH:
            small.take(fresh)
            if len(small.values) > _SMALL:
                middle.take(small)
            if len(middle.values) > max(_MIDDLE, len(main.values) // 2):
                main.take(middle)

    @property
    def literals(self) -> list[bytes]:
        """What the numbers in `first_look` stand for."""
        return self._main.literals

    def first_look(self, blob: bytes) -> list[tuple[int, int, int]]:
        """(literal's number, start, end) of stems, formats and most values in lower-cased bytes."""
        return self._main.every(blob)

    def first_look_at_values(self, blob: bytes) -> list[tuple[int, int, int]]:
        """The same for the values that the main automaton does not know yet."""
        found: list[tuple[int, int, int]] = []
        for tier in (self._middle, self._small):
            if tier.values:
                found += tier.every(blob)
        if self._fresh.values:
            found += self._fresh.first_look(blob)
        return found

    def finder_since(self, count: int) -> Callable[[bytes], list[int]]:
        """Tells where, in lower-cased bytes, values stand that were learned since there were `count`."""
        start = max(0, len(self._order) - (self.count - count))
        new = [text for _, texts in self._order[start:] for text in texts]
        if len(new) <= 64:
            return lambda blob: [at for text in new for at in _all_places(text, blob)]
        automaton = ac.BytesAhoCorasick(new, matchkind=ac.MatchKind.LeftmostFirst)
        return lambda blob: [start for _, start, _ in automaton.find_matches_as_indexes(blob)]

    def hits(self, payload: bytes) -> list[Hit]:
        """Every literal in a payload, in order."""
        low = payload.lower()
        found: list[Hit] = []
        for tier in (self._main, self._middle, self._small, self._fresh):
            if tier.literals:
                names = tier.literals
                found += [(start, end, names[i]) for i, start, end in tier.every(low)]
        found.sort()
        return found

    def form_at(self, payload: bytes, start: int, end: int) -> Form | None:
        """The secret that stands exactly here, if one does."""
        return self.exact.get(_normal(payload[start:end]))


def _all_places(text: bytes, blob: bytes) -> list[int]:
    out = []
    at = blob.find(text)
    while at >= 0:
        out.append(at)
        at = blob.find(text, at + len(text))
    return out


_ESCAPE = re.compile(rb"%[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}")


def _normal(text: bytes) -> bytes:
    """Hexadecimal digits of escapes in one case: both are in use."""
    if b"%" not in text and b"\\u" not in text:
        return text
    return _ESCAPE.sub(lambda m: m[0].upper() if m[0][:1] == b"%" else m[0].lower(), text)
