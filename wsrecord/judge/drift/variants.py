"""Events of one name that are several things: what a tool completed looks like depends on the tool.

Which variant an event is, the words in it tell that name a tool, an action, a status. Fields are
compared variant by variant; where live only other variants came, little can be said of what is in them.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from wsrecord.judge.codes import Code
from wsrecord.judge.severity import rank

from .drift import Drift, Path
from .fields import compare_fields
from .looks import look, words
from .node import Filler, Node, Spot
from .scale import Scale

MOST_VARIANTS = 16  # with more, the word was no choice
_LONGEST_WORD = 40
_TELLING = frozenset({
    "tool", "kind", "action", "status", "method", "subtype", "op", "operation", "command", "state", "type",
    "variant", "function", "outcome",
})  # fmt: skip
_NAMED = frozenset({"tool", "function", "action", "event", "step", "node", "agent", "command"})
_PLACES = (Code.FIELD_GONE, Code.FIELD_ADDED, Code.FIELD_RENAMED, Code.FIELD_MOVED, Code.FIELD_RETYPED)


class Variants:
    """One kind of event: all of them, and each variant by itself."""

    __slots__ = ("_telling", "all", "many", "one")

    def __init__(self) -> None:
        self.all = Node()
        self.one: dict[tuple[str, ...], Node] = {}
        self.many = False
        self._telling: dict[Any, bool] = {}  # names, by whether they tell a variant

    def add(self, event: str, value: Any, spot: Spot, filler: Filler) -> None:
        """One more event."""
        filler.add(self.all, value, spot)
        if self.many or not isinstance(value, dict):
            return
        told = tuple(self._told(event, value))
        node = self.one.get(told)
        if node is None:
            if len(self.one) >= MOST_VARIANTS:
                self.many = True
                self.one.clear()
                return
            node = self.one[told] = Node()
        filler.add(node, value, spot)

    def _told(self, event: str, value: dict[Any, Any], depth: int = 0) -> Iterator[str]:
        for name, item in value.items():
            if isinstance(item, str):
                if (
                    self._tells(name)
                    and item != event
                    and len(item) <= _LONGEST_WORD
                    and look(item) == "word"
                ):
                    yield f"{name}={item}"
            elif isinstance(item, dict) and not depth:
                yield from self._told(event, item, 1)

    def _tells(self, name: Any) -> bool:
        known = self._telling.get(name)
        if known is None:
            parts = words(str(name))
            known = bool(parts) and (
                parts[-1] in _TELLING or (parts[-1] == "name" and bool(_NAMED & set(parts)))
            )
            if len(self._telling) < 1000:
                self._telling[name] = known
        return known


def compare_variants(event: str, recorded: Variants, live: Variants, scale: Scale) -> None:
    """Tell the scale how the fields of one kind of event differ."""
    every = _compared(event, recorded.all, live.all, scale)
    if recorded.many or live.many or (recorded.one.keys() == live.one.keys() and len(live.one) < 2):
        scale.told += every
        return
    found: dict[object, Drift] = {}
    for variant in (one for one in recorded.one if one in live.one):
        for drift in _compared(event, recorded.one[variant], live.one[variant], scale):
            key = (drift.code, drift.path, drift.to)
            if key not in found or rank(drift.severity) < rank(found[key].severity):
                found[key] = drift
    for drift in every:
        if any(_related(drift, one) for one in found.values()):
            continue
        sure = drift.code not in _PLACES or (
            drift.path is not None and len(drift.path) < 2 and not _some(drift)
        )
        found[drift.code, drift.path, drift.to] = drift if sure else replace(drift, severity="info")
    scale.told += found.values()


def _compared(event: str, recorded: Node, live: Node, scale: Scale) -> list[Drift]:
    aside = Scale(scale.options, scale.oracle)
    compare_fields(event, recorded, live, aside)
    return aside.told


def _some(drift: Drift) -> bool:
    """Whether it is so in some events only: in those of another variant, perhaps."""
    return bool(drift.extra.get("some"))


def _related(one: Drift, other: Drift) -> bool:
    """Whether two drifts are about the same place, or one about a part of the other's."""
    return any(_touch(a, b) for a in (one.path, one.to) for b in (other.path, other.to))


def _touch(one: Path | None, other: Path | None) -> bool:
    if not one or not other:
        return False  # the event as such has no part that could be the same
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
