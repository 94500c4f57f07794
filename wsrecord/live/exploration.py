"""What a run of `fuzz` is to do, may cost, and came to."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wsrecord.cassette.model import Record
from wsrecord.errors import TargetError
from wsrecord.explore.failure import Failure
from wsrecord.explore.reached import Reached
from wsrecord.judge.shown import Shown
from wsrecord.live.target import TargetOptions

STOPPED_AT_FIRST = "one failure was enough"
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a run may cost; the first that is used up ends it."""

    sessions: int = 5_000
    messages: int = 50_000
    seconds: float = 60.0
    shrinking: float = 10.0  # seconds for one failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration:
    """What to try on what."""

    target: TargetOptions
    budget: Budget = field(default_factory=Budget)
    concurrency: int = 16
    first: bool = False  # the first failure is enough
    settled: float | None = None  # seconds without anything new, after which it is enough
    seed: int = 0
    votes: tuple[int, int] = (2, 3)  # so many of so many replays must fail
    health: str | None = None  # the path of a page
    save: Path | None = None  # a folder for what fails
    values: Mapping[str, str] = field(default_factory=dict)  # secrets, for the redactor
    recorded: Sequence[Sequence[Record]] = ()  # what cases are made of; a secret may stand in it, too


@dataclass(slots=True)
class Explored:
    """What came of it."""

    failures: list[Failure] = field(default_factory=list)
    saved: list[Path] = field(default_factory=list)
    more: Counter[str] = field(default_factory=Counter)  # by code: failures that were not looked into
    discarded: list[Failure] = field(default_factory=list)  # that could not be shown again
    hasty: list[Failure] = field(default_factory=list)  # that don't show where the same is said slowly
    untried: int = 0  # that were seen, and not tried again before the end
    unkept: int = 0  # that could not be written down
    why_unkept: str = ""  # the first of them
    trouble: TargetError | None = None  # why it went no further
    mended: int = 0  # cases of the database that fail no more
    cases: Counter[str] = field(default_factory=Counter)  # by phase
    turned_away: Counter[str] = field(default_factory=Counter)  # dialogues that were not let in, by why
    at_once: int | None = None  # so few at once in the end, for most were turned away
    refused: dict[str, int] = field(default_factory=dict)  # right events that were never taken: how often
    sessions: int = 0
    messages: int = 0
    seconds: float = 0.0
    shown: list[Shown] = field(default_factory=list)
    reached: Reached | None = None  # once there is a target
    stopped: str = ""  # why there are no more cases
