"""An end that somebody of ours writes to, and who can wait until it takes more."""

import asyncio

from wsrecord.live.end import End, Joint
from wsrecord.wire.frames import Direction


class Draining(End):
    """It tells when it takes bytes again."""

    __slots__ = ("drained",)

    def __init__(self, joint: Joint, sender: Direction) -> None:
        super().__init__(joint, sender)
        self.drained = asyncio.Event()
        self.drained.set()

    def pause_writing(self) -> None:
        """It does not read as fast as we write."""
        self.drained.clear()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It reads again."""
        self.drained.set()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody need wait for it any more."""
        self.drained.set()
        super().connection_lost(exc)
