"""Which live value stands for which recorded one; within a scope, and at one place, each for one only.

Of ids at one place some may tell by themselves and some by their place alone (150001 beside the round
150000): they count in different scopes, and still a live value can't be both.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from .insides import Path, Scalar
from .steps import Occurrence
from .ties import Tie
from .tokens import Token, text_of

_Spot: TypeAlias = tuple[str, Path]  # a place in all that is of one kind
_APART = ("echo", "rpc")  # what each side counts by itself may be equal, and is never one


class _Place(NamedTuple):
    """Where a token is said beside those of other scopes."""

    spots: frozenset[_Spot]
    scopes: tuple[str, ...]  # the others


Places: TypeAlias = Mapping[Token, _Place]


def places(occurrences: Iterable[Occurrence], ties: Mapping[int, tuple[Tie, ...]]) -> Places:
    """Where the server's values of several scopes share a place: of each token, where and with which."""
    scopes: dict[_Spot, dict[str, None]] = {}
    spots: dict[Token, set[_Spot]] = {}
    for one in occurrences:
        if one.sender != "server" or not one.is_unit:
            continue
        for tie in ties.get(one.number, ()):
            if not tie.token.scope.startswith(_APART):
                spot = one.kind, _anywhere(tie.path)
                scopes.setdefault(spot, {})[tie.token.scope] = None
                spots.setdefault(tie.token, set()).add(spot)
    shared = {spot: names for spot, names in scopes.items() if len(names) > 1}
    found: dict[Token, _Place] = {}
    for token, mine in spots.items() if shared else ():
        mixed = frozenset(spot for spot in mine if spot in shared)
        others = dict.fromkeys(name for spot in mixed for name in shared[spot] if name != token.scope)
        if others:
            found[token] = _Place(mixed, tuple(others))
    return found


def _anywhere(path: Path) -> Path:
    """In a list all items have one place."""
    return tuple(0 if isinstance(step, int) else step for step in path)


class Table:
    """What stands for what, as far as it is known."""

    def __init__(self, shared: Places) -> None:
        self._shared = shared
        self._live: dict[Token, Scalar] = {}
        self._recorded: dict[Token, Token] = {}  # by the live value

    def get(self, token: Token) -> Scalar | None:
        """The live value; None if there is none yet."""
        return self._live.get(token)

    def recorded(self, scope: str, live: Scalar) -> Token | None:
        """What a live value stands for within a scope."""
        return self._recorded.get(Token(scope, text_of(live)))

    def holder(self, token: Token, live: Scalar) -> Token | None:
        """What a live value stands for, in the scope or at a place of the token; None: it is free."""
        text = text_of(live)
        own = self._recorded.get(Token(token.scope, text))
        place = self._shared.get(token) if own is None else None
        if place is None:
            return own
        for scope in place.scopes:
            other = self._recorded.get(Token(scope, text))
            if other is None or other.text == token.text:  # one value may be known in several ways
                continue
            theirs = self._shared.get(other)
            if theirs is not None and not place.spots.isdisjoint(theirs.spots):
                return other
        return None

    def bind(self, token: Token, live: Scalar) -> None:
        """From now on this value stands for that one."""
        self._live[token] = live
        self._recorded[Token(token.scope, text_of(live))] = token
