"""Which of a client's steps come by the clock: heartbeats and pings, at regular spacing.

What is called by a heartbeat's name needs three in a row; anything else four, a second or more apart, that
say the same but for numbers and ids: a client that answers quickly is regular too. What always comes
right after one kind of event answers it, and is none of these.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from wsrecord.cassette.model import Opcode

from .significance import is_telling

_BEAT = re.compile(r"(?i).*(ping|pong|heart|keep.?alive|alive|tick).*|hb")
_MILLISECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Beat:
    """Something that a client said, as far as a row of them is looked for."""

    at: int
    name: str
    said: str  # what it says but for numbers and ids
    cause: str = ""  # the kind of event that it came right after, if the client may have answered that


def said(value: Any) -> str:
    """What a value says but for numbers and ids."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{said(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(said, value)) + "]"
    if isinstance(value, bool) or value is None:
        return repr(value)
    return "#" if not isinstance(value, str) or is_telling(value) else repr(value)


def of_control(at: int, opcode: Opcode) -> Beat:
    """A ping or a pong, whatever it carries."""
    return Beat(at, f"websocket {opcode.name.lower()}", "")


def rows(beats: Sequence[Beat]) -> list[list[int]]:
    """The rows among what one session's client said: the indices of what comes by the clock."""
    groups: dict[tuple[str, str], list[int]] = {}
    for index, beat in enumerate(beats):
        groups.setdefault((beat.name, beat.said), []).append(index)
    return [row for row in groups.values() if _by_the_clock([beats[index] for index in row])]


def _by_the_clock(row: Sequence[Beat]) -> bool:
    answers = row[0].cause and all(beat.cause == row[0].cause for beat in row)
    return not answers and _regular([beat.at for beat in row], row[0].name)


def _regular(times: Sequence[int], name: str) -> bool:
    named = _BEAT.fullmatch(name) is not None
    if len(times) < (3 if named else 4):
        return False
    gaps = [later - sooner for sooner, later in pairwise(times)]
    usual = median(gaps)
    if usual < (100 if named else 1000) * _MILLISECOND:
        return False
    slack = max(usual * 0.2, 30 * _MILLISECOND)
    return all(abs(gap - usual) <= slack for gap in gaps)
