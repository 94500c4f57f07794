"""Acts a made-up dialogue out: what the client did and meant, and what came of it, as facts."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import Any

from wsrecord.contract.model import Contract
from wsrecord.contract.pointer import ABSENT
from wsrecord.explore import moves as moving
from wsrecord.explore.moves import NEW, Case, Close, Connect, HalfClose, Hear, Move, Probe, Raw, Say, holes
from wsrecord.explore.speech import BETWEEN, Speech, Utterance
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.explore.wire import fragments
from wsrecord.judge.fuzz import Bare, Broke, Fact, Meant, is_broken
from wsrecord.live.door import Answers, Door
from wsrecord.live.reel import Reel
from wsrecord.live.seat import News, Said, Seat
from wsrecord.wire.frames import Opcode

_FEW = 4  # flows and messages that may be under way with no reason to refuse one more
_MANY = 20  # messages of one case, after which a server may have had enough
_FORBIDDEN = (1004, 1005, 1006, 1015)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Seconds that a made-up client waits."""

    answer: float = 1.2
    quiet: float = 1.0  # of silence, with something still open
    hear: float = 0.7
    whole: float = 30.0  # for the whole case

    def times(self, factor: float) -> "Waiting":
        """Longer ones."""
        return replace(self, answer=self.answer * factor, quiet=self.quiet * factor, hear=self.hear * factor)


@dataclass(frozen=True, slots=True)
class Acted:
    """What came of a case."""

    case: Case
    reel: Reel
    facts: tuple[Fact, ...]
    tainted: frozenset[
        tuple[int, int]
    ]  # messages of the client's that were wrong on purpose, and their answers
    rough: frozenset[int]  # sessions in which the client broke the protocol
    denied: str | None = None  # nobody was let in
    dead: bool = False  # nobody answers any more


@dataclass(slots=True)
class Rules:
    """What all cases of a run share."""

    contract: Contract
    words: Vocabulary
    refusals: frozenset[str]
    doors: Sequence[Door]
    waiting: Waiting = field(default_factory=Waiting)


async def act(case: Case, rules: Rules, random: Random, *, anew: bool = False) -> Acted:
    """Act a case out, within its time; nothing of it is left running after."""
    acting = _Acting(case, rules, random, anew)
    try:
        async with asyncio.timeout(rules.waiting.whole):
            await acting.run()
    except TimeoutError:
        pass  # what was not answered by then is told as that
    finally:
        for seat in acting.seats.values():
            if seat.client is not None:
                seat.client.kill()
        await asyncio.sleep(0)
    return acting.acted()


def _has_said(seat: Seat, what: Any) -> bool:
    """Whether the server has given a value, or has nothing more to say."""
    return seat.given(what[0], what[1]) is not ABSENT or seat.over or not seat.expecting


class _Stop(Exception):  # noqa: N818 - no error: the case is over
    """Nothing more can be done."""


