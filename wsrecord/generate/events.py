"""A contract's events: values with the name in its place, their conditions met, their keys as asked.

Whatever leaves is what the contract would call it, and what its codec can say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis.strategies import SearchStrategy

from wsrecord.cassette.model import Message, Opcode
from wsrecord.codec.registry import make
from wsrecord.codec.unit import Unit, UnsayableError
from wsrecord.contract.classify import Classifier, Event
from wsrecord.contract.library import Library
from wsrecord.contract.model import Condition, Contract, EventKey, EventSpec
from wsrecord.contract.pointer import Pointer
from wsrecord.errors import ContractError

from .broken import Broken, broken
from .generator import Generator, generator_of
from .graph import NONE
from .part import Part, root
from .unservable import Unservable

_SCALAR = {"type": ["string", "integer"]}
# Where protocols that name their own events have the name, in values.
_OWN_NAMES: Mapping[str, Pointer] = {
    "json-rpc": ("method",),
    "jupyter": ("header", "msg_type"),
    "mqtt": ("packet",),
}


@dataclass(frozen=True, slots=True)
class BrokenUnit:
    """A unit that is wrong in one way, and which."""

    unit: Unit
    broken: Broken


class Events:
    """Makes one event of a contract; ContractError where nothing can."""

    def __init__(
        self,
        contract: Contract,
        key: EventKey,
        keys: Mapping[str, Any] | None = None,
        needed: Sequence[Pointer] = (),
    ) -> None:
        """`keys`: what stands at the contract's keys. `needed`: places where there must be a scalar."""
        self._needed = needed
        self._contract = contract
        self._key = key
        self._spec = contract.events[key]
        self._classifier = Classifier(contract)
        self._codec = make(contract.codec.spec)
        self._opcode = Opcode.TEXT
        self.generator = self._generator(keys or {})
        self._opcode = self._spoken()

    def values(self) -> SearchStrategy[Any]:
        """The values of right ones."""
        return self.generator.values()

    def units(self) -> SearchStrategy[Unit]:
        """Right ones."""
        return self.values().map(self.unit)

    def broken(self) -> SearchStrategy[BrokenUnit]:
        """Such as break one keyword of the schema, and are the event by name all the same."""
        found = broken(self.generator)
        if isinstance(found, Unservable):
            raise ContractError(str(found))
        return found.map(lambda one: BrokenUnit(self.unit(one.value), one))

    def has(self, pointer: Pointer) -> bool:
        """Whether the event's schema speaks of a scalar there."""
        if self._spec.schema is None:
            return True
        node = self.generator.node
        known = any(pointer[0] in option.facts.known() for option in node.live) if pointer else False
        part = node.demand[0].made(_at(pointer, _SCALAR))
        return known and self.generator.drawing.graph.node((*node.demand, part)).height < NONE

    def _generator(self, keys: Mapping[str, Any]) -> Generator:
        spec, library = self._spec, self._contract.library or _no_schemas()
        start = (
            root(library, spec.schema.uri) if spec.schema else Part({}, f"{self._key}", library.resolver(""))
        )
        parts = [start, *(start.made(one) for one in _conditions(self._contract, spec))]
        for name, value in keys.items():
            pointers = self._contract.keys[name].of(self._key)
            if not pointers:
                raise ContractError(f"{self._contract.file}: {self._key} has no place for the key {name}")
            parts.append(start.made({"anyOf": [_at(pointer, {"const": value}) for pointer in pointers]}))
        parts += [start.made(_at(pointer, _SCALAR)) for pointer in self._needed]
        shown = spec.schema.name if spec.schema else f"{self._contract.file}: {self._key}"
        made = generator_of(library, tuple(parts), spec.schema, shown, self._accepts)
        if isinstance(made, Unservable):
            raise ContractError(f"{spec.where or self._contract.file}: {self._key}: {made}")
        return made

    def _accepts(self, value: Any) -> bool:
        """Whether the contract calls it by this name, and its codec can say it."""
        unit = self.unit(value)
        try:
            event = self._classifier.classify(unit)
            sent = make(self._contract.codec.spec).encode([unit])
        except (ContractError, UnsayableError):
            return False
        return isinstance(event, Event) and event.key == self._key and bool(sent)

    def unit(self, value: Any) -> Unit:
        """A value as this event, for the codec."""
        named = self._contract.name_at is None and not self._spec.when
        return Unit(
            value, self._key.sender, self._opcode, name=self._key.name if named else _said(self._spec)
        )

    def _spoken(self) -> Opcode:
        """Text or binary, whichever the codec reads without a fault."""
        unit = self.unit(self.generator.known[0])
        for opcode in (Opcode.TEXT, Opcode.BINARY):
            read = self._read(replace(unit, opcode=opcode))
            if read is not None and read.fault is None and (unit.name is None or read.name == unit.name):
                return opcode
        raise ContractError(
            f"{self._spec.where or self._contract.file}: {self._key}: the codec "
            f"{self._contract.codec.name} doesn't read it as that event when it is said by itself"
        )

    def _read(self, unit: Unit) -> Unit | None:
        """What the codec makes of a unit that it has just said."""
        codec = make(self._contract.codec.spec)
        messages = [
            Message(session=1, sender=unit.sender, opcode=opcode, payload=payload, t=0)
            for opcode, payload in codec.encode([unit])
        ]
        found = make(self._contract.codec.spec).units(messages)
        return found[0] if len(found) == 1 else None


def _said(spec: EventSpec) -> str | None:
    """The codec's name that an event's conditions ask for."""
    for one in spec.when:
        if one.pointer is None and one.values:
            return str(one.values[0])
    return None


def _conditions(contract: Contract, spec: EventSpec) -> list[dict[str, Any]]:
    """What an event is told by, as schemas."""
    if spec.when:
        return [_condition(one, one.pointer) for one in spec.when if one.pointer is not None]
    if contract.name_at is not None:
        return [_at(contract.name_at, {"const": spec.key.name})]
    pointer = _OWN_NAMES.get(contract.codec.name)
    named = [] if pointer is None else [_at(pointer, {"const": spec.key.name})]
    if contract.codec.name == "json-rpc":
        if spec.key.name.endswith(("/result", "/error")) or spec.key.name in ("result", "error"):
            raise ContractError(f"{spec.where}: {spec.key}: an answer can't be said before what it answers")
        named.append(_at(("jsonrpc",), {"const": "2.0"}))
    return named


def _condition(one: Condition, pointer: Pointer) -> dict[str, Any]:
    if one.values is not None:
        return _at(pointer, {"enum": list(one.values)})
    there = _at(pointer, {})
    return there if one.present else {"not": there}


def _at(pointer: Pointer, schema: dict[str, Any]) -> dict[str, Any]:
    """A schema for what stands at a pointer, which must be there."""
    for step in reversed(pointer):
        member = {"type": "object", "required": [step], "properties": {step: schema}}
        if step.isascii() and step.isdigit() and len(step) < 3:
            first: list[Any] = [{} for _ in range(int(step))]
            item = {"type": "array", "minItems": int(step) + 1, "prefixItems": [*first, schema]}
            schema = {"anyOf": [item, member]}
        else:
            schema = member
    return schema


def _no_schemas() -> Library:
    def nothing(path: Any) -> Any:
        raise ContractError(f"{path}: not part of the contract")

    library = Library(nothing)
    library.seal()
    return library
