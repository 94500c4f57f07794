"""What a tap tells -> records in a cassette, redacted; a recorder that fails never breaks a session."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wsrecord import __version__
from wsrecord.cassette.model import Ended, Head, Note, Opened
from wsrecord.errors import UsageError, WsrecordError
from wsrecord.live.exchanges import request_record, response_record
from wsrecord.live.tape import Names, Tape
from wsrecord.live.upstream import under
from wsrecord.report.escape import terminal
from wsrecord.wire.heads import first_value

if TYPE_CHECKING:
    from wsrecord.cassette.redaction.redactor import Redactor
    from wsrecord.wire.frames import Direction
    from wsrecord.wire.http import RequestHead, WholeRequest, WholeResponse
    from wsrecord.wire.items import Item, Remark

_MOST_TROUBLES = 100
_MOST_NAMES = 1000


@dataclass(frozen=True, slots=True)
class Choice:
    """Which paths are recorded: globs (over the query too, if they name one), or a path and all below it."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    def wants(self, path: str) -> bool:
        """Whether a path is recorded."""
        if self.only and not any(_fits(path, pattern) for pattern in self.only):
            return False
        return not any(_fits(path, pattern) for pattern in self.skip)


def _fits(path: str, pattern: str) -> bool:
    bare = path.partition("?")[0]
    return fnmatchcase(path, pattern) or fnmatchcase(bare, pattern) or under(bare, pattern)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is written, and where."""

    out: Path
    targets: Mapping[str, str]
    nonce: str
    redactor: Callable[[], "Redactor | None"]
    named: bool = True  # False: nobody asked for this very name, and the next free one does as well
    replace: bool = False  # a finished cassette of this name gives way
    per_session: bool = False
    choice: Choice = field(default_factory=Choice)


@dataclass(slots=True)
class Counts:
    """What the live line shows."""

    connections: int = 0
    exchanges: int = 0
    sessions: int = 0
    open_sessions: int = 0
    unreachable: int = 0
    messages: Counter[str] = field(default_factory=Counter)
    last: dict[str, bytes] = field(default_factory=dict)  # the latest payload of each side, redacted
    notes: Counter[str] = field(default_factory=Counter)


class Recorder:
    """Writes one run: one cassette, or with `per_session` one for each session and one for the rest."""

    def __init__(self, plan: Plan, clock: Callable[[], int], say: Callable[[str], None]) -> None:
        self.plan = plan
        self.clock = clock
        self._say = say
        self.counts = Counts()
        self.failures: list[str] = []
        self.troubles: Counter[str] = Counter()
        self.finished: list[tuple[Path, str | None]] = []
        self._done_volume = 0
        self._names = Names(plan.out)
        created = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        recorder = f"wsrecord {__version__}"
        self._redactor = plan.redactor()
        self._head = Head(created=created, recorder=recorder, targets=plan.targets, nonce=plan.nonce)
        self.main: Tape | None = None
        self._tapes: list[Tape] = []
        self.out = plan.out
        self._hosts = {urlsplit(url).netloc for url in plan.targets.values()}
        if not plan.per_session:
            self.main = self._open_main()

    @property
    def incomplete(self) -> str | None:
        """What is missing and why; None while all is there."""
        return "; ".join(dict.fromkeys(self.failures)) or None

    def clean(self, text: str) -> str:
        """Return a text without secrets, for the terminal and for file names."""
        return self._redactor.text(text) if self._redactor else text

    def say(self, text: str) -> None:
        """Tell the user; the text may quote what crossed the wire."""
        self._say(terminal(self.clean(text)))

    def trouble(self, text: str) -> None:
        """Tell the user of what happens to one connection: once, for the next thousand may share its fate."""
        if text not in self.troubles and len(self.troubles) >= _MOST_TROUBLES:
            text = "more went wrong than is told here"
        self.troubles[text] += 1
        if self.troubles[text] == 1:
            self.say(text)

    def look_at_redirect(self, location: str | None) -> None:
        """A client that is sent to the target itself goes on without being recorded."""
        if location is not None and urlsplit(location).netloc in self._hosts:
            self.trouble(
                "a redirect leads to the target itself, past the recorder; a server that makes URLs from "
                "Host stays behind it with --keep-host"
            )

    def log(self, *, tls: bool) -> "ConnectionLog":
        """Return what a connection tells its records to, once it is opened."""
        return ConnectionLog(self, tls=tls)

    def tape(self, session_path: str | None) -> Tape | None:
        """Return where an exchange, or the session with this path, is written."""
        if not self.plan.per_session:
            return self.main
        if session_path is not None:
            return self._try_open(self._names.for_session(self.clean(session_path)))
        if self.main is None:
            self.main = self._try_open(self._names.for_exchanges())
        return self.main

    def flush(self) -> None:
        """Write the messages that were gathered."""
        for tape in self._tapes:
            tape.flush()

    def close_tape(self, tape: Tape) -> None:
        """End one session's cassette."""
        if self.plan.per_session and tape is not self.main and tape in self._tapes:
            self._tapes.remove(tape)
            self._close(tape)

    def failed(self, error: Exception) -> None:
        """Something of the recording is lost."""
        expected = isinstance(error, WsrecordError)
        text = str(error) if expected else f"a bug in wsrecord: {type(error).__name__}: {error}"
        if text not in self.failures and len(self.failures) < _MOST_TROUBLES:
            self.failures.append(text)
            self.say(f"the recording is incomplete from here on: {text}; traffic goes on")

    @property
    def volume(self) -> int:
        """Bytes written so far."""
        return self._done_volume + sum(tape.volume for tape in self._tapes)

    def discard(self) -> None:
        """Nothing was recorded: leave nothing behind."""
        for tape in self._tapes:
            tape.discard()
        self._tapes.clear()

    def close(self) -> None:
        """Write the end records; give the cassettes their names. One without a connection is none."""
        for tape in self._tapes:
            if tape.empty:
                tape.discard()
            else:
                self._close(tape)
        self._tapes.clear()

    def _close(self, tape: Tape) -> None:
        self._done_volume += tape.volume
        path = tape.close(self.clock(), self.incomplete)
        self.finished.append((path, tape.failure))

    def _open_main(self) -> Tape:
        number = 1
        while True:
            try:
                return self._open(self.out)
            except UsageError:
                number += 1
                if self.plan.named or number > _MOST_NAMES:
                    raise
                self.out = self.plan.out.with_stem(f"{self.plan.out.stem}-{number}")

    def _try_open(self, path: Path) -> Tape | None:
        try:
            return self._open(path)
        except Exception as error:
            self.failed(error)
            return None

    def _open(self, path: Path) -> Tape:
        tape = Tape(
            path,
            self._head,
            self.plan.redactor(),
            self.failed,
            self.counts.last,
            replace=self.plan.replace,
        )
        self._tapes.append(tape)
        return tape


