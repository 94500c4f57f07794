"""Cases, phase by phase: the plain and systematic ones first, then what chance makes of them, without end."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, zip_longest
from random import Random
from typing import Any

from wsrecord.codec.registry import Spec

from . import wire
from .moves import (
    GIVEN,
    NEW,
    Case,
    Close,
    Connect,
    Cut,
    HalfClose,
    Hear,
    Move,
    Probe,
    Say,
    Then,
    filled,
)
from .vocabulary import Term, Vocabulary

PHASES = ("regressions", "examples", "valid", "invalid", "wire", "reconnect", "mutate")
_APART = 10  # ids that one message may hold
_FLOOD = 60
_FULLER = 8  # values with a field more that are said twice
_WALK = 6  # moves of a random case, at most
_MIXED = 400  # random cases beyond which there is nothing new to expect of a phase


def say(term: Term, value: Any = None, *, place: int = 0, **more: Any) -> Say:
    """A message of an event's; `place` keeps its ids apart from those of the case's others."""

    def fill(kind: str, what: Any) -> Any:
        return {NEW: what + place * _APART} if kind == NEW else {kind: what}

    return Say(event=term.name, value=filled(term.plain if value is None else value, fill), **more)


class Phases:
    """All that can be tried under one contract."""

    def __init__(
        self,
        words: Vocabulary,
        *,
        recorded: Sequence[Case] = (),
        saved: Sequence[Case] = (),
        users: int = 1,
        codec: Spec = "json",
        random: Random,
    ) -> None:
        self._words = words
        self._terms = list(words.terms.values())
        self._recorded = recorded
        self._saved = saved
        self._users = users
        self._json = codec == "json"
        self._random = random

    def cases(self, phases: Sequence[str]) -> Iterator[Case]:
        """Cases of these phases, in turns; those that were saved come first."""
        makers: Mapping[str, Callable[[], Iterator[Sequence[Move]]]] = {
            "examples": self._examples,
            "valid": self._valid,
            "invalid": self._invalid,
            "wire": self._wire,
            "reconnect": self._reconnect,
            "mutate": self._mutate,
        }
        if "regressions" in phases:
            yield from (replace(case, phase="regressions") for case in self._saved)
        chosen = [name for name in makers if name in phases]
        rows = [self._named(name, makers[name]) for name in chosen]
        for turn in zip_longest(*rows):
            yield from (case for case in turn if case is not None)

    def _named(self, name: str, maker: Callable[[], Iterator[Sequence[Move]]]) -> Iterator[Case]:
        return (Case(tuple(moves), name) for moves in maker())

    # -- phases

    def _examples(self) -> Iterator[list[Move]]:
        for term in self._terms:
            yield [*self._opening(term), say(term)]
            for seed in term.seeds:
                yield [*self._opening(term), say(term, seed)]

    def _valid(self) -> Iterator[list[Move]]:
        alone = list(self._alone())
        rows = [iter(alone[::2]), self._together(), iter(alone[1::2]), self._company(), self._walks()]
        for turn in zip_longest(*rows):
            yield from (moves for moves in turn if moves is not None)

    def _alone(self) -> Iterator[list[Move]]:
        """Each event with one odd value."""
        rows = [
            [[*self._opening(term), say(term, value)] for _, value in self._words.variants(term)]
            for term in self._terms
        ]
        for turn in zip_longest(*rows):
            yield from (moves for moves in turn if moves is not None)

    def _together(self) -> Iterator[list[Move]]:
        """Events twice, many times, one in the other's way, one after the other's end."""
        for term in self._terms:
            opening = self._opening(term)
            yield [*opening, say(term), say(term)]  # the same ids
            yield [*opening, say(term), say(term, place=1)]
            yield [*opening, say(term, then="now"), say(term, place=1, then="now"), say(term, place=2)]
            if opening:
                yield [*_quietly(opening), say(term)]
                yield [say(term)]
                other = _elsewhere(say(term))
                if self._words.right(term, other.value):
                    yield [other]
                    yield [*opening, other]
        for event in self._heard():
            for term in self._terms:
                if not term.needs:
                    for opener in self._openers():
                        yield [replace(opener, then="now"), Hear(event=event), say(term, place=1)]
        for seed in self._seeds():
            yield [replace(seed, then="quiet"), say(self._of(seed), seed.value, place=1, then="quiet")]
        for term in self._terms:
            if not self._opening(term):
                flood = [say(term, place=place, then="now") for place in range(_FLOOD)]
                yield [*flood, say(term, place=_FLOOD)]
                for value in islice(self._fuller(term), _FULLER):
                    yield [say(term, value, then="quiet"), say(term, value, place=1, then="quiet")]

    def _fuller(self, term: Term) -> Iterator[Any]:
        """Values with a field more than the plain one."""
        for _, value in self._words.variants(term):
            if isinstance(value, dict) and len(value) > len(term.plain):
                yield value

    def _company(self) -> Iterator[list[Move]]:
        """Two users at a time."""
        if self._users < 2:
            return
        for term in self._terms:
            opening = self._opening(term)
            fixed = {**say(term).value} if isinstance(term.plain, dict) else None
            yield [
                Connect(on=1, user=1),
                *opening,
                say(term),
                *(replace(move, on=1) for move in opening),
                say(term, on=1, place=1),
            ]
            if fixed is not None:
                same = filled(fixed, lambda kind, what: "the same for both" if kind == NEW else {kind: what})
                both = replace(say(term), value=same)
                yield [Connect(on=1, user=1), *opening, both, replace(both, on=1)]
            if opening:
                across = filled(
                    say(term, place=1).value,
                    lambda kind, what: {kind: [*what[:2], 0] if kind == GIVEN else what},
                )
                yield [Connect(on=1, user=1), *opening, replace(say(term), on=1, value=across)]

    def _walks(self) -> Iterator[list[Move]]:
        for _ in range(_MIXED):
            moves: list[Move] = []
            for place in range(self._random.randint(2, _WALK)):
                term = self._random.choice(self._terms)
                then: Then = self._random.choice(("now", "answer", "answer", "quiet"))
                pool = [term.plain, *term.seeds]
                if not moves:
                    moves += self._opening(term)
                moves.append(say(term, self._random.choice(pool), place=place, then=then))
                if self._random.random() < 0.2 and self._heard():
                    moves.append(Hear(event=self._random.choice(self._heard())))
                if self._random.random() < 0.15:
                    moves.append(Probe(size=self._random.choice((0, 1, 125))))
            yield moves

    def _invalid(self) -> Iterator[list[Move]]:
        for one in self._no_events():
            yield [one]
        rows = [
            [
                [*self._opening(term), replace(say(term, value), breaks=rule)]
                for rule, value in self._words.breaks(term)
            ]
            for term in self._terms
        ]
        for turn in zip_longest(*rows):
            yield from (moves for moves in turn if moves is not None)
        broken = [moves[-1] for row in rows for moves in row]
        for _ in range(_MIXED if broken else 0):
            good = [say(self._random.choice(self._terms), place=place) for place in (1, 2)]
            yield [good[0], self._random.choice(broken), good[1]]

    def _no_events(self) -> Iterator[Say]:
        """Messages that are no event of the contract's."""
        hello = self._hello()
        if hello is None:
            return
        if self._json:
            for breaks, data in _NO_JSON.items():
                yield Say(data=data, breaks=breaks)
            yield Say(value=[hello.value], breaks="one object, not an array of them")
        name_at = self._words.contract.name_at
        if name_at is not None and len(name_at) == 1 and isinstance(hello.value, dict):
            yield Say(value={**hello.value, name_at[0]: "dance"}, breaks="an event that there is")
            yield Say(value={**hello.value, name_at[0]: None}, breaks="an event that there is")
        if self._json:
            yield replace(hello, binary=True, breaks="text, not binary")
            yield Say(data=b"", binary=True, breaks="text, not binary")
            yield from self._huge()

    def _huge(self) -> Iterator[Say]:
        """A number that no double can hold, in the place of each field."""
        for term in self._terms:
            if not term.needs and isinstance(term.plain, dict):
                for name in term.plain:
                    if (name,) != self._words.contract.name_at:
                        plain = {**filled(term.plain, lambda *_: "id"), name: "\0"}
                        text = json.dumps(plain).replace('"\\u0000"', "1e400")
                        yield Say(data=text.encode(), breaks=f"number-range at /{name}")

    def _wire(self) -> Iterator[list[Move]]:
        hello = self._hello()
        if hello is None:
            return
        again = replace(hello, value=_renumbered(hello.value, _APART))
        for cuts in ((9,), (9, 9), (9, 0), (0,), (0, 0), (1,) * 12):
            yield [replace(hello, cuts=cuts)]
            yield [replace(hello, cuts=cuts, ping_at=1), again]
        for value in self._accented():
            yield [replace(hello, value=value, cuts=(1,) * 60)]
        for size in (0, 1, 125):
            yield [Probe(size=size)]
            yield [replace(hello, then="now"), Probe(size=size), again]
        for code in (None, 1000, 1001, 3000, 4000, 4999):
            yield [hello, Close(code=code)]
            yield [self._other(), hello, Close(code=code), replace(hello, on=1)]
        for end in (HalfClose(), Cut()):
            yield [hello, end, replace(hello, on=1)]
            yield [self._other(), hello, end, replace(hello, on=1)]
        text = json.dumps(filled(hello.value, lambda *_: "hello")).encode() if self._json else b"hello"
        for raw in wire.forbidden(text):
            yield [hello, raw]
        yield [Say(data=b'"' + b"x" * (1 << 20) + b'"', breaks="no more than a megabyte")]

    def _reconnect(self) -> Iterator[list[Move]]:
        """The connection ends at each point, and the user comes back."""
        ends: tuple[Move, ...] = (Cut(), Close(code=1000), Close(code=1001), HalfClose())
        for end in ends:
            for opener in self._openers():
                back = say(self._of(opener), place=1, on=1)
                yield [replace(opener, then="now"), end, back]
                yield [opener, end, back]
                for event in self._heard():
                    yield [replace(opener, then="now"), Hear(event=event), end, back]

    def _mutate(self) -> Iterator[list[Move]]:
        recorded = [list(case.moves) for case in self._recorded]
        yield from recorded
        for _ in range(_MIXED if recorded else 0):
            moves = list(self._random.choice(recorded))
            for _ in range(self._random.randint(1, 2)):
                self._change(moves)
            if moves:
                yield moves

    def _change(self, moves: list[Move]) -> None:
        at = self._random.randrange(len(moves)) if moves else 0
        kind = self._random.choice(("leave out", "twice", "swap", "put in", "vary", "probe"))
        if kind == "leave out" and len(moves) > 1:
            del moves[at]
        elif kind == "twice" and moves:
            moves.insert(at, moves[at])
        elif kind == "swap" and at + 1 < len(moves):
            moves[at], moves[at + 1] = moves[at + 1], moves[at]
        elif kind == "probe":
            moves.insert(at, Probe(size=self._random.choice((0, 125))))
        elif kind == "vary" and moves and isinstance(moves[at], Say):
            old = moves[at]
            assert isinstance(old, Say)
            if old.event in self._words.terms:
                term = self._words.terms[old.event]
                pool = [value for _, value in self._words.variants(term)] or [term.plain]
                moves[at] = say(term, self._random.choice(pool), place=self._random.randint(3, 9))
        elif kind == "put in":
            moves.insert(at, say(self._random.choice(self._terms), place=self._random.randint(3, 9)))

    # -- parts

    def _opening(self, term: Term) -> list[Move]:
        """What has to be said before, for the server to give what the event needs."""
        found: list[Move] = []
        for need in term.needs:
            opener = next((one for one in self._openers() if self._leads(one, need.event)), None)
            if opener is not None:
                found.append(replace(opener, value=_renumbered(opener.value, 90 * _APART), then="now"))
        return found[:1]

    def _openers(self) -> list[Say]:
        """The plain messages that need nothing, and that are answered; the longest stories first."""
        found = [say(term) for term in self._terms if not term.needs and term.answered]
        return sorted(found, key=lambda one: -len(self._after(one.event or "")))

    def _after(self, event: str) -> set[str]:
        """What may follow it at once, in any flow."""
        found: set[str] = set()
        for flow in self._words.contract.flows.all:
            automaton = flow.automaton
            for name in (event, f"client:{event}"):
                state = automaton.step(automaton.start, name)
                if state is not None:
                    found.update(automaton.allowed(state))
        return found

    def _leads(self, opener: Say, event: str) -> bool:
        return event in self._after(opener.event or "")

    def _seeds(self) -> list[Say]:
        return [say(term, seed) for term in self._terms if not term.needs for seed in term.seeds]

    def _of(self, one: Say) -> Term:
        return self._words.terms[one.event or ""]

    def _other(self) -> Connect:
        """Somebody else's session, if there is somebody else."""
        return Connect(on=1, user=1 if self._users > 1 else 0)

    def _hello(self) -> Say | None:
        """The simplest message that is answered."""
        openers = self._openers()
        return openers[-1] if openers else None

    def _accented(self) -> Iterator[Any]:
        hello = self._hello()
        if hello is not None:
            for _, value in self._words.variants(self._of(hello)):
                if "é" in repr(value):
                    yield value

    def _heard(self) -> list[str]:
        """The server's events that stand within some flow which a client's event does not open."""
        contract = self._words.contract
        answers = {name for term in self._terms for name in self._after(term.name)}
        names = [key.name for key in contract.events if key.sender == "server"]
        inner = {name for flow in contract.flows.all if flow.spec.key for name in flow.automaton.names}
        return [name for name in names if name in inner and name not in answers]


_NO_JSON = {
    "a text that is not empty": b"",
    "JSON": b"{",
    "JSON, not words": b"hello",
    "an object, not an array": b"[]",
    "an object, not null": b"null",
    "an object, not a string": b'"hello"',
    "an object, not a number": b"5",
    "an object with a name": b"{}",
    "JSON without NaN": b'{"type": NaN}',
    "nesting that can be read": b"[" * 2_000 + b"]" * 2_000,
    "a text without NUL": b"\0",
}


def _quietly(moves: Sequence[Move]) -> list[Move]:
    return [replace(move, then="quiet") if isinstance(move, Say) else move for move in moves]


def _elsewhere(one: Say) -> Say:
    """The same with ids that the server never gave."""
    made = filled(one.value, lambda kind, what: {NEW: 990} if kind == GIVEN else {kind: what})
    return replace(one, value=made)


def _renumbered(value: Any, by: int) -> Any:
    return filled(value, lambda kind, what: {NEW: what + by} if kind == NEW else {kind: what})
