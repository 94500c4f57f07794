"""Which whole numbers are ids.

Equal ones prove little, for all counters meet: names and order must speak for them.
"""

from collections import defaultdict
from itertools import pairwise
from math import gcd

from .carriers import Carrier
from .names import is_measure, is_number, is_requests, is_rows, is_users

_FEW = 2
_ENOUGH = 5  # numbers of things, each greater than the one before in its session
_GROWN = 3  # of these, pairs that grew
_LARGE = 100  # from here on a number is not the next of a few steps
_ROUND = 10  # what all numbers are multiples of, is no counter's: bytes in chunks
_COME_BACK = 0.8  # of the numbers: the last ones may be cut off
_ECHOED = 0.9


def may_be_a_things(carrier: Carrier) -> bool:
    """Whether a number that a whole session has to do with may be a thing's all the same: its one order's."""
    return carrier.numbers and not is_users(carrier.pointer[-1])


def is_asked(carrier: Carrier) -> bool:
    """Whether requests are numbered so: by name, and one side says each number first, and once."""
    if not carrier.numbers or not is_requests(carrier.pointer[-1]) or len(carrier.values) < _FEW:
        return False
    askers = {said[0].key.sender for said in carrier.values.values()}
    return len(askers) == 1 and all(
        sum(sample.key.sender in askers for sample in said) == 1 for said in carrier.values.values()
    )


def is_numbered(carrier: Carrier) -> bool:
    """Whether a counter of things gave these out, whatever they are called: `order: 1001`.

    One kind of event brings each new one, greater than the last, and others say it again.
    """
    name = carrier.pointer[-1]
    if not carrier.numbers or len(carrier.values) < _ENOUGH or is_rows(name) or is_measure(name):
        return False
    numbers = [number for _, number in carrier.values if isinstance(number, int)]
    if (min(numbers) < _LARGE and not is_number(name)) or gcd(*numbers) >= _ROUND:
        return False
    openers = {said[0].key for said in carrier.values.values()}
    if len(openers) > 1:
        return False
    [opener] = openers
    again = [sum(sample.key == opener for sample in said) for said in carrier.values.values()]
    others = sum(any(sample.key != opener for sample in said) for said in carrier.values.values())
    return max(again) == 1 and others >= _COME_BACK * len(carrier.values) and _grew(carrier)


def answers(source: Carrier, echo: Carrier) -> bool:
    """Whether each number at `echo` was said at `source` by the other side before."""
    [answerer] = echo.senders
    known = 0
    for value, said in echo.values.items():
        asked = next((one for one in source.values.get(value, ()) if one.key.sender != answerer), None)
        known += asked is not None and asked.t <= said[0].t
    return len(echo.values) >= _FEW and known >= _ECHOED * len(echo.values)


def overtaken(echo: Carrier) -> bool:
    """Whether its numbers did not come one after the other: two counters that meet would."""
    return len(echo.values) == echo.count and not all(
        one < other for numbers in _by_session(echo) for one, other in pairwise(numbers)
    )


def _grew(carrier: Carrier) -> bool:
    pairs = [pair for numbers in _by_session(carrier) for pair in pairwise(numbers)]
    return len(pairs) >= _GROWN and all(one < other for one, other in pairs)


def _by_session(carrier: Carrier) -> list[list[int]]:
    """The numbers of each session, in the order of their first appearance."""
    found: dict[int, list[int]] = defaultdict(list)
    for session, number in carrier.values:
        if isinstance(number, int):
            found[session].append(number)
    return list(found.values())
