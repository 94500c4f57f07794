"""Cases that grow from those which reached something new: one message more, one change, two of them in one.

Many of them try for something that the contract's flows allow and that nobody has seen: a case that comes to
the event before it is said again, and the message that is missing comes after it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import TypeAlias

from wsrecord.contract.flow.automaton import Automaton, State
from wsrecord.contract.flow.spec import Flow
from wsrecord.errors import ContractError

from .changes import change
from .frontier import Entry, Frontier
from .moves import MESSAGES, NEW, Connect, Hear, Move, Raw, Say, Stall, Then, holes
from .parts import APART, say
from .roles import Made
from .vocabulary import Term, Vocabulary

_LONGEST = 14  # moves
_DRY = 400  # cases that reached nothing new: then others have the turn until one does
_IDLE = 20_000  # turns in which nothing grows: then others have nothing left to say either
_STATES = 2_000
_REPEATS = 4
_CUT = 0.75  # how often a case goes on from somewhere before its end
_THENS: tuple[Then, ...] = ("now", "answer", "answer", "quiet")
Step: TypeAlias = tuple[str, str, str]  # in a flow: after this event, that one


class Grown:
    """What grows under one contract."""

    def __init__(self, words: Vocabulary, frontier: Frontier, random: Random) -> None:
        self._words = words
        self._frontier = frontier
        self._random = random
        self._flows = {flow.name: flow for flow in words.contract.flows.all}
        self._steps = _steps(self._flows, words)

    def cases(self, *, right: bool) -> Iterator[list[Move] | None]:
        """Cases, while something new comes of them. `right`: of right messages only. None: not this time."""
        handed, idle, finds = 0, 0, -1
        while idle < _IDLE:
            if self._frontier.finds != finds:
                finds, handed = self._frontier.finds, 0
            moves = self._next(right=right) if handed < _DRY else None
            handed, idle = (handed, idle + 1) if moves is None else (handed + 1, 0)
            yield moves

    def _next(self, *, right: bool) -> list[Move] | None:
        entry = self._frontier.pick(self._random, _is_right if right else _is_plain)
        return None if entry is None else self._from(entry, right=right)

    def _from(self, entry: Entry, *, right: bool) -> list[Move] | None:
        chance = self._random.random()
        moves = list(entry.case.moves)
        if chance < 0.45:
            moves = self._onward(entry) or self._more(entry)
        elif chance < 0.7:
            moves = self._more(entry)
        elif chance < 0.8:
            moves = self._again(moves)
        elif chance < 0.9:
            moves = self._spliced(moves, right=right)
        elif right:
            moves = self._varied(moves)
        else:
            change(moves, self._words, self._random)
        return moves[:_LONGEST] or None

    # -- one message more

    def _onward(self, entry: Entry) -> list[Move]:
        """Towards a step of a flow that the case comes near to, and nobody has taken."""
        reached = {(one[1], one[3]) for one in entry.footprint.features if one[0] == "step"}
        counts = self._frontier.counts
        near = [step for step in self._steps if step[:2] in reached and ("step", *step) not in counts]
        if not near:
            return []
        flow, before, name = self._random.choice(near)
        term = self._words.terms[_plain(name)]
        moves = list(entry.case.moves)
        if (flow, before) in entry.footprint.stands:
            moves = _ending(moves, "quiet")
        elif _plain(before) in self._words.terms:
            said = [
                at for at, move in enumerate(moves) if isinstance(move, Say) and move.event == _plain(before)
            ]
            moves = _ending(moves[: said[-1] + 1] if said else moves, "now")
        else:
            moves = [*_ending(moves, "now"), Hear(event=_plain(before))]
        return [*moves, self._said(term, moves, same=_is_made(term, self._flows[flow]))]

    def _more(self, entry: Entry) -> list[Move]:
        """A message more, at its end or before: twice in three times one that a flow allows after its end."""
        stands = entry.footprint.stands
        allowed = sorted({_plain(step[2]) for step in self._steps if step[:2] in stands})
        if allowed and self._random.random() < 2 / 3:
            term = self._words.terms[self._random.choice(allowed)]
        else:
            term = self._random.choice(list(self._words.terms.values()))
        moves = list(entry.case.moves)
        if self._random.random() < _CUT:  # what it reached may be over by its end
            moves = moves[: self._random.randint(1, len(moves))]
        moves = _ending(moves, self._random.choice(_THENS))
        return [*moves, self._said(term, moves, same=self._random.random() < 0.3)]

    def _again(self, moves: list[Move]) -> list[Move]:
        """One of its messages several times."""
        found = self._one_of(moves)
        if found is not None:
            at, move, term = found
            for _ in range(self._random.randint(1, _REPEATS)):
                again = self._said(term, moves, same=False) if self._random.random() < 0.5 else move
                moves.insert(at + 1, replace(again, then=self._random.choice(_THENS)))
        return moves

    def _varied(self, moves: list[Move]) -> list[Move]:
        """One of its messages with another value."""
        found = self._one_of(moves)
        if found is not None:
            at, move, term = found
            pool = [value for _, value in self._words.variants(term)] or [term.plain]
            place = _places([move])[0] if _places([move]) else 0
            moves[at] = replace(move, value=say(term, self._random.choice(pool), place=place).value)
        return moves

    def _one_of(self, moves: list[Move]) -> tuple[int, Say, Term] | None:
        """One of its messages that are events, and where it stands."""
        terms = self._words.terms
        found = [
            (at, move, terms[move.event])
            for at, move in enumerate(moves)
            if isinstance(move, Say) and move.event in terms
        ]
        return self._random.choice(found) if found else None

    def _spliced(self, moves: list[Move], *, right: bool) -> list[Move]:
        """The beginning of one, and the end of another."""
        other = self._frontier.pick(self._random, _is_right if right else _is_plain)
        if other is None:
            return moves
        head = moves[: self._random.randint(1, len(moves))]
        return [*head, *other.case.moves[self._random.randrange(len(other.case.moves)) :]]

    def _said(self, term: Term, moves: list[Move], *, same: bool) -> Say:
        """An event, with ids of its own, or those that the case has said."""
        used = _places(moves)
        place = self._random.choice(used) if same and used else max(used, default=-1) + 1
        value = self._random.choice([term.plain, *term.seeds])
        if self._random.random() < 0.2:
            variants = self._words.variants(term)
            value = self._random.choice(variants)[1] if variants else value
        return say(term, value, place=place)


def _steps(flows: Mapping[str, Flow], words: Vocabulary) -> list[Step]:
    """What of the client's may come after what, in each flow."""
    found: set[Step] = set()
    for flow in flows.values():
        for before, name in follows(flow.automaton):
            if _plain(name) in words.terms and not name.startswith("server:"):
                found.add((flow.name, before, name))
    return sorted(found)


