"""Whether a drift with a probability happens: drawn once for each run, and the same on every look.

What belongs to no run (the greeting, a pong, the end of a connection that is no run's) is drawn once for each
thread, a handshake once for each connection.
"""

import random

from .drift import Chosen


class Dice:
    """One server's. Nothing is remembered: the same scope always gives the same answer."""

    def __init__(self, rng: random.Random) -> None:
        self._salt = f"{rng.getrandbits(64):x}"

    def happens(self, chosen: Chosen, scope: str) -> bool:
        """Return whether a drift happens in a scope."""
        if chosen.probability >= 1:
            return True
        return self.stream(f"{chosen.drift.name}:{scope}").random() < chosen.probability

    def stream(self, name: str) -> random.Random:
        """Return a source of chance of its own."""
        return random.Random(f"{self._salt}:{name}")  # noqa: S311 - whims, not secrets
