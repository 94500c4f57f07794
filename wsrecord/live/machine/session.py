"""One live session of a machine: what was said and heard, where its flows stand, and what it waits for.

All of it happens in the runner's thread.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wsrecord.cassette.model import Message
from wsrecord.codec.registry import make
from wsrecord.codec.unit import Unit
from wsrecord.contract.classify import Classifier, Event
from wsrecord.contract.flow.expression import names
from wsrecord.contract.flow.fault import KeyValues, Scalar
from wsrecord.contract.flow.instances import Instances
from wsrecord.contract.pointer import ABSENT, at
from wsrecord.errors import ContractError
from wsrecord.explore.moves import Case, Say
from wsrecord.live.door import Answers, Door
from wsrecord.live.outcome import Acted, Sung, outcome
from wsrecord.live.reel import Reel
from wsrecord.live.said import Said
from wsrecord.live.seat import News, Seat
from wsrecord.wire.frames import Direction

from .choosing import Choice
from .standing import Standing, servers
from .terms import Slot, Terms

_FEW, _MANY = 4, 20  # messages under way, and of one session, that give no reason to refuse one more
_LONGEST = 30  # times the patience: how long a story may go on when its end is waited for


class NotLetInError(Exception):
    """There is no session; `gone`: nobody answered at all."""

    def __init__(self, why: str, *, gone: bool) -> None:
        super().__init__(why)
        self.gone = gone


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of the server's."""

    name: str
    value: Any


