"""What a made-up client does: moves as values, and a case of them. A case can be written down and read again.

    Connect   open a session of a user's (the first move on a session does so by itself), or come back to one
    Say       a text or binary message: a value with holes, or bytes as they are
    Raw       bytes on the wire that no client may send
    Probe     a ping frame
    Hear      wait for an event, or for a moment
    Stall     stop reading, for a while
    Close, Cut, HalfClose     ends

A value's holes are maps of one key: `{"$new": 1}` is an id that the client makes up, the same wherever its
number stands in the case, and another one each time that it is played. `{"$given": [EVENT, POINTER]}` is what
the server last said there; a third element names another session.
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, asdict, dataclass, field, replace
from typing import Any, Literal, TypeAlias

NEW, GIVEN, CANARY = "$new", "$given", "$canary"
Then: TypeAlias = Literal["now", "answer", "quiet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Open a session; `user` counts the ways in that there are.

    `back`: come back to that session, with what the server gave there, as a recording shows it.
    """

    on: int = 0
    user: int = 0
    back: int | None = None
    query: Mapping[str, str | None] = field(default_factory=dict)  # said otherwise; None: left out
    narrow: bool = False  # the system holds 4 KB of what comes, and no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A message of the protocol's, or one that is none."""

    on: int = 0
    event: str | None = None  # what it is, as far as it is anything
    value: Any = None
    data: bytes | None = None  # these bytes, in the place of a value
    binary: bool = False
    breaks: str | None = None  # the one rule that it breaks; None: it is right
    cuts: tuple[int, ...] = ()  # sizes of all its frames but the last
    ping_at: int | None = None  # a ping goes out behind so many frames of it
    slow: bool = False  # its bytes go out a few at a time
    then: Then = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Bytes that break RFC 6455: the server must fail the connection."""

    on: int = 0
    data: bytes
    breaks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A ping frame; its pong must say the same."""

    on: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hear:
    """Wait for the next event of a name."""

    on: int = 0
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """Read nothing until all moves are made, and a moment longer."""

    on: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """A close message, and the end of the connection."""

    on: int = 0
    code: int | None = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The connection is reset."""

    on: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfClose:
    """The client says that nothing more comes, without a close message."""

    on: int = 0


Move: TypeAlias = Connect | Say | Raw | Probe | Hear | Stall | Close | Cut | HalfClose
_KINDS: Mapping[str, type[Any]] = {
    "connect": Connect,
    "say": Say,
    "raw": Raw,
    "probe": Probe,
    "hear": Hear,
    "stall": Stall,
    "close": Close,
    "cut": Cut,
    "half-close": HalfClose,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
MESSAGES = (Say, Raw, Probe)


@dataclass(frozen=True, slots=True)
class Case:
    """One made-up dialogue."""

    moves: tuple[Move, ...]
    phase: str = "valid"

    @property
    def messages(self) -> int:
        """How many messages the client sends."""
        return sum(isinstance(move, MESSAGES) for move in self.moves)

    def with_moves(self, moves: Sequence[Move]) -> "Case":
        """The same with other moves."""
        return replace(self, moves=tuple(moves))


def as_json(case: Case) -> dict[str, Any]:
    """A case as plain values."""
    return {"phase": case.phase, "moves": [_move_as_json(move) for move in case.moves]}


def from_json(said: Any) -> Case:
    """Read it again; ValueError says that it is none."""
    try:
        return Case(tuple(map(_move_from_json, said["moves"])), str(said["phase"]))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"no case of moves: {error}") from None


def _move_as_json(move: Move) -> dict[str, Any]:
    known = _KINDS[_NAMES[type(move)]].__dataclass_fields__
    fields = {name: value for name, value in asdict(move).items() if value != _default(known[name])}
    if isinstance(fields.get("data"), bytes):
        fields["data"] = base64.b64encode(fields["data"]).decode()
    return {"do": _NAMES[type(move)], **fields}


def _default(one: "Field[Any]") -> Any:
    return one.default_factory() if one.default_factory is not MISSING else one.default


def _move_from_json(said: Mapping[str, Any]) -> Move:
    fields = {name: value for name, value in said.items() if name != "do"}
    if isinstance(fields.get("data"), str):
        fields["data"] = base64.b64decode(fields["data"])
    if "cuts" in fields:
        fields["cuts"] = tuple(map(int, fields["cuts"]))
    made: Move = _KINDS[said["do"]](**fields)
    if not isinstance(made.on, int):
        raise ValueError("a session is a number")  # noqa: TRY004 - one kind of error for what is no case
    return made


def hole(value: Any) -> tuple[str, Any] | None:
    """The hole that a value is, if it is one."""
    if isinstance(value, dict) and len(value) == 1:
        ((name, inner),) = value.items()
        if name in (NEW, GIVEN, CANARY):
            return name, inner
    return None


def holes(value: Any) -> Iterator[tuple[str, Any]]:
    """All holes in a value."""
    found = hole(value)
    if found is not None:
        yield found
    elif isinstance(value, dict):
        for inner in value.values():
            yield from holes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from holes(inner)


def filled(value: Any, fill: Callable[[str, Any], Any]) -> Any:
    """A value with its holes filled by `fill(kind, what)`."""
    found = hole(value)
    if found is not None:
        return fill(*found)
    if isinstance(value, dict):
        return {name: filled(inner, fill) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, fill) for inner in value]
    return value


def sessions(moves: Sequence[Move]) -> tuple[int, ...]:
    """The sessions that moves are on, in order."""
    return tuple(dict.fromkeys(move.on for move in moves))
