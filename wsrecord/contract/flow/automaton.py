"""A small automaton over event names, built as far as sessions reach.

A state is a set of terms: all ways of reading what came so far. Its moves are made when first asked
for and kept; past `MOST_KEPT` states the memory starts afresh, so stepping never fails for the number
of states, and states stay valid: two states with the same terms are equal.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from wsrecord.errors import ContractError

from .expression import Expression, endings, longest, text
from .parser import parse
from .terms import Term, shortest_of, term_of

MOST_KEPT = 20_000
MOST_EXPLORED = 20_000
MOST_READINGS = 500  # terms in a state
MOST_STEPS = 20_000  # of all its terms together
MOST_WORK = 100_000  # steps in a look at a whole order: about a second


class State:
    """Where in an order a session stands."""

    __slots__ = ("_hash", "accepts", "moves", "needs", "places", "terms")

    def __init__(self, terms: frozenset[Term]) -> None:
        self.terms = terms
        self.needs = min(term.words_from for term in terms)  # events in the shortest completion
        self.accepts = self.needs == 0
        self.moves: dict[str, State] | None = None
        self.places: dict[str, tuple[int, ...]] = {}  # who reads an event here; known with the moves
        self._hash = hash(terms)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, State) and self.terms == other.terms)


@dataclass(frozen=True)
class Place:
    """One name in an order's text; what coverage counts."""

    number: int
    name: str
    at: int  # its column in the text, from 0
    label: str  # the name; with its number where it stands more than once


class Automaton:
    """Answers about one order. No state is dead: each can still be completed."""

    def __init__(self, order: Expression | str, where: str = "order", budget: int | None = None) -> None:
        """Prepare an order. `where` is its place in the contract, `budget` the steps it may take in all."""
        self.expression = parse(order, where) if isinstance(order, str) else order
        self.where = where
        self.budget = budget
        term, leaves = term_of(self.expression)
        self._first = frozenset({term})
        self._kept: dict[frozenset[Term], State] = {}
        self.start = self._state(self._first)
        self.names = tuple(sorted({one.leaf.name for one in leaves}))
        self.endings = tuple(sorted(endings(self.expression)))
        self.longest = longest(self.expression)
        self.places = _places([(one.leaf.name, one.leaf.at) for one in leaves])

    def __repr__(self) -> str:
        return f"Automaton({text(self.expression)!r})"

    def step(self, state: State, name: str) -> State | None:
        """Return the state after one more event; None if it may not come."""
        moves = state.moves
        return (self._expand(state) if moves is None else moves).get(name)

    def moves(self, state: State) -> Mapping[str, State]:
        """Return where each allowed event leads."""
        return self._expand(state) if state.moves is None else state.moves

    def accepts(self, state: State) -> bool:
        """Say whether the order may end here."""
        return state.accepts

    def closed(self, state: State) -> bool:
        """Say whether it must end here: it accepts and nothing may follow."""
        return state.accepts and not self.moves(state)

    def allowed(self, state: State) -> tuple[str, ...]:
        """Return the names that may come next, sorted."""
        return tuple(sorted(self.moves(state)))

    def missing(self, state: State) -> Expression | None:
        """Return what is at least still needed: exactly the shortest completions; None if nothing is."""
        ordered = sorted(state.terms, key=_first_places)
        return shortest_of(tuple(ordered))

    def taken(self, state: State, name: str) -> tuple[int, ...]:
        """Return the numbers of the places that read this event here."""
        self.moves(state)
        return state.places.get(name, ())

    def after(self, *word: str) -> State | None:
        """Return the state after these events; None once one may not come."""
        state: State | None = self.start
        for name in word:
            if state is None:
                return None
            state = self.step(state, name)
        return state

    def allows(self, *word: str) -> bool:
        """Say whether these events are a whole word of the order."""
        state = self.after(*word)
        return state is not None and state.accepts

    def explore(self, most: int = MOST_EXPLORED) -> tuple[State, ...]:
        """Return every state, nearest to the start first; refuse beyond `most`."""
        seen = {self.start}
        found = [self.start]
        queue = deque(found)
        while queue:
            moves = self.moves(queue.popleft())
            for name in sorted(moves):
                target = moves[name]
                if target not in seen:
                    seen.add(target)
                    found.append(target)
                    queue.append(target)
            if len(found) > most:
                raise too_large(self.where, most)
        return tuple(found)

    def _spend(self, steps: int) -> None:
        if self.budget is not None:
            self.budget -= steps
            if self.budget < 0:
                raise ContractError(f"{self.where}: the order is too large to look at all of it")

    def _state(self, terms: frozenset[Term]) -> State:
        state = self._kept.get(terms)
        if state is None:
            state = self._kept[terms] = State(terms)
        return state

    def _expand(self, state: State) -> dict[str, State]:
        targets: dict[str, set[Term]] = {}
        places: dict[str, set[int]] = {}
        steps = 0
        for term in state.terms:
            for one, left in term.steps():
                steps += 1
                terms = targets.setdefault(one.leaf.name, set())
                terms.add(left)
                places.setdefault(one.leaf.name, set()).add(one.place)
                if len(terms) > MOST_READINGS or steps > MOST_STEPS:
                    raise too_many_readings(self.where)
        self._spend(steps)
        if len(self._kept) > MOST_KEPT:
            self._kept = {}
            self.start = self._state(self._first)
        state.places = {name: tuple(sorted(numbers)) for name, numbers in places.items()}
        state.moves = {name: self._state(frozenset(terms)) for name, terms in targets.items()}
        return state.moves


def too_many_readings(where: str) -> ContractError:
    """Say that a session could be read in too many ways."""
    return ContractError(
        f"{where}: one session can be read in more than {MOST_READINGS:,} ways at once; "
        "write repetitions of one thing, next to or inside each other, as one: a{1,50}"
    )


def too_large(where: str, most: int) -> ContractError:
    """Say that a question about a whole order is too large to answer."""
    return ContractError(
        f"{where}: the order has more than {most:,} states, too many to look at all of them; "
        "fewer counts, or fewer parts joined by &, make it smaller"
    )


def _places(leaves: list[tuple[str, int]]) -> tuple[Place, ...]:
    total: dict[str, int] = {}
    for name, _ in leaves:
        total[name] = total.get(name, 0) + 1
    met: dict[str, int] = {}
    places: list[Place] = []
    for number, (name, at) in enumerate(leaves):
        met[name] = met.get(name, 0) + 1
        label = name if total[name] == 1 else f"{name} ({met[name]} of {total[name]})"
        places.append(Place(number, name, at, label))
    return tuple(places)


def _first_places(term: Term) -> tuple[int, ...]:
    return tuple(one.place for one, _ in term.steps())
