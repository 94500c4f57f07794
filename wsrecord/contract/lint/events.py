"""Oddities of events: those that no unit can be, and those that are always two at once."""

from collections.abc import Iterable, Iterator

from ..classify import holds
from ..model import Condition, Contract, EventSpec
from ..pointer import Pointer, written
from ..reach import reach
from ..schemas import Schema
from ..wording import joined, short
from .remark import Remark


def event_remarks(contract: Contract) -> Iterator[Remark]:
    """Look at every event."""
    for spec in contract.events.values():
        if spec.schema is None:
            yield Remark(
                "info", "event-no-schema", spec.where, f"{spec.key} has no schema: nothing in it is checked"
            )
        yield from _unreachable(contract, spec)
        yield from _shadowed(contract, spec)


def _unreachable(contract: Contract, spec: EventSpec) -> Iterator[Remark]:
    if spec.schema is None:
        return
    if not spec.when and contract.name_at is not None:
        allowed = _allowed(spec.schema, contract.name_at)
        if allowed is not None and spec.key.name not in allowed:
            other = joined([short(one) for one in allowed], "or")
            place = f"{other} at {written(contract.name_at)}"
            text = f"{spec.key}: its schema wants {place}, so no valid unit has this name"
            yield Remark("error", "name-unreachable", spec.where, text)
    for condition in spec.when:
        if condition.pointer is None:
            continue
        said, _ = reach(spec.schema, condition.pointer)
        allowed = _allowed(spec.schema, condition.pointer)
        never = condition.values is not None and allowed is not None and not _meet(condition.values, allowed)
        if never or (said == "impossible" and (condition.values is not None or condition.present)):
            text = f"{spec.key}: no value that its schema takes has this at {written(condition.pointer)}"
            yield Remark("error", "when-impossible", spec.where, text)


def _allowed(schema: Schema, pointer: Pointer) -> list[object] | None:
    """The values that all schemas of a place agree on, if they name values."""
    said, parts = reach(schema, pointer)
    named: list[list[object]] = []
    for part in parts if said == "declared" else ():
        if isinstance(part, dict) and "const" in part:
            named.append([part["const"]])
        elif isinstance(part, dict) and isinstance(part.get("enum"), list):
            named.append(part["enum"])
    if not named:
        return None
    # Alternatives may each name their own: what any of them has is allowed.
    return [value for values in named for value in values]


def _meet(some: Iterable[object], others: Iterable[object]) -> bool:
    return not set(map(_same, some)).isdisjoint(map(_same, others))


def _same(value: object) -> object:
    return (isinstance(value, bool), value) if not isinstance(value, dict | list) else id(value)


def _shadowed(contract: Contract, spec: EventSpec) -> Iterator[Remark]:
    """Whether everything that is this event is another one too."""
    if not spec.when:
        return
    for other in contract.events.values():
        if other is spec or other.key.sender != spec.key.sender:
            continue
        if other.when:
            both = all(any(_implies(mine, theirs) for mine in spec.when) for theirs in other.when)
        else:
            named = [one for one in spec.when if one.pointer == contract.name_at]
            both = any(one.values == (other.key.name,) for one in named)
        if both:
            text = f"{spec.key}: whatever meets its conditions is {other.key} too, and one unit can't be both"
            yield Remark("error", "when-shadowed", spec.where, text)
            return


def _implies(one: Condition, other: Condition) -> bool:
    """Whether a value that meets the one meets the other."""
    if one.pointer != other.pointer:
        return False
    if one.values is None:
        return other.values is None and one.present == other.present
    if other.values is None:
        return other.present is True
    # Conditions on the whole of a tiny value: the pointer's own place is the value.
    return all(holds(Condition((), other.values), value) for value in one.values)