def follows(automaton: Automaton) -> set[tuple[str, str]]:
    """The names that may stand side by side; nothing, if an order is too large to look at."""
    entering: dict[State, set[str]] = {}
    try:
        states = automaton.explore(_STATES)
    except ContractError:
        return set()
    for state in states:
        for name, target in automaton.moves(state).items():
            entering.setdefault(target, set()).add(name)
    return {
        (before, name)
        for state, names in entering.items()
        for before in names
        for name in automaton.moves(state)
    }


def _plain(name: str) -> str:
    """An event's name without its side."""
    side, _, rest = name.partition(":")
    return rest if side in ("client", "server") else name


def _is_plain(entry: Entry) -> bool:
    """Whether a case can be said with more in it: it is short, and waits for nobody who does not come."""
    moves = entry.case.moves
    return len(moves) < _LONGEST and not any(
        isinstance(move, Stall) or (isinstance(move, Connect) and (move.back is not None or move.narrow))
        for move in moves
    )


def _is_right(entry: Entry) -> bool:
    """The same, of those in which the client did nothing wrong."""
    return _is_plain(entry) and not any(
        isinstance(move, Raw) or (isinstance(move, Say) and (move.breaks is not None or move.event is None))
        for move in entry.case.moves
    )


def _is_made(term: Term, flow: Flow) -> bool:
    """Whether the client makes the key of a flow: to go on in it, it has to say the same again."""
    return bool(flow.spec.key) and any(isinstance(role, Made) for role in term.roles.values())


def _ending(moves: list[Move], then: Then) -> list[Move]:
    """The same, with so much patience after its last message."""
    for at in range(len(moves) - 1, -1, -1):
        move = moves[at]
        if isinstance(move, Say):
            moves[at] = replace(move, then=then)
        if isinstance(move, MESSAGES):
            break
    return moves


def _last(moves: list[Move], event: str) -> int:
    """Where it was said last; at the end, if it was not."""
    said = [at for at, move in enumerate(moves) if isinstance(move, Say) and move.event == event]
    return said[-1] if said else len(moves)


def _places(moves: list[Move]) -> list[int]:
    """The places of the ids that the client makes up."""
    found = {
        what // APART
        for move in moves
        if isinstance(move, Say)
        for kind, what in holes(move.value)
        if kind == NEW and isinstance(what, int)
    }
    return sorted(found)
