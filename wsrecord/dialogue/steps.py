"""A dialogue as values: the client's steps over all sessions and exchanges, and what each of them waits for.

    Ask      a plain HTTP request                        Close    a close message
    Connect  an upgrade                                  Cut      the connection ended without one
    Say      text or binary messages                     Leave    nothing more is said: await the recorded end
    Control  a ping or pong that nobody asked for

What was said in the recording, by either side, is numbered in one row: `Dialogue.occurrences`. Gates and
links name places in it by those numbers. Times are nanoseconds on the cassette's clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from wsrecord.cassette.model import Message, Opcode, Request, Response
from wsrecord.codec.registry import Spec
from wsrecord.codec.unit import Unit
from wsrecord.wire.frames import Direction

from .insides import Path
from .reading import Reading

Why: TypeAlias = Literal[
    "link",  # a value that the step carries must be known
    "answer",  # the message before must be answered
    "end",  # the flow that the step follows must have ended
    "turn",  # the flow that the step belongs to must allow it
    "kind",  # a kind of event that came since the client's last message
    "order",  # a step of another session or exchange that came before
    "reply",  # an HTTP answer that was there before
]
Origin: TypeAlias = Literal["server", "client", "secret"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One thing that was said: a unit of a session, an upgrade or its answer, a request or its answer."""

    number: int  # its place in `Dialogue.occurrences`
    t: int
    sender: Direction
    kind: str  # the event's name; `POST /login`, `answer to POST /login`, `upgrade`, `handshake`
    value: Any  # a unit's value; of heads `{path | status, headers, body}`
    session: int | None = None
    exchange: tuple[int, int] | None = None  # connection and number, of a request or its answer
    unit: Unit | None = None
    keys: Mapping[str, Any] = field(default_factory=dict)  # by the contract's names

    @property
    def is_unit(self) -> bool:
        """Whether it is something said within a session."""
        return self.unit is not None

    @property
    def where(self) -> str:
        """For people: in which session and message, or in which exchange."""
        if self.unit is not None:
            number = self.unit.numbers[0] if self.unit.numbers else "?"
            return f"session {self.session}, message {number}"
        if self.session is not None:
            return f"session {self.session}, handshake"
        return "exchange {1} of connection {0}".format(*self.exchange) if self.exchange else "nowhere"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in something that was said."""

    occurrence: int
    path: Path


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that a replay must say in its own words: given by the server, made by the client, or secret."""

    number: int  # its place in `Dialogue.variables`
    value: str | int | float  # as recorded; a placeholder, where it was redacted
    origin: Origin
    name: str  # for people, and what a secret is asked for by
    sources: tuple[Place, ...]  # where the server gave it; where the client said it first, if it made it
    uses: tuple[Place, ...]  # where the client says it
    echoes: tuple[Place, ...] = ()  # where the server says it after the client made it
    why: str = "value"  # what tells that it is no chance: value, key, rpc, cookie, rest, pin, or `chance`
    scope: str = ""  # within what it means the same: a short value means nothing beyond its key or protocol


@dataclass(frozen=True, slots=True)
class Gate:
    """What a step waits for. A soft one is given up after a while; a hard one ends in a finding."""

    hard: bool
    why: Why
    text: str  # what it waits for, in words: `run_id from agent_started (session 1)`
    source: int | None = None  # the recorded occurrence that let the client go on
    session: int | None = None  # where it is awaited
    kinds: tuple[str, ...] = ()  # kind, answer, reply: one of these must come; turn: what must be allowed
    variable: int | None = None  # link: the variable that must be known
    same: tuple[tuple[int, Path], ...] = ()  # kind: variables whose values it must say, and where
    flow: str | None = None  # end, turn: of which flow
    key: tuple[Any, ...] = ()  # end, turn: of which instance, by its recorded key
    nth: int = 1  # end: for which time, where an instance may begin again
    amid: bool = False  # end: in an instance that went on; once that is over, nobody waits for one more
    step: int | None = None  # order: the step that must have been taken
    since: int = -1  # kind, answer: the step since which it must have come; -1: since the beginning
    own: tuple[int, ...] = ()  # kind: recorded occurrences that say an id of that step's: its first answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What the client does next."""

    number: int  # its place in `Dialogue.steps`
    at: int  # when it was done, as recorded
    gap: int  # since the step before it on its connection (a timer's: since the one before it in its row)
    gates: tuple[Gate, ...] = ()
    timer: bool = False  # one of a row at regular spacing: it keeps its `gap`, whatever the server says
    occurrences: tuple[int, ...] = ()  # what it says

    @property
    def hard(self) -> tuple[Gate, ...]:
        """Those that it may not do without."""
        return tuple(gate for gate in self.gates if gate.hard)

    @property
    def soft(self) -> tuple[Gate, ...]:
        """Those that are given up after a while."""
        return tuple(gate for gate in self.gates if not gate.hard)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Step):
    """A plain HTTP exchange, on a connection that may carry several, one after another."""

    connection: int
    exchange: int
    request: Request
    response: Response | None  # as recorded; None: it never came


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect(Step):
    """An upgrade to WebSocket; a refused one is the session's only step."""

    session: int
    connection: int
    request: Request
    response: Response | None
    away: int = 0  # how long the client had left the session that it comes back to


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Step):
    """Text or binary: the messages as recorded, and the units in them."""

    session: int
    messages: tuple[Message, ...]
    numbers: tuple[int, ...]  # of the messages, counted from 1 in the session
    units: tuple[Unit, ...]  # none where the codec finds nothing in them: they are sent as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Control(Step):
    """A ping, or a pong that answers none."""

    session: int
    opcode: Opcode
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Step):
    """The client closes; `payload` is the close message's, code and reason."""

    session: int
    code: int | None
    reason: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Step):
    """The client's end of the connection ends without a close message."""

    session: int
    how: Literal["fin", "reset"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Step):
    """The client says no more: what came after is awaited, then the end that the recording shows."""

    session: int
    by: Literal["server", "recorder"]  # who ended it; after the recorder's end the client may just go
    code: int | None = None  # of the server's close message
    closed: bool = False  # there was one


AnyStep: TypeAlias = Ask | Connect | Say | Control | Close | Cut | Leave


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dialogue:
    """All that the client of a cassette did, in recorded order, and what it needs to do it again."""

    cassette: str
    steps: tuple[AnyStep, ...]
    occurrences: tuple[Occurrence, ...]
    variables: tuple[Variable, ...]
    readings: Mapping[int, Reading]  # by session: its codec, and how its units are named

    @property
    def sessions(self) -> tuple[int, ...]:
        """The numbers of its sessions, in the order in which they begin."""
        return tuple(step.session for step in self.steps if isinstance(step, Connect))

    @property
    def codecs(self) -> Mapping[int, Spec]:
        """By session, as `wsrecord.codec.registry.make` takes it."""
        return {number: reading.codec for number, reading in self.readings.items()}

    @property
    def subprotocols(self) -> Mapping[int, str | None]:
        """By session, as the server chose when it was recorded."""
        return {number: reading.subprotocol for number, reading in self.readings.items()}

    @property
    def secrets(self) -> tuple[Variable, ...]:
        """What must be given from outside, before connecting."""
        return tuple(one for one in self.variables if one.origin == "secret")

    @property
    def made(self) -> tuple[Variable, ...]:
        """What the client made up."""
        return tuple(one for one in self.variables if one.origin == "client")

    def of(self, session: int) -> tuple[AnyStep, ...]:
        """The steps of one session."""
        return tuple(step for step in self.steps if getattr(step, "session", None) == session)
