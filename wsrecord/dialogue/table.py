"""Which live value stands for which recorded one; within a scope, and at one place, each for one only.

Of ids at one place some may tell by themselves and some by their place alone (150001 beside the round
150000): they count in different scopes, and still a live value can't be both.
"""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from .insides import Path, Scalar
from .significance import is_telling
from .steps import Occurrence
from .ties import Tie
from .tokens import Token, text_of

_Spot: TypeAlias = tuple[str, Path]  # a place in all that is of one kind
_APART = ("echo", "rpc")  # what each side counts by itself may be equal, and is never one


Spots: TypeAlias = Mapping[Token, frozenset[_Spot]]


def spots(occurrences: Iterable[Occurrence], ties: Mapping[int, tuple[Tie, ...]]) -> Spots:
    """Where the server says each value in its sessions."""
    found: dict[Token, set[_Spot]] = {}
    for one in occurrences:
        if one.sender == "server" and one.is_unit:
            for tie in ties.get(one.number, ()):
                found.setdefault(tie.token, set()).add((one.kind, _anywhere(tie.path)))
    return {token: frozenset(mine) for token, mine in found.items()}


def _anywhere(path: Path) -> Path:
    """In a list all items have one place."""
    return tuple(0 if isinstance(step, int) else step for step in path)


class Table:
    """What stands for what, as far as it is known."""

    def __init__(self, spots: Spots) -> None:
        self._spots = spots
        self._live: dict[Token, Scalar] = {}
        self._recorded: dict[str, dict[Token, None]] = {}  # by the live value's text

    def get(self, token: Token) -> Scalar | None:
        """The live value; None if there is none yet."""
        return self._live.get(token)

    def recorded(self, scope: str, live: Scalar) -> list[Token]:
        """What a live value stands for within a scope."""
        return [token for token in self._recorded.get(text_of(live), ()) if token.scope == scope]

    def holder(self, token: Token, live: Scalar) -> Token | None:
        """What a live value stands for, so that it can't stand for another; None: it is free."""
        held = self._recorded.get(text_of(live))
        if held is None:
            return None
        if token in held:
            return token
        return next((other for other in held if self._excludes(other, token, live)), None)

    def _excludes(self, other: Token, token: Token, live: Scalar) -> bool:
        if other.scope == token.scope and (token.scope or is_telling(live)):
            return True
        if other.text == token.text:  # one value may be known in several ways
            return False
        if other.scope.startswith(_APART) or token.scope.startswith(_APART):
            return False
        nowhere: frozenset[_Spot] = frozenset()
        return not self._spots.get(other, nowhere).isdisjoint(self._spots.get(token, nowhere))

    def bind(self, token: Token, live: Scalar) -> None:
        """From now on this value stands for that one."""
        self._live[token] = live
        self._recorded.setdefault(text_of(live), {})[token] = None
