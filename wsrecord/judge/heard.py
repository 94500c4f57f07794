"""One unit as judges hear it: where it came, what it turned out to be, what is wrong with it by itself."""

from typing import TYPE_CHECKING, NamedTuple

from wsrecord.codec.unit import Unit
from wsrecord.contract.classify import Event
from wsrecord.contract.explain import SchemaFault
from wsrecord.contract.pointer import Pointer, written
from wsrecord.wire.frames import Direction
from wsrecord.wire.quick import quick

if TYPE_CHECKING:
    from wsrecord.judge.told import Told


class Mark(NamedTuple):
    """When a unit came, for all sessions of a cassette: marks sort as the units came."""

    t: int
    session: int
    nth: int  # among the units of its session, from 0


class Spot(NamedTuple):
    """Where a unit was: what can be kept of it when the unit itself is forgotten."""

    told: "Told"
    nth: int  # among the units of its session, from 0
    number: int | None  # of its first message
    t: int
    sender: Direction
    name: str | None  # what it calls itself, or what the contract calls it

    @property
    def mark(self) -> Mark:
        """Its place in time."""
        return Mark(self.t, self.told.number, self.nth)

    @property
    def shown(self) -> str:
        """How a sentence calls it; only an event is certain to have a name."""
        return self.name or "without a name"


@quick()
class Heard:
    """One unit, and what it turned out to be: an event, a unit without one, or two events at once."""

    spot: Spot
    unit: Unit
    event: Event | None = None
    faults: tuple[SchemaFault, ...] = ()
    ambiguous: str | None = None

    @property
    def shown(self) -> str:
        """For a line of context."""
        return shown(self.unit, self.spot.name)

    def sound(self, pointer: Pointer) -> bool:
        """Whether no fault of its schema touches this place."""
        if not self.faults:
            return True
        text = written(pointer) + "/"
        return not any(text.startswith(f"{fault.pointer}/") for fault in self.faults)


def shown(unit: Unit, name: str | None) -> str:
    """What a line calls a unit."""
    return name or ("unreadable" if not unit.readable else "without a name")
