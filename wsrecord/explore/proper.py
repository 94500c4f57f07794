"""Whether a case that comes from elsewhere can be played, and whether what it calls right is right."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from wsrecord.contract.pointer import parse

from .moves import CANARY, GIVEN, NEW, Case, Move, Probe, Say, holes
from .vocabulary import Vocabulary

_MOVES = 2_000
_LARGEST = 1 << 24  # of a number that is none of a value
_MOST = {"on": 1_000, "user": 1_000, "back": 1_000, "code": 0xFFFF}
_CONTROL = 125  # bytes of a ping
_DEEPEST = 200
_ODD = "surrogate"  # no schema tells


def proper(case: Case) -> bool:
    """Whether it can be played; what it says may be as wrong as it likes."""
    if not 0 < len(case.moves) <= _MOVES:
        return False
    return all(_is_proper(move) for move in case.moves)


def fitting(case: Case, words: Vocabulary) -> bool:
    """Whether what a case says to be right is that, under the contract as it is now."""
    for move in case.moves:
        if isinstance(move, Say) and move.event is not None and move.breaks is None:
            term = words.terms.get(move.event)
            if term is None or not (move.data is not None or words.right(term, move.value)):
                return False
    return True


def restated(case: Case, words: Vocabulary) -> Case:
    """The same, as wrong as the contract says now: it may have changed since the case was made."""
    return case.with_moves([_restated(move, words) if isinstance(move, Say) else move for move in case.moves])


def lifted(case: Case, now: Case) -> list[str]:
    """The rules that messages of a case broke, and break no more as it is restated."""
    pairs = zip(case.moves, now.moves, strict=True)
    return [
        f"{new.event}, {old.breaks}"
        for old, new in pairs
        if isinstance(old, Say) and isinstance(new, Say) and old.breaks is not None and new.breaks is None
    ]


def _restated(move: Say, words: Vocabulary) -> Say:
    if move.data is not None or move.binary or (move.breaks or "").startswith(_ODD):
        return move  # what is wrong below values stays wrong
    term = words.terms.get(move.event or "")
    if move.breaks is None:
        return move if term is None else replace(move, breaks=words.wrong(term, move.value))
    meant = term if term is not None and words.right(term, move.value) else words.that(move.value)
    return move if meant is None else replace(move, event=meant.name, breaks=None)


def _is_proper(move: Move) -> bool:
    for name, hint in get_type_hints(type(move)).items():
        value = getattr(move, name)
        if not _fits(value, hint, _MOST.get(name, _LARGEST)):
            return False
    if isinstance(move, Probe) and move.size > _CONTROL:
        return False
    value = getattr(move, "value", None)
    return _shallow(value) and all(_is_hole(*one) for one in holes(value))


def _fits(value: Any, hint: Any, most: int) -> bool:
    """Whether a value is of a type, as far as moves have types."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, UnionType):
        return any(_fits(value, one, most) for one in inner)
    if origin is Literal:
        return isinstance(value, str) and value in inner
    if origin is tuple:
        return isinstance(value, tuple) and all(_fits(one, inner[0], most) for one in value)
    if origin is Mapping:
        parts = value.items() if isinstance(value, dict) else [(None, None)]
        return all(_fits(key, inner[0], most) and _fits(one, inner[1], most) for key, one in parts)
    if hint is int:
        return type(value) is int and 0 <= value <= most
    return isinstance(value, hint)


def _is_hole(kind: str, what: Any) -> bool:
    if kind in (NEW, CANARY):
        return type(what) is int and 0 <= what <= _LARGEST
    assert kind == GIVEN
    if not isinstance(what, list | tuple) or len(what) not in (2, 3):
        return False
    session = what[2] if len(what) == 3 else 0
    if not (_fits(what[0], str, 0) and _fits(what[1], str, 0) and _fits(session, int, _MOST["on"])):
        return False
    try:
        parse(what[1])
    except ValueError:
        return False
    return True


def _shallow(value: Any) -> bool:
    """Whether all that walks through a value comes to its end."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return True
    return False


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