class Session:
    """One session, from the upgrade to its end."""

    def __init__(self, terms: Terms, patience: float) -> None:
        zero = time.monotonic_ns()
        self.terms = terms
        self.patience = patience
        self.reel = Reel({}, lambda: time.monotonic_ns() - zero)
        self.standing = Standing(terms.contract)
        self.heard: list[Heard] = []
        self.odd = 0  # things that deserve a look
        self.suspect = False  # whether some of them deserve a judge's
        self.used: set[Any] = set()  # ids that the client made up
        self._news = News()
        self._wrong = False  # what is being said is wrong: no flow begins with it
        self._given_up: set[tuple[str, KeyValues]] = set()  # instances whose end was waited for in vain
        self._seat = Seat(terms.contract, terms.refusals, self._news.tell)
        self._classify = Classifier(terms.contract).classify
        self._codec = make(terms.contract.codec.spec)
        self._flows = Instances(terms.contract.flows)

    # -- asked

    @property
    def over(self) -> bool:
        """Whether the server says no more."""
        return self._seat.over

    @property
    def expecting(self) -> bool:
        """Whether the server has something to say yet."""
        return bool(self.unsettled()) or self._busy()

    def values(self, name: str) -> list[Any]:
        """What the server said in events of a name, the newest first."""
        return [one.value for one in reversed(self.heard) if one.name == name]

    def said(self, slot: Slot) -> list[Any]:
        """What the server said at a place, the newest first."""
        found = (
            next(
                (one for one in (at(value, pointer) for pointer in slot.pointers) if one is not ABSENT),
                ABSENT,
            )
            for value in self.values(slot.event.name)
        )
        return [one for one in found if one is not ABSENT]

    def open(self, flow: str) -> list[Mapping[str, Scalar]]:
        """The keys of a flow's instances that have not ended."""
        return [dict(one.key) for one in self._flows.open() if one.flow == flow]

    def acted(self) -> Acted:
        """All facts so far."""
        seats, contract = {0: self._seat}, self.terms.contract
        return outcome(Case(()), self.reel, seats, (), "connecting", contract, Sung(), self.terms.customs)

    def unsettled(self) -> set[int]:
        """The numbers of messages whose answer nobody has waited for yet."""
        return {one.number for one in self._seat.pending if not one.waited}

    # -- done

    async def enter(self, door: Door) -> None:
        """Open it, and hear the greeting if the contract has one."""
        entry = await door.enter(self.reel, Answers(self._hear))
        self._seat.client = entry.client
        if (why := entry.refused) is not None:
            raise NotLetInError(why, gone=entry.status is None)
        if self._greets():
            await self._news.until(lambda: bool(self.heard) or self.over, self.patience)

    async def choose(self, choose: Callable[[], Choice | None]) -> Choice | None:
        """What can be said now; if that is nothing yet, once the server has said more."""
        found: Choice | None = None

        def ready() -> bool:
            nonlocal found
            found = None if self.over else choose()
            return found is not None or self.over or not self.expecting

        if not await self._news.until(ready, self.patience):
            self._give_up()
        return found

    async def say(self, choice: Choice, *, wait: bool) -> None:
        """Say it; wait for its answer, if one is due."""
        client, seat = self._seat.client, self._seat
        assert client is not None
        if not client.in_session:
            return
        repeated = any(one in self.used for one in choice.ids)
        term = self.terms.by_name.get(choice.name)
        due = choice.breaks is not None or (term is not None and term.answered)
        alone = term is not None and not term.given and bool(choice.ids) and not repeated
        alone = alone and choice.name not in self.terms.contract.refusable
        few = len(seat.pending) + self._going() < _FEW and len(seat.said) < _MANY
        move = Say(event=choice.name, value=choice.value, breaks=choice.breaks)
        texts = tuple(one for one in choice.ids if isinstance(one, str))
        said = Said(move, 0, 0, texts, due, due and alone and few, repeated)
        self.used.update(choice.ids)
        seat.said.append(said)
        self._wrong = choice.breaks is not None
        for opcode, payload in make(self.terms.contract.codec.spec).encode([choice.unit]):
            client.send(opcode, payload)
        self._wrong = False
        said.number, said.t = seat.count, self.reel.clock()
        await client.drain()
        if wait and due:
            await self._news.until(lambda: not said.pending or seat.over, self.patience)
            said.waited = time.monotonic() - said.sent
        if said.answer != ("answered" if choice.breaks is None else "refused"):
            self.odd += 1

    async def hear(self, name: str, start: int, within: float) -> tuple[int, Any] | None:
        """The first event of this name from a place on, with its own place."""

        def found() -> int | None:
            return next((n for n in range(start, len(self.heard)) if self.heard[n].name == name), None)

        await self._news.until(lambda: found() is not None or self.over, within)
        number = found()
        return None if number is None else (number, self.heard[number].value)

    async def settle(self) -> None:
        """Until all is answered and every story has ended, or nothing comes any more."""
        seat = self._seat
        await self._news.until(lambda: seat.over or not self.unsettled(), self.patience)
        for said in seat.pending:
            said.waited = said.waited or time.monotonic() - said.sent
        until = time.monotonic() + _LONGEST * self.patience
        while self._busy() and not seat.over:
            came = seat.count
            within = min(self.patience, until - time.monotonic())
            if within <= 0 or not await self._news.until(
                lambda came=came: seat.count > came or seat.over,  # type: ignore[misc]
                within,
            ):
                self._give_up()
                return

    async def end(self) -> None:
        """Let what is open come to its end; then the client leaves."""
        await self.settle()
        client = self._seat.client
        if client is not None and not self._seat.over:
            self._seat.left = True
            await client.close()
        if client is not None:  # the server may have sent its close message, and not ended the connection
            await client.end()

    def drop(self) -> None:
        """Let go of everything at once."""
        if self._seat.client is not None:
            self._seat.client.kill()

    # -- inside

    def _hear(self, sender: Direction, messages: list[Message]) -> None:
        for message in messages:
            for unit in self._codec.feed(self._seat.count, message):
                self._unit(unit)
        self._seat.hear(sender, messages)

    def _unit(self, unit: Unit) -> None:
        try:
            event = self._classify(unit)
        except ContractError:
            self._suspect()
            return
        if isinstance(event, Event) and not (unit.sender == "client" and self._wrong):
            self.standing.take(event)
            if self._flows.feed(event.name, unit.sender, event.keys):
                self._suspect()
        if unit.sender == "client":
            return
        schema = event.spec.schema if isinstance(event, Event) else None
        right = schema is None or schema.is_valid(unit.value)
        if unit.fault is not None or not isinstance(event, Event) or not right:
            self._suspect()
        self.heard.append(Heard(event.name or "", unit.value if unit.readable else ABSENT))

    def _suspect(self) -> None:
        self.odd += 1
        self.suspect = True

    def _busy(self) -> bool:
        """Whether the server can bring a story to its end by itself, and has not yet."""
        return any(
            self._keyed(one.flow)
            and (one.flow, one.key) not in self._given_up
            and all(servers(self.terms.contract, name.name) for name in names(one.needed))
            for one in self._flows.open()
        )

    def _give_up(self) -> None:
        """Nobody waits twice for what does not come."""
        self._given_up |= {(one.flow, one.key) for one in self._flows.open()}

    def _going(self) -> int:
        return sum(self._keyed(one.flow) for one in self._flows.open())

    def _keyed(self, flow: str) -> bool:
        return bool(self.terms.contract.flows[flow].spec.key)

    def _greets(self) -> bool:
        """Whether the contract has the server speak first."""
        for flow in self.terms.contract.flows.all:
            first = flow.automaton.allowed(flow.automaton.start)
            alone = all(servers(self.terms.contract, name) for name in first)
            if not flow.spec.key and alone and not flow.automaton.start.accepts:
                return True
        return False
