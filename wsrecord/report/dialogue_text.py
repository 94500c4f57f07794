"""A shrunk dialogue, as people read one."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from wsrecord.explore.failure import Failure
from wsrecord.explore.moves import (
    CANARY,
    GIVEN,
    NEW,
    Case,
    Close,
    Connect,
    Cut,
    HalfClose,
    Hear,
    Move,
    Probe,
    Raw,
    Say,
    Stall,
    filled,
)
from wsrecord.judge.wrongs import note
from wsrecord.report.escape import terminal
from wsrecord.report.words import count

_LONG = 160
_OPEN, _SHUT = "\ue000", "\ue001"  # around what stands for a value, until it is text


def text(failures: Sequence[Failure], saved: Sequence[Path]) -> str:
    """All of them."""
    return "".join(f"{line}\n" for failure in failures for line in _lines(failure)) + "".join(
        f"kept {terminal(str(path))}\n" for path in saved
    )


def _lines(failure: Failure) -> Iterator[str]:
    finding = failure.finding
    times, of = failure.times
    often = f"{times} of {of} replays" if of else "seen once, not tried again"
    yield f"{finding.code} {terminal(finding.message)} ({often}{_how(failure)})"
    yield from (f"    {line}" for line in move_lines(failure.case))
    yield f"    expected {terminal(finding.expected or 'otherwise')}, got {terminal(finding.got or 'this')}"
    yield ""


def _how(failure: Failure) -> str:
    """What was left of shrinking."""
    if not failure.shrunk:
        return "; not shrunk"
    return "" if failure.in_time else "; shrinking ran out of time"


def move_lines(case: Case) -> Iterator[str]:
    """What its client does, line by line."""
    return map(_line, case.moves)


def _line(move: Move) -> str:
    where = f"s{move.on + 1}  "
    match move:
        case Connect():
            return where + _opened(move)
        case Say():
            return where + _said(move)
        case Raw():
            return f"{where}→ {terminal(move.breaks)}: {move.data[:24].hex(' ')}"
        case Probe():
            return f"{where}→ ping of {count(move.size, 'byte')}"
        case Stall():
            return f"{where}  stop reading"
        case Hear():
            return f"{where}  await {terminal(move.event)}"
        case Close():
            return f"{where}→ close {move.code if move.code is not None else 'without a code'}"
        case Cut():
            return f"{where}→ reset"
        case HalfClose():
            return f"{where}→ half-close"


def _opened(move: Connect) -> str:
    said = f"connect as user {move.user + 1}"
    if move.back is not None:
        said += f", back to s{move.back + 1}"
    asked = [name if value is None else f"{name}={value}" for name, value in move.query.items()]
    left_out = [name for name, value in move.query.items() if value is None]
    said += "".join(f", {terminal(one)} in the query" for one in asked if one not in left_out)
    said += "".join(f", without {terminal(one)} in the query" for one in left_out)
    return f"{said}, with little room for what comes" if move.narrow else said


def _said(move: Say) -> str:
    shown = terminal(_short(move))
    kind = "binary " if move.binary else ""
    frames = f"   [{len(move.cuts) + 1} frames]" if move.cuts else ""
    ping = "   [a ping between]" if move.ping_at is not None else ""
    breaks = f"   [{terminal(note(move.breaks))}]" if move.breaks is not None else ""
    slow = "   [a few bytes at a time]" if move.slow else ""
    then = {"now": "   [without waiting]", "quiet": "   [until all is over]", "answer": ""}[move.then]
    return f"→ {kind}{shown}{frames}{ping}{breaks}{slow}{then}"


def _short(move: Say) -> str:
    if move.data is not None:
        shown = repr(move.data) if move.binary else _text(move.data)
    else:
        text = json.dumps(filled(move.value, _hole))
        shown = text.replace('"\\ue000', "«").replace('\\ue001"', "»")
    return shown if len(shown) <= _LONG else f"{shown[:_LONG]}… ({len(shown)} characters)"


def _text(data: bytes) -> str:
    """What a text message says; its bytes, if it is no text."""
    try:
        return data.decode() or "an empty text"
    except UnicodeDecodeError:
        return repr(data)


def _hole(kind: str, what: object) -> str:
    if kind == NEW:
        return f"{_OPEN}new {what}{_SHUT}"
    if kind == CANARY:
        return f"{_OPEN}a text that nobody else knows{_SHUT}"
    if kind == GIVEN and isinstance(what, list | tuple):
        return f"{_OPEN}{what[0]}{what[1]}{_SHUT}"
    return f"{_OPEN}?{_SHUT}"
