"""Who moved: contract, recording and live session held against each other, two by two.

recorded, live = Faults(), Faults()      # filled from Schema.validate, event by event
blame(recorded, live, drift)             # for a drift
blame_fault(recorded, "pong", "/at")     # for a schema finding of the live session
"""

from collections.abc import Iterable
from typing import Literal, TypeAlias, get_args

from wsrecord.contract.explain import SchemaFault
from wsrecord.contract.pointer import parse

from .drift import Drift, Path
from .looks import is_free_key
from .node import ANY

Blame: TypeAlias = Literal[
    "the server changed (recording and contract agree)",
    "the contract is out of date (recording and live agree)",
    "the recording is out of date (contract and live agree)",
    "the contract allows both",
    "neither recording nor live agrees with the contract",
]
SERVER: Blame
CONTRACT: Blame
RECORDING: Blame
BOTH: Blame
NEITHER: Blame
SERVER, CONTRACT, RECORDING, BOTH, NEITHER = get_args(Blame)
_VERDICTS: dict[tuple[bool, bool, bool], Blame] = {
    # recording agrees with the contract, live does, recording and live differ
    (True, False, True): SERVER,
    (True, False, False): SERVER,
    (False, False, False): CONTRACT,
    (False, True, True): RECORDING,
    (False, True, False): RECORDING,
    (True, True, True): BOTH,
    (True, True, False): BOTH,
    (False, False, True): NEITHER,
}


class Faults:
    """Where the events of one side break the contract's schemas, by kind of event."""

    def __init__(self) -> None:
        self._places: dict[str, set[Path]] = {}
        self._heard: set[str] = set()

    def add(self, event: str, faults: Iterable[SchemaFault] = ()) -> None:
        """One event, and what is wrong with it."""
        self._heard.add(event)
        for fault in faults:
            self._places.setdefault(event, set()).add(folded(fault.pointer))

    def heard(self, event: str) -> bool:
        """Whether this event came at all."""
        return event in self._heard

    def agrees(self, event: str, path: Path) -> bool:
        """Whether no fault touches a place: stands in it, below it, or in what is around it."""
        return not any(_touch(place, path) for place in self._places.get(event, ()))

    def has(self, event: str, path: Path) -> bool:
        """Whether there is a fault in this very place."""
        return path in self._places.get(event, ())


def blame(recorded: Faults, live: Faults, drift: Drift) -> Blame | None:
    """Who moved, where a drift is about a place in an event; None where schemas can't tell."""
    if drift.event is None or drift.path is None:
        return None
    if not (recorded.heard(drift.event) and live.heard(drift.event)):
        return None
    paths = [drift.path] if drift.to is None else [drift.path, drift.to]
    before = all(recorded.agrees(drift.event, path) for path in paths)
    now = all(live.agrees(drift.event, path) for path in paths)
    return _VERDICTS[before, now, True]


def blame_fault(recorded: Faults, event: str, pointer: str) -> Blame | None:
    """Who moved, where the live session breaks the contract; None if the recording can't tell."""
    if not recorded.heard(event):
        return None
    path = folded(pointer)
    # The same place breaks it in the recording too: the server does what it always did.
    return CONTRACT if recorded.has(event, path) else SERVER


def second_hand(drift: Drift, live: Faults) -> bool:
    """Whether a schema finding of the live session says the same already."""
    if drift.event is None or drift.path is None:
        return False
    paths = [drift.path] if drift.to is None else [drift.path, drift.to]
    return any(not live.agrees(drift.event, path) for path in paths)


def folded(pointer: str) -> Path:
    """A pointer as profiles have it: any index, and any key that is an id, is `*`."""
    return tuple(ANY if is_free_key(step) else step for step in parse(pointer))


def _touch(place: Path, path: Path) -> bool:
    """Whether one of two places holds the other; the whole event holds nothing but itself."""
    if not place or not path:
        return place == path
    shorter = min(len(place), len(path))
    return place[:shorter] == path[:shorter]
