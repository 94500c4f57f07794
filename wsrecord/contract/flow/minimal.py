"""The smallest automaton of an order (Hopcroft 1971): what drawings show."""

from collections.abc import Iterable
from dataclasses import dataclass

from .automaton import MOST_EXPLORED, Automaton


@dataclass(frozen=True)
class Table:
    """States by number, nearest to the start first; 0 is the start."""

    moves: tuple[dict[str, int], ...]
    accepts: frozenset[int]

    def closed(self, state: int) -> bool:
        """Say whether a state accepts and nothing may follow."""
        return state in self.accepts and not self.moves[state]


def minimal(automaton: Automaton, most: int = MOST_EXPLORED) -> Table:
    """Return the smallest automaton that allows the same words."""
    states = automaton.explore(most)
    numbers = {state: number for number, state in enumerate(states)}
    moves = [
        {name: numbers[target] for name, target in sorted(automaton.moves(state).items(), key=lambda m: m[0])}
        for state in states
    ]
    accepting = {number for number, state in enumerate(states) if state.accepts}
    blocks = _blocks(moves, accepting)
    return _numbered(moves, accepting, blocks)


def _blocks(moves: list[dict[str, int]], accepting: set[int]) -> list[int]:
    """Return the block of each state: states in one block allow the same words from there on."""
    sink = len(moves)  # where every event leads that may not come
    before: dict[str, dict[int, set[int]]] = {}
    names = sorted({name for move in moves for name in move})
    for name in names:
        by_target = before[name] = {}
        for state, move in enumerate(moves):
            by_target.setdefault(move.get(name, sink), set()).add(state)
        by_target.setdefault(sink, set()).add(sink)
    members = [part for part in (accepting, set(range(sink + 1)) - accepting) if part]
    block = [0] * (sink + 1)
    for number, part in enumerate(members):
        for state in part:
            block[state] = number
    waiting = {(number, name) for number in range(len(members)) for name in names}
    while waiting:
        number, name = waiting.pop()
        by_target = before[name]
        arriving = {state for target in members[number] for state in by_target.get(target, ())}
        for split in {block[state] for state in arriving}:
            _split(split, arriving, members, block, waiting, names)
    return block


def _split(
    number: int,
    arriving: set[int],
    members: list[set[int]],
    block: list[int],
    waiting: set[tuple[int, str]],
    names: Iterable[str],
) -> None:
    """Part a block into who arrives and who doesn't."""
    inner = members[number] & arriving
    outer = members[number] - arriving
    if not outer:
        return
    small, large = sorted((inner, outer), key=len)
    members[number] = large
    members.append(small)
    for state in small:
        block[state] = len(members) - 1
    # The smaller half is enough where the whole is not waiting; where it is, both halves are needed.
    waiting.update((len(members) - 1, name) for name in names)


def _numbered(moves: list[dict[str, int]], accepting: set[int], block: list[int]) -> Table:
    numbers = {block[0]: 0}
    found = [0]
    rows: list[dict[str, int]] = []
    for state in found:  # grows while it is walked
        row: dict[str, int] = {}
        for name, target in moves[state].items():
            if block[target] not in numbers:
                numbers[block[target]] = len(found)
                found.append(target)
            row[name] = numbers[block[target]]
        rows.append(row)
    return Table(tuple(rows), frozenset(n for n, state in enumerate(found) if state in accepting))
