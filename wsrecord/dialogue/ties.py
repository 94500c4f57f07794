"""Which scalars of what was said tie it to other things that were said: to a run, a call, a question.

Those of variables and of the contract's keys do, and every telling value that comes in more than one place;
and beside a variable that names a thing (a run, a room) the short names of other such things. Times don't:
many things happen at one time.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .insides import Path, Scalar
from .reading import Reading
from .siblings import numbered
from .significance import is_placeholder, is_time
from .steps import Occurrence, Variable
from .tokens import Token, Tokens, is_noun, name_of, text_of, thing


@dataclass(frozen=True, slots=True)
class Tie:
    """One such scalar."""

    path: Path
    token: Token
    value: Scalar
    tells: bool  # it says what a thing belongs to, and where it does is no matter of chance
    renews: bool  # the latest one counts: the server counts its own requests as it likes


def tie_of(path: Path, token: Token, value: Scalar) -> Tie:
    """A tie; what stands in a list, and times, say little of what they belong to."""
    renews = token.scope.startswith("rpc") and token.scope.endswith("server")
    listed = any(isinstance(step, int) for step in path)
    return Tie(path, token, value, not (listed or renews or is_time(value)), renews)


def token_of(variable: Variable) -> Token:
    """What makes a variable's values one."""
    return Token(variable.scope, text_of(variable.value))


def ties(
    occurrences: Sequence[Occurrence], variables: Sequence[Variable], readings: Mapping[int, Reading]
) -> dict[int, tuple[Tie, ...]]:
    """The ties of each thing that was said."""
    tokens = Tokens(readings)
    wanted = {token_of(variable) for variable in variables}
    named = _named(occurrences, variables)
    things = {thing(name_of(path)) for _, path in named}
    beside: set[Token] = set()  # things that are told of where one is that the client speaks of
    seen: dict[int, list[Tie]] = {}
    counts: Counter[Token] = Counter()
    keyed: set[str] = set()  # the keys of the contract: what an instance is known by, said but once too
    for one in occurrences:
        keyed.update(text_of(key) for key in one.keys.values() if isinstance(key, str | int | float))
        mine = [
            tie_of(each.path, token, each.value)
            for each in tokens.of(one)
            for token in each.tokens
            if not token.scope or token in wanted or token.scope.startswith("key ") or token.scope in things
        ]
        seen[one.number] = mine
        counts.update({tie.token for tie in mine})
        told = (tie for tie in mine if (one.kind, tie.path) in named)
        beside.update(tie.token for tie in told if tie.token.scope in things and numbered(tie.value))

    def useful(tie: Tie) -> bool:
        if tie.token in wanted or tie.token.scope.startswith("key "):
            return True
        if tie.token.scope and tie.token not in beside:
            return False
        repeated = counts[tie.token] > 1 and not is_time(tie.value)
        return tie.token.text in keyed or (repeated and not is_placeholder(tie.value))

    return {number: tuple(filter(useful, mine)) for number, mine in seen.items()}


def _named(occurrences: Sequence[Occurrence], variables: Sequence[Variable]) -> set[tuple[str, Path]]:
    """Where the server names things that the client speaks of: also of those that it never speaks of."""
    given = (place for one in variables if one.origin == "server" for place in one.sources)
    return {
        (occurrences[place.occurrence].kind, place.path)
        for place in given
        if occurrences[place.occurrence].is_unit and is_noun(name_of(place.path))
    }


def tied_to(value: Scalar, name: str) -> tuple[Token, Token]:
    """The tokens that a contract's key may have."""
    return Token("", text_of(value)), Token(f"key {name}", text_of(value))
