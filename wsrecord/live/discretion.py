"""What a run of `fuzz` keeps to itself: no secret of it stands in a finding, a kept case or the database.

What makes a finding is read from what was really said; what is told of it is read from the same records
without their secrets, as a cassette has them, and then looked through once more. A case is looked through for
values alone: what it says under `password` was made up, or is a placeholder.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias

from wsrecord.cassette.model import Message, Record
from wsrecord.cassette.redaction.redactor import Redactor
from wsrecord.explore.moves import Case, Move, Say, as_json, from_json
from wsrecord.judge.finding import Finding
from wsrecord.live.censor import Censor, StrictVault

CUT = "…"
_SHORTEST = 4  # characters of a secret that was cut, with which it is still told
StandIn: TypeAlias = Callable[[bytes, str], bytes]


class Discretion:
    """Knows the values of one run: those that were given, and those that servers gave."""

    def __init__(self, values: Callable[[], Mapping[str, str]], redactor: Callable[[], Redactor]) -> None:
        self._values = values
        self._redactor = redactor
        self._vault = StrictVault()

    def learn(self, heard: Iterable[Record]) -> None:
        """Know what was said; not what clients said in messages: they made it up, or were given it."""
        known = (one for one in heard if not (isinstance(one, Message) and one.sender == "client"))
        self._censor().learn(known)

    def recorded(self, heard: Iterable[Record]) -> None:
        """Know all that stands under telling names in a recording: cases are made of what it says."""
        self._censor().learn(heard)

    def finding(self, one: Finding) -> Finding:
        """The same, in all its texts."""
        return one.through(self.texts())

    def texts(self) -> Callable[[str], str]:
        """Takes secrets out of any text."""
        censor = self._censor()
        return lambda text: self._whole(censor.without(text))

    def case(self, case: Case, stand_in: StandIn) -> Case:
        """The same with placeholders for the values that are known: no name makes a secret here."""
        self._censor()  # a value may be new

        def move(one: Move) -> Move:
            data = one.data if isinstance(one, Say) else None
            clean = None if data is None else self._vault.out_of(data, stand_in)
            return one if clean == data or not isinstance(one, Say) else replace(one, data=clean)

        case = case.with_moves([move(one) for one in case.moves])
        said = json.dumps(as_json(case), ensure_ascii=False).encode("utf-8", "surrogatepass")
        clean = self._vault.out_of(said, stand_in)
        return case if clean == said else from_json(json.loads(clean.decode("utf-8", "surrogatepass")))

    def values(self, payload: bytes) -> bytes:
        """Bytes without the values that are known, to see whether there are any."""
        self._censor()
        return self._vault.out_of(payload, lambda *_: CUT.encode())

    def _censor(self) -> Censor:
        return Censor(self._redactor(), self._vault, self._values())

    def _whole(self, text: str) -> str:
        """Without what is left of a value where a text was cut."""
        if CUT not in text:
            return text
        known = [one for one in self._vault.spellings() if len(one) > _SHORTEST]
        parts = text.split(CUT)
        for at, part in enumerate(parts):
            low = part.lower()
            end = max((_end(low, one) for one in known), default=0) if at + 1 < len(parts) else 0
            start = max((_start(low, one) for one in known), default=0) if at else 0
            parts[at] = part[start : max(start, len(part) - end)]
        return CUT.join(parts)


def _end(text: str, value: str) -> int:
    """How many characters of a value's beginning a text ends with; 0: hardly any."""
    return next((size for size in range(len(value), _SHORTEST - 1, -1) if text.endswith(value[:size])), 0)


def _start(text: str, value: str) -> int:
    """How many characters of a value's end a text begins with; 0: hardly any."""
    return next((size for size in range(len(value), _SHORTEST - 1, -1) if text.startswith(value[-size:])), 0)