class _Acting:
    def __init__(self, case: Case, rules: Rules, random: Random, anew: bool) -> None:
        zero = time.monotonic_ns()
        self.seats: dict[int, Seat] = {}
        self.reel = Reel({}, lambda: time.monotonic_ns() - zero)
        self._case = case
        self._rules = rules
        self._anew = anew
        self._news = News()
        self._speech = Speech(rules.contract, random)
        self._used: set[Any] = set()
        self._facts: list[Fact] = []
        self._last = "connecting"
        self._denied: str | None = None
        self._dead = False

    async def run(self) -> None:
        """Take all moves, then let what is open come to its end."""
        try:
            for move in self._case.moves:
                await self._move(move)
            await self._end()
        except _Stop:
            pass

    async def _move(self, move: Move) -> None:
        if isinstance(move, Connect):
            await self._seat(move.on, move.user)
            return
        seat = await self._seat(move.on, 0)
        client = seat.client
        assert client is not None
        if seat.over or seat.left:
            return
        match move:
            case Say():
                await self._say(seat, move)
            case Raw():
                await self._raw(seat, move)
            case Probe():
                await self._probe(seat, move.size)
            case Hear():
                come = len(seat.names)
                await self._news.until(
                    lambda: move.event in seat.names[come:] or seat.over, self._rules.waiting.hear
                )
            case Close():
                await self._close(seat, move)
            case moving.Cut() | HalfClose():
                half = isinstance(move, HalfClose)
                self._last = "a half-close" if half else "a reset"
                seat.left = True
                self._leave(seat)
                if half:
                    client.finish()
                    await self._news.until(client.gone.is_set, 0.3)
                else:
                    client.reset()

    async def _seat(self, on: int, user: int) -> Seat:
        if on in self.seats:
            return self.seats[on]
        rules = self._rules
        seat = self.seats[on] = Seat(rules.contract, rules.refusals, self._news.tell)
        door = rules.doors[user % len(rules.doors)]
        entry = await door.enter(self.reel, Answers(seat.hear), anew=self._anew)
        seat.client = entry.client
        if entry.status == 101 and entry.trouble is None:
            return seat
        if entry.status is None or entry.status in (500, 502):
            how = entry.trouble or f"{entry.status} for an upgrade"
            self._dead = entry.status is None
            self._facts.append(Broke(session=None, t=self.reel.clock(), after=self._last, how=how))
        else:
            self._denied = entry.trouble or f"the upgrade was answered with {entry.status}"
        raise _Stop

    # -- messages

    async def _say(self, seat: Seat, move: Say) -> None:
        utterance = await self._utter(seat, move)
        if utterance is None:
            return
        opcode, data, ids = utterance.opcode, utterance.data, utterance.ids
        self._last = _label(move)
        term = self._rules.words.terms.get(move.event or "")
        given = any(kind != NEW for kind, _ in holes(move.value))
        due = move.breaks is not None or (term is not None and term.answered)
        repeated = any(one in self._used for one in ids)
        under_way = sum(len(one.pending) + one.busy for one in self.seats.values())
        few = under_way < _FEW and sum(len(one.said) for one in self.seats.values()) < _MANY
        alone = term is not None and not term.needs and not given and bool(ids) and not repeated
        said = Said(move, 0, 0, ids, due, due and alone and few, repeated)
        self._used.update(ids)
        assert seat.client is not None
        seat.said.append(said)
        if move.cuts or move.ping_at is not None:
            seat.client.write(fragments(opcode, data, move.cuts, move.ping_at, BETWEEN))
        else:
            seat.client.send(opcode, data)
        said.number, said.t = seat.count, self.reel.clock()
        await seat.client.drain()
        waiting = self._rules.waiting
        if move.then != "now" and due:
            await self._news.until(lambda: not said.pending or seat.over, waiting.answer)
        if move.then == "quiet":
            await self._quiet([seat])
        said.waited = time.monotonic() - said.sent
        if move.cuts or move.ping_at is not None:
            self._in_frames(seat, said)

    async def _utter(self, seat: Seat, move: Say) -> Utterance | None:
        """What a message says now, once the server has given what it needs."""
        waiting = self._rules.waiting.answer
        for kind, what in holes(move.value):
            if kind != NEW:
                await self._news.until(partial(_has_said, self._place(seat, what), what), waiting)
        term = self._rules.words.terms.get(move.event or "")
        return self._speech.utter(move, term, lambda what: self._place(seat, what).given(what[0], what[1]))

    def _place(self, seat: Seat, what: Any) -> Seat:
        return self.seats.get(what[2], seat) if len(what) > 2 else seat

    def _in_frames(self, seat: Seat, said: Said) -> None:
        """A message in several frames is one message: it is answered as that."""
        got = None
        if said.answer == "refused":
            got = f"a refusal: {said.by}"
        elif said.pending and said.move.then != "now":
            got = "no answer" if not seat.over else self._how(seat)
        elif said.move.ping_at is not None and BETWEEN not in seat.pongs:
            got = "no pong"
        what = "a message in several frames"
        if said.move.ping_at is not None:
            what += " with a ping between them"
        if said.move.breaks is None:
            self._bare(seat, what, "what the message in one frame is answered with", got)

    # -- below messages

    async def _probe(self, seat: Seat, size: int) -> None:
        assert seat.client is not None
        self._last = f"a ping of {size} bytes"
        payload = b"p" * size
        before = len(seat.pongs)
        seat.client.send(Opcode.PING, payload)
        came = await self._news.until(
            lambda: payload in seat.pongs[before:] or seat.over, self._rules.waiting.answer
        )
        good = payload in seat.pongs[before:]
        got = None if good else self._how(seat) if came else "no pong, or another"
        self._bare(seat, self._last, "a pong that says the same", got)

    async def _raw(self, seat: Seat, move: Raw) -> None:
        assert seat.client is not None
        self._last = move.breaks
        self._leave(seat)
        seat.broken = True
        seat.client.write(move.data)
        client = seat.client
        over = await self._news.until(
            lambda: client.closing.is_set() or seat.over, self._rules.waiting.answer
        )
        got = None if over else "the connection goes on"
        self._bare(seat, move.breaks, "the end of the connection", got)

    async def _close(self, seat: Seat, move: Close) -> None:
        assert seat.client is not None
        self._last = "a close without a code" if move.code is None else f"a close with {move.code}"
        self._leave(seat)
        seat.left = True
        await seat.client.close(b"" if move.code is None else move.code.to_bytes(2))
        got = None
        if seat.closed is None:
            got = "the end of the connection, without a close message"
        elif seat.closed[0] is not None and (seat.closed[0] < 1000 or seat.closed[0] in _FORBIDDEN):
            got = f"a close message with {seat.closed[0]}, which may not be sent"
        self._bare(seat, self._last, "a close message", got)

    def _bare(self, seat: Seat, what: str, expected: str, got: str | None) -> None:
        assert seat.client is not None
        session = seat.client.session or 1
        self._facts.append(Bare(session=session, t=self.reel.clock(), what=what, expected=expected, got=got))

    # -- the end

    async def _end(self) -> None:
        """What is open comes to its end; what waits for an answer gets its time; then the client goes."""
        waiting = self._rules.waiting
        live = [seat for seat in self.seats.values() if not seat.left]

        await self._news.until(lambda: all(seat.over or not seat.pending for seat in live), waiting.answer)
        await self._quiet(live)
        for seat in live:
            for said in seat.pending:
                said.waited = time.monotonic() - said.sent
            if seat.client is not None and not seat.over:
                seat.left = True
                await seat.client.close()

    async def _quiet(self, seats: Sequence[Seat]) -> None:
        """Until no flow is open, or nothing comes any more."""
        until = time.monotonic() + self._rules.waiting.whole / 3
        silent = self._rules.waiting.quiet

        def settled() -> bool:
            return all(seat.over or not seat.busy for seat in seats)

        while not settled():
            came = sum(seat.count for seat in seats)
            within = min(silent, until - time.monotonic())
            if within <= 0 or not await self._news.until(
                lambda came=came: settled() or sum(one.count for one in seats) > came,  # type: ignore[misc]
                within,
            ):
                return

    def _leave(self, seat: Seat) -> None:
        """The client goes: what was not answered need not be."""
        for said in seat.pending:
            if time.monotonic() - said.sent < self._rules.waiting.answer:
                said.answer = "left"

    def acted(self) -> Acted:
        """All facts."""
        facts = list(self._facts)
        tainted: set[tuple[int, int]] = set()
        for seat in self.seats.values():
            session = seat.client.session if seat.client is not None else None
            if session is None:
                continue
            facts += self._ends(seat, session)
            for said in seat.said:
                if said.move.breaks is not None or said.repeated:
                    tainted.add((session, said.number))
                    if said.answered_at is not None:
                        tainted.add((session, said.answered_at))
                if not (said.move.cuts or said.move.ping_at is not None):
                    facts.append(_meant(said, session, seat))
        rough = {
            seat.client.session
            for seat in self.seats.values()
            if seat.client is not None and seat.client.session is not None and seat.broken
        }
        return Acted(
            self._case,
            self.reel,
            tuple(facts),
            frozenset(tainted),
            frozenset(rough),
            self._denied,
            self._dead,
        )

    def _ends(self, seat: Seat, session: int) -> list[Fact]:
        """How the server ended a session, where it ended it first."""
        if seat.closed is not None:
            code, first = seat.closed
            if first and code is not None and is_broken(code):
                after = _label(seat.said[-1].move) if seat.said and not seat.broken else self._last
                how = f"a close with {code}"
                return [Broke(session=session, t=self.reel.clock(), after=after, how=how)]
        elif seat.over and not seat.left and not seat.broken and seat.pending:
            after = _label(seat.pending[0].move)
            return [Broke(session=session, t=self.reel.clock(), after=after, how=self._how(seat))]
        return []

    def _how(self, seat: Seat) -> str:
        if seat.closed is not None:
            return f"a close with {seat.closed[0]}"
        trouble = seat.client.trouble if seat.client is not None else None
        return trouble.text if trouble is not None else "the end of the connection"


def _meant(said: Said, session: int, seat: Seat) -> Meant:
    answer, by = said.answer, said.by
    if answer == "none" and (seat.closed is not None or seat.over) and not seat.left:
        answer, by = "closed", f"a close with {seat.closed[0]}" if seat.closed else "the end"
    breaks = said.move.breaks
    return Meant(
        session=session,
        number=said.number,
        t=said.t,
        event=said.move.event or "a message",
        breaks=breaks,
        answer=answer,
        by=by,
        due=said.due,
        welcome=said.welcome,
        odd=breaks is not None and breaks.startswith("surrogate"),
        waited=said.waited,
    )


def _label(move: Say) -> str:
    name = move.event or "a message"
    return f"{name}, which breaks {move.breaks}" if move.breaks is not None else name
