"""What a drift is, and the places in the server where one steps in.

Adding one is a function below its hook's decorator, in a file of this folder:

    @field("breaking", "WS101 WS803", of="tool_completed")
    def results_missing(event: Event, stage: Stage) -> None:
        \"\"\"tool_completed comes without results.\"\"\"
        del event["results"]

Its name is the function's, with dashes; its sentence the docstring. The codes are those of the findings
that it must lead to: first what a check of one recording sees, then (WS8xx) what only a comparison with a
recording of the undrifted server sees. A benign drift has none.

| hook    | when                                                | it returns                              |
| ------- | --------------------------------------------------- | --------------------------------------- |
| `plan`  | the agent has planned its tool calls                | the calls to make                       |
| `order` | an event is made, and has no number yet             | the events to let out in its place      |
| `field` | an event has its number                             | nothing: it changes the event           |
| `text`  | an event is encoded                                 | the text                                |
| `pause` | an event is about to be sent                        | seconds to wait                         |
| `send`  | an event is sent on a connection                    | the pieces that cross the wire          |
| `end`   | an event was sent on a connection                   | how the server leaves, or None          |
| `door`  | a client asks for an upgrade                        | how the server answers it               |
| `login` | a user has logged in                                | nothing: it changes the answer's body   |
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar

from ..events import Event
from ..tools import Call

# What stands at the head of every event; ../events.py has the meanings.
ENVELOPE = ("type", "event_id", "timestamp", "seq", "user_id", "thread_id", "run_id", "agent_name")

Grade = Literal["breaking", "warning", "benign"]


class Stage(Protocol):
    """What a drift may use: it lives as long as the thread that it happens on."""

    kept: dict[str, Any]

    @property
    def connected(self) -> bool:
        """Whether a client is there to hear."""

    def new(self, event: Event, **fields: Any) -> Event:
        """Return another event like this one, with an id of its own."""

    def id(self) -> str:
        """Return a new id."""

    def foreign(self, name: str) -> Event | None:
        """Return the last event of this name that another user was sent."""

    def slip(self, event: Event) -> None:
        """Let an event out to another user."""


@dataclass(frozen=True)
class Piece:
    """One frame: text or binary begins a message, `more` goes on with it."""

    kind: Literal["text", "binary", "more", "ping"]
    data: bytes
    fin: bool = True


@dataclass(frozen=True)
class Leave:
    """How the server ends a connection: with a close code, without one, or by a reset."""

    code: int | None = None
    reason: str = ""
    reset: bool = False


@dataclass(frozen=True)
class Door:
    """How an upgrade is answered."""

    stranger: int | None = 401  # the status for a client without a good token; None lets it in
    full: int | None = None  # the status for everybody else, if not 101
    resumes: bool = True  # False: a resume token is as good as none
    subprotocol: str | None = "agent.v1"
    compression: bool = True
    headers: tuple[tuple[str, str], ...] = ()


Plan = Callable[[list[Call], Stage], list[Call]]
Order = Callable[[Event, Stage], list[Event]]
Change = Callable[[Event, Stage], None]
Text = Callable[[bytes, Event, Stage], bytes]
Pause = Callable[[Event, Stage], float]
Send = Callable[[bytes, Event, Stage], list[Piece]]
End = Callable[[Event, Stage], Leave | None]
DoorChange = Callable[[Door], Door]
LogIn = Callable[[dict[str, Any]], None]

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Drift:
    """One named change of the server."""

    name: str
    grade: Grade
    codes: tuple[str, ...]
    change: str
    of: frozenset[str]  # the events that it is about; empty: all
    hook: str
    act: Callable[..., Any]

    @property
    def in_check(self) -> tuple[str, ...]:
        """The codes that need no recording to compare with."""
        return tuple(code for code in self.codes if not code.startswith("WS8"))


@dataclass(frozen=True)
class Chosen:
    """A drift that a server has, and how often it happens."""

    drift: Drift
    probability: float = 1.0


# Filled by the decorators below when the files of this folder are imported; see gallery.py.
REGISTERED: dict[str, Drift] = {}


class Hook(Generic[F]):
    """A place in the server; calling it gives the decorator that registers a drift there."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, grade: Grade, codes: str = "", *, of: str | Collection[str] = ()) -> Callable[[F], F]:
        """Register the function below; `of` names the events that it is about."""

        def register(function: F) -> F:
            name = function.__name__.strip("_").replace("_", "-")
            return self.add(name, grade, codes, function.__doc__ or "", function, of=of)

        return register

    def add(
        self,
        name: str,
        grade: Grade,
        codes: str,
        change: str,
        function: F,
        *,
        of: str | Collection[str] = (),
    ) -> F:
        """Register one of several that a function makes."""
        assert name not in REGISTERED, name
        events = frozenset(of.split()) if isinstance(of, str) else frozenset(of)
        REGISTERED[name] = Drift(name, grade, tuple(codes.split()), change, events, self.name, function)
        return function


plan: Hook[Plan] = Hook("plan")
order: Hook[Order] = Hook("order")
field: Hook[Change] = Hook("field")
text: Hook[Text] = Hook("text")
pause: Hook[Pause] = Hook("pause")
send: Hook[Send] = Hook("send")
end: Hook[End] = Hook("end")
door: Hook[DoorChange] = Hook("door")
login: Hook[LogIn] = Hook("login")
