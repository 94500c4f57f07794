"""Replies that answer nothing: a wrong id in JSON-RPC, or an answer that came twice."""

from typing import Any

from wsrecord.contract.model import Contract
from wsrecord.judge.heard import Heard

_REPLIES = ("result", "error")  # what the codec calls a reply to no request that it saw
_SCALARS = (str, int, float)


def unasked(contract: Contract, heard: Heard) -> Any:
    """The id of a reply that answers nothing, None if this is none: a contract may name such a reply."""
    unit = heard.unit
    if heard.event is not None or unit.name not in _REPLIES or "json-rpc" not in str(contract.codec.spec):
        return None
    if heard.spot.name != unit.name or not isinstance(unit.value, dict):
        return None
    # A reply to what could not be read has the id null; one to a request that is not in the cassette any.
    lost = any(hole.blind and hole.sender != unit.sender for hole in heard.spot.told.holes)
    identity = unit.value.get("id")
    return identity if isinstance(identity, _SCALARS) and not lost else None
