"""Fewer moves, then simpler ones: what to try next, given which of the last tries still failed.

A generator of rows of candidates, the boldest first. It is sent the numbers of those that still fail: it goes
on from the first, before which none does, and others may be told with it. It ends when nothing simpler fails.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from .moves import Case, Connect, Move, Say, hole
from .stand_ins import holds, whole

Shrinking: TypeAlias = Generator[Sequence[Case], Sequence[int], Case]
_ROUNDS = 3


def shrinking(case: Case) -> Shrinking:
    """Candidates for a smaller case."""
    for _ in range(_ROUNDS):
        before = case
        case = yield from _fewer(case)
        case = yield from _simpler(case)
        if case == before:
            break
    return case


def _fewer(case: Case) -> Shrinking:
    """Delta debugging: leave out halves, quarters, single moves."""
    size = max(1, len(case.moves) // 2)
    while True:
        start: int | None = 0
        while start is not None:
            row = [
                (at, case.with_moves([*case.moves[:at], *case.moves[at + size :]]))
                for at in range(start, len(case.moves), size)
            ]
            row = [(at, one) for at, one in row if one.moves and _whole(one, case)]
            kept = (yield [one for _, one in row]) if row else ()
            if not kept:
                start = None
                continue
            gone = [row[number][0] for number in kept]
            start, small = row[kept[0]]
            together = [_without(case, some, size) for some in _parts(gone)]
            together = [one for one in together if one.moves and _whole(one, case)]
            more = (yield together) if together else ()
            case = together[more[0]] if more else small
        if size == 1:
            return case
        size //= 2


def _parts(gone: Sequence[int]) -> Iterator[Sequence[int]]:
    """What can be left out one by one may go at once: all of it, or half."""
    if len(gone) > 1:
        yield gone
    if len(gone) > 3:
        yield gone[: len(gone) // 2]


def _without(case: Case, gone: Sequence[int], size: int) -> Case:
    left = [
        move for at, move in enumerate(case.moves) if not any(start <= at < start + size for start in gone)
    ]
    return case.with_moves(left)


def _whole(small: Case, case: Case) -> bool:
    """Whether each session that is left begins as it did: else it would be another user's."""
    begun = {move.on for move in small.moves if isinstance(move, Connect)}
    lost = {
        move.on for move in case.moves if isinstance(move, Connect) and move != Connect(on=move.on)
    } - begun
    needed = {move.on for move in small.moves}
    needed |= {move.back for move in small.moves if isinstance(move, Connect) and move.back is not None}
    return not lost & needed


def _simpler(case: Case) -> Shrinking:
    for at in range(len(case.moves)):
        while True:
            row = [
                case.with_moves([*case.moves[:at], move, *case.moves[at + 1 :]])
                for move in _simpler_moves(case.moves[at])
                if not (isinstance(move, Connect) and _leads_back(case, move.on))
            ]
            kept = (yield row) if row else ()
            if not kept:
                break
            case = row[kept[0]]
    return case


def _leads_back(case: Case, on: int) -> bool:
    """Whether a session is come back to: by the same user."""
    return any(isinstance(move, Connect) and move.back == on for move in case.moves)


def _simpler_moves(move: Move) -> Iterator[Move]:
    if isinstance(move, Connect):
        if move.narrow:
            yield replace(move, narrow=False)
        for name in move.query:
            yield replace(move, query={key: value for key, value in move.query.items() if key != name})
        if move.user and move.back is None:
            yield replace(move, user=0)
        return
    if not isinstance(move, Say):
        return
    if move.slow:
        yield replace(move, slow=False)
    if move.ping_at is not None:
        yield replace(move, ping_at=None)
    if len(move.cuts) > 1:
        yield _cut(move, move.cuts[: len(move.cuts) // 2])
        yield _cut(move, move.cuts[1:])
    if move.cuts:
        yield _cut(move, ())
    if move.data is not None and len(move.data) > 8 and whole(move.data, len(move.data) // 2):
        yield replace(move, data=move.data[: len(move.data) // 2])
    if move.breaks is None and move.data is None:
        yield from (replace(move, value=value) for value in simpler_values(move.value))


def _cut(move: Say, cuts: tuple[int, ...]) -> Say:
    """The same in other frames; a ping can only stand between two of them."""
    ping_at = None if move.ping_at is None or not cuts else min(move.ping_at, len(cuts))
    return replace(move, cuts=cuts, ping_at=ping_at)


def simpler_values(value: Any, depth: int = 0) -> Iterator[Any]:
    """Values with one thing simpler: a field fewer, a text shorter."""
    if hole(value) is not None or depth > 3:
        return
    if isinstance(value, dict):
        for name in value:
            yield {key: inner for key, inner in value.items() if key != name}
        for name, inner in value.items():
            yield from ({**value, name: simple} for simple in simpler_values(inner, depth + 1))
    elif isinstance(value, list) and value:
        yield value[: len(value) // 2]
    elif isinstance(value, str) and len(value) > 1 and not holds(value):
        yield from _shorter(value)


def _shorter(text: str) -> Iterator[str]:
    half = len(text) // 2
    yield from (text[:half], text[half:])
    if len(text) > 64:
        yield text[: len(text) * 9 // 10]
    elif len(text) > 1:
        yield text[:-1]
        yield text[1:]
