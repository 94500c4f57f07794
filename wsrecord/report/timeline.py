"""A cassette as a timeline: records in, lines of text out, one at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from wsrecord.cassette.model import (
    Direction,
    End,
    Ended,
    FrameFlag,
    Head,
    Message,
    Note,
    Opcode,
    Opened,
    Record,
    Request,
    Response,
    Secret,
    Unknown,
)
from wsrecord.explore.kept import NOTE, read
from wsrecord.report import brief, words
from wsrecord.report.dialogue_text import move_lines
from wsrecord.report.escape import terminal

ARROWS: dict[Direction, str] = {"client": "→", "server": "←"}
NARROWEST_COLUMN = 36
NARROWEST = 40  # a line never gets narrower than this, whatever the terminal
_TONES = {"→": "36", "←": "32", "!": "33", "·": "2"}
_TIME = 12
_SWITCHED = 101
_UNKEPT = {
    "kind": "neither text nor JSON",
    "bound": "larger than --max-body",
    "encoding": "in an encoding that is not read",
    "cut": "it did not come to its end",
}


@dataclass(frozen=True, slots=True)
class View:
    """How a timeline is to look."""

    width: int | None = None  # terminal cells in a line; None: lines are as long as they get
    limit: int | None = 1000  # characters of a payload; None: all of it
    color: bool = False
    events: tuple[str, ...] = ()  # only messages with names like these
    sessions: frozenset[int] | None = None  # only these
    labels: bool = True  # say whose line it is
    times: bool = True  # False: without what differs between two recordings of the same thing
    nonce: str = ""  # of the cassette's placeholders: left out where times are


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a timeline before it is laid out."""

    t: int | None
    sign: str  # → ← or · (something else happened) or ! (something is odd)
    what: str
    text: str = ""
    size: int | None = None
    connection: int | None = None
    session: int | None = None
    together: bool = False  # it came in the same read as the line before: its time is not its own
    named: bool = False


def timeline(records: Iterable[Record], view: View) -> Iterator[str]:
    """The lines of a timeline, sessions interleaved as they were."""
    for row in rows(records, view):
        line = _line(row, view)
        yield line if view.times or not view.nonce else line.replace(f"wsr-{view.nonce}-", "wsr-")


def columns(records: Iterable[Record], sessions: Sequence[int], view: View) -> Iterator[str]:
    """The lines of a timeline with a column for each session; what belongs to none stands across."""
    each = column_width(view.width or 0, len(sessions))
    yield " " * (_TIME + 2) + "  ".join(brief.pad(f"session {number}", each) for number in sessions)
    for row in rows(records, view):
        if row.session not in sessions:
            yield _line(row, view)
            continue
        place = sessions.index(row.session)
        cell = f"{row.sign} {row.what}" + (f"  {row.text}" if row.text else "")
        left = f"{_time(row):>{_TIME}}  " + " " * (place * (each + 2))
        cell = brief.fit(cell, each)
        yield left + (words.paint(cell, _TONES[row.sign]) if view.color else cell)


def column_width(width: int, count: int) -> int:
    """How wide each of so many columns gets."""
    return (width - _TIME - 2 * count) // max(count, 1)


def head_lines(head: Head, *, plain: bool = False) -> Iterator[str]:
    """What was recorded, when and by what."""
    if not plain:
        yield f"recorded by {terminal(head.recorder)}, begun {terminal(head.created)}"
    for prefix, url in head.targets.items():
        yield f"target {terminal(prefix)} {terminal(url)}"
    if not head.nonce:
        yield "redaction was off: secrets stand in this cassette as they are"


def end_lines(end: End | None, unfinished: str | None, *, times: bool = True) -> Iterator[str]:
    """How much there is, and what is missing."""
    if end is not None:
        counts = (
            words.count(end.connections, "connection"),
            words.count(end.exchanges, "exchange"),
            words.count(end.sessions, "session"),
            words.count(end.messages, "message"),
        )
        when = f" at {words.seconds(end.t)}" if times else ""
        yield f"end{when}: {', '.join(counts)}"
    if unfinished is not None:
        yield f"! {terminal(unfinished)}"


