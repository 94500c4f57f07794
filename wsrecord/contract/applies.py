"""Which contracts a session is for: by its path and by the subprotocol that the server chose."""

import re
from collections.abc import Iterable
from functools import lru_cache

from .model import Applies, Contract


def applying(contracts: Iterable[Contract], path: str, subprotocol: str | None) -> tuple[Contract, ...]:
    """The contracts that apply to a session. `path` may carry a query, which doesn't count."""
    return tuple(contract for contract in contracts if applies(contract.applies, path, subprotocol))


def applies(to: Applies, path: str, subprotocol: str | None) -> bool:
    """Whether a contract is for a session."""
    if to.subprotocols and subprotocol not in to.subprotocols:
        return False
    path = path.partition("?")[0]
    return not to.paths or any(_matcher(one).fullmatch(path) is not None for one in to.paths)


@lru_cache(maxsize=256)
def _matcher(pattern: str) -> re.Pattern[str]:
    """`*` is one segment or a part of one, `**` is any number of them; all else is itself."""
    words = {"**": ".*", "*": "[^/]*"}
    return re.compile("".join(words.get(part) or re.escape(part) for part in re.split(r"(\*\*|\*)", pattern)))
