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
from bisect import bisect_left
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
S = TypeVar("S")


@dataclass(slots=True)
class Tally:
    """How often a rule had something to judge, and how often that was wrong."""

    subjects: int = 0
    wrong: int = 0


class RulesJudge(Judge):
    """Holds those rules of a contract that it has a holder for."""

    kinds: "dict[type[Rule], type[Holder[Any, Any]]]"

    def __init__(self, contract: Contract, sessions: tuple[Told, ...]) -> None:
        super().__init__(contract, sessions)
        self.tallies: dict[int, Tally] = {}
        self._holders: list[Holder[Any, Any]] = []
        for number, rule in enumerate(contract.rules):
            if type(rule) in self.kinds:
                tally = self.tallies[number] = Tally()
                self._holders.append(self.kinds[type(rule)](rule, self.found, tally))

    def hears(self, key: EventKey) -> Iterable[Hears]:
        """The rules that this event has a part in."""
        return [one.hear for one in self._holders if one.concerns(key)]

    def end(self, told: Told) -> None:
        """What is left to be said of a session."""
        for one in self._holders:
            one.end(told)


class Holder(ABC, Generic[R, S]):
    """Holds one rule, with a state for each session that is being heard."""

    def __init__(self, rule: R, found: list[Finding], tally: Tally) -> None:
        self.rule = rule
        self.tally = tally
        self._found = found
        self._states: dict[Told, S] = {}

    @abstractmethod
    def concerns(self, key: EventKey) -> bool:
        """Whether the rule is about this event."""

    @abstractmethod
    def fresh(self) -> S:
        """The state of a session that has said nothing."""

    @abstractmethod
    def hold(self, heard: Heard, event: Event, state: S) -> None:
        """Hold the rule against an event that it is about."""

    def close(self, told: Told, state: S) -> None:
        """The session is over."""

    def hear(self, heard: Heard) -> None:
        """Take one event."""
        told = heard.spot.told
        state = self._states.get(told)
        if state is None:
            state = self._states[told] = self.fresh()
        assert heard.event is not None
        self.hold(heard, heard.event, state)

    def end(self, told: Told) -> None:
        """A session is over: forget it."""
        state = self._states.pop(told, None)
        if state is not None:
            self.close(told, state)

    def tell(self, code: Code, heard: Heard, place: Selector, number: int | None = None, **said: Any) -> None:
        """Tell what is wrong at a place of an event; message `number` is shown, too."""
        told = heard.spot.told
        extra = {"rule": self.rule.where, **said.pop("extra", {})}
        self.add(
            code.at(
                told.place(heard.spot, pointer=written(place.pointer)),
                said.pop("message"),
                context=told.around(heard.spot, number=number),
                contract=told.contract.name,
                extra=extra,
                **said,
            )
        )

    def add(self, finding: Finding) -> None:
        """Count and keep a finding."""
        self.tally.wrong += 1
        self._found.append(finding)


def key_of(event: Event, per: tuple[str, ...]) -> Key | None:
    """What an event counts under; None if it lacks a part of it."""
    if not per:
        return ()
    keys = event.keys
    if len(per) == 1:
        value = keys.get(per[0])  # None is no key
        return None if value is None else ((value is True or value is False, value),)
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


class _Values(Holder[R, S]):
    """A rule on the values at one place."""

    def __init__(self, rule: R, found: list[Finding], tally: Tally) -> None:
        super().__init__(rule, found, tally)
        self.of: Selector = rule.of  # type: ignore[union-attr]
        self._get = getter(self.of.pointer)

    def concerns(self, key: EventKey) -> bool:
        return self.of.selects(key)

    def value(self, heard: Heard) -> Any:
        """What stands there, if its schema takes it."""
        value = self._get(heard.unit.value)
        return value if not heard.faults or heard.sound(self.of.pointer) else ABSENT


