"""A recording as cases: what its clients said, as moves, each id with a hole in its place."""

from collections.abc import Iterator
from typing import Any

from wsrecord.cassette.recording import Recording
from wsrecord.dialogue.steps import Close, Control, Cut, Dialogue, Occurrence
from wsrecord.dialogue.steps import Say as Spoken
from wsrecord.wire.frames import Opcode

from .kept import kept_of
from .moves import NEW, Case, Move, Probe, Say, hole
from .moves import Close as CloseMove
from .moves import Cut as CutMove
from .roles import Made
from .vocabulary import Vocabulary, get, put

_BROKEN = {"invalid-json": "JSON", "wrong-kind": "text, not binary"}


def saved_case(recording: Recording) -> Case | None:
    """The case that a saved failure was made by."""
    kept = kept_of(recording)
    return None if kept is None else kept.case


def retold(dialogue: Dialogue, words: Vocabulary) -> Iterator[Case]:
    """One case for each session."""
    for number in dialogue.sessions:
        ids: dict[Any, int] = {}
        moves: list[Move] = []
        for step in dialogue.of(number):
            match step:
                case Spoken() if len(step.units) == 1:
                    moves += _said(dialogue.occurrences[step.occurrences[0]], words, ids)
                case Control(opcode=Opcode.PING):
                    moves.append(Probe(size=len(step.payload)))
                case Close():
                    moves.append(CloseMove(code=step.code))
                case Cut(how="reset"):
                    moves.append(CutMove())
        if moves:
            yield Case(tuple(moves), "mutate")


def _said(one: Occurrence, words: Vocabulary, ids: dict[Any, int]) -> Iterator[Say]:
    """A recorded message. People make mistakes in recordings, too: then it says what it breaks."""
    assert one.unit is not None
    unit, value = one.unit, one.unit.value
    if not unit.readable:
        if unit.wire is not None and unit.fault is not None and unit.fault.code in _BROKEN:
            binary = unit.opcode is Opcode.BINARY
            yield Say(data=unit.wire.own, binary=binary, breaks=_BROKEN[unit.fault.code])
        return
    term = words.terms.get(one.kind)
    if term is None:
        breaks = "an event that there is" if words.contract.unknown == "error" else None
        breaks = "its schema" if one.kind in words.unservable else breaks
        yield Say(value=value, breaks=breaks, then="quiet")
        return
    breaks = words.wrong(term, value) or (None if unit.fault is None else unit.fault.code)
    for pointer, role in term.roles.items():
        there = get(value, pointer)
        if not isinstance(there, str | int | float) or hole(there) is not None:
            continue
        if isinstance(role, Made):
            number = ids.setdefault(there, 500 + len(ids))
            changed = put(value, pointer, {NEW: number})
        else:
            changed = put(value, pointer, {"$given": [role.event, role.pointer]})
        value = changed if words.wrong(term, changed) == breaks else value
    yield Say(event=term.name, value=value, breaks=breaks)
