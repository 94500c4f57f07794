"""What an order says twice: words that can be read in two ways, and parts that add nothing.

Two readings don't change what is allowed. They blur coverage, and mostly show that something else was meant.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass

from .automaton import MOST_EXPLORED, MOST_WORK, Automaton, Place, State, too_large
from .expression import Expression, InOrder, Interleaved, Name, OneOf, Repeated, may_be_empty, names
from .language import Word, inside


@dataclass(frozen=True)
class Readings:
    """A shortest word, and the first event in it that two places can read."""

    word: Word
    index: int
    first: Place
    second: Place


@dataclass(frozen=True)
class Idle:
    """A part whose removal changes nothing. `without` is what remains of the order."""

    part: Expression
    without: Expression


def ambiguous(automaton: Automaton, most: int = MOST_EXPLORED) -> Readings | None:
    """Return a shortest word of the order that can be read in two ways; None if there is none."""
    if len(automaton.names) == len(automaton.places):
        return None  # every name stands once
    marked = _Marked(automaton)
    start = marked.start
    queue: deque[tuple[State, State, Word, tuple[int, int, int] | None]] = deque([(start, start, (), None)])
    seen = {(start, start, False)}
    while queue:
        one, other, word, parted = queue.popleft()
        if parted and one.accepts and other.accepts:
            return Readings(word, parted[0], automaton.places[parted[1]], automaton.places[parted[2]])
        for name, first, second in marked.pairs(one, other, ordered=parted is not None):
            split = parted or ((len(word), first[0], second[0]) if first[0] != second[0] else None)
            pair = (first[1], second[1], split is not None)
            if pair not in seen:
                seen.add(pair)
                queue.append((first[1], second[1], (*word, name), split))
        if len(seen) > most:
            raise too_large(automaton.where, most)
    return None


def undecided(automaton: Automaton, most: int = MOST_EXPLORED) -> Readings | None:
    """Return the shortest beginning whose last event two places can read, even if later events tell which."""
    if len(automaton.names) == len(automaton.places):
        return None
    marked = _Marked(automaton)
    queue: deque[tuple[State, Word]] = deque([(marked.start, ())])
    seen = {marked.start}
    while queue:
        state, word = queue.popleft()
        for name, first, second in marked.pairs(state, state, ordered=False):
            if first[0] != second[0]:
                places = automaton.places
                return Readings((*word, name), len(word), places[first[0]], places[second[0]])
            if first[1] not in seen:
                seen.add(first[1])
                queue.append((first[1], (*word, name)))
        if len(seen) > most:
            raise too_large(automaton.where, most)
    return None


def idle(automaton: Automaton, budget: int = MOST_WORK) -> Iterator[Idle]:
    """Yield the alternatives and the optional parts that could be left out; each for itself."""
    total = Counter(place.name for place in automaton.places)
    for part, without in _reductions(automaton.expression):
        own = Counter(name.name for name in names(part))
        if without is None or any(own[name] == total[name] for name in own):
            continue  # a name that stands nowhere else, or all there is
        whole = Automaton(automaton.expression, automaton.where, budget)
        reduced = Automaton(without, automaton.where, budget)
        if inside(whole, reduced) is None:
            yield Idle(part, without)
        budget = min(whole.budget or 0, reduced.budget or 0)


class _Marked:
    """The automaton over places instead of names: each of its words is one reading."""

    def __init__(self, automaton: Automaton) -> None:
        numbers = iter(range(len(automaton.places)))
        self._marked = Automaton(_renamed(automaton.expression, numbers), automaton.where, MOST_WORK)
        self._names = [place.name for place in automaton.places]
        self._rows: dict[State, dict[str, list[tuple[int, State]]]] = {}
        self.start = self._marked.start

    def pairs(
        self, one: State, other: State, *, ordered: bool
    ) -> Iterator[tuple[str, tuple[int, State], tuple[int, State]]]:
        """Yield each name with two places that read it, one here and one there."""
        mine, theirs = self._row(one), self._row(other)
        for name in sorted(mine.keys() & theirs.keys()):
            for first in mine[name]:
                for second in theirs[name]:
                    if ordered or first[0] <= second[0]:
                        yield name, first, second

    def _row(self, state: State) -> dict[str, list[tuple[int, State]]]:
        row = self._rows.get(state)
        if row is None:
            row = self._rows[state] = {}
            for place, target in sorted(
                (int(place), target) for place, target in self._marked.moves(state).items()
            ):
                row.setdefault(self._names[place], []).append((place, target))
        return row


def _renamed(part: Expression, numbers: Iterator[int]) -> Expression:
    if isinstance(part, Name):
        return Name(str(next(numbers)))
    if isinstance(part, Repeated):
        return Repeated(_renamed(part.part, numbers), part.least, part.most)
    return type(part)(tuple(_renamed(inner, numbers) for inner in part.parts))


def _reductions(whole: Expression) -> Iterator[tuple[Expression, Expression | None]]:
    """Yield each alternative and each optional part, and the whole without it (None: nothing is left)."""
    if isinstance(whole, Name):
        return
    if isinstance(whole, Repeated):
        if may_be_empty(whole):
            yield whole, None
        for part, without in _reductions(whole.part):
            if without is not None:
                yield part, Repeated(without, whole.least, whole.most)
            elif not may_be_empty(whole):
                yield part, None
        return
    for index, inner in enumerate(whole.parts):
        rest = (whole.parts[:index], whole.parts[index + 1 :])
        if isinstance(whole, OneOf):
            yield inner, _joined(whole, (*rest[0], *rest[1]))
        for part, without in _reductions(inner):
            if without is not None:
                yield part, type(whole)((*rest[0], without, *rest[1]))
            elif not isinstance(whole, OneOf):
                yield part, _joined(whole, (*rest[0], *rest[1]))


def _joined(whole: InOrder | Interleaved | OneOf, parts: tuple[Expression, ...]) -> Expression | None:
    return type(whole)(parts) if len(parts) > 1 else parts[0] if parts else None
