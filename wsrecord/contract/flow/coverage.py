"""What sessions have shown of an order: which names in its text were read, and which ended it.

Counted by place, not by state: an order `(a b){1,50}` has two places, not a hundred transitions, and
a place is what a reader can point at. An event that two places could have read counts for both.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .automaton import Automaton, Place


@dataclass(frozen=True)
class Coverage:
    """Places read and names that were last. `|` unites."""

    places: frozenset[int] = frozenset()
    endings: frozenset[str] = frozenset()

    def __or__(self, other: "Coverage") -> "Coverage":
        return Coverage(self.places | other.places, self.endings | other.endings)

    def unread(self, automaton: Automaton) -> tuple[Place, ...]:
        """Return the places that no event has come to."""
        return tuple(place for place in automaton.places if place.number not in self.places)

    def unended(self, automaton: Automaton) -> tuple[str, ...]:
        """Return the names that could be last and never were."""
        return tuple(name for name in automaton.endings if name not in self.endings)

    def summary(self, automaton: Automaton) -> str:
        """Say it in one line."""
        line = f"{len(self.places)} of {len(automaton.places)} places read"
        line += f", {len(self.endings)} of {len(automaton.endings)} endings seen"
        if unread := self.unread(automaton):
            line += f"; never read: {', '.join(place.label for place in unread)}"
        if unended := self.unended(automaton):
            line += f"; never last: {', '.join(unended)}"
        return line


def covered(automaton: Automaton, word: Iterable[str]) -> Coverage:
    """Return what one session's events cover, up to the first that may not come."""
    state = automaton.start
    places: set[int] = set()
    last: str | None = None
    for name in word:
        target = automaton.step(state, name)
        if target is None:
            return Coverage(frozenset(places))
        places.update(automaton.taken(state, name))
        state, last = target, name
    ended = frozenset({last}) if state.accepts and last is not None else frozenset[str]()
    return Coverage(frozenset(places), ended)
