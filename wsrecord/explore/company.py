"""Two users at a time: what the one says must not come to the other, nor keep it waiting."""

from collections.abc import Iterator
from dataclasses import replace

from .moves import GIVEN, Case, Connect, Move, filled
from .parts import Parts, quietly, say
from .roles import Made
from .vocabulary import Term

_GUEST = Connect(on=1, user=1)


def company(parts: Parts) -> Iterator[list[Move]]:
    """Cases of two users; none where there is only one."""
    if parts.users < 2:
        return
    for term in parts.terms:
        yield from _ids(parts, term)
        for before in _confided(parts, term):
            for other in parts.openers():
                yield [*before, replace(other, then="quiet")]


def betrayed(parts: Parts) -> Iterator[list[Move]]:
    """One user says what nobody else knows, then another says something wrong."""
    nobody = parts.nobody()
    if parts.users < 2 or nobody is None:
        return
    for term in parts.terms:
        for before in _confided(parts, term):
            yield [*before, nobody]


def with_bystander(case: Case, user: int) -> Case:
    """The same with a user in it who only listens: who comes in is then known from the case alone."""
    if user == 0 or any(isinstance(move, Connect) and move.user == user for move in case.moves):
        return case
    here = {move.on for move in case.moves}
    return case.with_moves([Connect(on=max(here, default=-1) + 1, user=user), *case.moves])


def _confided(parts: Parts, term: Term) -> Iterator[list[Move]]:
    value = parts.words.confided(term)
    if value is not None:
        first = replace(say(term, value), on=1)
        yield [_GUEST, *(replace(move, on=1) for move in parts.opening(term)), first]


def _ids(parts: Parts, term: Term) -> Iterator[list[Move]]:
    """Both say the same, with the same ids, or with each other's."""
    opening = parts.opening(term)
    if opening:
        across = filled(
            say(term, place=1).value,
            lambda kind, what: {kind: [*what[:2], 0] if kind == GIVEN else what},
        )
        yield [_GUEST, *opening, replace(say(term), on=1, value=across)]
    guest = [replace(move, on=1) for move in opening]
    if any(isinstance(role, Made) for role in term.roles.values()):
        both = say(term)  # an id that is made up is the same wherever its number stands in a case
        yield [_GUEST, *opening, both, *guest, replace(both, on=1)]
    theirs = say(term, place=1, then="quiet")
    yield [_GUEST, *guest, replace(theirs, on=1), *quietly(opening), say(term, then="quiet")]