class _Increasing(_Values[Increasing, dict[object, Any]]):
    def fresh(self) -> dict[object, Any]:
        return {}

    def hold(self, heard: Heard, event: Event, state: dict[object, Any]) -> None:
        value, key = self.value(heard), key_of(event, self.rule.per)
        if key is None or isinstance(value, bool) or not isinstance(value, int | float | str):
            return
        own = (event.key.sender, isinstance(value, str), *key)
        before = state.get(own)
        state[own] = value
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


class _Unique(_Values[Unique, dict[int, int]]):
    def fresh(self) -> dict[int, int]:
        return {}  # by hash, of 64 bits: there may be as many values as events

    def hold(self, heard: Heard, event: Event, state: dict[int, int]) -> None:
        value, key = self.value(heard), key_of(event, self.rule.per)
        if key is None or value is None or not isinstance(value, int | float | str):
            return
        mark = hash((event.key.sender, type(value) is bool, type(value) is str, value, key))
        self.tally.subjects += 1
        number = heard.spot.number or 0
        first = state.setdefault(mark, number)
        if first == number:
            return
        self.tell(
            Code.NOT_UNIQUE,
            heard,
            self.of,
            number=first,
            message=f"{heard.shown}: {written(self.of.pointer)} {short(value)} was there"
            f" in message {first} already",
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


class _Echo(Holder[Echo, dict[Key, _Said]]):
    def concerns(self, key: EventKey) -> bool:
        return self.rule.target.selects(key) or any(one.selects(key) for one in self.rule.sources)

    def fresh(self) -> dict[Key, _Said]:
        return {}

    def hold(self, heard: Heard, event: Event, state: dict[Key, _Said]) -> None:
        rule = self.rule
        key = key_of(event, rule.per)
        if key is None:
            return
        value = subject(rule.target, heard, event)
        if value is not ABSENT and value is not None and (key in state or not rule.per):
            self._against(heard, value, state.get(key) or _Said())
        for one in rule.sources:
            source = subject(one, heard, event)
            if source is not ABSENT:
                state.setdefault(key, _Said()).add(source)

    def _against(self, heard: Heard, value: Any, known: _Said) -> None:
        right = _mark(value) in known.marks
        if not right and heard.spot.told.unsure:
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


class _Concat(Holder[Concat, dict[Key, tuple[int, list[str]]]]):
    def concerns(self, key: EventKey) -> bool:
        return self.rule.of.selects(key) or self.rule.whole.selects(key)

    def fresh(self) -> dict[Key, tuple[int, list[str]]]:
        return {}

    def hold(self, heard: Heard, event: Event, state: dict[Key, tuple[int, list[str]]]) -> None:
        rule, nth = self.rule, heard.spot.nth
        key = key_of(event, rule.per)
        if key is None:
            return
        piece = at(event.value, rule.of.pointer) if rule.of.selects(event.key) else ABSENT
        if isinstance(piece, str):
            state.setdefault(key, (nth, []))[1].append(piece)
        whole = subject(rule.whole, heard, event)
        if not isinstance(whole, str) or key not in state:  # a text that nobody streamed
            return
        start, pieces = state.pop(key)
        values = values_of(rule.per, key)
        holes = heard.spot.told.holes
        since = bisect_left(holes, start, key=lambda hole: hole.at.nth)
        lost = (hole for hole in holes[since:] if hole.sender == "server")
        if any(hole.at.nth < nth and hole.may_carry(values) for hole in lost):
            return
        self.tally.subjects += 1
        got = "".join(pieces)
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
        return hash(json.dumps(_plain(value), sort_keys=True, default=repr))
    return hash((isinstance(value, bool), value))


def _plain(value: Any) -> Any:
    """The value with whole numbers in one form, all the way down."""
    if isinstance(value, dict):
        return {name: _plain(held) for name, held in value.items()}
    if isinstance(value, list):
        return [_plain(held) for held in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
