"""What has happened so far in a replay, by recorded numbers, and who waits for what of it."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

from wsrecord.cassette.model import Message, Response
from wsrecord.codec.base import Codec
from wsrecord.codec.registry import make
from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.filling import Filled
from wsrecord.dialogue.lacks import lack
from wsrecord.dialogue.steps import AnyStep, Ask, Connect, Gate


class Scene:
    """The events of a replay: told by its lanes, asked by their steps."""

    def __init__(self, bindings: Bindings) -> None:
        self.bindings = bindings
        self.taken: list[int] = []
        self.over: set[int] = set()  # sessions in which nothing more comes
        self.counts: Counter[int] = Counter()  # by session: what the server said
        self._dropped: set[int] = set()  # steps that will not be taken
        self._answers: dict[int, int | None] = {}  # by step: its answer's status; None: none will come
        self._news: dict[int | None, float] = {}  # by session: when something came last; None: anywhere
        self._codecs: dict[int, tuple[Codec, Counter[str]]] = {}
        self._waiting: dict[asyncio.Future[None], Callable[[], bool]] = {}

    # -- telling

    def take(self, step: AnyStep, filled: Filled | None = None) -> None:
        """A step is about to be taken."""
        self.taken.append(step.number)
        self.bindings.taken(step, filled)
        self.tell()

    def drop(self, step: AnyStep) -> None:
        """A step will not be taken."""
        self._dropped.add(step.number)
        self._answers.setdefault(step.number, None)
        if isinstance(step, Connect):
            self.over.add(step.session)
        self.tell()

    def answered(self, step: Ask | Connect, response: Response, subprotocol: str | None) -> None:
        """An answer came."""
        self.bindings.answered(step, response)
        self._answers[step.number] = response.status
        session = step.session if isinstance(step, Connect) else None
        self._note(session)
        if session is not None and response.status == 101:
            reading = self.bindings.dialogue.readings[session]
            self._codecs[session] = make(reading.codec, subprotocol=subprotocol), Counter()
        elif session is not None:
            self.over.add(session)
        self.tell()

    def unanswered(self, step: Ask | Connect) -> None:
        """An answer will not come."""
        self._answers.setdefault(step.number, None)
        self.tell()

    def passed(self, session: int, messages: list[Message]) -> None:
        """Messages of either side of a session."""
        codec, count = self._codecs[session]
        for message in messages:
            count["messages"] += 1
            units = codec.feed(count["messages"], message)
            for unit in units:
                if unit.sender == "server":
                    self.counts[session] += 1
                    self.bindings.heard(session, unit)
        self._note(session)
        self.tell()

    def end(self, session: int) -> None:
        """A session is over."""
        self.over.add(session)
        self.tell()

    def tell(self) -> None:
        """Something changed: those go on who have what they waited for."""
        for waiting, ready in list(self._waiting.items()):
            if not waiting.done() and ready():
                waiting.set_result(None)

    # -- asking

    def met(self, gate: Gate) -> bool:
        """Whether what a gate waits for is there."""
        return self.bindings.met(gate)

    def hopeless(self, gate: Gate) -> bool:
        """Whether it can't come any more."""
        if gate.why == "order":
            return gate.step in self._dropped
        if gate.why == "reply":
            return self._is_unanswered(gate.step)
        if gate.why == "link" and self.lack(gate) is not None:
            return True
        return gate.session is not None and gate.session in self.over

    def lack(self, gate: Gate) -> str | None:
        """What came in place of a linked value, where nothing else will give it."""
        if gate.variable is None or self.met(gate):
            return None
        dialogue = self.bindings.dialogue
        return lack(dialogue, dialogue.variables[gate.variable], self._answers)

    def begun(self, gate: Gate) -> bool:
        """Whether the server has begun to say what a gate is about."""
        return gate.why != "kind" or self.bindings.begun(gate)

    def gave_up(self, step: AnyStep) -> bool:
        """Whether its answer will not come."""
        return self._is_unanswered(step.number)

    def _is_unanswered(self, number: int | None) -> bool:
        return number in self._answers and self._answers[number] is None

    def quiet(self, session: int | None) -> float:
        """Since when nothing came in a session, on the monotonic clock; None: anywhere."""
        return self._news.get(session, 0.0)

    # -- waiting

    async def until(self, ready: Callable[[], bool], within: float | None) -> bool:
        """Wait for something to be so, for so many seconds or as long as it takes; return whether it is."""
        if ready():
            return True
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[waiting] = ready
        try:
            async with asyncio.timeout(None if within is None else max(0.0, within)):
                await waiting
        except TimeoutError:
            return ready()
        finally:
            self._waiting.pop(waiting, None)
        return True

    def _note(self, session: int | None) -> None:
        self._news[session] = self._news[None] = time.monotonic()
