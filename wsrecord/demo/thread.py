"""A thread: one user's conversation, over as many connections as it takes."""

import logging
import random
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from .bugs.scene import Scene, World
from .drifts.dice import Dice
from .drifts.stage import Stage
from .events import Event, Mint, Origin
from .history import History, Record
from .messages import CancelRun, ClientMessage, Ping, Refused, StartAgent, UserMessage, parse
from .options import DemoOptions
from .planner import AGENTS, DEFAULT_AGENT
from .run import Run

_log = logging.getLogger(__name__)

# How many ids of ended runs and used messages a thread remembers.
_MEMORY = 1000


class Listener(Protocol):
    """The session that is attached to a thread."""

    def pump(self) -> None:
        """Send what the history has and the client hasn't."""

    def superseded(self) -> None:
        """End: another session takes the thread over."""

    def cut(self) -> None:
        """End without a word."""


class Recent:
    """The last so many strings of a stream."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: dict[str, None] = {}

    def __contains__(self, item: str) -> bool:
        return item in self._kept

    def add(self, item: str) -> None:
        """Remember one, and forget the oldest if there are too many."""
        self._kept[item] = None
        if len(self._kept) > self._size:
            del self._kept[next(iter(self._kept))]


class Thread:
    """Takes the client's messages, keeps the runs, and numbers what they say."""

    def __init__(
        self,
        thread_id: str,
        user_id: str,
        options: DemoOptions,
        mint: Mint,
        rng: random.Random,
        dice: Dice,
        others: Callable[[], Iterable["Thread"]],
        world: World,
    ) -> None:
        self.id = thread_id
        self.user_id = user_id
        self.history = History(max_events=options.history_events, max_bytes=options.history_bytes)
        self.delivered = 0
        self.listener: Listener | None = None
        self.runs: dict[str, Run] = {}
        self._options = options
        self._mint = mint
        self._rng = rng
        self.stage = Stage(options.drifts, dice, self, others)
        self.scene = Scene(world, self)
        self.last: dict[str, Event] = {}
        self.ended = Recent(_MEMORY)
        self._message_ids = Recent(_MEMORY)

    def greeting(self, seq: int, **fields: Any) -> list[Record]:
        """Return the connection_established of a session that goes on after an event's number."""
        event = self._mint.event("connection_established", self._origin(), seq, fields)
        return [Record(seq, self._encoded(each), each) for each in self.stage.order(event)]

    def let_out(self, event: Event) -> None:
        """Number an event, encode it, send it: every event but the greeting passes here."""
        event["seq"] = self.history.last + 1
        self.scene.through("numbered", event)
        self.history.append(self._encoded(event), None if self.stage.idle else event)
        if self.listener is not None:
            self.listener.pump()

    def take(self, text: str) -> None:
        """Act on a client's message; whatever it is, an event answers it."""
        heard = self.scene.through("text", text)
        try:
            message: ClientMessage | None = self.scene.through(
                "said", None if heard is None else parse(heard)
            )
            if message is None:
                return  # only a bug drops one
            try:
                self._act(message)
            except Refused:
                raise
            except Exception as error:
                _log.exception("a %s failed", type(message).__name__)
                raise Refused("internal_error", "the server failed", message.message_id) from error
        except Refused as refused:
            self.refuse(refused)

    def refuse(self, refused: Refused) -> None:
        """Answer with an error that ends no run."""
        told: Refused | None = self.scene.through("refused", refused)
        if told is not None:
            fields = {"code": told.code, "message": told.message, "reply_to": told.reply_to}
            self._publish("error", None, fields)

    def _act(self, message: ClientMessage) -> None:
        match message:
            case Ping():
                self._publish("pong", None, {"reply_to": message.message_id})
            case StartAgent():
                self._start(message)
            case UserMessage():
                self._tell(message)
            case CancelRun():
                self._run(message).cancel(message.message_id)

    def _start(self, message: StartAgent) -> None:
        self._check_new(message)
        agent = AGENTS.get(message.agent_name or DEFAULT_AGENT)
        if agent is None:
            raise Refused("unknown_agent", f"the agent is none of {', '.join(AGENTS)}", message.message_id)
        if len(self.runs) >= self._options.max_runs:
            problem = f"a thread has at most {self._options.max_runs} runs at a time"
            raise Refused("too_many_runs", problem, message.message_id)
        run = Run(agent, self._options, self._rng.getrandbits(128), self._publish, self._forget, self.stage)
        run.start(message.message_id, message.prompt, report=message.report)
        self.runs[run.id] = run
        self._message_ids.add(message.message_id)

    def _tell(self, message: UserMessage) -> None:
        self._check_new(message)
        run = self._run(message)
        if not run.say(message.message_id, message.text):
            problem = f"a run takes at most {self._options.max_user_messages} messages"
            raise Refused("too_many_messages", problem, message.message_id)
        self._message_ids.add(message.message_id)

    def _check_new(self, message: StartAgent | UserMessage) -> None:
        if message.message_id in self._message_ids:
            raise Refused("duplicate_message_id", "the message_id was used before", message.message_id)

    def _run(self, message: UserMessage | CancelRun) -> Run:
        run = self.runs.get(message.run_id)
        if run is None:
            if message.run_id in self.ended:
                raise Refused("run_ended", "the run has ended", message.message_id)
            raise Refused("unknown_run", "there is no such run here", message.message_id)
        return run

    def _forget(self, run: Run) -> None:
        del self.runs[run.id]
        self.ended.add(run.id)

    def _origin(self, run: Run | None = None) -> Origin:
        if run is None:
            return Origin(self.user_id, self.id)
        return Origin(self.user_id, self.id, run.id, run.agent.name)

    def _publish(self, name: str, run: Run | None, fields: dict[str, Any]) -> None:
        """Make an event and let it out."""
        event = self._mint.event(name, self._origin(run), self.history.last + 1, fields)
        for each in self.stage.order(event):
            for out in self.scene.made(each):
                self.let_out(out)

    def _encoded(self, event: Event) -> bytes:
        """Encode an event; the last place that sees it as a value."""
        if not self.stage.idle and event["user_id"] == self.user_id:
            self.last[event["type"]] = event
        return self.stage.encoded(event)
