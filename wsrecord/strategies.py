"""A contract's events and dialogues as Hypothesis strategies, and a machine of them, for tests of one's own.

    from hypothesis import given
    from wsrecord.strategies import events, invalid_events

    @given(events("schemas", "start_agent"))
    def test_what_my_handler_makes_of_it(value): ...

`ContractMachine` says such things to a real server, as a state machine that a test subclasses.

What can't be generated is a ContractError that names the file and the place, when the strategy is made.
"""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis.strategies import SearchStrategy

from wsrecord.codec.unit import Unit
from wsrecord.contract.load import load
from wsrecord.contract.model import Contract, EventKey
from wsrecord.errors import UsageError, did_you_mean
from wsrecord.generate.broken import Broken
from wsrecord.generate.dialogues import ClientDialogue, Dialogues, Slot, Turn, filled
from wsrecord.generate.events import Events

if TYPE_CHECKING:
    from wsrecord.live.machine.entrance import Entrance
    from wsrecord.live.machine.machine import ContractMachine

__all__ = [
    "AnyContract",
    "Broken",
    "ClientDialogue",
    "ContractMachine",
    "Entrance",
    "Slot",
    "Turn",
    "dialogues",
    "events",
    "filled",
    "invalid_events",
    "units",
]

AnyContract: TypeAlias = Contract | str | PathLike[str]


def __getattr__(name: str) -> Any:
    """Import what needs sockets when it is asked for."""
    if name == "ContractMachine":
        from wsrecord.live.machine.machine import ContractMachine  # noqa: PLC0415

        return ContractMachine
    if name == "Entrance":
        from wsrecord.live.machine.entrance import Entrance  # noqa: PLC0415

        return Entrance
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


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
