"""One session under a contract: what its judges may know of it before, during and after its units."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from wsrecord.cassette.recording import Session
from wsrecord.codec.base import Codec
from wsrecord.codec.registry import make
from wsrecord.contract.model import Contract
from wsrecord.judge.finding import ContextLine, Place
from wsrecord.judge.heard import Heard, Spot

if TYPE_CHECKING:
    from wsrecord.judge.holes import Hole

Ender: TypeAlias = Literal["client", "server", "recorder"]
Hears: TypeAlias = Callable[[Heard], None]
_BEFORE, _AFTER = 3, 1


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Wanted(ContextLine):
    """A line of context that is not read yet: `recall` does, for the few findings that there are."""

    told: "Told"
    index: int | None  # None: the first of message `number`, or the first whose text holds `value`
    value: str = ""


@dataclass(slots=True, eq=False)
class Told:
    """One session, its messages aside, and how far it has been heard."""

    cassette: str
    session: Session  # without its messages
    contract: Contract
    user: str | None = None  # whose it is
    named: str | None = None  # whose it says it is
    ended_by: Ender = "recorder"
    codec: Codec | None = None  # while it is heard
    messages: int = 0  # heard so far
    units: int = 0
    ended: bool = False  # every unit of it was heard
    sound: int = 0  # units that are events, and right
    began: int = 0  # its first unit
    last: Spot | None = None  # its last one
    events: int = 0
    holes: list["Hole"] = field(default_factory=list)
    unsure: bool = False  # something came that may have been the client's, or anything

    @property
    def number(self) -> int:
        """The session's number."""
        return self.session.number

    @property
    def end(self) -> int:
        """When the last thing of it happened."""
        return max([self.session.last, *(ended.t for ended in self.session.ended[:1])])

    @property
    def cut(self) -> bool:
        """Whether nobody failed to end: the client left first, or the recording stopped."""
        return self.ended_by != "server"

    def open(self) -> Codec:
        """The codec that hears it."""
        if self.codec is None:
            self.codec = make_codec(self)
        return self.codec

    def place(self, spot: Spot | None = None, **more: Any) -> Place:
        """Where in this session: at a unit, or nowhere in it."""
        if spot is None:
            return Place(cassette=self.cassette, session=self.number, **more)
        said = {"number": spot.number, "t": spot.t, "event": spot.name, **more}
        return Place(cassette=self.cassette, session=self.number, **said)

    def around(self, spot: Spot, *others: Spot, number: int | None = None) -> tuple[ContextLine, ...]:
        """The few units around this one; `others`, and what message `number` says, are shown too."""
        near = range(max(0, spot.nth - _BEFORE), spot.nth + _AFTER + 1)
        wanted = sorted({*near, *(one.nth for one in others)})
        lines = [self.line(index, here=index == spot.nth) for index in wanted]
        if number is not None:
            lines.insert(0, Wanted(t=0, sender=None, name="", number=number, told=self, index=None))
        return tuple(lines)

    def recent(self, *, here: bool = False) -> tuple[ContextLine, ...]:
        """The last few units; `here`: it is the last of them that matters."""
        first, last = max(0, self.units - _BEFORE), self.units - 1
        return tuple(self.line(index, here=here and index == last) for index in range(first, last + 1))

    def line(self, index: int, *, here: bool = False) -> ContextLine:
        """One unit as a line of context."""
        return Wanted(t=0, sender=None, name="", here=here, told=self, index=index)

    def first_with(self, value: str) -> ContextLine:
        """The first unit of it that says a value, as a line of context."""
        return Wanted(t=0, sender=None, name="", told=self, index=None, value=value)


def ender(session: Session) -> Ender:
    """Who ended a session first."""
    marks: list[tuple[int, int, Ender]] = [(message.t, 0, message.sender) for message in session.closes]
    for ended in session.ended:
        who: Ender = ended.sender if ended.how in ("fin", "reset") else "recorder"
        marks.append((ended.t, 1, who))
    return min(marks, key=lambda mark: mark[:2])[2] if marks else "recorder"


def make_codec(told: Told) -> Codec:
    """A codec for its messages, from the first on."""
    return make(told.contract.codec.spec, subprotocol=told.session.subprotocol)
