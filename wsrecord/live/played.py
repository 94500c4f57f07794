"""What came of acting out a dialogue: the live recording, what was waited for in vain, what was not said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wsrecord.cassette.recording import Recording
from wsrecord.live.reel import Reel
from wsrecord.live.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Stall:
    """Something that a step waited for, and that did not come in time."""

    step: int  # of the dialogue
    text: str  # what was awaited
    waited: float  # seconds
    why: str  # the gate's kind; `handshake`, `answer`, `close` for what every client waits for
    session: int | None = None  # as recorded: where it was awaited
    ended: bool = False  # it could not come any more: the session, or the step before it, was over
    t: int = 0  # on the live recording's clock


@dataclass(frozen=True, slots=True)
class Unsent:
    """A step that was not taken."""

    step: int
    why: str
    session: int | None = None  # as recorded


@dataclass(frozen=True, slots=True)
class Played:
    """One replay, in the recording's numbers; `sessions` and `exchanges` lead to those of the live one."""

    recording: Recording
    reel: Reel = field(repr=False)  # the same as records: to be saved as a cassette
    taken: tuple[int, ...]  # the steps, in the order in which they were taken
    stalls: tuple[Stall, ...] = ()
    unsent: tuple[Unsent, ...] = ()
    given_up: tuple[Stall, ...] = ()  # soft gates: no fault by themselves
    spared: tuple[int, ...] = ()  # steps that come by the clock, and whose time had not come at the end
    troubles: tuple[Trouble, ...] = ()
    sessions: Mapping[int, int] = field(default_factory=dict)
    exchanges: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    denied: frozenset[int] = frozenset()  # recorded connections that were answered 401, and were not before
    bound: Mapping[Any, Any] = field(default_factory=dict)  # what was recorded -> what stood for it live
    timed_out: float | None = None  # the whole took this many seconds, and was ended

    @property
    def unreachable(self) -> Trouble | None:
        """Why there was no server to talk to, if nothing at all could be said."""
        told = [trouble for trouble in self.troubles if trouble.unreachable]
        return told[0] if told and not self.sessions and not self.exchanges else None
