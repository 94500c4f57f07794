"""Two orders side by side: is one inside the other, do they share a word. A shortest word shows it."""

from collections import deque
from typing import TypeAlias

from .automaton import MOST_EXPLORED, Automaton, State, too_large

Word: TypeAlias = tuple[str, ...]


def inside(one: Automaton, other: Automaton, most: int = MOST_EXPLORED) -> Word | None:
    """Return None if every word of the one is a word of the other, else a shortest word that is not."""
    start = (one.start, other.start)
    queue: deque[tuple[State, State, Word]] = deque([(*start, ())])
    seen = {start}
    best: Word | None = None
    while queue:
        mine, theirs, word = queue.popleft()
        if best is not None and len(word) >= len(best):
            break
        if mine.accepts and not theirs.accepts:
            return word
        their_moves = other.moves(theirs)
        for name, target in sorted(one.moves(mine).items(), key=_name):
            reached = their_moves.get(name)
            if reached is None:  # from here on every completion is a witness
                if best is None or len(word) + 1 + target.needs < len(best):
                    best = (*word, name, *completion(one, target))
            elif (target, reached) not in seen:
                seen.add((target, reached))
                queue.append((target, reached, (*word, name)))
        if len(seen) > most:
            raise too_large(f"{one.where}, next to {other.where}", most)
    return best


def equivalent(one: Automaton, other: Automaton) -> Word | None:
    """Return None if both allow the same words, else a word that only one of them allows."""
    left, right = inside(one, other), inside(other, one)
    return min((word for word in (left, right) if word is not None), key=len, default=None)


def shared(one: Automaton, other: Automaton, most: int = MOST_EXPLORED) -> Word | None:
    """Return a shortest word that both allow; None if there is none."""
    start = (one.start, other.start)
    queue: deque[tuple[State, State, Word]] = deque([(*start, ())])
    seen = {start}
    while queue:
        mine, theirs, word = queue.popleft()
        if mine.accepts and theirs.accepts:
            return word
        their_moves = other.moves(theirs)
        for name, target in sorted(one.moves(mine).items(), key=_name):
            reached = their_moves.get(name)
            if reached is not None and (target, reached) not in seen:
                seen.add((target, reached))
                queue.append((target, reached, (*word, name)))
        if len(seen) > most:
            raise too_large(f"{one.where}, next to {other.where}", most)
    return None


def completion(automaton: Automaton, state: State) -> Word:
    """Return a shortest way from a state to an end of the order; of several the first by name."""
    word: list[str] = []
    while state.needs:
        moves = automaton.moves(state)
        name = min(name for name, target in moves.items() if target.needs < state.needs)
        word.append(name)
        state = moves[name]
    return tuple(word)


def _name(move: tuple[str, State]) -> str:
    return move[0]
