"""How a machine's client comes in: where to, with which headers; and the door that this is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from ssl import SSLContext
from typing import Any

from wsrecord.errors import UsageError
from wsrecord.live.client import Patience
from wsrecord.live.credentials import Purse
from wsrecord.live.door import Door, Way
from wsrecord.live.tls import target_context
from wsrecord.live.upstream import parse_target


@dataclass(frozen=True, slots=True)
class Entrance:
    """One session's: what `ContractMachine.connect` returns."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    subprotocol: str | None = None  # None: the contract's, if it has one
    ca: str | Path | None = None  # certificates to trust
    insecure: bool = False


def door(entrance: Entrance, subprotocol: str | None) -> Door:
    """The way in; UsageError where it can't be one."""
    headers: Mapping[str, Any] = entrance.headers
    for name, value in headers.items():
        if not isinstance(value, str) or any(sign in value for sign in "\r\n\0"):
            raise UsageError(f"the header {name}: give it a text without line breaks")
    secure = entrance.url.partition("://")[0] in ("wss", "https")
    ca = Path(entrance.ca) if entrance.ca is not None else None
    tls = _context(ca, entrance.insecure) if secure else None
    purse = Purse(given_headers=tuple(entrance.headers.items()))
    way = Way(subprotocol=entrance.subprotocol or subprotocol, purse=purse)
    return Door(way, parse_target(entrance.url, tls), Patience(close=2.0))


@lru_cache(maxsize=8)
def _context(ca: Path | None, insecure: bool) -> SSLContext:
    return target_context(ca, insecure=insecure)
