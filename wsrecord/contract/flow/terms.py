"""What is left of an order once some events have come: partial derivatives (Antimirov 1996).

A term is an expression whose names know their place in the text. Taking an event from a term
leaves terms, each one way of reading on:

    a             -a->  nothing is left
    x y           -a->  what x leaves, then y; and what y leaves, if x may be empty
    x | y         -a->  what x leaves, and what y leaves
    x & y         -a->  what x leaves & y, and x & what y leaves
    x{m,n}        -a->  what x leaves, then x{m-1,n-1}

So counts and interleavings are never multiplied out: only what a session really reaches is built.
No term is without words: whatever can be reached can still be completed.
"""

from collections.abc import Iterator
from typing import ClassVar, TypeAlias

from .expression import Expression, InOrder, Interleaved, Name, OneOf, Repeated


class Term:
    """One thing that may still come. Terms are values; their hash is made once."""

    __slots__ = ("_hash", "value", "words_from")
    kind: ClassVar[int] = 0
    value: tuple[object, ...]
    words_from: int  # events in the shortest word

    def __init__(self, value: tuple[object, ...], words_from: int) -> None:
        self.value = value
        self.words_from = words_from
        self._hash = hash((self.kind, value))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Term) or self._hash != other._hash:
            return False
        return self.kind == other.kind and self.value == other.value

    def steps(self) -> Iterator["Step"]:
        """Yield each place that may take the next event, and what it leaves."""
        raise NotImplementedError

    def shortest(self) -> Expression | None:
        """Return its shortest words as an expression; None for the empty word."""
        raise NotImplementedError


Step: TypeAlias = tuple["One", Term]


class Done(Term):
    """Nothing is left."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__((), 0)

    def steps(self) -> Iterator[Step]:
        """Nothing may come."""
        return iter(())

    def shortest(self) -> Expression | None:
        """Nothing must come."""
        return None


DONE = Done()


class One(Term):
    """One event, at its place in the text."""

    __slots__ = ("leaf", "place")
    kind = 1

    def __init__(self, place: int, leaf: Name) -> None:
        super().__init__((place, leaf.name), 1)
        self.place = place
        self.leaf = leaf

    def steps(self) -> Iterator[Step]:
        """It may come."""
        yield self, DONE

    def shortest(self) -> Expression | None:
        """It must come."""
        return self.leaf


class Then(Term):
    """One after the other."""

    __slots__ = ("parts",)
    kind = 2

    def __init__(self, parts: tuple[Term, ...]) -> None:
        super().__init__(parts, sum(part.words_from for part in parts))
        self.parts = parts

    def steps(self) -> Iterator[Step]:
        """The first part's, and the next one's while those before may be empty."""
        for index, part in enumerate(self.parts):
            for place, left in part.steps():
                yield place, then(left, *self.parts[index + 1 :])
            if part.words_from:
                return

    def shortest(self) -> Expression | None:
        """The parts' shortest, in order."""
        needed = [short for part in self.parts if (short := part.shortest()) is not None]
        return InOrder(tuple(needed)) if len(needed) > 1 else needed[0] if needed else None


class Both(Term):
    """Interleaved: each part keeps its position, so equal leftovers are equal terms."""

    __slots__ = ("parts",)
    kind = 3

    def __init__(self, parts: tuple[Term, ...]) -> None:
        super().__init__(parts, sum(part.words_from for part in parts))
        self.parts = parts

    def steps(self) -> Iterator[Step]:
        """Any part's; the others wait."""
        for index, part in enumerate(self.parts):
            for place, left in part.steps():
                yield place, both(*self.parts[:index], left, *self.parts[index + 1 :])

    def shortest(self) -> Expression | None:
        """The parts' shortest, in any order."""
        needed = [short for part in self.parts if (short := part.shortest()) is not None]
        return Interleaved(tuple(needed)) if len(needed) > 1 else needed[0] if needed else None


class Either(Term):
    """One of them."""

    __slots__ = ("parts",)
    kind = 4

    def __init__(self, parts: tuple[Term, ...]) -> None:
        super().__init__(parts, min(part.words_from for part in parts))
        self.parts = parts

    def steps(self) -> Iterator[Step]:
        """Every part's."""
        for part in self.parts:
            yield from part.steps()

    def shortest(self) -> Expression | None:
        """The shortest of the parts' shortest."""
        return shortest_of(self.parts)


class Again(Term):
    """Repeated, so many times more."""

    __slots__ = ("least", "most", "part")
    kind = 5

    def __init__(self, part: Term, least: int, most: int | None) -> None:
        least = least if part.words_from else 0  # what may be empty fills any count
        super().__init__((part, least, most), part.words_from * least)
        self.part = part
        self.least = least
        self.most = most

    def steps(self) -> Iterator[Step]:
        """The part's, then one time less."""
        most = None if self.most is None else self.most - 1
        rest = Again(self.part, max(0, self.least - 1), most) if most != 0 else DONE
        for place, left in self.part.steps():
            yield place, then(left, rest)

    def shortest(self) -> Expression | None:
        """The part's, as often as it must."""
        short = self.part.shortest() if self.least else None
        return Repeated(short, self.least, self.least) if short is not None and self.least > 1 else short


def then(*parts: Term) -> Term:
    """Put terms one after the other; what is done falls away."""
    flat: list[Term] = []
    for part in parts:
        if isinstance(part, Then):
            flat.extend(part.parts)
        elif part is not DONE:
            flat.append(part)
    return Then(tuple(flat)) if len(flat) > 1 else flat[0] if flat else DONE


def both(*parts: Term) -> Term:
    """Interleave terms; what is done falls away."""
    left = tuple(part for part in parts if part is not DONE)
    return Both(left) if len(left) > 1 else left[0] if left else DONE


def shortest_of(terms: tuple[Term, ...]) -> Expression | None:
    """Return the shortest words of several terms together, in the order of the text."""
    fewest = min(term.words_from for term in terms)
    if not fewest:
        return None
    shorts = [short for term in terms if term.words_from == fewest and (short := term.shortest())]
    flat: dict[Expression, None] = {}
    for short in shorts:
        flat.update(dict.fromkeys(short.parts if isinstance(short, OneOf) else (short,)))
    ways = tuple(flat)
    return ways[0] if len(ways) == 1 else OneOf(ways)


def term_of(expression: Expression) -> tuple[Term, tuple[One, ...]]:
    """Turn an expression into a term; also give the places of its names, numbered from left to right."""
    places: list[One] = []

    def turn(part: Expression) -> Term:
        if isinstance(part, Name):
            places.append(One(len(places), part))
            return places[-1]
        if isinstance(part, Repeated):
            return Again(turn(part.part), part.least, part.most)
        terms = [turn(inner) for inner in part.parts]
        if isinstance(part, InOrder):
            return then(*terms)
        return both(*terms) if isinstance(part, Interleaved) else Either(tuple(terms))

    return turn(expression), tuple(places)
