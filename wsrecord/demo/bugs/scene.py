"""Where the bugs of a server sit: a world for the server, a scene for each of its threads."""

import random
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ..drifts.drift import ENVELOPE
from ..events import Event, new_id
from .bug import Bug

if TYPE_CHECKING:
    from ..thread import Thread


class World:
    """One server's bugs, and what they remember of all its users."""

    def __init__(self, bugs: tuple[Bug, ...], threads: Callable[[], Iterable["Thread"]]) -> None:
        self.kept: dict[str, Any] = {}
        self.sick = False  # whether GET /health says so
        self.idle = not bugs
        self.threads = threads
        self.die: Callable[[], None] = lambda: None  # end the server as a crash would
        self._bugs = bugs

    def acts(self, hook: str) -> list[Callable[..., Any]]:
        """Return what sits at a hook."""
        return [bug.acts[hook] for bug in self._bugs if hook in bug.acts]

    def resumed(self, found: "Thread | None", token: str) -> "Thread | None":
        """Return the thread that a token resumes."""
        for act in self.acts("resume"):
            found = act(found, token, self)
        return found

    def lets_pass(self, after: int, last: int) -> bool:
        """Whether a number that no event has is taken for one."""
        return any(act(after, last, self) for act in self.acts("after"))

    def tells(self, thread: "Thread") -> bool:
        """Whether a session is told that another one takes its thread over."""
        return all(act(thread, self) for act in self.acts("take_over"))


class Scene:
    """One thread's."""

    def __init__(self, world: World, thread: "Thread") -> None:
        self.kept: dict[str, Any] = {}
        self.world = world
        self.thread = thread
        self.idle = world.idle
        self.sessions = 0  # how many have been opened on the thread
        self.since = 0  # the number of the last event before the latest was
        self.started: dict[str, Event] = {}  # the agent_started of each run
        self._rng = random.Random(thread.id)  # noqa: S311 - ids, not secrets

    @property
    def others(self) -> list["Thread"]:
        """The other users' threads."""
        return [thread for thread in self.world.threads() if thread.user_id != self.thread.user_id]

    def like(self, run_id: str, name: str, **fields: Any) -> Event:
        """Return an event that pretends to belong to a run."""
        envelope = {key: self.started[run_id][key] for key in ENVELOPE}
        return {**envelope, "type": name, "event_id": new_id(self._rng), **fields}

    def again(self, run_id: str, name: str, **fields: Any) -> None:
        """Let an event of a run out that has ended."""
        self.thread.let_out(self.like(run_id, name, **fields))

    def made(self, event: Event) -> list[Event]:
        """Return the events to let out in place of this one."""
        if self.idle:
            return [event]
        events: list[Event] = self.each("made", event)
        if event["type"] == "agent_started":
            self.started[event["run_id"]] = event
        return events

    def has(self, hook: str) -> bool:
        """Whether a bug sits at a hook."""
        return not self.idle and bool(self.world.acts(hook))

    def opened(self, last: int) -> None:
        """Note that a session begins."""
        self.sessions += 1
        self.since = last

    def through(self, hook: str, value: Any) -> Any:
        """Return what is left of a value behind a hook; None is nothing."""
        if self.idle:
            return value
        for act in self.world.acts(hook):
            if value is None:
                break
            value = act(value, self)
        return value

    def each(self, hook: str, value: Any) -> list[Any]:
        """Return what goes on in a value's place."""
        values = [value]
        if not self.idle:
            for act in self.world.acts(hook):
                values = [out for one in values for out in act(one, self)]
        return values

    def tell(self, hook: str, *what: Any) -> None:
        """Let the bugs at a hook know of something."""
        if not self.idle:
            for act in self.world.acts(hook):
                act(*what, self)
