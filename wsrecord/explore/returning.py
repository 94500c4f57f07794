"""The connection ends at each point of a story, and the user comes back: anew, or to the same session."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

from .moves import Close, Connect, Cut, HalfClose, Hear, Move
from .parts import Parts, say

_ENDS: tuple[Move, ...] = (Cut(), Close(code=1000), Close(code=1001), HalfClose())
_NUMBERS = ("1000000", None, "0", "1", "-1", "x", "")


def returning(parts: Parts) -> Iterator[list[Move]]:
    """Cases of the phase `reconnect`."""
    rows = [_anew(parts), *(_again(parts, user) for user in parts.returns)]
    for turn in zip_longest(*rows):
        yield from (moves for moves in turn if moves is not None)


def _anew(parts: Parts) -> Iterator[list[Move]]:
    for end in _ENDS:
        for opener in parts.openers() or [one for one in (parts.hello(),) if one is not None]:
            later = say(parts.of(opener), place=1, on=1)
            yield [replace(opener, then="now"), end, later]
            yield [opener, end, later]
            for event in parts.meets(opener):
                yield [replace(opener, then="now"), Hear(event=event), end, later]


def _again(parts: Parts, user: int) -> Iterator[list[Move]]:
    """With what the first session was given, for the next one: rightly, twice, too soon, with odd numbers."""
    first, back = Connect(user=user), Connect(on=1, user=user, back=0)
    plain = Connect(on=1, user=user, back=0, query=dict.fromkeys(parts.returns[user]))
    left, gone = Close(), Close(on=1)
    hello = parts.hello()
    if hello is None:
        return
    later = say(parts.of(hello), place=1, on=1)
    yield [first, left, plain, later]
    yield [first, left, plain, gone, replace(plain, on=2)]
    yield [first, plain, hello, later]
    yield [first, hello, Cut(), plain, later]
    for name in parts.returns[user]:
        for number in _NUMBERS:
            yield [first, left, replace(back, query={name: number}), later]
    for end in _ENDS:
        for opener in parts.openers():
            yield [first, replace(opener, then="now"), end, plain, later]
            yield [first, opener, end, back, later]
            for event in parts.meets(opener):
                yield [first, replace(opener, then="now"), Hear(event=event), end, plain, later]
