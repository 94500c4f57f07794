"""Record live WebSocket sessions, state their contract, and verify the real server against it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wsrecord.cassette.recording import Recording, load
    from wsrecord.cassette.store import open_cassette
    from wsrecord.errors import CassetteError, ContractError, TargetError, UsageError, WsrecordError

__version__ = "0.1.0"

_HOME = {
    "CassetteError": "wsrecord.errors",
    "ContractError": "wsrecord.errors",
    "Recording": "wsrecord.cassette.recording",
    "TargetError": "wsrecord.errors",
    "UsageError": "wsrecord.errors",
    "WsrecordError": "wsrecord.errors",
    "load": "wsrecord.cassette.recording",
    "open_cassette": "wsrecord.cassette.store",
}

__all__ = [
    "CassetteError",
    "ContractError",
    "Recording",
    "TargetError",
    "UsageError",
    "WsrecordError",
    "load",
    "open_cassette",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is."""
    if name not in _HOME:
        raise AttributeError(f"module 'wsrecord' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
