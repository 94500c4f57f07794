"""What a judge is: it hears one contract's events as they come, and tells what it found.

A judge is made for one cassette under one contract. It remembers no unit, only what it needs of it, so
that a long cassette takes no more memory than a short one.
"""

from collections.abc import Iterable

from wsrecord.contract.model import Contract, EventKey
from wsrecord.judge.finding import Finding
from wsrecord.judge.heard import Heard
from wsrecord.judge.told import Hears, Told


class Judge:
    """One judge. `found` is what it has to tell when the cassette is over."""

    def __init__(self, contract: Contract, sessions: tuple[Told, ...]) -> None:
        self.contract = contract
        self.sessions = sessions  # all that the contract applies to, whose they are and how they ended
        self.found: list[Finding] = []

    def hears(self, key: EventKey) -> Iterable[Hears]:
        """What to call with each event of this kind; asked once."""
        return ()

    def odd(self, heard: Heard) -> None:
        """Hear a unit that no event is, or that has a fault by itself."""

    def end(self, told: Told) -> None:
        """This session is over, and every unit of it was heard."""

    def finish(self) -> None:
        """The cassette is over."""
