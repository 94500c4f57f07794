"""How closely a live session must resemble the recording: for all events, for some, and where not at all.

Options(match="shape", events={"tool_*": "exact"}, ignore=(ignored("*#/usage/**"), ignored("/debug")))
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Literal, TypeAlias, get_args

from wsrecord.contract.pointer import Pointer, parse_place

Match: TypeAlias = Literal["contract", "shape", "exact"]
MATCHES: tuple[Match, ...] = get_args(Match)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A place that nobody compares, with all below it: `/usage`, `tool_*#/results/**/took`, `pong#`."""

    event: str | None
    steps: Pointer  # * is one step or a part of one, ** any number of steps

    def covers(self, event: str | None, path: Pointer | None) -> bool:
        """Whether a place in an event, or an event as such, is covered."""
        if self.event is not None and (event is None or not fnmatchcase(event, self.event)):
            return False
        if path is None:
            return self.event is not None and not self.steps
        return _leads(self.steps, path)


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asks for."""

    match: Match = "shape"
    events: Mapping[str, Match] = field(default_factory=dict)  # by a glob over names; the first that fits
    ignore: tuple[Ignored, ...] = ()
    bound: Mapping[Any, Any] = field(default_factory=dict)  # links: what was recorded -> what it is live

    def of(self, event: str | None) -> Match:
        """How an event is to be compared."""
        if event is not None:
            for pattern, match in self.events.items():
                if fnmatchcase(event, pattern):
                    return match
        return self.match

    def exactly(self, event: str) -> bool:
        """Whether its values are compared one by one."""
        return self.of(event) == "exact"

    def ignores(self, event: str | None, path: Pointer | None) -> bool:
        """Whether nobody wants to hear of this place."""
        return any(one.covers(event, path) for one in self.ignore)


def ignored(text: str) -> Ignored:
    """Read `/pointer`, `EVENT#/pointer` or `EVENT#`; ValueError says what is wrong with it."""
    if not text:
        raise ValueError("nothing to ignore: expected /pointer or EVENT#/pointer")
    place = parse_place(text)
    return Ignored(place.event, place.pointer)


def _leads(steps: Pointer, path: Pointer) -> bool:
    """Whether a pattern fits a path or the beginning of it."""
    if not steps:
        return True
    if steps[0] == "**":
        return any(_leads(steps[1:], path[cut:]) for cut in range(len(path) + 1))
    return bool(path) and bool(_step(steps[0]).fullmatch(path[0])) and _leads(steps[1:], path[1:])


@cache
def _step(pattern: str) -> re.Pattern[str]:
    """One step, `*` standing for any part of it. An index fits too: places in lists are all `*` here."""
    if pattern.isdigit():
        return re.compile(rf"{pattern}|\*")
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
