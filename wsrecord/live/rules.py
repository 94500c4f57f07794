"""What all cases of a run share: the contract, the words, the ways in, and how long is waited."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from wsrecord.contract.model import Contract
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.live.customs import Customs
from wsrecord.live.door import Door
from wsrecord.live.outcome import Sung


@dataclass(frozen=True, slots=True)
class Waiting:
    """Seconds that a made-up client waits."""

    answer: float = 1.2
    quiet: float = 1.0  # of silence, with something still open
    hear: float = 0.7
    whole: float = 30.0  # for the whole case
    goodbye: float = 0.5  # to end what a case left open

    def times(self, factor: float) -> "Waiting":
        """Longer ones."""
        return replace(self, answer=self.answer * factor, quiet=self.quiet * factor, hear=self.hear * factor)

    def no_longer(self, answer: float | None) -> "Waiting":
        """The same, where answers come within so many seconds or not at all."""
        return self if answer is None else replace(self, answer=min(self.answer, answer))


@dataclass(slots=True)
class Rules:
    """What all cases of a run share."""

    contract: Contract
    words: Vocabulary
    refusals: frozenset[str]
    doors: Sequence[Door]
    refusable: frozenset[str] = frozenset()  # right events that a recorded server refused
    waiting: Waiting = field(default_factory=Waiting)
    pause: float = 0.0  # seconds before each move of a case
    sung: Sung = field(default_factory=Sung)
    customs: Customs | None = None  # None: each refusal of what nothing is in the way of counts
    limits: set[asyncio.Timeout] = field(default_factory=set)  # of the cases that are being acted out

    def hurry(self, within: float) -> None:
        """Have all cases end soon: something has come of them already."""
        for limit in self.limits:
            limit.reschedule(asyncio.get_running_loop().time() + within)
