"""What a machine's session came to -> an AssertionError: what is wrong, and the dialogue that shows it."""

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from wsrecord.cassette.model import Message, Opcode, Record, Request, Response
from wsrecord.cassette.recording import Recording, assemble
from wsrecord.cassette.redaction.environment import environment_values, with_environment
from wsrecord.cassette.redaction.ordinary import MIN_LEARNED
from wsrecord.cassette.redaction.redactor import Redactor
from wsrecord.explore.failure import chosen
from wsrecord.judge import fuzz
from wsrecord.judge.codes import Code, Group, find
from wsrecord.judge.finding import Finding
from wsrecord.live.acted import findings_of
from wsrecord.live.reel import Reel
from wsrecord.report import alike, brief
from wsrecord.report.escape import terminal

from .session import Session

_SOON = (Group.SCHEMA, Group.FLOW, Group.FUZZ)  # what can be said before the session is over
_LINES, _LONG = 40, 200
_NAME = "live"


class ViolationError(AssertionError):
    """The server broke the contract. `findings` are all that count, the first is the one that it is about."""

    def __init__(self, text: str, findings: tuple[Finding, ...]) -> None:
        super().__init__(text)
        self.findings = findings


@cache
def _of_code(code: str) -> type[ViolationError]:
    """A type for each code: by it Hypothesis tells one failure from another while it shrinks."""
    return type(code, (ViolationError,), {"__module__": __name__, "__doc__": "One kind of violation."})


def violation(
    session: Session, counts: Callable[[Finding], bool], hidden: Mapping[str, str], *, whole: bool
) -> ViolationError | None:
    """What is wrong with it so far; `whole`: it is over, and all judges are asked."""
    if not _counted(session, session.reel.recording(), counts, whole=whole):
        return None
    # What is shown is judged once more, without secrets.
    clean = _clean(session.reel, hidden)
    found = _counted(session, clean, counts, whole=whole)
    first = chosen(found)
    if first is None:
        return None
    rest = [one for one in found if one is not first]
    lines = [*_finding(first)]
    lines += [f"also {alike.name(one.code)}: {terminal(one.message)}" for one in rest]
    return _of_code(first.code)("\n".join([*lines, *_dialogue(clean)]), (first, *rest))


def dialogue(session: Session, hidden: Mapping[str, str]) -> str:
    """What was said so far, without secrets."""
    return "\n".join(_dialogue(_clean(session.reel, hidden)))


def _counted(
    session: Session, recording: Recording, counts: Callable[[Finding], bool], *, whole: bool
) -> list[Finding]:
    acted, unsettled = session.acted(), session.unsettled()
    if whole or session.suspect:
        found = findings_of(acted, recording, [session.terms.shown], _NAME)
    else:  # most often a message was only refused: what was meant by it says whether that is right
        found = fuzz.judge(acted.facts, _NAME, session.terms.contract.name)
    if not whole:
        found = [one for one in found if _soon(one) and not _too_soon(one, unsettled)]
    return [one for one in found if counts(one)]


def _soon(one: Finding) -> bool:
    code = find(one.code)
    return code is not None and code.group in _SOON


def _too_soon(one: Finding, unsettled: set[int]) -> bool:
    return one.code == Code.UNANSWERED.number and one.place.number in unsettled


def _finding(one: Finding) -> Iterator[str]:
    yield f"{alike.name(one.code)}: {terminal(one.message)}"
    if one.expected is not None:
        yield f"    expected {terminal(one.expected)}"
    if one.got is not None:
        yield f"    got {terminal(one.got)}"


def _dialogue(recording: Recording) -> Iterator[str]:
    for session in recording.sessions:
        said = [_line(message) for message in session.messages]
        lines = [line for line in said if line is not None]
        yield "the dialogue:"
        if len(lines) > _LINES:
            yield f"    … {len(lines) - _LINES} messages before"
        yield from lines[-_LINES:]


def _line(message: Message) -> str | None:
    arrow = "→" if message.sender == "client" else "←"
    if message.opcode is Opcode.CLOSE:
        return f"    {arrow} close {brief.close_text(message.payload)}"
    if message.opcode not in (Opcode.TEXT, Opcode.BINARY):
        return None
    text = brief.payload(message.payload, text=message.opcode is Opcode.TEXT, limit=_LONG)
    return f"    {arrow} {text}"


def _clean(reel: Reel, hidden: Mapping[str, str]) -> Recording:
    """A recording that may be shown."""
    values = {name: value for name, value in hidden.items() if len(value) >= MIN_LEARNED}
    nonce = secrets.token_hex(6)
    redactor = Redactor(nonce=nonce, values=with_environment(values, environment_values(os.environ)))
    for _ in range(2):  # what is learned in the first round may stand before
        records = [_redacted(record, redactor) for record in reel.records]
    head = replace(reel.head, nonce=nonce)
    return assemble([head, *records, reel.end()], Path(_NAME), head)


def _redacted(record: Record, redactor: Redactor) -> Record:
    match record:
        case Message():
            ((_, payload, *_),) = redactor.messages([(record.opcode, record.payload)])
            return record if payload == record.payload else replace(record, payload=payload)
        case Request():
            return redactor.request(record)
        case Response():
            return redactor.response(record)
    return record