class ConnectionLog:
    """One connection's way into the cassettes; it numbers what it tells."""

    __slots__ = ("_number", "_open", "_opened", "_recorder", "_session", "_tape", "_tapes", "_tls")

    def __init__(self, recorder: Recorder, *, tls: bool) -> None:
        self._recorder = recorder
        self._number = 0
        self._opened = 0
        self._tls = tls
        self._tapes: tuple[Tape, ...] = ()
        self._tape: Tape | None = None  # the session's
        self._session: int | None = None
        self._open = False  # its session is

    def opened(self) -> None:
        """Begin: it appears in the run's cassette at once, unless it may turn out not to be wanted."""
        recorder = self._recorder
        recorder.counts.connections += 1
        self._number = recorder.counts.connections
        self._opened = recorder.clock()
        choice = recorder.plan.choice
        if recorder.main is not None and not choice.only and not choice.skip:
            self.join(recorder.main)

    def join(self, tape: Tape) -> None:
        """Appear in a cassette."""
        if tape not in self._tapes:
            self._tapes = (*self._tapes, tape)
            tape.record(Opened(t=self._opened, connection=self._number, tls=self._tls))

    def wants(self, head: "RequestHead") -> bool:
        """Whether this exchange or session is recorded."""
        return self._recorder.plan.choice.wants(head.path)

    def request(self, exchange: int, request: "WholeRequest", *, upgrade: bool) -> None:
        """Record a whole request; an upgrade begins a session."""
        counts = self._recorder.counts
        if upgrade:
            counts.sessions += 1
            self._session = counts.sessions
        else:
            counts.exchanges += 1
        tape = self._recorder.tape(request.head.path if upgrade else None)
        if upgrade:
            if self._tape is not None and self._tape is not tape:
                self._recorder.close_tape(self._tape)  # an upgrade that was refused
            self._tape = tape
        if tape is None:
            return
        self.join(tape)
        session = self._session if upgrade else None
        tape.request(request_record(request, self._number, exchange, session))

    def response(self, exchange: int, response: "WholeResponse", *, upgrade: bool) -> None:
        """Record a whole answer."""
        head = response.head
        self._recorder.look_at_redirect(first_value(head.headers, "location"))
        if head.status == 101:
            self._open = True
            self._recorder.counts.open_sessions += 1
        tape = self._tape if upgrade else self._recorder.tape(None)
        if tape is None:
            return
        session = self._session if upgrade else None
        tape.response(response_record(response, self._number, exchange, session))

    def messages(self, sender: "Direction", t: int, items: "list[Item]") -> None:
        """Record messages of the session, as one batch."""
        counts = self._recorder.counts
        counts.messages[sender] += len(items)
        tape = self._tape
        if tape is not None:
            assert self._session is not None
            tape.messages(self._session, sender, t, items)

    def remark(self, sender: "Direction", t: int, remark: "Remark") -> None:
        """Record what the tap noticed."""
        self._recorder.counts.notes[remark.code] += 1
        tape = self._tape or next(iter(self._tapes), None)
        if tape is not None:
            tape.note(
                Note(
                    t=t,
                    code=remark.code,
                    text=remark.text,
                    connection=self._number,
                    session=self._session,
                    sender=sender,
                    data=remark.data,
                )
            )

    def ended(self, sender: "Direction", how: str) -> None:
        """Record how one side ended."""
        t = self._recorder.clock()
        self._recorder.counts.unreachable += how == "unreachable"
        for tape in self._tapes:
            tape.record(Ended(t=t, connection=self._number, sender=sender, how=how))

    def gone(self) -> None:
        """Both sides have ended."""
        if self._open:
            self._recorder.counts.open_sessions -= 1
        if self._tape is not None:
            self._recorder.close_tape(self._tape)

    def failed(self, error: Exception) -> None:
        """The tap broke: this connection is recorded no further."""
        self._recorder.failed(error)

    def trouble(self, text: str) -> None:
        """Say it to the user."""
        self._recorder.trouble(text)
