"""The contract's rules on values: `increasing`, `unique`, `echo`, `concat`; `answer` has a file of its own.

All are held within a session. With `per:` each key counts for itself, and an event that lacks a part of
the key is no subject. A value that is absent, or that its schema has a fault at, is none either.

increasing  each value is greater than that side's one before; after a fault it goes on from there
unique      no value comes twice from the same side
echo        a value was there before, at the source; with `per:` an event whose key has none is left alone
concat      the pieces since the last whole, joined, are the whole
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from wsrecord.contract.classify import Event
from wsrecord.contract.model import Concat, Echo, Increasing, Rule, Selector, Unique
from wsrecord.contract.pointer import ABSENT, at, written
from wsrecord.contract.wording import joined, short
from wsrecord.judge.codes import Code
from wsrecord.judge.evidence import Evidence, Heard, Told
from wsrecord.judge.finding import Finding
from wsrecord.judge.holes import holes

Key: TypeAlias = tuple[tuple[bool, object], ...]


@dataclass(slots=True)
class Tally:
    """How often a rule had something to judge, and how often that was wrong."""

    subjects: int = 0
    wrong: int = 0


@dataclass(slots=True)
class Judged:
    """What the rules came to."""

    findings: list[Finding] = field(default_factory=list)
    tallies: dict[int, Tally] = field(default_factory=dict)  # by the rule's place in the contract


def judge(evidence: Evidence) -> Iterable[Finding]:
    """Values that break a rule."""
    return evidence.once(judged).findings


def judged(evidence: Evidence) -> Judged:
    """Hold every rule but `answer` against every session."""
    done = Judged()
    for number, rule in enumerate(evidence.contract.rules):
        check = _CHECKS.get(type(rule))
        if check is None:
            continue
        tally = done.tallies[number] = Tally()
        for told in evidence.sessions:
            for finding in check(rule, evidence, told, tally):
                tally.wrong += 1
                done.findings.append(finding)
    return done


def key_of(event: Event, per: tuple[str, ...]) -> Key | None:
    """What an event counts under; None if it lacks a part of it."""
    if not per:
        return ()
    found = tuple(
        (isinstance(event.keys[part], bool), event.keys[part]) for part in per if part in event.keys
    )
    return found if len(found) == len(per) else None


def values_of(per: tuple[str, ...], key: Key) -> dict[str, object]:
    """The key values that something counts under."""
    return {part: one[1] for part, one in zip(per, key, strict=True)}


def subject(selector: Selector, heard: Heard, event: Event) -> Any:
    """The value at a place of an event; ABSENT where there is none, or none that its schema takes."""
    if not selector.selects(event.key):
        return ABSENT
    value = at(event.value, selector.pointer)
    return value if heard.sound(selector.pointer) else ABSENT


def _increasing(rule: Increasing, evidence: Evidence, told: Told, tally: Tally) -> Iterator[Finding]:
    last: dict[object, Any] = {}
    for index, heard, event in _events(told, rule.of):
        value, key = subject(rule.of, heard, event), key_of(event, rule.per)
        if key is None or isinstance(value, bool) or not isinstance(value, int | float | str):
            continue
        own = (event.sender, isinstance(value, str), *key)
        before = last.get(own)
        last[own] = value
        if before is None:
            continue
        tally.subjects += 1
        if not value > before:
            yield Code.NOT_INCREASING.at(
                told.place(index, pointer=written(rule.of.pointer)),
                f"{heard.shown}: {written(rule.of.pointer)} is {short(value)} after {short(before)}",
                expected=f"more than {short(before)}",
                got=short(value),
                context=told.around(index),
                contract=evidence.contract.name,
                extra={"rule": rule.where},
            )


def _unique(rule: Unique, evidence: Evidence, told: Told, tally: Tally) -> Iterator[Finding]:
    seen: dict[object, int] = {}
    for index, heard, event in _events(told, rule.of):
        value, key = subject(rule.of, heard, event), key_of(event, rule.per)
        if key is None or value is None or not isinstance(value, int | float | str):
            continue
        own = (event.sender, isinstance(value, bool), value, *key)
        tally.subjects += 1
        first = seen.setdefault(own, index)
        if first != index:
            numbers = told.heard[first].unit.numbers
            where = f"in message {numbers[0]}" if numbers else "before"
            yield Code.NOT_UNIQUE.at(
                told.place(index, pointer=written(rule.of.pointer)),
                f"{heard.shown}: {written(rule.of.pointer)} {short(value)} was there {where} already",
                expected="a value that did not come before",
                got=short(value),
                context=told.around(index, first),
                contract=evidence.contract.name,
                extra={"rule": rule.where},
            )


def _echo(rule: Echo, evidence: Evidence, told: Told, tally: Tally) -> Iterator[Finding]:
    said: dict[Key, list[Any]] = {}
    lost = [hole for hole in evidence.once(holes)[told.number] if hole.sender != "server" or hole.blind]
    for index, heard, event in _events(told, rule.source, rule.target):
        key = key_of(event, rule.per)
        if key is None:
            continue
        value = subject(rule.target, heard, event)
        if value is not ABSENT and value is not None and (key in said or not rule.per):
            if any(hole.at[2] < index for hole in lost) and value not in said.get(key, ()):
                continue  # it may have been said in what nobody could read
            tally.subjects += 1
            known = said.get(key, [])
            if not any(_same(value, one) for one in known):
                yield Code.NOT_ECHOED.at(
                    told.place(index, pointer=written(rule.target.pointer)),
                    f"{heard.shown}: {written(rule.target.pointer)} repeats no {rule.source}",
                    expected=joined([short(one) for one in known[-3:]], "or") or f"a value of {rule.source}",
                    got=short(value),
                    context=told.around(index),
                    contract=evidence.contract.name,
                    extra={"rule": rule.where},
                )
        source = subject(rule.source, heard, event)
        if source is not ABSENT:
            said.setdefault(key, []).append(source)


def _concat(rule: Concat, evidence: Evidence, told: Told, tally: Tally) -> Iterator[Finding]:
    pieces: dict[Key, list[str]] = {}
    lost = [hole for hole in evidence.once(holes)[told.number] if hole.sender == "server"]
    since: dict[Key, int] = {}
    for index, heard, event in _events(told, rule.of, rule.whole):
        key = key_of(event, rule.per)
        if key is None:
            continue
        piece = at(event.value, rule.of.pointer) if rule.of.selects(event.key) else ABSENT
        if isinstance(piece, str):
            pieces.setdefault(key, []).append(piece)
            since.setdefault(key, index)
        whole = subject(rule.whole, heard, event)
        if not isinstance(whole, str):
            continue
        if key not in pieces:  # a text that nobody streamed
            continue
        got, start = "".join(pieces.pop(key)), since.pop(key)
        values = values_of(rule.per, key)
        if any(start <= hole.at[2] < index and hole.may_carry(values) for hole in lost):
            continue
        tally.subjects += 1
        if got != whole:
            same = _alike(got, whole)
            yield Code.CONCAT_DIFFERS.at(
                told.place(index, pointer=written(rule.whole.pointer)),
                f"{heard.shown}: the pieces at {rule.of} differ from {written(rule.whole.pointer)}"
                f" from character {same + 1} on",
                expected=f"{_from(whole, same)} ({len(whole)} characters)",
                got=f"{_from(got, same)} ({len(got)} characters)",
                context=told.around(index),
                contract=evidence.contract.name,
                extra={"rule": rule.where, "same": same},
            )


def _alike(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    both = min(len(one), len(other))
    return next((at for at in range(both) if one[at] != other[at]), both)


def _from(text: str, same: int) -> str:
    start = max(0, same - 10)
    return f"{'…' if start else ''}{short(text[start : start + 40])}"


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) is isinstance(other, bool)


def _events(told: Told, *about: Selector) -> Iterator[tuple[int, Heard, Event]]:
    """The events that these selectors have a place in."""
    wanted = (
        None
        if any(one.events is None for one in about)
        else {key for one in about for key in one.events or ()}
    )
    for index, heard in enumerate(told.heard):
        if heard.event is not None and (wanted is None or heard.event.key in wanted):
            yield index, heard, heard.event


_Check: TypeAlias = Callable[[Any, Evidence, Told, Tally], Iterator[Finding]]
_CHECKS: dict[type[Rule], _Check] = {
    Increasing: _increasing,
    Unique: _unique,
    Echo: _echo,
    Concat: _concat,
}
