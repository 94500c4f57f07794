"""A shrunk dialogue, as people read one."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from wsrecord.explore.failure import Failure
from wsrecord.explore.moves import (
    CANARY,
    GIVEN,
    NEW,
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
from wsrecord.report.escape import terminal

_LONG = 160


def text(failures: Sequence[Failure], saved: Sequence[Path]) -> str:
    """All of them."""
    return "".join(f"{line}\n" for failure in failures for line in _lines(failure)) + "".join(
        f"kept {terminal(str(path))}\n" for path in saved
    )


def _lines(failure: Failure) -> Iterator[str]:
    finding = failure.finding
    times, of = failure.times
    yield f"{finding.code} {terminal(finding.message)} ({times} of {of} replays)"
    for move in failure.case.moves:
        yield f"    {_line(move)}"
    yield f"    expected {terminal(finding.expected or 'otherwise')}, got {terminal(finding.got or 'this')}"
    yield ""


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
            return f"{where}→ ping of {move.size} bytes"
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
    breaks = f"   [breaks: {terminal(move.breaks)}]" if move.breaks is not None else ""
    slow = "   [a few bytes at a time]" if move.slow else ""
    then = {"now": "   [without waiting]", "quiet": "   [until all is over]", "answer": ""}[move.then]
    return f"→ {kind}{shown}{frames}{ping}{breaks}{slow}{then}"


def _short(move: Say) -> str:
    shown = repr(move.data) if move.data is not None else json.dumps(filled(move.value, _hole))
    return shown if len(shown) <= _LONG else f"{shown[:_LONG]}… ({len(shown)} characters)"


def _hole(kind: str, what: object) -> str:
    if kind == NEW:
        return f"«new {what}»"
    if kind == CANARY:
        return "«a text that nobody else knows»"
    if kind == GIVEN and isinstance(what, list | tuple):
        return f"«{what[0]}{what[1]}»"
    return "«?»"
