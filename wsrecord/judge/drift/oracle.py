"""What a contract says of a place, as far as drift wants to know: may it differ?"""

from typing import Any, Protocol

from wsrecord.contract.model import Contract, EventKey
from wsrecord.contract.reach import reach
from wsrecord.contract.schemas import Schema
from wsrecord.wire.frames import Direction

from .drift import Path
from .node import ANY

_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}


class Oracle(Protocol):
    """A contract's opinion. None: it has none."""

    def orders(self, event: str) -> bool:
        """Whether a flow says when it must come."""
        ...

    def allowed(self, event: str, path: Path) -> bool | None:
        """Whether a place may be there and may be absent."""
        ...

    def admits(self, event: str, path: Path, value: Any) -> bool | None:
        """Whether this may stand there."""
        ...


class ContractOracle:
    """A loaded contract's schemas and flows."""

    def __init__(self, contract: Contract, side: Direction = "server") -> None:
        self._contract = contract
        self._side = side
        self._ordered = {
            event.name
            for event in contract.events
            if event.sender == side and contract.flows.readers(event.name, side)
        }

    def orders(self, event: str) -> bool:
        """Whether a flow says when it must come."""
        return event in self._ordered

    def allowed(self, event: str, path: Path) -> bool | None:
        """Whether a place is declared and not required."""
        schema = self._schema(event)
        if schema is None or not path:
            return None
        found, _ = reach(schema, _concrete(path))
        if found != "declared":
            return None if found == "open" else False
        _, around = reach(schema, _concrete(path[:-1]))
        required = any(isinstance(one, dict) and path[-1] in one.get("required", ()) for one in around)
        return not required

    def admits(self, event: str, path: Path, value: Any) -> bool | None:
        """Whether the schemas of a place say this value, or at least its type."""
        schema = self._schema(event)
        if schema is None:
            return None
        found, parts = reach(schema, _concrete(path))
        if found != "declared":
            return None if found == "open" else False
        verdicts = [verdict for part in parts if (verdict := _admits(part, value)) is not None]
        return any(verdicts) if verdicts else None

    def _schema(self, event: str) -> Schema | None:
        spec = self._contract.events.get(EventKey(self._side, event))
        return spec.schema if spec else None


def _admits(part: Any, value: Any) -> bool | None:
    if not isinstance(part, dict):
        return None
    if "const" in part:
        return bool(part["const"] == value)
    if "enum" in part:
        return value in part["enum"]
    if "type" in part:
        types = part["type"] if isinstance(part["type"], list) else [part["type"]]
        mine = _TYPES.get(type(value), "number")
        whole = mine == "number" and isinstance(value, int | float) and float(value).is_integer()
        return mine in types or (whole and "integer" in types)
    return None


def _concrete(path: Path) -> Path:
    """Any item stands for all."""
    return tuple("0" if step == ANY else step for step in path)
