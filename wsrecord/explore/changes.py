"""Small changes to a dialogue: a message more, one less, twice, in another place, or with another value."""

from random import Random

from .moves import Move, Probe, Say
from .parts import say
from .vocabulary import Vocabulary


def change(moves: list[Move], words: Vocabulary, random: Random) -> None:
    """One change, by chance."""
    at = random.randrange(len(moves)) if moves else 0
    kind = random.choice(("leave out", "twice", "swap", "put in", "vary", "probe"))
    if kind == "leave out" and len(moves) > 1:
        del moves[at]
    elif kind == "twice" and moves:
        moves.insert(at, moves[at])
    elif kind == "swap" and at + 1 < len(moves):
        moves[at], moves[at + 1] = moves[at + 1], moves[at]
    elif kind == "probe":
        moves.insert(at, Probe(size=random.choice((0, 125))))
    elif kind == "vary" and moves and isinstance(moves[at], Say):
        old = moves[at]
        assert isinstance(old, Say)
        if old.event in words.terms:
            term = words.terms[old.event]
            pool = [value for _, value in words.variants(term)] or [term.plain]
            moves[at] = say(term, random.choice(pool), place=random.randint(3, 9))
    elif kind == "put in":
        moves.insert(at, say(random.choice(list(words.terms.values())), place=random.randint(3, 9)))
