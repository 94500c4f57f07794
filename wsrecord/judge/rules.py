"""The contract's rules on values: `increasing`, `unique`, `echo`, `concat`; `answer` has a file of its own.

All are held within a session. With `per:` each key counts for itself, and an event that lacks a part of
the key is no subject. A value that is absent, or that its schema has a fault at, is none either.

increasing  each value is greater than that side's one before; after a fault it goes on from there
unique      no value comes twice from the same side
echo        a value was there before, at a source; with `per:` an event whose key has none is left alone
concat      the pieces since the last whole, joined, are the whole
"""

import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from wsrecord.contract.classify import Event
from wsrecord.contract.model import Concat, Contract, Echo, EventKey, Increasing, Rule, Selector, Unique
from wsrecord.contract.pointer import ABSENT, at, getter, written
from wsrecord.contract.wording import joined, short
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding
from wsrecord.judge.heard import Heard
from wsrecord.judge.judge import Judge
from wsrecord.judge.told import Hears, Told

Key: TypeAlias = tuple[tuple[bool, object], ...]
R = TypeVar("R", bound=Rule)


@dataclass(slots=True)
class Tally:
    """How often a rule had something to judge, and how often that was wrong."""

    subjects: int = 0
    wrong: int = 0


class RulesJudge(Judge):
    """Holds those rules of a contract that it has a holder for, each in each session."""

    kinds: "dict[type[Rule], type[Holder[Any]]]"

    def __init__(self, contract: Contract, sessions: tuple[Told, ...]) -> None:
        super().__init__(contract, sessions)
        self.tallies = {
            number: Tally() for number, rule in enumerate(contract.rules) if type(rule) in self.kinds
        }
        self._open: dict[int, list[Holder[Any]]] = {}

    def hears(self, told: Told, key: EventKey) -> Iterable[Hears]:
        """The rules that this event has a part in."""
        if told.number not in self._open:
            rules = self.contract.rules
            self._open[told.number] = [
                self.kinds[type(rules[number])](rules[number], told, self, tally)
                for number, tally in self.tallies.items()
            ]
        return [one.hear for one in self._open[told.number] if one.concerns(key)]

    def end(self, told: Told) -> None:
        """What is left to be said of a session."""
        for one in self._open.pop(told.number, ()):
            one.end()


class Holder(ABC, Generic[R]):
    """One rule in one session."""

    def __init__(self, rule: R, told: Told, judge: RulesJudge, tally: Tally) -> None:
        self.rule = rule
        self.told = told
        self.judge = judge
        self.tally = tally

    @abstractmethod
    def concerns(self, key: EventKey) -> bool:
        """Whether the rule is about this event."""

    @abstractmethod
    def hear(self, heard: Heard) -> None:
        """Take an event that it is about."""

    def end(self) -> None:
        """The session is over."""

    def tell(self, code: Code, heard: Heard, place: Selector, number: int | None = None, **said: Any) -> None:
        """Tell what is wrong at a place of an event; message `number` is shown, too."""
        extra = {"rule": self.rule.where, **said.pop("extra", {})}
        self.add(
            code.at(
                self.told.place(heard.spot, pointer=written(place.pointer)),
                said.pop("message"),
                context=self.told.around(heard.spot, number=number),
                contract=self.judge.contract.name,
                extra=extra,
                **said,
            )
        )

    def add(self, finding: Finding) -> None:
        """Count and keep a finding."""
        self.tally.wrong += 1
        self.judge.found.append(finding)


def key_of(event: Event, per: tuple[str, ...]) -> Key | None:
    """What an event counts under; None if it lacks a part of it."""
    if not per:
        return ()
    keys = event.keys
    try:
        return tuple([(isinstance(keys[part], bool), keys[part]) for part in per])
    except KeyError:
        return None


def values_of(per: tuple[str, ...], key: Key) -> dict[str, object]:
    """The key values that something counts under."""
    return {part: one[1] for part, one in zip(per, key, strict=True)}


def subject(selector: Selector, heard: Heard, event: Event) -> Any:
    """The value at a place of an event; ABSENT where there is none, or none that its schema takes."""
    if not selector.selects(event.key):
        return ABSENT
    value = at(event.value, selector.pointer)
    return value if heard.sound(selector.pointer) else ABSENT


class _Values(Holder[R]):
    """A rule on the values at one place."""

    def __init__(self, rule: R, told: Told, judge: RulesJudge, tally: Tally) -> None:
        super().__init__(rule, told, judge, tally)
        self.of: Selector = rule.of  # type: ignore[union-attr]
        self._get = getter(self.of.pointer)

    def concerns(self, key: EventKey) -> bool:
        """Whether the event may have the place."""
        return self.of.selects(key)

    def value(self, heard: Heard) -> Any:
        """What stands there, if its schema takes it."""
        value = self._get(heard.unit.value)
        return value if not heard.faults or heard.sound(self.of.pointer) else ABSENT


class _Increasing(_Values[Increasing]):
    def __init__(self, rule: Increasing, told: Told, judge: RulesJudge, tally: Tally) -> None:
        super().__init__(rule, told, judge, tally)
        self._last: dict[object, Any] = {}

    def hear(self, heard: Heard) -> None:
        event = heard.event
        assert event is not None
        value, key = self.value(heard), key_of(event, self.rule.per)
        if key is None or isinstance(value, bool) or not isinstance(value, int | float | str):
            return
        own = (event.sender, isinstance(value, str), *key)
        before = self._last.get(own)
        self._last[own] = value
        if before is None:
            return
        self.tally.subjects += 1
        if not value > before:
            self.tell(
                Code.NOT_INCREASING,
                heard,
                self.of,
                message=f"{heard.shown}: {written(self.of.pointer)} is {short(value)} after {short(before)}",
                expected=f"more than {short(before)}",
                got=short(value),
            )


