"""From units to events: which of the contract's events a unit is, and the keys that it carries.

A unit's name stands at the contract's `name:` pointer, or its protocol has one of its own. An event
without conditions is found by its name; one with `when` by its conditions alone. Exactly one must match.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from wsrecord.codec.unit import Unit
from wsrecord.errors import ContractError
from wsrecord.wire.frames import Direction
from wsrecord.wire.quick import quick

from .model import Condition, Contract, EventKey, EventSpec, JsonScalar
from .pointer import ABSENT, Pointer, at, getter

Scalar: TypeAlias = str | int | float | bool | bytes
_SCALARS = (str, int, float, bytes)  # bool is an int
_Extraction: TypeAlias = tuple[tuple[str, tuple[Callable[[Any], Any], ...]], ...]


@quick()
class Event:
    """A unit that the contract names."""

    key: EventKey
    unit: Unit
    keys: Mapping[str, Scalar]  # by the names of the contract's keys; absent ones are not there
    spec: EventSpec

    @property
    def name(self) -> str:
        """What the contract calls it."""
        return self.key.name

    @property
    def sender(self) -> Direction:
        """Who sent it."""
        return self.key.sender

    @property
    def value(self) -> Any:
        """What was said."""
        return self.unit.value


@quick()
class Unknown:
    """A unit that the contract doesn't name: by a name that it doesn't have, or without any."""

    name: str | None
    unit: Unit


class Classifier:
    """A contract's events, made ready for lookup."""

    def __init__(self, contract: Contract) -> None:
        self._name_at = None if contract.name_at is None else getter(contract.name_at)
        self._plain = {tuple(key): spec for key, spec in contract.events.items() if not spec.when}
        self._tests = {side: _Tests(contract, side) for side in ("client", "server")}
        self._keys = {spec: _extraction(contract, event) for event, spec in contract.events.items()}

    def classify(self, unit: Unit) -> Event | Unknown:
        """What a unit is. Two events that both match are the contract's own trouble: ContractError."""
        name = self.name(unit)
        sender = unit.sender
        found = None if name is None else self._plain.get((sender, name))
        tests = self._tests[sender]
        if tests.any and unit.readable:
            matching = tests.matching(unit)
            if len(matching) + (found is not None) > 1:
                raise self._ambiguous([*([found] if found is not None else []), *matching], unit)
            found = matching[0] if matching else found
        if found is None:
            return Unknown(name, unit)
        keys: dict[str, Scalar] = {}
        value = unit.value
        for part, getters in self._keys[found]:
            for get in getters:
                said = get(value)
                if type(said) is str or isinstance(said, _SCALARS):
                    keys[part] = said
                    break
        return Event(found.key, unit, keys, found)

    def name(self, unit: Unit) -> str | None:
        """What a unit calls itself."""
        if self._name_at is not None and (unit.fault is None or unit.readable):
            said = self._name_at(unit.value)
            if isinstance(said, str):
                return said
        return unit.name

    def _ambiguous(self, specs: Sequence[EventSpec], unit: Unit) -> ContractError:
        one, other = specs[0], specs[1]
        place = f"message {unit.numbers[0]}" if unit.numbers else "one unit"
        return ContractError(
            f"{other.where}: {other.key} and {one.key} ({one.where}) are both what {place} is; "
            "narrow the `when` of one of them"
        )


def classifier_of(contract: Contract) -> Classifier:
    """The one of a contract: fuzzing asks for it thousands of times."""
    found: Classifier | None = contract.ready.get("classifier")
    if found is None:
        found = contract.ready["classifier"] = Classifier(contract)
    return found


class _Tests:
    """One side's events with conditions, by a value that a unit must have, as far as they ask for one."""

    def __init__(self, contract: Contract, side: str) -> None:
        self._pointer: Pointer = ()
        self._by_value: dict[tuple[bool, JsonScalar], list[EventSpec]] = {}
        specs = [spec for key, spec in contract.events.items() if spec.when and key.sender == side]
        self.any = bool(specs)
        self._others = specs
        asked = [
            one.pointer
            for spec in specs
            for one in spec.when
            if one.values is not None and one.pointer is not None
        ]
        if asked:
            self._pointer = max(asked, key=asked.count)
            self._others = [spec for spec in specs if self._values(spec) is None]
            for spec in specs:
                for value in self._values(spec) or ():
                    self._by_value.setdefault(_identity(value), []).append(spec)

    def matching(self, unit: Unit) -> list[EventSpec]:
        """The events whose conditions all hold."""
        specs = self._others
        if self._by_value:
            found = at(unit.value, self._pointer)
            if found is None or isinstance(found, _SCALARS):
                specs = [*self._by_value.get(_identity(found), ()), *specs]
        return [
            spec for spec in specs if all(holds(condition, unit.value, unit.name) for condition in spec.when)
        ]

    def _values(self, spec: EventSpec) -> tuple[JsonScalar, ...] | None:
        return next((one.values for one in spec.when if one.pointer == self._pointer and one.values), None)


def holds(condition: Condition, value: Any, name: str | None = None) -> bool:
    """Whether a condition holds for a value, and for what its protocol calls it."""
    if condition.pointer is None:
        found: Any = ABSENT if name is None else name
    else:
        found = at(value, condition.pointer)
    if condition.values is None:
        return (found is not ABSENT) is condition.present
    if found is ABSENT or not (found is None or isinstance(found, _SCALARS)):
        return False
    return any(_identity(found) == _identity(one) for one in condition.values)


def _identity(value: Any) -> tuple[bool, Any]:
    """What makes a JSON scalar that scalar: 1 and 1.0 are one number, and true is none."""
    return isinstance(value, bool), value


def _extraction(contract: Contract, event: EventKey) -> _Extraction:
    found = ((name, key.of(event)) for name, key in contract.keys.items())
    return tuple((name, tuple(map(getter, pointers))) for name, pointers in found if pointers)
