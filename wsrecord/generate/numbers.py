"""Facts -> integers and fractions, at their bounds more often than not."""

from fractions import Fraction
from math import ceil, floor
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .facts import Facts, without
from .folding import common, exact
from .naughty import FLOATS, FRACTIONS, INTEGERS

_LARGEST = Fraction(2) ** 1023


def integers(facts: Facts) -> SearchStrategy[Any] | None:
    """Whole numbers; None where there are none."""
    step = common([Fraction(1), *facts.steps]) if facts.steps else Fraction(1)
    low, high = _counts(facts, step)
    if low is not None and high is not None and low > high:
        return None
    size = int(step)
    special = [value for value in _edges(facts, INTEGERS) if _right(facts, value)]
    if "fraction" in facts.kinds:  # a `number`: 1.0 is as good as 1
        special += [value for value in FLOATS if _right(facts, value)]
    whole = st.integers(low, high)
    drawn = whole if size == 1 else whole.map(lambda count: count * size)
    return _mixed(facts, special, drawn)


def fractions(facts: Facts) -> SearchStrategy[Any] | None:
    """Numbers that are not whole; None where there are none."""
    special = [value for value in _edges(facts, FRACTIONS) if _right(facts, value)]
    special = [value for value in special if not float(value).is_integer()]
    if facts.steps:
        step = common(facts.steps)
        if step.denominator == 1:
            return None
        low, high = _counts(facts, step)
        if low is not None and high is not None and low > high:
            return None
        drawn: SearchStrategy[Any] = st.integers(low, high).map(lambda count: float(count * step))
    else:
        low_float = None if facts.low is None else float(max(min(facts.low, _LARGEST), -_LARGEST))
        high_float = None if facts.high is None else float(max(min(facts.high, _LARGEST), -_LARGEST))
        drawn = st.floats(low_float, high_float, allow_nan=False, allow_infinity=False)
    return _mixed(facts, special, drawn)


def suits(facts: Facts, kind: str, value: Any) -> bool:
    """Whether a drawn number is what was asked for."""
    is_float = isinstance(value, float)
    if kind == "fraction" and (not is_float or value.is_integer()):
        return False
    return _right(facts, value)


def _mixed(facts: Facts, special: list[Any], drawn: SearchStrategy[Any]) -> SearchStrategy[Any]:
    special = without(special, facts.excluded)
    return st.one_of(drawn, st.sampled_from(special)) if special else drawn


def _counts(facts: Facts, step: Fraction) -> tuple[int | None, int | None]:
    """How many steps there may be."""
    low = high = None
    if facts.low is not None:
        low = ceil(facts.low / step)
        if facts.low_open and low * step == facts.low:
            low += 1
    if facts.high is not None:
        high = floor(facts.high / step)
        if facts.high_open and high * step == facts.high:
            high -= 1
    return low, high


def _edges(facts: Facts, known: tuple[Any, ...]) -> list[Any]:
    """Values at, and just within, the bounds; and those known to be naughty."""
    found: list[Any] = []
    for bound in (facts.low, facts.high):
        if bound is not None:
            near = (bound, bound + 1, bound - 1)
            found += [int(one) if one.denominator == 1 else float(one) for one in near if abs(one) < _LARGEST]
    return list(dict.fromkeys([*found, *known]))


def _right(facts: Facts, value: Any) -> bool:
    number = exact(value)
    if facts.low is not None and (number < facts.low or (facts.low_open and number == facts.low)):
        return False
    if facts.high is not None and (number > facts.high or (facts.high_open and number == facts.high)):
        return False
    if any(number % step for step in facts.steps):
        return False
    return not any(what == "multipleOf" and number % said.value == 0 for what, said in facts.refused)
