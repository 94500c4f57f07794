"""How a session is read: its codec, and what its units are called.

By the contract that applies; without one by what the traffic looks like.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wsrecord.cassette.recording import Session
from wsrecord.codec.guess import guess
from wsrecord.codec.registry import Spec
from wsrecord.codec.unit import Unit
from wsrecord.contract.applies import applies
from wsrecord.contract.classify import Classifier, Event
from wsrecord.contract.model import Contract
from wsrecord.contract.pointer import ABSENT, Pointer, at, parse
from wsrecord.errors import ContractError


@dataclass(frozen=True, slots=True)
class Reading:
    """How one session is read: its codec, and what its units are called."""

    codec: Spec
    subprotocol: str | None
    contract: Contract | None = None
    classifier: Classifier | None = None
    name_at: Pointer | None = None  # without a contract: where names seem to stand

    def kind(self, unit: Unit) -> tuple[str, Mapping[str, Any]]:
        """What a unit is called, and the contract's keys in it."""
        if self.classifier is not None:
            try:
                found = self.classifier.classify(unit)
            except ContractError:  # two events at once: `check` tells
                return self.classifier.name(unit) or shape(unit), {}
            name = found.name if isinstance(found, Event) else found.name or shape(unit)
            return name, found.keys if isinstance(found, Event) else {}
        if unit.name is not None:
            return unit.name, {}
        said = at(unit.value, self.name_at) if self.name_at is not None and unit.readable else ABSENT
        if isinstance(said, str) or type(said) is int:
            return str(said), {}
        return shape(unit), {}

    @property
    def rpc(self) -> bool:
        """Whether its protocol is JSON-RPC: replies carry the ids of requests, on both sides."""
        return self.codec == "json-rpc" or (isinstance(self.codec, Mapping) and "json-rpc" in self.codec)


def read_as(sessions: Sequence[Session], contracts: Sequence[Contract] = ()) -> dict[int, Reading]:
    """How each session is read: by the contract that applies, else by what its traffic looks like."""
    classifiers = {contract.name: Classifier(contract) for contract in contracts}
    found: dict[int, Reading] = {}
    unknown: dict[tuple[str, str | None], list[Session]] = {}
    for session in sessions:
        mine = (one for one in contracts if applies(one.applies, session.path, session.subprotocol))
        contract = next(mine, None)
        if contract is None:
            alike = session.path.partition("?")[0], session.subprotocol
            unknown.setdefault(alike, []).append(session)
        else:
            spec, chosen = contract.codec.spec, session.subprotocol
            found[session.number] = Reading(spec, chosen, contract, classifiers[contract.name])
    for group in unknown.values():
        best = next(iter(guess(group)), None)
        name_at = parse(best.name) if best is not None and best.name is not None else None
        for session in group:
            spec = best.codec if best is not None else "raw"
            found[session.number] = Reading(spec, session.subprotocol, name_at=name_at)
    return found


def shape(unit: Unit) -> str:
    """What a unit without a name is known by: the names in it, or the kind of value it is."""
    if isinstance(unit.value, dict):
        return "{" + ", ".join(sorted(map(str, unit.value))[:12]) + "}"
    kinds = {"list": "an array", "str": "a text", "bytes": "bytes"}
    return kinds.get(type(unit.value).__name__, "a value")
