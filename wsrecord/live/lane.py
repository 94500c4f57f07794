"""One recorded connection, acted out: its steps one after another, each when its gates let it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wsrecord.cassette.model import FrameFlag, Message, Response
from wsrecord.cassette.recording import header
from wsrecord.dialogue.filling import Filled
from wsrecord.dialogue.steps import AnyStep, Ask, Close, Connect, Control, Cut, Dialogue, Leave, Say
from wsrecord.live.beats import Beats
from wsrecord.live.client import Client
from wsrecord.live.gatekeeper import await_gates
from wsrecord.live.outgoing import UnsendableError, new_key, outgoing
from wsrecord.live.played import Stall, Unsent
from wsrecord.live.scene import Scene
from wsrecord.live.settling import Settling
from wsrecord.live.stage import Stage
from wsrecord.live.upstream import Upstream

_CLOSE_1000 = b"\x03\xe8"
_ENOUGH = 0.5  # seconds for the answer to a heartbeat that came before its time


@dataclass(slots=True)
class Book:
    """What all lanes of one replay write down."""

    clock: Callable[[], int]
    stalls: list[Stall] = field(default_factory=list)
    given_up: list[Stall] = field(default_factory=list)
    unsent: list[Unsent] = field(default_factory=list)
    spared: list[int] = field(default_factory=list)
    denied: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Play:
    """What all lanes of one replay share."""

    dialogue: Dialogue
    stage: Stage
    scene: Scene
    book: Book
    settling: dict[int, Settling]
    dial: Callable[["Lane", Upstream], Client]
    others: Callable[["Lane"], bool]  # whether all other lanes are done


class Lane:
    """The steps of one connection."""

    def __init__(self, play: Play, steps: Sequence[AnyStep]) -> None:
        self.steps = [step for step in steps if not step.timer]
        self.connect = next((step for step in steps if isinstance(step, Connect)), None)
        self.session = self.connect.session if self.connect is not None else None
        self.done = False  # or all that is left is to hang until the others are
        self.finished = False  # to its end, not by being ended
        self.now: AnyStep | None = None  # the step that it is at
        self._play = play
        self._scene = play.scene
        self._client: Client | None = None
        self._asked: list[Ask | Connect] = []  # on this client, and not yet answered
        self._upgraded: Client | None = None  # the client that asked for the session
        self._stopped: str | None = None  # why no more steps are taken
        self._refused: int | None = None  # what the upgrade was answered with
        self._last = time.monotonic()  # when the last step was taken
        self._heard = 0  # what the server had said by then
        self._beats = Beats(play.dialogue, [step for step in steps if step.timer], self._beat)
        response = self.connect.response if self.connect is not None else None
        agreed = header(response.headers, "sec-websocket-extensions") if response is not None else None
        self._deflated = "permessage-deflate" in (agreed or "")  # when it was recorded

    # -- what the clients tell

    def answered(self, client: Client, response: Response) -> Ask | Connect | None:
        """An answer to what was asked first came; return what that was."""
        if client is not self._client or not self._asked:
            return None
        step = self._asked.pop(0)
        if response.status == 401 and (step.response is None or step.response.status != 401):
            self._play.book.denied.add(step.connection)
        if isinstance(step, Connect):
            if response.status == 101:
                self._beats.begin(step, self._play.stage.pace.times or 1.0)
            else:
                self._refused = response.status
        self._scene.answered(step, response, header(response.headers, "sec-websocket-protocol"))
        return step

    def passed(self, client: Client, messages: list[Message]) -> None:
        """Messages of the session."""
        if client is self._upgraded and self.session is not None:
            self._scene.passed(self.session, messages)

    def over(self, client: Client) -> None:
        """A connection is over: what was asked there will not be answered."""
        if client is self._client:
            self._forget_asked()
        if client is self._upgraded and self.session is not None:
            self._scene.end(self.session)
        self._scene.tell()

    # -- acting

    async def run(self) -> None:
        """Take all steps."""
        try:
            for step in self.steps:
                self.now = step
                if self._stopped is None:
                    await self._step(step)
                else:
                    self._leave_out(step, self._stopped)
            await self._end()
            self.finished = True
        finally:
            self._play.book.spared += await self._beats.stop()
            self.done = True
            self._scene.tell()

    async def _step(self, step: AnyStep) -> None:
        stage = self._play.stage
        for missed in await await_gates(self._scene, step, stage.waits):
            gate = missed.gate
            self._stall(step, gate.text, missed.waited, gate.why, gate.session, missed.hopeless, gate.hard)
            if gate.hard and gate.why == "link":
                self._stopped = self._scene.lack(gate) or f"it needs {gate.text}, which never came"
        if self._stopped is not None:
            self._leave_out(step, self._stopped)
            return
        await self._settle(step)
        if isinstance(step, Close | Cut | Leave):
            await self._last_beats()
        if isinstance(step, Connect) and step.away and stage.pace.times is None:
            await asyncio.sleep(min(step.away / 1e9, stage.waits.hard))
        if stage.pace.times is not None:
            await asyncio.sleep(self._last + stage.pace.seconds(step.gap) - time.monotonic())
        self._heard = self._scene.counts[self.session] if self.session is not None else 0
        await self._act(step)
        self._last = time.monotonic()

    async def _settle(self, step: AnyStep) -> None:
        """Where a stream has no last word of its own kind: wait until nothing more comes of it."""
        wanted, session, scene = self._play.settling.get(step.number), self.session, self._scene
        if wanted is None or session is None:
            return

        def enough() -> bool:
            came = scene.counts[session] - self._heard
            return session in scene.over or (wanted.count is not None and came >= wanted.count)

        limit = time.monotonic() + self._play.stage.waits.soft_for(step.gap)
        while not enough():
            left = min(limit, max(self._last, scene.quiet(session)) + wanted.quiet) - time.monotonic()
            if left <= 0:
                return
            await scene.until(enough, left)

    async def _act(self, step: AnyStep) -> None:
        client = self._client
        match step:
            case Ask():
                await self._ask(step)
            case Connect():
                await self._upgrade(step)
            case _ if client is None or not client.in_session:
                await self._too_late(step)
            case Say():
                filled = self._scene.bindings.fill(step)
                self._scene.take(step, filled)
                self._say(client, step, filled)
                await client.drain()
            case Control():
                self._scene.take(step)
                client.send(step.opcode, step.payload)
            case Close() | Cut() | Leave():
                await self._finish(client, step)

    async def _ask(self, step: Ask) -> None:
        client = self._client
        if client is not None and client.is_open and self._asked:
            what = "the answer to the request before"
            await self._await(step, what, "answer", lambda: not self._asked, self._asked[-1])
            if self._asked:  # what hangs is left hanging, and the next is asked elsewhere
                self._forget_asked()
                self._client = None
        await self._write(step)

    async def _upgrade(self, step: Connect) -> None:
        if not await self._write(step, new_key()):
            return
        client = self._client
        assert client is not None
        what = "the answer to the upgrade"
        await self._await(step, what, "handshake", lambda: step not in self._asked, step)
        if self._refused is not None:
            self._stopped = f"the upgrade was answered with {self._refused}"
        elif not client.in_session and not client.gone.is_set():
            self._stopped = "the upgrade was not answered"

    async def _write(self, step: Ask | Connect, key: str | None = None) -> bool:
        """Send a request, on a new connection if need be; return whether it went out."""
        filled = self._scene.bindings.fill(step)
        assert filled.request is not None
        purse = self._play.stage.purse_of(step.connection)
        upstream = self._play.stage.routes.choose(filled.request.path)
        try:
            raw = outgoing(filled.request, upstream, purse.headers(), purse.query(), key=key)
        except UnsendableError as error:
            self._leave_out(step, f"it can't be sent: {error}")
            return False
        client = self._client
        if client is not None and client.spent:
            client.finish()
        if client is None or not client.is_open or client.ended:
            client = self._client = self._play.dial(self, upstream)
            trouble = await client.connect()
            if trouble is not None:
                self._stopped = trouble.text
                self._leave_out(step, trouble.text)
                return False
        self._scene.take(step, filled)
        self._asked.append(step)
        if isinstance(step, Connect):
            self._upgraded = client
        client.ask(raw)
        await client.drain()
        return True

    def _say(self, client: Client, step: Say, filled: Filled) -> None:
        for number, (opcode, payload) in enumerate(filled.messages):
            frames = step.messages[number].frames if number < len(step.messages) else None
            compressed = frames is not None and bool(frames[0][1] & FrameFlag.RSV1)
            client.send(
                opcode,
                payload,
                compress=compressed or not self._deflated,
                sizes=[length for length, _, _ in frames or ()],
            )

    # -- the end

    async def _finish(self, client: Client, step: Close | Cut | Leave) -> None:
        if isinstance(step, Leave) and step.by == "server":
            close = "the server's close" + (f" ({step.code})" if step.code else "")
            what = close if step.closed else "the server's end of the connection"
            await self._await(step, what, "close", lambda: client.closing.is_set() or client.ended)
        self._scene.take(step)
        match step:
            case Close():
                await client.close(step.payload)
            case Cut(how="reset"):
                client.reset()
            case Cut():
                await client.end()
            case _:
                await client.close(_CLOSE_1000)

    async def _end(self) -> None:
        """Have the connection over; what hung to the end when it was recorded hangs until all is said."""
        client = self._client
        if client is None:
            return
        if self._asked and self._asked[-1].response is not None:
            last = self._asked[-1]
            text = f"the answer to {last.request.method} {last.request.path.partition('?')[0]}"
            await self._await(last, text, "answer", lambda: not self._asked, last)
        elif self._asked:
            self.done = True
            self._scene.tell()
            await self._scene.until(
                lambda: not self._asked or self._play.others(self), self._play.stage.timeout
            )
        await client.close(_CLOSE_1000)

    async def _too_late(self, step: AnyStep) -> None:
        """The session is over before its steps are; one that was to wait for that has what it wants."""
        if isinstance(step, Leave):
            self._scene.take(step)
        else:
            self._stopped = "the session had ended" if self._upgraded is not None else "there is no session"
            self._leave_out(step, self._stopped)

    # -- heartbeats

    async def _beat(self, step: AnyStep) -> bool:
        """Say what comes by the clock; return whether it could be said."""
        client = self._client
        if client is None or not client.in_session or not all(map(self._scene.met, step.gates)):
            return False
        await self._act(step)
        return True

    async def _last_beats(self) -> None:
        """A replay is quicker than a clock: what never had its turn comes once, and is answered."""
        session = self.session
        if session is not None and await self._beats.once():
            before = self._scene.counts[session]
            await self._scene.until(
                lambda: self._scene.counts[session] > before or session in self._scene.over, _ENOUGH
            )

    # -- writing down

    async def _await(
        self, step: AnyStep, what: str, why: str, ready: Callable[[], bool], of: Ask | Connect | None = None
    ) -> None:
        """Wait for what every client waits for, the answer `of` a step for instance; a stall if in vain."""
        begun = time.monotonic()
        client = self._client

        def lost() -> bool:
            return client is not None and client.gone.is_set()

        await self._scene.until(lambda: ready() or lost(), self._play.stage.waits.hard_for(step.gap))
        if not ready() or (of is not None and self._scene.gave_up(of)):
            self._stall(step, what, time.monotonic() - begun, why, self.session, lost(), True)

    def _forget_asked(self) -> None:
        asked, self._asked = self._asked, []
        for step in asked:
            self._scene.unanswered(step)

    def _stall(
        self, step: AnyStep, text: str, waited: float, why: str, session: int | None, ended: bool, hard: bool
    ) -> None:
        book = self._play.book
        stall = Stall(step.number, text, waited, why, session, ended, book.clock())
        (book.stalls if hard else book.given_up).append(stall)

    def _leave_out(self, step: AnyStep, why: str) -> None:
        self._scene.drop(step)
        self._play.book.unsent.append(Unsent(step.number, why, getattr(step, "session", None)))
