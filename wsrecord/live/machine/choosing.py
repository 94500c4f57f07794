"""What of a drawn value is said: its holes filled with what the session has given, or with ids never said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wsrecord.codec.unit import Unit
from wsrecord.contract.flow.spec import Reader
from wsrecord.contract.pointer import Pointer, at

from .terms import Hole, Term, Wrong, filled, fresh

if TYPE_CHECKING:
    from .session import Session

NEW = object()  # in the place of a value that the client makes up


@dataclass(frozen=True, slots=True)
class Choice:
    """One message, ready to be said."""

    name: str
    value: Any
    unit: Unit
    ids: tuple[Any, ...] = ()  # that the client made up for it
    breaks: str | None = None


def choice(session: "Session", term: Term, drawn: Any, which: int, *, strict: bool) -> Choice | None:
    """Say a drawn value, for one of those that it can be for; None if there is none now."""
    breaks = drawn.breaks if isinstance(drawn, Wrong) else None
    value = drawn.value if isinstance(drawn, Wrong) else drawn
    keys = _keys(session, term, which, strict=strict)
    if keys is None:
        return None
    places: dict[Pointer, Any] = {
        term.carried[part]: one for part, one in known(keys).items() if part in term.carried
    }
    for pointer, slot in term.slots.items():
        given = session.said(slot)
        if not given:
            return None
        places[pointer] = given[which % len(given)]

    def fill(pointer: Pointer, hole: Hole) -> Any:
        if pointer in places:
            return places[pointer]
        return _made(
            session, hole, lambda new: breaks is not None or _fits(term, value, places, pointer, new)
        )

    full = filled(value, fill)
    return Choice(term.key.name, full, term.events.unit(full), term.ids(full), breaks)


def ready(session: "Session", term: Term) -> bool:
    """Whether there is something that it can be for."""
    return _keys(session, term, 0, strict=True) is not None and all(map(session.said, term.slots.values()))


def _keys(session: "Session", term: Term, which: int, *, strict: bool) -> dict[str, Any] | None:
    """Whom it is for: values of the flows' keys, or NEW."""
    keys: dict[str, Any] = {}
    for reader in term.readers:
        options = session.standing.options(reader, known(keys))
        whom: list[Any] = [
            *([NEW] if options.begins else []),
            *options.live,
            *([] if strict else options.late),
        ]
        if not whom:
            return None
        who = whom[which % len(whom)]
        if who is not NEW:
            keys |= zip(reader.flow.spec.key, who, strict=True)
        elif not _begun(session, reader, keys, which):
            return None
    return keys


def _begun(session: "Session", reader: Reader, keys: dict[str, Any], which: int) -> bool:
    """Have a new instance begin: inside an open one, where it must."""
    flow = reader.flow
    if flow.parent is not None:
        parents = session.standing.parents(flow, known(keys))
        if not parents:
            return False
        keys |= zip(flow.parent.spec.key, parents[which % len(parents)], strict=True)
    for part in flow.spec.key:
        keys.setdefault(part, NEW)
    return True


def known(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Those that the session has said."""
    return {part: one for part, one in keys.items() if one is not NEW}


def _made(session: "Session", hole: Hole, fits: Callable[[Any], bool]) -> Any:
    """An id that nobody said before; what was drawn, if no other is right."""
    for new in fresh(hole.drawn):
        if new not in session.used and fits(new):
            return new
    return hole.drawn


def _fits(term: Term, value: Any, places: Mapping[Pointer, Any], pointer: Pointer, new: Any) -> bool:
    """Whether a value is right with an id in the place of the drawn one."""
    plain = filled(value, lambda at_, hole: places.get(at_, hole.drawn) if at_ != pointer else new)
    plain = filled(plain, lambda _, hole: hole.drawn)
    schema = term.events.generator.schema
    return at(plain, pointer) == new and (schema is None or schema.is_valid(plain))