def rows(records: Iterable[Record], view: View) -> Iterator[Row]:
    """What a timeline shows of these records, in their order."""
    wanted: set[int] = set()  # connections that the wanted sessions run on
    speaking: dict[int, int] = {}  # connections with a session in which nobody has said close
    before: tuple[int, int, Direction] | None = None
    for record in records:
        if isinstance(record, Message):
            if record.opcode is Opcode.CLOSE:
                speaking = {c: s for c, s in speaking.items() if s != record.session}
            if view.sessions is not None and record.session not in view.sessions:
                continue
            name = brief.event_name(record)
            if view.events and not _matches(name, record.opcode, view.events):
                continue
            place = (record.t, record.session, record.sender)
            yield _message(record, name, view, together=place == before)
            before = place
            continue
        if isinstance(record, Response) and record.status == _SWITCHED and record.session is not None:
            speaking[record.connection] = record.session
        if view.events or not _belongs(record, view.sessions, wanted):
            continue
        if isinstance(record, Note) and record.code == NOTE and view.limit is not None:
            yield from _kept(record)
            continue
        row = _other(record, view)
        if row is not None and isinstance(record, Ended) and record.connection in speaking:
            row = replace(row, sign="!", text=f"{row.text}, without a close message")
            del speaking[record.connection]
        if row is not None:
            before = None
            yield row
            if view.limit is None and isinstance(record, Request | Response):
                yield from _headers(record)


def _belongs(record: Record, sessions: frozenset[int] | None, wanted: set[int]) -> bool:
    """Whether this belongs to a wanted session; learns which connections those run on."""
    if sessions is None:
        return True
    session = getattr(record, "session", None)
    if session in sessions:
        if isinstance(record, Request | Response):
            wanted.add(record.connection)
        return True
    return isinstance(record, Ended) and record.connection in wanted


def _matches(name: str | None, opcode: Opcode, patterns: tuple[str, ...]) -> bool:
    if name is None:
        name = opcode.name.lower()
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _message(message: Message, name: str | None, view: View, *, together: bool) -> Row:
    kind = message.opcode.name.lower()
    if message.opcode is Opcode.CLOSE:
        text = brief.close_text(message.payload)
    else:
        gist = brief.gist(message.payload) if view.width is not None and name is not None else None
        text = gist or brief.payload(message.payload, text=message.opcode is Opcode.TEXT, limit=view.limit)
    facts = list(_facts(message, short=view.width is not None or not view.times))
    if name is not None and message.opcode is Opcode.BINARY:
        facts.append("binary")
    return Row(
        t=message.t,
        sign=ARROWS[message.sender],
        what=kind if name is None else terminal(name),
        text=f"[{', '.join(facts)}] {text}" if facts else text,
        size=len(message.payload),
        session=message.session,
        together=together,
        named=name is not None,
    )


def _facts(message: Message, *, short: bool) -> Iterator[str]:
    """What is not as usual with a message; `short`: without how it came over the wire."""
    if message.unread is not None:
        yield f"not read: {terminal(message.unread)}"
    if message.size is not None and not short:
        yield f"was {message.size} B"
    if message.began is not None and message.began != message.t:
        yield f"since {words.seconds(message.began)}"
    if message.frames and not short:
        if len(message.frames) > 1:
            yield f"{len(message.frames)} frames"
        if message.frames[0][1] & FrameFlag.RSV1:
            yield f"{sum(frame[0] for frame in message.frames)} B compressed"


