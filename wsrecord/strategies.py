"""A contract's events and dialogues as Hypothesis strategies, for tests of one's own.

    from hypothesis import given
    from wsrecord.strategies import events, invalid_events

    @given(events("schemas", "start_agent"))
    def test_what_my_handler_makes_of_it(value): ...

What can't be generated is a ContractError that names the file and the place, when the strategy is made.
"""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

from hypothesis.strategies import SearchStrategy

from wsrecord.codec.unit import Unit
from wsrecord.contract.load import load
from wsrecord.contract.model import Contract, EventKey
from wsrecord.errors import UsageError, did_you_mean
from wsrecord.generate.broken import Broken
from wsrecord.generate.dialogues import ClientDialogue, Dialogues, Slot, Turn, filled
from wsrecord.generate.events import Events

__all__ = [
    "AnyContract",
    "Broken",
    "ClientDialogue",
    "Slot",
    "Turn",
    "dialogues",
    "events",
    "filled",
    "invalid_events",
    "units",
]

AnyContract: TypeAlias = Contract | str | PathLike[str]


def events(contract: AnyContract, name: str, *, keys: Mapping[str, Any] | None = None) -> SearchStrategy[Any]:
    """Values of an event, each right by its schema. `keys`: what stands at the contract's keys."""
    return _events(contract, name, keys).values()


def units(contract: AnyContract, name: str, *, keys: Mapping[str, Any] | None = None) -> SearchStrategy[Unit]:
    """The same as units, ready for the contract's codec."""
    return _events(contract, name, keys).units()


def invalid_events(contract: AnyContract, name: str) -> SearchStrategy[Broken]:
    """Values of an event that break one keyword of its schema at one place, and say which."""
    return _events(contract, name, None).broken().map(lambda one: one.broken)


def dialogues(contract: AnyContract, *, most: int = 8) -> SearchStrategy[ClientDialogue]:
    """What a client may say in a session, as the flows allow, in up to so many turns."""
    return Dialogues(_loaded(contract)).strategy(most)


def _loaded(contract: AnyContract) -> Contract:
    return contract if isinstance(contract, Contract) else load(Path(contract))


def _events(contract: AnyContract, name: str, keys: Mapping[str, Any] | None) -> Events:
    loaded = _loaded(contract)
    for key in keys or ():
        if key not in loaded.keys:
            raise UsageError(f"{loaded.file}: there is no key {key}{did_you_mean(key, loaded.keys)}")
    return Events(loaded, _named(loaded, name), keys)


def _named(contract: Contract, name: str) -> EventKey:
    """The event of a name; the client's, where both sides have one. `server:x` is the server's."""
    for key in (EventKey("client", name), EventKey("server", name)):
        if key in contract.events:
            return key
    for key in contract.events:
        if str(key) == name:
            return key
    known = [key.name for key in contract.events]
    raise UsageError(f"{contract.file}: there is no event {name}{did_you_mean(name, known)}")