class _Unique(_Values[Unique]):
    def __init__(self, rule: Unique, told: Told, judge: RulesJudge, tally: Tally) -> None:
        super().__init__(rule, told, judge, tally)
        self._seen: dict[int, int] = {}  # by hash, of 64 bits: there may be as many values as events

    def hear(self, heard: Heard) -> None:
        event = heard.event
        assert event is not None
        value, key = self.value(heard), key_of(event, self.rule.per)
        if key is None or value is None or not isinstance(value, int | float | str):
            return
        mark = hash((event.sender, isinstance(value, bool), type(value) is str, value, key))
        self.tally.subjects += 1
        number = heard.spot.number
        first = self._seen.setdefault(mark, number or 0)
        if first == number or (first == 0 and number is None):
            return
        self.tell(
            Code.NOT_UNIQUE,
            heard,
            self.of,
            number=first or None,
            message=f"{heard.shown}: {written(self.of.pointer)} {short(value)} was there"
            f" {f'in message {first}' if first else 'before'} already",
            expected="a value that did not come before",
            got=short(value),
        )


class _Said:
    """What a rule's sources have said: by hash, of 64 bits, for it may be much; and the last few."""

    __slots__ = ("latest", "marks")

    def __init__(self) -> None:
        self.marks: set[int] = set()
        self.latest: deque[Any] = deque(maxlen=3)

    def add(self, value: Any) -> None:
        """Take in one more."""
        mark = _mark(value)
        if mark not in self.marks:
            self.marks.add(mark)
            self.latest.append(value)


class _Echo(Holder[Echo]):
    def __init__(self, rule: Echo, told: Told, judge: RulesJudge, tally: Tally) -> None:
        super().__init__(rule, told, judge, tally)
        self._said: dict[Key, _Said] = {}

    def concerns(self, key: EventKey) -> bool:
        return self.rule.target.selects(key) or any(one.selects(key) for one in self.rule.sources)

    def hear(self, heard: Heard) -> None:
        event, rule = heard.event, self.rule
        assert event is not None
        key = key_of(event, rule.per)
        if key is None:
            return
        value = subject(rule.target, heard, event)
        if value is not ABSENT and value is not None and (key in self._said or not rule.per):
            self._hold(heard, key, value)
        for one in rule.sources:
            source = subject(one, heard, event)
            if source is not ABSENT:
                self._said.setdefault(key, _Said()).add(source)

    def _hold(self, heard: Heard, key: Key, value: Any) -> None:
        known = self._said.get(key) or _Said()
        right = _mark(value) in known.marks
        if not right and self._lost():
            return  # it may have been said in what nobody could read
        self.tally.subjects += 1
        if right:
            return
        sources = joined([str(one) for one in self.rule.sources], "or")
        self.tell(
            Code.NOT_ECHOED,
            heard,
            self.rule.target,
            message=f"{heard.shown}: {written(self.rule.target.pointer)} repeats no {sources}",
            expected=joined([short(one) for one in known.latest], "or") or f"a value of {sources}",
            got=short(value),
        )

    def _lost(self) -> bool:
        """Whether something came that may have been a source."""
        return any(hole.sender != "server" or hole.blind for hole in self.told.holes)


class _Concat(Holder[Concat]):
    def __init__(self, rule: Concat, told: Told, judge: RulesJudge, tally: Tally) -> None:
        super().__init__(rule, told, judge, tally)
        self._pieces: dict[Key, list[str]] = {}
        self._since: dict[Key, int] = {}

    def concerns(self, key: EventKey) -> bool:
        return self.rule.of.selects(key) or self.rule.whole.selects(key)

    def hear(self, heard: Heard) -> None:
        event, rule, index = heard.event, self.rule, heard.spot.nth
        assert event is not None
        key = key_of(event, rule.per)
        if key is None:
            return
        piece = at(event.value, rule.of.pointer) if rule.of.selects(event.key) else ABSENT
        if isinstance(piece, str):
            self._pieces.setdefault(key, []).append(piece)
            self._since.setdefault(key, index)
        whole = subject(rule.whole, heard, event)
        if not isinstance(whole, str) or key not in self._pieces:  # a text that nobody streamed
            return
        got, start = "".join(self._pieces.pop(key)), self._since.pop(key)
        values = values_of(rule.per, key)
        lost = (hole for hole in self.told.holes if hole.sender == "server")
        if any(start <= hole.at.nth < index and hole.may_carry(values) for hole in lost):
            return
        self.tally.subjects += 1
        if got != whole:
            same = _alike(got, whole)
            self.tell(
                Code.CONCAT_DIFFERS,
                heard,
                rule.whole,
                message=f"{heard.shown}: the pieces at {rule.of} differ from {written(rule.whole.pointer)}"
                f" from character {same + 1} on",
                expected=f"{_from(whole, same)} ({len(whole)} characters)",
                got=f"{_from(got, same)} ({len(got)} characters)",
                extra={"same": same},
            )


class Rules(RulesJudge):
    """Values that break a rule."""

    kinds = {Increasing: _Increasing, Unique: _Unique, Echo: _Echo, Concat: _Concat}  # noqa: RUF012


def _alike(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    both = min(len(one), len(other))
    return next((at for at in range(both) if one[at] != other[at]), both)


def _from(text: str, same: int) -> str:
    start = max(0, same - 10)
    return f"{'…' if start else ''}{short(text[start : start + 40])}"


def _mark(value: Any) -> int:
    """What equal values have in common: 1 is 1.0, and true is neither."""
    if isinstance(value, dict | list):
        return hash(json.dumps(value, sort_keys=True, default=repr))
    return hash((isinstance(value, bool), value))
