"""Where a thread's events meet the drifts that its server has; without any, they pass as they are."""

import copy
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, Protocol

from ..events import Event, encode, new_id
from ..tools import Call
from .dice import Dice
from .drift import Chosen, Door, Leave, Piece


class Home(Protocol):
    """The thread that a stage belongs to."""

    id: str
    user_id: str
    listener: Any

    @property
    def last(self) -> dict[str, Event]:
        """The last event of each name that it let out."""

    def let_out(self, event: Event) -> None:
        """Number an event, encode it, send it."""


class Stage:
    """One thread's; what drifts remember of it is in `kept`."""

    def __init__(
        self, chosen: tuple[Chosen, ...], dice: Dice, home: Home, others: Callable[[], Iterable[Home]]
    ) -> None:
        self.kept: dict[str, Any] = {}
        self.idle = not chosen
        self._chosen = chosen
        self._dice = dice
        self._home = home
        self._others = others
        self._rng = dice.stream(home.id)

    # What drifts use.

    @property
    def connected(self) -> bool:
        """Whether a client is there to hear."""
        return self._home.listener is not None

    def new(self, event: Event, **fields: Any) -> Event:
        """Return another event like this one, with an id of its own."""
        return {**copy.deepcopy(event), "event_id": self.id(), **fields}

    def id(self) -> str:
        """Return a new id."""
        return new_id(self._rng)

    def foreign(self, name: str) -> Event | None:
        """Return the last event of this name that another user was sent."""
        return next((home.last[name] for home in self._strangers() if name in home.last), None)

    def slip(self, event: Event) -> None:
        """Let an event out to another user."""
        home = next((home for home in self._strangers() if home.listener is not None), None)
        if home is not None:
            home.let_out(copy.deepcopy(event))

    def _strangers(self) -> Iterator[Home]:
        return (home for home in self._others() if home.user_id != self._home.user_id)

    # What the server uses.

    def plan(self, calls: list[Call], run_id: str) -> list[Call]:
        """Return the tool calls that a run makes."""
        for one in self._chosen:
            if one.drift.hook == "plan" and self._dice.happens(one, run_id):
                calls = one.drift.act(calls, self)
        return calls

    def order(self, event: Event) -> list[Event]:
        """Return the events to let out in place of this one."""
        events = [event]
        for one in self._chosen:
            if one.drift.hook == "order":
                events = [
                    out
                    for each in events
                    for out in (one.drift.act(each, self) if self._is_due(one, each) else [each])
                ]
        return events

    def encoded(self, event: Event) -> bytes:
        """Return the text of an event."""
        if self.idle:
            return encode(event)
        changed = copy.deepcopy(event)
        for act in self._due("field", event):
            with suppress(KeyError, TypeError, AttributeError):
                act(changed, self)  # of several drifts one may find nothing left to change
        data = encode(changed)
        for act in self._due("text", event):
            with suppress(ValueError):
                data = act(data, changed, self)
        return data

    def pause(self, event: Event) -> float:
        """Return how long to wait before an event is sent."""
        return sum((float(act(event, self)) for act in self._due("pause", event)), 0.0)

    def pieces(self, data: bytes, event: Event) -> list[Piece]:
        """Return what crosses the wire for an event."""
        for act in self._due("send", event):
            pieces: list[Piece] = act(data, event, self)
            return pieces
        return [Piece("text", data)]

    def end(self, event: Event) -> Leave | None:
        """Return how the server leaves after an event, if it does."""
        ways: Iterator[Leave | None] = (act(event, self) for act in self._due("end", event))
        return next((way for way in ways if way is not None), None)

    def _due(self, hook: str, event: Event) -> Iterator[Callable[..., Any]]:
        return (one.drift.act for one in self._chosen if one.drift.hook == hook and self._is_due(one, event))

    def _is_due(self, one: Chosen, event: Event) -> bool:
        if one.drift.of and event["type"] not in one.drift.of:
            return False
        return self._dice.happens(one, event["run_id"] or self._home.id)


def door(chosen: tuple[Chosen, ...], dice: Dice, connection: int) -> Door:
    """Return how a connection's upgrade is answered."""
    answer = Door()
    for one in chosen:
        if one.drift.hook == "door" and dice.happens(one, f"connection {connection}"):
            answer = one.drift.act(answer)
    return answer


def logged_in(chosen: tuple[Chosen, ...], dice: Dice, number: int, body: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a log-in's answer."""
    for one in chosen:
        if one.drift.hook == "login" and dice.happens(one, f"login {number}"):
            one.drift.act(body)
    return body
