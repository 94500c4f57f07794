"""Value by value, for those who ask for it: what differs, ids and times that are new each time apart.

The n-th event of a kind in a session is held against the n-th of that kind in the recording. A linked value
may be what the links say it is live; an id or a time may be any other one, but always the same other.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from wsrecord.contract.pointer import written
from wsrecord.contract.schemas import Ignore, nothing_ignored
from wsrecord.contract.wording import short
from wsrecord.judge.codes import Code

from .drift import Drift, Path
from .looks import look, varies_by_name
from .node import ANY
from .profile import Profile, Said
from .scale import Scale

_LONG = 4  # a linked value inside a text is looked for from this length on
_DEEPEST = 64


def compare_exactly(recorded: Profile, live: Profile, scale: Scale, secret: Ignore = nothing_ignored) -> None:
    """Tell the scale which values of the kinds that were kept differ."""
    if not recorded.kept:
        return
    judge = _Exact(scale, secret)
    for number, now in enumerate(live.kept):
        was = recorded.kept[number % len(recorded.kept)]
        for event, said in now.items():
            judge.events(event, was.get(event, ()), said)
    judge.tell()


class _Exact:
    """One comparison: what ids stand for, and what differs so far."""

    def __init__(self, scale: Scale, secret: Ignore) -> None:
        self._scale = scale
        self._secret = secret
        self._bound = dict(scale.options.bound)
        self._found: dict[tuple[str, Path], tuple[int, Drift]] = {}
        self._texts = {
            str(old): str(new)  # a number too: in a URL it is text
            for old, new in self._bound.items()
            if isinstance(old, str | int) and isinstance(new, str | int) and len(str(old)) >= _LONG
        }

    def events(self, event: str, was: Sequence[Said], now: Sequence[Said]) -> None:
        """All events of one kind in one session."""
        if was and len(was) != len(now):
            self._differs(event, (), was[-1], now[-1], f"{len(was)} times", f"{len(now)} times", "came")
        for old, new in zip(was, now, strict=False):
            self._value(event, (), old.value, new.value, old, new)

    def tell(self) -> None:
        """Hand in what differs: each place once."""
        for count, drift in self._found.values():
            more = f" (and {count - 1} more)" if count > 1 else ""
            message = f"{drift.message}{more}"
            self._scale.connection(
                Drift(
                    code=drift.code, severity=drift.severity, event=drift.event, path=drift.path,
                    message=message, expected=drift.expected, got=drift.got,
                    recorded=drift.recorded, live=drift.live, extra={"count": count},
                )
            )  # fmt: skip

    def _value(self, event: str, path: Path, old: Any, new: Any, was: Said, now: Said) -> None:
        if len(path) > _DEEPEST or self._scale.options.ignores(event, path):
            return
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            for name in old:
                if name in new:
                    self._value(event, (*path, str(name)), old[name], new[name], was, now)
        elif isinstance(old, list) and isinstance(new, list):
            if len(old) != len(new):
                self._differs(event, path, was, now, f"{len(old)} items", f"{len(new)} items", "has")
            for one, other in zip(old, new, strict=False):
                self._value(event, (*path, ANY), one, other, was, now)
        elif _comparable(old, new) and not self._same(path, old, new):
            self._differs(event, path, was, now, short(old), short(new), "is")

    def _same(self, path: Path, old: Any, new: Any) -> bool:
        if old == new:
            return True
        if _hashable(old) and not isinstance(old, bool) and old in self._bound:
            if self._bound[old] == new:
                return True
            if isinstance(old, str):  # a number may be a count as well
                return isinstance(new, str) and (self._secret(old) or self._secret(new))
        if isinstance(old, str) and isinstance(new, str):
            return self._same_text(old, new)
        numbers = isinstance(old, int | float) and isinstance(new, int | float)
        return numbers and bool(path) and varies_by_name(path[-1])

    def _same_text(self, old: str, new: str) -> bool:
        if self._secret(old) or self._secret(new):
            return True
        kind = look(old)
        if kind == look(new):
            if kind == "date-time":
                return True
            if kind in ("uuid", "id"):
                self._bound[old] = new
                return True
        for before, after in self._texts.items():
            old = old.replace(before, after)
        return old == new

    def _differs(
        self, event: str, path: Path, was: Said, now: Said, expected: str, got: str, verb: str
    ) -> None:
        known = self._found.get((event, path))
        if known is not None:
            self._found[event, path] = (known[0] + 1, known[1])
            return
        place = f"{event}: {written(path)}" if path else event
        drift = Drift(
            code=Code.VALUE_DIFFERS, severity="breaking", event=event, path=path,
            message=f"{place} {verb} {got}; in the recording {expected}",
            expected=expected, got=got, recorded=was.spot, live=now.spot,
        )  # fmt: skip
        self._found[event, path] = (1, drift)


def _comparable(old: Any, new: Any) -> bool:
    """Whether only their values differ: another type is told by the shape."""
    numbers = (int, float)
    if isinstance(old, bool) or isinstance(new, bool):
        return isinstance(old, bool) and isinstance(new, bool)
    if isinstance(old, numbers) and isinstance(new, numbers):
        return True
    return type(old) is type(new)


def _hashable(value: Any) -> bool:
    return isinstance(value, str | int | float | bool | bytes | type(None))
