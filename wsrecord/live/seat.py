"""One session of a made-up dialogue: what its client said and meant, and what the server said since."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from wsrecord.cassette.model import Message
from wsrecord.codec.base import Codec
from wsrecord.codec.registry import make
from wsrecord.codec.unit import Unit
from wsrecord.contract.classify import Event, classifier_of
from wsrecord.contract.flow.instances import Instances
from wsrecord.contract.model import Contract, EventKey
from wsrecord.contract.pointer import ABSENT, Pointer, at, parse
from wsrecord.errors import ContractError
from wsrecord.live.client import Client
from wsrecord.live.said import Said
from wsrecord.live.whose import Heard, Whose
from wsrecord.wire.frames import Direction, Opcode

_BIRD = re.compile(r"canary-[0-9a-f]{12}")
_KEPT = 200  # events whose values may be asked for


@dataclass(frozen=True, slots=True)
class Bird:
    """A canary that was heard, whoever's it is."""

    text: str
    key: EventKey
    pointer: Pointer
    number: int  # of the message


class Seat:
    """Hears one session."""

    def __init__(
        self, contract: Contract, refusals: frozenset[str], tell: Callable[[], None], who: object = None
    ) -> None:
        self.client: Client | None = None
        self.said: list[Said] = []
        self.count = 0  # messages of both sides
        self.steps = 0  # of flows: answers, and what belongs to something
        self.moved = time.monotonic()  # the last of them
        self.answered = 0.0  # when a message last was
        self.pongs: list[bytes] = []
        self.closed: tuple[int | None, bool] | None = (
            None  # the server's close: its code, whether it was first
        )
        self.left = False  # the client ended it
        self.broken = False  # the client broke the protocol
        self.daring = False  # it comes back, or asks oddly
        self.stalled = False  # the client did not read for a while
        self.birds: list[Bird] = []  # those that it heard
        isolation = contract.isolation
        self._user = isolation.user if isolation is not None else None
        self.who: object = who if self._user is None else None  # its user, as far as the server said so
        self.names: list[str] = []  # the server's events, in order
        self.texts: list[bytes] = []
        self._values: dict[str, Any] = {}  # the last of each
        self._own: dict[str, Any] = {}  # the client's own
        self._classify = classifier_of(contract).classify
        self._codec: Codec = make(contract.codec.spec)
        self._flows = Instances(contract.flows)
        self._refusals = refusals
        self._whose = Whose(contract, refusals)
        self._tell = tell
        self._sung = False  # there may be canaries in the message that is being heard

    # -- asked

    @property
    def over(self) -> bool:
        """Whether the server says no more."""
        client = self.client
        return client is None or self.closed is not None or client.ended or client.gone.is_set()

    @property
    def pending(self) -> list[Said]:
        """What is due an answer and has none."""
        return [one for one in self.said if one.pending and one.due]

    @property
    def busy(self) -> int:
        """How many flows are open that have a key, and so an end of their own."""
        return self._flows.unfinished()

    @property
    def expecting(self) -> bool:
        """Whether the server has something to say yet: an answer, a story, or its greeting."""
        return bool(self.pending or self.busy) or not self.names

    def given(self, event: str, pointer: str) -> Any:
        """What the server last said there, or the client itself; ABSENT if nobody did."""
        values = self._values if event in self._values else self._own
        return at(values[event], parse(pointer)) if event in values else ABSENT

    # -- told

    def hear(self, sender: Direction, messages: list[Message]) -> None:
        """Take messages of either side."""
        for message in messages:
            self.count += 1
            if sender == "server":
                self._control(message)
                self._sung = b"canary-" in message.payload
            for unit in self._codec.feed(self.count, message):
                self._unit(unit)
        self._tell()

    def _control(self, message: Message) -> None:
        if message.opcode is Opcode.PONG:
            self.pongs.append(message.payload)
        elif message.opcode is Opcode.CLOSE and self.closed is None:
            payload = message.payload
            code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else None
            self.closed = code, not self.left
        elif message.opcode in (Opcode.TEXT, Opcode.BINARY) and len(self.texts) < _KEPT:
            self.texts.append(message.payload)

    def _unit(self, unit: Unit) -> None:
        try:
            event = self._classify(unit)
        except ContractError:
            return
        # what was open tells whether a refusal may be about that
        among = list(self._flows.open()) if event.name in self._refusals and unit.sender == "server" else []
        if isinstance(event, Event):
            self._flows.feed(event.name, unit.sender, event.keys)
            if event.keys:
                self._step()
            if unit.sender == "server" and unit.readable:
                self._personal(event, unit)
        if unit.sender == "client" and isinstance(event, Event) and unit.readable:
            self._own[event.name] = unit.value
        if unit.sender == "server":
            name = event.name or "a message without a name"
            self.names.append(name)
            if unit.readable:
                self._values[name] = unit.value
            keys = event.keys if isinstance(event, Event) else {}
            if self._whose.hear(self.said, Heard(name, unit.value, self.count, keys, among)):
                self.answered = time.monotonic()
                self._step()

    def _personal(self, event: Event, unit: Unit) -> None:
        """Whose session it is, and what only one user can know."""
        user = self._user
        if user is not None and self.who is None and (user.events is None or event.key in user.events):
            found = at(unit.value, user.pointer)
            self.who = None if found is ABSENT else found
        if self._sung:
            for pointer, text in _texts(unit.value):
                self.birds += [Bird(one, event.key, pointer, self.count) for one in _BIRD.findall(text)]

    def _step(self) -> None:
        """Something went on that somebody waits for."""
        self.steps += 1
        self.moved = time.monotonic()


def _texts(value: Any) -> Iterator[tuple[Pointer, str]]:
    rest: list[tuple[Pointer, Any]] = [((), value)]
    while rest:
        at, one = rest.pop()
        if isinstance(one, str):
            yield at, one
        elif isinstance(one, dict):
            rest += [((*at, str(name)), inner) for name, inner in one.items()]
        elif isinstance(one, list):
            rest += [((*at, str(number)), inner) for number, inner in enumerate(one)]


class News:
    """Wakes those who wait for something to be so."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[None], Callable[[], bool]] = {}

    def tell(self) -> None:
        """Something has changed."""
        for waiting, ready in list(self._waiting.items()):
            if not waiting.done() and ready():
                waiting.set_result(None)

    async def until(self, ready: Callable[[], bool], within: float) -> bool:
        """Wait for it; return whether it is so."""
        if ready():
            return True
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[waiting] = ready
        try:
            async with asyncio.timeout(max(0.0, within)):
                await waiting
        except TimeoutError:
            return ready()
        finally:
            self._waiting.pop(waiting, None)
        return True
