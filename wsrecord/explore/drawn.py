"""What Hypothesis draws of a contract's events: the whole of JSON Schema, beside values that are picked."""

from collections.abc import Iterator
from typing import Any

from wsrecord.contract.model import Contract, EventKey
from wsrecord.contract.pointer import rule_at
from wsrecord.errors import ContractError
from wsrecord.generate.events import Events
from wsrecord.generate.sampling import sampled

_VALUES, _BROKEN = 40, 60


class Drawn:
    """One event's; the same ones each time."""

    def __init__(self, contract: Contract, key: EventKey) -> None:
        self.why = ""  # nothing can be drawn
        self._events: Events | None = None
        try:
            self._events = Events(contract, key)
        except ContractError as error:
            self.why = str(error)

    @property
    def simplest(self) -> Any:
        """A small right value; None if there is none."""
        known = self._events.generator.known if self._events is not None else []
        return known[0] if known else None

    def values(self) -> list[Any]:
        """Right values."""
        return [] if self._events is None else sampled(self._events.values(), _VALUES)

    def broken(self) -> Iterator[tuple[str, Any]]:
        """Values that break one keyword, with the keyword and its place."""
        if self._events is None:
            return
        try:
            found = sampled(self._events.broken(), _BROKEN)
        except ContractError:  # a schema that nothing breaks
            return
        for one in found:
            yield rule_at(one.broken.keyword, one.broken.pointer), one.unit.value
