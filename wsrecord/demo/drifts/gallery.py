"""All drifts there are, by name."""

from difflib import get_close_matches

from .. import DemoError
from . import benign, ends, fields, handshake, isolation, order, timing, wire
from .drift import REGISTERED, Chosen, Drift

# Importing a file registers its drifts; a new one gets its place here.
FILES = (fields, order, isolation, ends, handshake, wire, timing, benign)
_GRADES = ("breaking", "warning", "benign")


def gallery() -> list[Drift]:
    """Return every drift, the worst first."""
    return sorted(REGISTERED.values(), key=lambda drift: _GRADES.index(drift.grade))


def choose(text: str) -> Chosen:
    """Return what NAME or NAME@PROBABILITY asks for."""
    name, at, chance = text.partition("@")
    drift = REGISTERED.get(name)
    if drift is None:
        close = get_close_matches(name, REGISTERED, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise DemoError(f"{name!r} is no drift: `wsrecord demo drifts` lists them{hint}")
    try:
        probability = float(chance) if at else 1.0
    except ValueError:
        probability = -1.0
    if not 0 < probability <= 1:
        raise DemoError(f"{text!r}: what stands behind @ is a probability such as 0.3")
    return Chosen(drift, probability)
