"""A failure that was kept: the case that shows it, and how it was judged, as a note in its cassette."""

import json
from dataclasses import dataclass
from typing import Any

from wsrecord.cassette.model import Note
from wsrecord.cassette.recording import Recording
from wsrecord.errors import CassetteError
from wsrecord.judge.finding import Finding

from .moves import Case, as_json, from_json

NOTE = "fuzz-case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A case, and what has to be known to judge it as it was judged then."""

    case: Case
    code: str = ""  # of what was found
    message: str = ""
    contract: str = ""  # its name
    refusals: tuple[str, ...] = ()  # events of the server's that were taken for a no
    health: str | None = None  # the path of a page
    shrunk: bool = True
    printed: tuple[str, ...] = ()  # by the server, if it was started here and broke; without secrets
    ended: str = ""  # how it ended, if it did
    in_time: bool = True  # shrinking came to its end

    @property
    def what(self) -> str:
        """What was found, in a line."""
        found = f"{self.code} {self.message}".strip() or "a failure"
        if not self.shrunk:
            return f"{found} (as it was found, not shrunk)"
        return found if self.in_time else f"{found} (shrinking ran out of time)"


def kept_by(case: Case, finding: Finding, **more: Any) -> Kept:
    """A case with its finding."""
    extra = finding.extra
    printed, ended = tuple(extra.get("printed", ())), str(extra.get("ended", ""))
    return Kept(
        case=case, code=finding.code, message=finding.message, printed=printed, ended=ended, **more
    )  # fmt: skip


def note_of(kept: Kept, t: int) -> Note:
    """The record that keeps a failure in a cassette."""
    said = {**as_json(kept.case), "found": {"code": kept.code, "message": kept.message}}
    if kept.contract:
        said["contract"] = kept.contract
    if kept.refusals:
        said["refusals"] = list(kept.refusals)
    if kept.health is not None:
        said["health"] = kept.health
    if not kept.shrunk:
        said["shrunk"] = False
    elif not kept.in_time:
        said["shrunk"] = "partly"
    if kept.printed:
        said["printed"] = list(kept.printed)
    if kept.ended:
        said["ended"] = kept.ended
    return Note(t=t, code=NOTE, text=json.dumps(said, sort_keys=True))


def kept_of(recording: Recording) -> Kept | None:
    """The failure that a cassette was kept for; None: it is a recording like any other."""
    for note in recording.notes:
        if note.code == NOTE:
            kept = read(note)
            if kept is None:
                raise CassetteError(
                    f"{recording.path}: the case in it can't be read; another version of wsrecord kept it"
                )
            return kept
    return None


def read(note: Note) -> Kept | None:
    """What a note says; None if it can't be read."""
    try:
        said = json.loads(note.text)
        case = from_json(said)
    except (ValueError, RecursionError):
        return None
    found = said.get("found")
    found = found if isinstance(found, dict) else {}
    refusals, health = said.get("refusals"), said.get("health")
    printed, ended = said.get("printed"), said.get("ended")
    return Kept(
        case=case,
        code=str(found.get("code", "")),
        message=str(found.get("message", "")),
        contract=str(said.get("contract", "")),
        refusals=tuple(map(str, refusals)) if isinstance(refusals, list) else (),
        health=health if isinstance(health, str) and health.startswith("/") else None,
        shrunk=said.get("shrunk") is not False,
        printed=tuple(map(str, printed)) if isinstance(printed, list) else (),
        ended=ended if isinstance(ended, str) else "",
        in_time=said.get("shrunk") != "partly",
    )
