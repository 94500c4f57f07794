"""A message that a made-up client sent, and what came of it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wsrecord.explore.moves import Say
from wsrecord.judge.fuzz import Answer


@dataclass(slots=True, eq=False)
class Said:
    """A message that went out."""

    move: Say
    number: int  # in the session
    t: int
    ids: tuple[Any, ...]
    due: bool
    welcome: bool
    repeated: bool = False  # its ids were used before
    keys: Mapping[str, Any] = field(default_factory=dict)  # by the contract's names
    marks: frozenset[str] = frozenset()  # texts where it says what it belongs to
    sent: float = field(default_factory=time.monotonic)
    answer: Answer = "none"
    sure: bool = True  # that it is its answer, and nobody else's
    by: str = ""
    answered_at: int | None = None  # the number of the message that did
    waited: float = 0.0
    took: float | None = None  # seconds until its answer
    hasty: bool = False  # said before what came before was answered, or before it was answered itself

    @property
    def pending(self) -> bool:
        """Whether nothing came of it yet."""
        return self.answer == "none"

    @property
    def open(self) -> bool:
        """Whether its answer may still come: there is none, or one that is only guessed."""
        return self.pending or not self.sure
