"""`wsrecord serve`: listens, plays the server's part of a cassette to clients, and judges what they did."""

import asyncio
import secrets
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from wsrecord.cassette.model import Message, Request
from wsrecord.cassette.redaction.environment import with_environment
from wsrecord.cassette.redaction.redactor import Redactor, Vault
from wsrecord.dialogue.part import Part, Role
from wsrecord.judge.finding import Finding
from wsrecord.judge.shown import Shown
from wsrecord.live import answering, review
from wsrecord.live.client import Patience
from wsrecord.live.listening import TurnedAway, listen
from wsrecord.live.proxy import Listen
from wsrecord.live.reel import Reel
from wsrecord.live.round import Round
from wsrecord.live.stage import Pace
from wsrecord.live.talk import Talk
from wsrecord.live.trouble import Trouble
from wsrecord.live.visitor import Visitor
from wsrecord.wire.http import RequestHead

_GRACE = 2.0
_LINGER = 1.0  # seconds without news after which exchanges that were not asked for are not waited for
_HUNG = 30.0  # seconds that an answer waits for what came meanwhile when it was recorded
_MOST_EXCHANGES = 10_000  # of one round that are kept
_MOST_FINDINGS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What is played, to whom, and how."""

    name: str  # the cassette, as the user named it
    part: Part
    listen: Listen
    nonce: str  # the cassette's own: what stands for secrets there is no secret here
    pace: Pace = field(default_factory=Pace)
    loop: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict)  # by name or placeholder
    environment: Mapping[str, str] = field(default_factory=dict)  # values that look like secrets
    fresh_ids: bool = False
    seed: int | None = None
    connections: int = 1000
    handshake: float = 10.0
    patience: Patience = field(default_factory=Patience)


@dataclass(slots=True)
class Served:
    """What came of it."""

    findings: list[Finding] = field(default_factory=list)
    sessions: int = 0
    messages: int = 0
    rounds: int = 0
    left_out: int = 0


class Serving:
    """One run of `serve`."""

    def __init__(
        self, program: Program, shown: list[Shown], folder: Path, say: Callable[[str], None]
    ) -> None:
        self.program = program
        self.served = Served()
        self.port = 0
        self._shown = shown
        self._folder = folder
        self._say = say
        self._zero = time.monotonic_ns()
        self._random = Random(program.seed)  # noqa: S311 - ids that are new, not secret
        self._vault = Vault()
        self._stop = asyncio.Event()
        self._visitors: set[Visitor] = set()
        self._rounds_of: dict[Visitor, Round] = {}
        self._talks: dict[Visitor, tuple[Talk, Round, asyncio.Task[None]]] = {}
        self._roles: dict[Visitor, Role] = {}  # of upgrades that are about to be answered
        self._opened: set[int] = set()  # recorded sessions that were ever played
        self._bug: Exception | None = None
        self._rounds: list[Round] = []
        self._begin(extra=False)

    # -- the run

    async def run(self) -> Served:
        """Play until all was played, or `stop` is called."""
        server = await listen(self.program.listen, self._accept, self.program.handshake)
        self.port = server.sockets[0].getsockname()[1]
        self._announce()
        try:
            await self._stop.wait()
        finally:
            server.close()
            await self._close()
        if self._bug is not None:
            raise self._bug
        for one in list(self._rounds):
            self._review(one, last=True)
        return self.served

    def stop(self) -> None:
        """End it."""
        self._stop.set()

    def _announce(self) -> None:
        program, place = self.program, self.program.listen
        host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(place.host, place.host)  # noqa: S104 - compared
        host = f"[{host}]" if ":" in host else host
        scheme = "s" if place.tls else ""
        paths = dict.fromkeys(one.session.path.partition("?")[0] for one in program.part.roles.values())
        self._say(f"playing {program.name} at ws{scheme}://{host}:{self.port}{next(iter(paths), '/')}")
        for path in list(paths)[1:10]:
            self._say(f"  and at {path}")
        if program.part.answers:
            self._say(f"  and over HTTP at http{scheme}://{host}:{self.port}")
        self._say("until Ctrl-C" if program.loop else "until all was played, or Ctrl-C")

    async def _close(self) -> None:
        """Tell who is still there that this is the end."""
        closing = []
        for visitor in list(self._visitors):
            talk = self._talks.get(visitor)
            if talk is not None:
                talk[2].cancel()
            if visitor.in_session:
                closing.append(asyncio.ensure_future(visitor.close(b"\x03\xe9the recording is over")))
            else:
                visitor.finish()
        try:
            async with asyncio.timeout(_GRACE):
                await asyncio.gather(*closing)
        except TimeoutError:
            pass
        for visitor in list(self._visitors):
            visitor.kill()
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # asyncio tells of what was let go in its next turns

    # -- the listener's side

    def _accept(self) -> asyncio.Protocol:
        program = self.program
        tls = program.listen.tls is not None
        visitor = Visitor(self, self._clock, program.patience, program.handshake, tls=tls)
        if len(self._visitors) >= program.connections:
            return TurnedAway()
        self._visitors.add(visitor)
        return visitor.socket

    def _clock(self) -> int:
        return time.monotonic_ns() - self._zero

    # -- the visitors' side: see live/visitor.py

    def reel(self, visitor: Visitor, head: RequestHead) -> Reel:
        """Which round a request belongs to: a new one, where the last has no such session left."""
        request = Request(
            t=0, began=0, connection=0, exchange=0, method=head.method, path=head.path, headers=head.headers
        )
        current = self._rounds[-1]
        if head.upgrades:
            role = current.role(request)
            if role is None and current.role(request, free=False) is not None:
                current = self._begin(extra=not self.program.loop)
                role = current.role(request)
            if role is not None:
                current.begin(role, request)  # at once: others ask meanwhile
                self._roles[visitor] = role
        elif self.program.loop and current.repeats(request):
            current = self._begin(extra=False)
        elif current.reel.exchanges >= _MOST_EXCHANGES:
            return self._new_reel()
        self._rounds_of[visitor] = current
        return current.reel

    async def asked(self, visitor: Visitor, request: Request) -> None:
        """Answer a request."""
        current = self._rounds_of.get(visitor, self._rounds[-1])
        if request.session is not None:
            self._upgrade(visitor, current, request)
            return
        found = current.exchange(request)
        if found is None:
            current.note(current.book.asked, (visitor.number, request.exchange))
            path = request.path.partition("?")[0][:200]
            visitor.answer(
                answering.refusal(404, "Not Found", f"{request.method} {path} is not in the recording")
            )
            return
        await self._hang(current, found.soft)
        response = current.answer_of(found)
        if response is None:  # it never was answered: nor is it now
            await visitor.hang()
            return
        assert found.exchange.request is not None
        visitor.answer(answering.answer(response, found.exchange.request, request))
        self._look(current)

    def passed(self, visitor: Visitor, messages: list[Message]) -> None:
        """Messages of a session."""
        talk = self._talks.get(visitor)
        if talk is not None:
            talk[0].passed(messages)

    def failed(self, visitor: Visitor, trouble: Trouble) -> None:
        """Something went wrong with a client."""
        current = self._rounds_of.get(visitor, self._rounds[-1])
        current.note(current.book.troubles, trouble)

    def over(self, visitor: Visitor) -> None:
        """A connection is over."""
        self._visitors.discard(visitor)
        current = self._rounds_of.pop(visitor, None)
        self._roles.pop(visitor, None)
        if visitor.bug is not None and self._bug is None:
            self._bug = visitor.bug
            self.stop()
        held = self._talks.pop(visitor, None)
        if held is not None:
            talk, current, task = held
            task.cancel()
            session = visitor.session
            for one in talk.unsaid if not (self.program.loop and self._stop.is_set()) else ():
                current.note(current.book.unsaid, (session, one.number))
            if session is not None:
                current.open.discard(session)
            current.stir()
        if current is not None:
            self._look(current)

    # -- inside

    def loop_trouble(self, _loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        """What asyncio would log with a traceback: TLS handshakes that fail, for instance."""
        error = context.get("exception")
        if isinstance(error, Exception) and not isinstance(error, OSError) and self._bug is None:
            self._bug = error
            self.stop()

    def _begin(self, *, extra: bool) -> Round:
        program = self.program
        fresh = Random(self._random.random()) if program.fresh_ids else None  # noqa: S311 - as above
        one = Round(program.part, self._new_reel(), dict(program.secrets), fresh, extra=extra)
        self._rounds.append(one)
        self.served.rounds += 1
        return one

    def _new_reel(self) -> Reel:
        return Reel({"/": f"ws://{self.program.listen.host}:{self.port}"}, self._clock)

    def _upgrade(self, visitor: Visitor, current: Round, request: Request) -> None:
        role = self._roles.pop(visitor, None)
        session = visitor.session or 0
        if role is None:
            current.note(current.book.elsewhere, session)
            path = request.path.partition("?")[0][:200]
            visitor.answer(answering.refusal(404, "Not Found", f"the recording has no session at {path}"))
            return
        if current.extra:
            current.note(current.book.again, (session, role.session.number))
        self._opened.add(role.session.number)
        response = role.session.response
        if response is None or role.handshake is None:  # it never was answered
            current.open.add(session)
            return
        response = review.handshake(current, role, response)
        if response.status != 101:
            assert role.session.request is not None
            visitor.answer(answering.answer(response, role.session.request, request))
            self._look(current)
            return
        fault = answering.fault_of(request)
        if fault is not None:
            status, reason, why = fault
            self.failed(visitor, Trouble("handshake", why, visitor.number, session, self._clock()))
            visitor.answer(answering.refusal(status, reason, why, ("Sec-WebSocket-Version", "13")))
            return
        self._agree(visitor, current, role, request)

    def _agree(self, visitor: Visitor, current: Round, role: Role, request: Request) -> None:
        assert role.session.response is not None
        response = review.handshake(current, role, role.session.response)
        raw, extensions, lacking = answering.agreement(response, request)
        session = visitor.session
        assert session is not None
        if lacking is not None:
            why = f"the client does not offer the subprotocol {lacking}, which the recording agreed on"
            self.failed(visitor, Trouble("handshake", why, visitor.number, session, self._clock()))
        talk = Talk(current, role, visitor, self.program.pace)
        current.open.add(session)
        current.played[session] = role.session.number
        task = asyncio.get_running_loop().create_task(self._talk(talk, visitor, current))
        self._talks[visitor] = talk, current, task
        visitor.agree(raw, extensions)

    async def _talk(self, talk: Talk, visitor: Visitor, current: Round) -> None:
        try:
            await talk.run()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # ours, and no client's
            visitor.failed(error)

    async def _hang(self, current: Round, soft: frozenset[int]) -> None:
        """Wait for what came before an answer that took its time."""
        until = time.monotonic() + _HUNG
        while not soft <= current.met and time.monotonic() < until:
            left = current.heard + _LINGER - time.monotonic()
            if left <= 0:
                return
            await current.wait(left)

    def _look(self, current: Round) -> None:
        """See whether a round is over, and with it the run."""
        if current not in self._rounds or not current.done or self._stop.is_set():
            return
        if self.program.loop:
            if current is self._rounds[-1]:
                return  # its last requests may come yet; the next session begins another one
            self._review(current)
        elif all(one.done or (one.extra and not one.open) for one in self._rounds):
            self._end_soon(current)

    def _end_soon(self, current: Round) -> None:
        """End, once what is left of the exchanges has had its time."""
        left = self.program.part.answers.keys() - current.answered
        if not left and (self.program.part.roles or self.program.part.answers):
            asyncio.get_running_loop().call_later(0.05, self._end_if_done)
        elif self.program.part.roles:
            asyncio.get_running_loop().call_later(_LINGER, self._end_if_done)

    def _end_if_done(self) -> None:
        if all(not one.open for one in self._rounds):
            self.stop()

    def _review(self, one: Round, *, last: bool = False) -> None:
        """Judge a round, and forget it."""
        self._rounds.remove(one)
        nonce = self.program.nonce or secrets.token_hex(6)
        values = with_environment(self.program.secrets, self.program.environment)
        redactor = Redactor(nonce=nonce, values=values, vault=self._vault)
        missing = last and not one.extra and not (self.program.loop and self._opened)
        unopened = self.program.part.roles.keys() - self._opened if missing else set()
        path = self._folder / "live.wsr"
        live = review.written(one, path, nonce, redactor)
        found = review.judged(one, live, self.program.name, sorted(unopened), self._shown)
        room = max(0, _MOST_FINDINGS - len(self.served.findings))
        self.served.findings += found[:room]
        self.served.left_out += len(found[room:]) + one.book.left_out
        self.served.sessions += len(live.sessions)
        self.served.messages += sum(session.count for session in live.sessions)


def serve(program: Program, shown: list[Shown], folder: Path, say: Callable[[str], None]) -> Served:
    """Play until all was played, or a signal; a second signal raises KeyboardInterrupt."""
    return asyncio.run(_watched(program, shown, folder, say))


async def _watched(program: Program, shown: list[Shown], folder: Path, say: Callable[[str], None]) -> Served:
    loop = asyncio.get_running_loop()
    serving = Serving(program, shown, folder, say)
    task = loop.create_task(serving.run())
    told = 0

    def signalled() -> None:
        nonlocal told
        told += 1
        if told == 1:
            say("stopping; asked again, it ends at once")
            serving.stop()
        else:
            task.cancel()

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, signalled)
    loop.set_exception_handler(serving.loop_trouble)
    try:
        return await task
    except asyncio.CancelledError:
        if told:
            raise KeyboardInterrupt from None
        raise
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
