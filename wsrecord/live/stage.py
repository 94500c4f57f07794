"""Where and how a dialogue is acted out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from wsrecord.errors import UsageError
from wsrecord.live.client import Patience
from wsrecord.live.credentials import Purse
from wsrecord.live.upstream import Routes


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast: by causes alone (`times` is None), or not before the recorded time has passed."""

    times: float | None = None

    def seconds(self, gap: int) -> float:
        """How long a recorded gap lasts."""
        return gap / 1e9 / self.times if self.times else 0.0


def parse_pace(text: str) -> Pace:
    """Read `causal`, `recorded` or `recorded*4`."""
    if text == "causal":
        return Pace()
    found = re.fullmatch(r"recorded(?:\s*\*\s*(\d{1,6}(?:\.\d{1,6})?))?", text)
    times = float(found[1] or 1) if found else 0.0
    if not times:
        raise UsageError(f"--pace {text!r}: write causal, recorded, or recorded*4 for four times as fast")
    return Pace(times)


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds that a step waits."""

    hard: float = 10.0  # for what it may not do without, at least
    soft: float = 1.0  # for the rest, at least
    times: float = 3.0  # the recorded gap, for either

    def hard_for(self, gap: int) -> float:
        """For a hard gate of a step with this gap."""
        return max(self.hard, self.times * gap / 1e9)

    def soft_for(self, gap: int) -> float:
        """For the soft gates of a step with this gap."""
        return max(self.soft, self.times * gap / 1e9)

    def quiet_for(self, gap: int) -> float:
        """How long nothing may come before the soft gates are given up."""
        return max(self.soft, gap / 1e9)


@dataclass(frozen=True, slots=True)
class Stage:
    """A target, and the rules for playing against it."""

    routes: Routes
    pace: Pace = field(default_factory=Pace)
    waits: Waits = field(default_factory=Waits)
    patience: Patience = field(default_factory=Patience)
    timeout: float = 300.0  # seconds for the whole
    purses: Mapping[int, Purse] = field(default_factory=dict)  # by recorded connection
    purse: Purse = field(default_factory=Purse)  # of all others

    def purse_of(self, connection: int) -> Purse:
        """What the user of a connection adds to its requests."""
        return self.purses.get(connection, self.purse)