def _other(record: Record, view: View) -> Row | None:
    limit = view.limit
    match record:
        case Request() | Response():
            return _http(record, limit)
        case Opened():
            text = "with TLS" if record.tls else ""
            return Row(t=record.t, sign="·", what="connected", text=text, connection=record.connection)
        case Ended():
            if record.how == "fin" and not view.times:
                return None  # which side's came first is chance
            text = f"{record.sender}: {terminal(record.how)}"
            return Row(t=record.t, sign="·", what="ended", text=text, connection=record.connection)
        case Note():
            data = (
                f"  {brief.payload(record.data, text=False, limit=limit)}" if record.data is not None else ""
            )
            who = f"{record.sender}: " if record.sender else ""
            text = f"{who}{terminal(record.text)}{data}"
            return Row(
                t=record.t, sign="!", what=terminal(record.code), text=text,
                connection=record.connection, session=record.session,
            )  # fmt: skip
        case Secret():
            what = f"{terminal(record.name)} ({record.length} characters)"
            text = f"{terminal(record.placeholder)} stands for {what}"
            return Row(t=None, sign="·", what="secret", text=text)
        case Unknown():
            text = "(a record that a later version knows)"
            return Row(t=None, sign="·", what=terminal(record.kind), text=text)
    return None  # head and end stand around the timeline


def _kept(note: Note) -> Iterator[Row]:
    """Why fuzz kept this cassette, and what is done to see it again."""
    kept = read(note)
    if kept is None:
        yield Row(t=note.t, sign="!", what="kept by fuzz", text="(a case that another version reads)")
        return
    text = f"{terminal(kept.what)}; `wsrecord verify` acts this out again:"
    yield Row(t=note.t, sign="!", what="kept by fuzz", text=text)
    for line in move_lines(kept.case):
        yield Row(t=None, sign="!", what="", text=line)
    if kept.ended:
        yield Row(t=None, sign="!", what="", text=f"the server {terminal(kept.ended)}")
    for number, line in enumerate(kept.printed):
        if not number:
            yield Row(t=None, sign="!", what="", text="the server printed:")
        yield Row(t=None, sign="!", what="", text=f"  {terminal(line)}")


def _http(record: Request | Response, limit: int | None) -> Row:
    if isinstance(record, Request):
        sign, what = ARROWS["client"], terminal(f"{record.method} {record.path}")
    else:
        sign, what = ARROWS["server"], terminal(f"{record.status} {record.reason}".strip())
    text = "" if record.session is None else "WebSocket"
    if record.body is not None:
        text = brief.payload(record.body, text=brief.is_utf8(record.body), limit=limit)
        if record.unkept is not None:
            text = f"[{_UNKEPT.get(record.unkept, terminal(record.unkept))}] {text}"
    elif record.unkept is not None:
        text = f"[body not kept: {_UNKEPT.get(record.unkept, terminal(record.unkept))}]"
    size = record.size if record.size or record.body is not None else None
    return Row(
        t=record.t, sign=sign, what=what, text=text, size=size, named=True,
        connection=record.connection, session=record.session,
    )  # fmt: skip


def _headers(record: Request | Response) -> Iterator[Row]:
    for name, value in record.headers:
        yield Row(
            t=None, sign="·", what=f"{terminal(name)}:", text=terminal(value),
            connection=record.connection, session=record.session,
        )  # fmt: skip


def _line(row: Row, view: View) -> str:
    time = f"{_time(row):>{_TIME}}" if view.times else ""
    label = ""
    if view.labels:
        mine = (
            f"s{row.session}" if row.session is not None else f"c{row.connection}" if row.connection else ""
        )
        label = f"{mine:<4}"
    size = "" if row.size is None else f"{row.size} B"
    what = row.what
    rest = f"{size:>9}  {row.text}" if row.size is not None or row.text else ""
    if view.width is not None:
        room = max(view.width, NARROWEST) - _TIME - len(label) - 4
        what = brief.pad(brief.fit(what, room), min(24, room))
        rest = brief.fit(rest, room - brief.width(what) - 1)
    else:
        what = brief.pad(what, 24)
    if not view.color:
        return (
            f"{time} {label} {row.sign} {what} {rest}".rstrip()
            if view.times
            else f"{label} {row.sign} {what} {rest}".rstrip()
        )
    tone = _TONES[row.sign]
    shown = words.paint(what, f"{tone};1" if row.named else tone)
    return f"{words.paint(time, '2')} {label} {words.paint(row.sign, tone)} {shown} {rest}".rstrip()


def _time(row: Row) -> str:
    if row.t is None:
        return ""
    return "=" if row.together else words.seconds(row.t)
