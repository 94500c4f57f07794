"""Which of a server's events say no, by their names."""

import re
from collections.abc import Collection, Iterable

from wsrecord.contract.model import Contract
from wsrecord.dialogue.steps import Dialogue

_NO = re.compile(r"(^|[^a-z])(err|error|reject|refus|denied|deny|invalid|nack|fail)", re.IGNORECASE)


def server_events(contract: Contract) -> list[str]:
    """All that a server may say."""
    return [key.name for key in contract.events if key.sender == "server"]


def usual_refusals(contract: Contract) -> frozenset[str]:
    """Those that sound like it."""
    return frozenset(name for name in server_events(contract) if _NO.search(name))


def refused_in(dialogues: Iterable[Dialogue], refusals: Collection[str]) -> frozenset[str]:
    """The client's events that a recorded server refused: there may be a reason that no schema tells."""
    found: set[str] = set()
    for dialogue in dialogues:
        last: dict[int | None, str] = {}  # by session, what the client said last
        for one in dialogue.occurrences:
            if one.is_unit and one.sender == "client":
                last[one.session] = one.kind
            elif one.is_unit and one.kind in refusals and one.session in last:
                found.add(last[one.session])
    return frozenset(found)
