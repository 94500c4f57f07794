"""Cases, phase by phase: the plain and systematic ones first, then what chance makes of them, without end."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from random import Random
from typing import Any, TypeVar

from wsrecord.codec.registry import Spec

from .below import below
from .changes import change
from .company import betrayed, company
from .grown import Grown
from .moves import Case, Hear, Move, Probe, Then
from .nonsense import no_events
from .parts import Parts, elsewhere, quietly, say
from .prelude import prefaced
from .proper import fitting
from .returning import returning
from .vocabulary import Term, Vocabulary

T = TypeVar("T")
PHASES = ("regressions", "examples", "valid", "invalid", "wire", "reconnect", "mutate")
_FLOOD = 60
_FULLER = 8  # values with a field more that are said twice
_RIGHT, _WRONG = 3, 5  # odd values, or wrong ones, that are said in one session at first
_WALK = 6  # moves of a random case, at most


def turns(rows: Sequence[Iterator[T]]) -> Iterator[T]:
    """Of each row one, as long as there are any."""
    left = list(rows)
    while left:
        for row in list(left):
            try:
                yield next(row)
            except StopIteration:
                left.remove(row)


class Phases:
    """All that can be tried under one contract."""

    def __init__(
        self,
        words: Vocabulary,
        *,
        recorded: Sequence[Case] = (),
        saved: Sequence[Case] = (),
        users: int = 1,
        returns: Mapping[int, Sequence[str]] | None = None,
        codec: Spec = "json",
        random: Random,
        grown: Grown | None = None,
    ) -> None:
        self._words = words
        self._terms = list(words.terms.values())
        self._recorded = recorded
        self._saved = saved
        self._random = random
        self._grown = grown
        self._parts = Parts(words, users=users, json=codec == "json", random=random, returns=returns or {})

    def cases(self, phases: Sequence[str]) -> Iterator[Case]:
        """Cases of these phases, in turns; those that were saved come first.

        Whoever makes them: what a case does not call wrong is right under the contract.
        """
        makers: Mapping[str, Callable[[], Iterator[Sequence[Move] | None]]] = {
            "examples": self._examples,
            "valid": self._valid,
            "invalid": self._invalid,
            "wire": lambda: below(self._parts),
            "reconnect": lambda: returning(self._parts),
            "mutate": self._mutate,
        }
        if "regressions" in phases:
            yield from (replace(case, phase="regressions") for case in self._saved)
        found = turns([self._named(name, makers[name]) for name in makers if name in phases])
        yield from (case for case in found if case is not None and fitting(case, self._words))

    def _named(
        self, name: str, maker: Callable[[], Iterator[Sequence[Move] | None]]
    ) -> Iterator[Case | None]:
        first = self._parts.first
        for moves in maker():
            if moves is None:
                yield None
            else:
                yield Case(tuple(moves if first is None else prefaced(moves, first)), name)

    def _growing(self, *, right: bool) -> Iterator[list[Move] | None]:
        """What grows from cases that reached something; None where nothing does in this turn."""
        return self._grown.cases(right=right) if self._grown is not None else iter(())

    # -- phases

    def _examples(self) -> Iterator[list[Move]]:
        for term in self._terms:
            yield [*self._parts.opening(term), say(term)]
            for seed in term.seeds:
                yield [*self._parts.opening(term), say(term, seed)]

    def _valid(self) -> Iterator[list[Move] | None]:
        odd = {term.name: [value for _, value in self._words.variants(term)] for term in self._terms}
        packs = turns([self._packed(term, odd[term.name], _RIGHT) for term in self._terms])
        alone = turns([self._packed(term, odd[term.name], 1) for term in self._terms])
        growing = self._growing(right=True)
        singles = chain(packs, alone)
        yield from turns([singles, self._together(), company(self._parts), self._walks(), growing])

    def _packed(
        self, term: Term, values: Sequence[Any], size: int, rules: Sequence[str] = ()
    ) -> Iterator[list[Move]]:
        """Single messages, a few of them in each session; `rules`: those that they break."""
        opening = self._parts.opening(term)
        said = [say(term, value, place=place % size + 1) for place, value in enumerate(values)]
        if rules:
            said = [replace(one, breaks=rule) for one, rule in zip(said, rules, strict=True)]
        for start in range(0, len(said), size):
            yield [*opening, *said[start : start + size]]

    def _together(self) -> Iterator[list[Move]]:
        """Events twice, many times, one in the other's way, one after the other's end."""
        twice = turns([self._twice(term) for term in self._terms])
        yield from turns([twice, self._meanwhile(), self._after_all(), self._floods()])

    def _twice(self, term: Term) -> Iterator[list[Move]]:
        opening = self._parts.opening(term)
        yield [*opening, say(term), say(term)]  # the same ids
        yield [*opening, say(term), say(term, place=1)]
        yield [*opening, say(term, then="now"), say(term, place=1, then="now"), say(term, place=2)]
        if opening:
            yield [*quietly(opening), say(term)]
            yield [say(term)]
            other = elsewhere(say(term))
            if self._words.right(term, other.value):
                yield [other]
                yield [*opening, other]

    def _meanwhile(self) -> Iterator[list[Move]]:
        for opener in self._parts.openers():
            for event in self._parts.meets(opener):
                for term in self._terms:
                    if not term.needs:
                        yield [replace(opener, then="now"), Hear(event=event), say(term, place=1)]

    def _after_all(self) -> Iterator[list[Move]]:
        for term in self._terms:
            if not self._parts.opening(term):
                for value in islice(self._fuller(term), _FULLER):
                    yield [say(term, value, then="quiet"), say(term, value, place=1, then="quiet")]
        for seed in self._parts.seeds():
            yield [replace(seed, then="quiet"), say(self._parts.of(seed), seed.value, place=1, then="quiet")]

    def _floods(self) -> Iterator[list[Move]]:
        for term in self._terms:
            if not self._parts.opening(term):
                flood = [say(term, place=place, then="now") for place in range(_FLOOD)]
                yield [*flood, say(term, place=_FLOOD)]

    def _fuller(self, term: Term) -> Iterator[Any]:
        """Values with a field more than the plain one."""
        for _, value in self._words.variants(term):
            if isinstance(value, dict) and len(value) > len(term.plain):
                yield value

    def _walks(self) -> Iterator[list[Move]]:
        while self._terms:
            moves: list[Move] = []
            for place in range(self._random.randint(2, _WALK)):
                term = self._random.choice(self._terms)
                then: Then = self._random.choice(("now", "answer", "answer", "quiet"))
                pool = [term.plain, *term.seeds]
                if not moves:
                    moves += self._parts.opening(term)
                moves.append(say(term, self._random.choice(pool), place=place, then=then))
                if self._random.random() < 0.2 and self._parts.heard():
                    moves.append(Hear(event=self._random.choice(self._parts.heard())))
                if self._random.random() < 0.15:
                    moves.append(Probe(size=self._random.choice((0, 1, 125))))
            yield moves

    def _invalid(self) -> Iterator[list[Move]]:
        broken = {term.name: list(self._words.breaks(term)) for term in self._terms}

        def packed(size: int) -> Iterator[list[Move]]:
            return turns(
                [
                    self._packed(term, [value for _, value in some], size, [rule for rule, _ in some])
                    for term in self._terms
                    if (some := broken[term.name])
                ]
            )

        none: Iterator[list[Move]] = ([one] for one in no_events(self._parts))
        yield from turns([none, packed(_WRONG), betrayed(self._parts)])
        yield from packed(1)  # a server may end the session at the first
        wrong = [moves[-1] for moves in packed(1)]
        while wrong:
            good = [say(self._random.choice(self._terms), place=place) for place in (1, 2)]
            yield [good[0], self._random.choice(wrong), good[1]]

    def _mutate(self) -> Iterator[list[Move] | None]:
        yield from turns([self._changed(), self._growing(right=False)])

    def _changed(self) -> Iterator[list[Move]]:
        recorded = [list(case.moves) for case in self._recorded]
        yield from recorded
        while recorded:
            moves = list(self._random.choice(recorded))
            for _ in range(self._random.randint(1, 2)):
                change(moves, self._words, self._random)
            if moves:
                yield moves
