"""Which of a server's events say no, by their names."""

import re

from wsrecord.contract.model import Contract

_NO = re.compile(r"(^|[^a-z])(err|error|reject|refus|denied|deny|invalid|nack|fail)", re.IGNORECASE)


def server_events(contract: Contract) -> list[str]:
    """All that a server may say."""
    return [key.name for key in contract.events if key.sender == "server"]


def usual_refusals(contract: Contract) -> frozenset[str]:
    """Those that sound like it."""
    return frozenset(name for name in server_events(contract) if _NO.search(name))
