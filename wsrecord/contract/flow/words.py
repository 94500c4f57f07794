"""Words of an order: all of them, shortest first, or one by chance."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import TypeAlias

from .automaton import Automaton, State
from .language import Word

# Picks one of several, as random.Random.choice does; Hypothesis' draw fits as well.
Choose: TypeAlias = Callable[[Sequence[str | None]], str | None]


def words(automaton: Automaton, at_least: int = 0) -> Iterator[Word]:
    """Yield every word that is long enough, shortest first, then by name; without end where the order is."""
    lengths = count(at_least) if automaton.longest is None else range(at_least, automaton.longest + 1)
    for length in lengths:
        yield from _exactly(automaton, length)


def chance_word(automaton: Automaton, choose: Choose, budget: int) -> Word:
    """Return a word of up to `budget` events, or a shortest one where that is longer.

    At each turn `choose` picks a name that leaves room to finish, or None to stop where the order may end.
    """
    word: list[str] = []
    state = automaton.start
    while True:
        room = max(budget - len(word), state.needs) - 1
        moves = automaton.moves(state)
        options: list[str | None] = [name for name in sorted(moves) if moves[name].needs <= room]
        if state.accepts:
            options.append(None)
        name = options[0] if len(options) == 1 else choose(options)
        if name is None:
            return tuple(word)
        word.append(name)
        state = moves[name]


def _exactly(automaton: Automaton, length: int) -> Iterator[Word]:
    """Yield the words of one length; a dead end is looked at once."""
    fruitless: set[tuple[State, int]] = set()
    word: list[str] = []
    # For each event of the word so far: what remains to be tried there, and whether a word was found.
    stack: list[tuple[State, Iterator[str], list[bool]]] = []

    def enter(state: State) -> None:
        left = length - len(word)
        names = iter(sorted(automaton.moves(state))) if left else iter(())
        stack.append((state, names, [left == 0 and state.accepts]))

    if automaton.start.needs > length:
        return
    enter(automaton.start)
    while stack:
        state, names, found = stack[-1]
        left = length - len(word)
        if not left and found[0]:
            yield tuple(word)
        for name in names:
            target = automaton.moves(state)[name]
            if target.needs < left and (target, left - 1) not in fruitless:
                word.append(name)
                enter(target)
                break
        else:
            stack.pop()
            if not found[0]:
                fruitless.add((state, left))
            if stack:
                word.pop()
                stack[-1][2][0] |= found[0]
