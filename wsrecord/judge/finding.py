"""One judgement: what is wrong, where, what was expected, what came, and what happened around it.

Nothing here is escaped: names, pointers and values come from traffic, and `report/escape.py` makes
them harmless for each kind of page. A secret is a placeholder already, since the cassette's redactor
was there before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wsrecord.cassette.model import Direction
from wsrecord.judge.severity import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it is, as far as it is anywhere: what is None does not apply."""

    cassette: str | None = None  # as the user named it
    session: int | None = None
    number: int | None = None  # of the message in its session, from 1
    t: int | None = None  # nanoseconds since the recording began
    event: str | None = None
    pointer: str | None = None  # a JSON pointer into the event; "" is all of it
    file: str | None = None  # a file that is no cassette: a contract, the accepted findings
    line: int | None = None  # in that file, or in a cassette of lines


@dataclass(frozen=True, slots=True)
class ContextLine:
    """One thing that happened around a finding, in a few words."""

    t: int
    sender: Direction | None
    name: str  # the event's name, or what kind of message or record it is
    text: str = ""  # the beginning of what it said
    number: int | None = None  # of the message in its session
    here: bool = False  # this is the one that the finding is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One judgement. Its code is one of `judge/codes.py`, where its own words begin."""

    code: str  # "WS101"
    severity: Severity
    message: str  # one line that a tired person understands
    place: Place = field(default_factory=Place)
    expected: str | None = None
    got: str | None = None
    context: tuple[ContextLine, ...] = ()
    contract: str | None = None
    flow: str | None = None
    instance: str | None = None  # whose flow it is: "run r1"
    extra: Mapping[str, Any] = field(default_factory=dict)  # for programs: plain values only

    def through(self, clean: Callable[[str], str], *, places: bool = True) -> "Finding":
        """The same, with all that came from traffic passed through `clean`; `places`: where it is, too."""

        def cleaned(value: Any) -> Any:
            if isinstance(value, str):
                return clean(value)
            if isinstance(value, Mapping):
                return {cleaned(name): cleaned(inner) for name, inner in value.items()}
            if isinstance(value, list | tuple):
                return type(value)(map(cleaned, value))
            return value

        told = {name: cleaned(getattr(self, name)) for name in ("message", "expected", "got")}
        if not places:
            return replace(self, **told)
        place = replace(self.place, event=cleaned(self.place.event), pointer=cleaned(self.place.pointer))
        context = (replace(one, name=clean(one.name), text=clean(one.text)) for one in self.context)
        return replace(
            self,
            place=place,
            context=tuple(context),
            flow=cleaned(self.flow),
            instance=cleaned(self.instance),
            extra=cleaned(self.extra),
            **told,
        )
