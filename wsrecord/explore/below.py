"""Below messages: frames, pings, ends; bytes that come slowly, or that nobody fetches."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

from . import wire
from .moves import Close, Connect, Cut, HalfClose, Move, Probe, Say, Stall, filled
from .parts import APART, Parts, renumbered, say

_CODES = (4000, None, 1000, 1001, 3000, 4999)
_UNREAD = (5, 60)  # messages whose answers nobody fetches


def below(parts: Parts) -> Iterator[list[Move]]:
    """Cases of the phase `wire`."""
    hello = parts.hello()
    if hello is None:
        return
    again = replace(hello, value=renumbered(hello.value, APART))
    yield [hello, Close(code=None)]
    text = json.dumps(filled(hello.value, lambda *_: "hello")).encode() if parts.json else b"hello"
    rows: list[Iterator[list[Move]]] = [
        _frames(parts, hello, again),
        _ends(parts, hello),
        _slowly(parts, hello, again),
        ([hello, raw] for raw in wire.forbidden(text)),
    ]
    for turn in zip_longest(*rows):
        yield from (moves for moves in turn if moves is not None)
    yield [Say(data=b'"' + b"x" * (1 << 20) + b'"', breaks="no more than a megabyte")]


def _frames(parts: Parts, hello: Say, again: Say) -> Iterator[list[Move]]:
    for size in (125, 0, 1):
        yield [Probe(size=size)]
    for cuts in ((9,), (9, 9), (9, 0), (0,), (0, 0), (1,) * 12):
        yield [replace(hello, cuts=cuts)]
        yield [replace(hello, cuts=cuts, ping_at=1), again]
    for value in parts.accented():
        yield [replace(hello, value=value, cuts=(1,) * 60)]
    for size in (0, 1, 125):
        yield [replace(hello, then="now"), Probe(size=size), again]


def _ends(parts: Parts, hello: Say) -> Iterator[list[Move]]:
    """However one goes, others stay."""
    other = parts.other()
    ends: list[Move] = [HalfClose(), *(Close(code=code) for code in _CODES), Cut()]
    for end in ends:
        yield [other, hello, end, replace(hello, on=1)]
        yield [hello, end, replace(hello, on=1)]


def _slowly(parts: Parts, hello: Say, again: Say) -> Iterator[list[Move]]:
    """Whoever reads or writes slowly keeps nobody waiting."""
    yield [replace(hello, slow=True), again]
    for many in _UNREAD:
        for opener in parts.openers():
            term = parts.of(opener)
            much = [say(term, parts.bulky(term), place=place, then="now") for place in range(many)]
            yield [Connect(narrow=True), Stall(), *much]
