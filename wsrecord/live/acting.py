"""Acts a made-up dialogue out: what the client did and meant, and what came of it, as facts."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

from wsrecord.contract.pointer import ABSENT
from wsrecord.explore import moves as moving
from wsrecord.explore.moves import (
    CANARY,
    GIVEN,
    Case,
    Close,
    Connect,
    HalfClose,
    Hear,
    Move,
    Probe,
    Raw,
    Say,
    Stall,
    holes,
)
from wsrecord.explore.parts import renumbered
from wsrecord.explore.returns import Source
from wsrecord.explore.speech import BETWEEN, Speech, Utterance
from wsrecord.explore.wire import fragments
from wsrecord.judge.fuzz import Bare, Broke, Fact
from wsrecord.live.door import Answers, Approach, Door
from wsrecord.live.lull import until_answered, until_quiet
from wsrecord.live.outcome import Acted, heard_out, how, label, odd, outcome, turned_away
from wsrecord.live.reel import Reel
from wsrecord.live.rules import Rules
from wsrecord.live.said import Said
from wsrecord.live.seat import News, Seat
from wsrecord.wire.frames import Opcode

_FEW = 4  # flows and messages that may be under way with no reason to refuse one more
_MANY = 20  # messages of one case, after which a server may have had enough
_FORBIDDEN = (1004, 1005, 1006, 1015)
_AGAIN = 7_000  # how far the ids of what is said once more are from those before
_PIECES, _PAUSE = 12, 0.03  # of a message that is written slowly: so many, and seconds between them
_STALL = 0.6  # seconds without reading, at the end


async def act(case: Case, rules: Rules, random: Random, *, anew: bool = False) -> Acted:
    """Act a case out, within its time; nothing of it is left running after."""
    acting = _Acting(case, rules, random, anew)
    planned = asyncio.get_running_loop().time() + rules.waiting.whole
    limit = asyncio.timeout_at(planned)
    rules.limits.add(limit)
    try:
        async with limit:
            await acting.run()
    except TimeoutError:
        acting.out_of_time()
    finally:
        hurried = limit.when() != planned
        rules.limits.discard(limit)
        await acting.leave()
    done = outcome(
        case, acting.reel, acting.seats, acting.facts, acting.last, rules.contract, rules.sung, rules.customs
    )
    denied = acting.denied or turned_away(case, acting.seats)
    return replace(done, denied=denied, dead=acting.dead, cut=hurried)


def _told(seat: Seat, source: Source) -> Any:
    """What the server gave there; None if it did not."""
    given = seat.given(*source)
    return None if given is ABSENT else given


def _has_said(seat: Seat, what: Any) -> bool:
    """Whether the server has given a value, or has nothing more to say."""
    return seat.given(what[0], what[1]) is not ABSENT or seat.over or not seat.expecting


class _Stop(Exception):  # noqa: N818 - no error: the case is over
    """Nothing more can be done."""


class _Acting:
    def __init__(self, case: Case, rules: Rules, random: Random, anew: bool) -> None:
        zero = time.monotonic_ns()
        self.seats: dict[int, Seat] = {}
        self._doors: dict[int, Door] = {}  # by seat
        self.reel = Reel({}, lambda: time.monotonic_ns() - zero)
        self._case = case
        self._rules = rules
        self._anew = anew
        self._news = News()
        self._speech = Speech(rules.contract, random)
        self._used: set[Any] = set()
        self.facts: list[Fact] = []
        self.last = "connecting"
        self.denied: str | None = None
        self.dead = False
        self._unanswered = False  # a message that was waited for

    async def run(self) -> None:
        """Take all moves, then let what is open come to its end."""
        try:
            for move in self._case.moves:
                await self._move(move)
                if self._unanswered:  # that is enough: the rest would only wait, too
                    break
            await self._end()
        except _Stop:
            pass

    async def _move(self, move: Move) -> None:
        if isinstance(move, Connect):
            await self._seat(move)
            return
        seat = await self._seat(Connect(on=move.on))
        client = seat.client
        assert client is not None
        if self._rules.pause:
            await self._news.until(lambda: seat.over, self._rules.pause)
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
            case Stall():
                self.last = "not reading"
                seat.stalled = True
                client.listen(False)
            case Close():
                await self._close(seat, move)
            case moving.Cut() | HalfClose():
                half = isinstance(move, HalfClose)
                self.last = "a half-close" if half else "a reset"
                seat.left = True
                self._leave(seat)
                if half:
                    client.finish()
                    await self._news.until(client.gone.is_set, 0.3)
                else:
                    client.reset()

    async def _seat(self, move: Connect) -> Seat:
        if move.on in self.seats:
            return self.seats[move.on]
        rules = self._rules
        number = move.user % len(rules.doors)
        door = self._doors[move.on] = rules.doors[number]
        back = self.seats.get(move.back) if move.back is not None else None
        given = None
        if back is not None and door.back is not None:
            sources = door.back.given.values()
            await self._news.until(lambda: all(_has_said(back, one) for one in sources), rules.waiting.answer)
            given = partial(_told, back)
        seat = self.seats[move.on] = Seat(rules.contract, rules.refusals, self._news.tell, number)
        seat.daring = given is not None or bool(move.query)
        how = Approach(given, move.query, move.narrow)
        entry = await door.enter(self.reel, Answers(seat.hear, self._news.tell), anew=self._anew, how=how)
        seat.client = entry.client
        if entry.status == 101 and entry.trouble is None:
            await self._until_it_can_be_left(move.on, seat, door)
        elif entry.barred is not None:  # its login says nothing of what the case did
            self.denied = entry.refused
            raise _Stop
        elif entry.status is None or entry.status in (500, 502):
            ended = entry.trouble or f"{entry.status} for an upgrade"
            self.dead = entry.status is None
            self.facts.append(Broke(session=None, t=self.reel.clock(), after=self.last, how=ended))
            raise _Stop
        elif seat.daring:
            seat.left = True
            entry.client.kill()
        else:
            self.denied = entry.refused
            raise _Stop
        return seat

    async def _until_it_can_be_left(self, on: int, seat: Seat, door: Door) -> None:
        """Hear what is needed to come back to it, if the client will."""
        back = any(isinstance(move, Connect) and move.back == on for move in self._case.moves)
        if back and door.back is not None:
            sources = door.back.given.values()
            within = self._rules.waiting.answer
            await self._news.until(lambda: all(_has_said(seat, one) for one in sources), within)

    # -- messages

    async def _say(self, seat: Seat, move: Say) -> None:
        utterance = await self._utter(seat, move)
        if utterance is None:
            return
        opcode, data, ids = utterance.opcode, utterance.data, utterance.ids
        self.last = label(move)
        term = self._rules.words.terms.get(move.event or "")
        given = any(kind == GIVEN for kind, _ in holes(move.value))
        due = move.breaks is not None or (term is not None and term.answered)
        repeated = any(one in self._used for one in ids)
        under_way = sum(len(one.pending) + one.busy for one in self.seats.values())
        few = under_way < _FEW and sum(len(one.said) for one in self.seats.values()) < _MANY
        alone = term is not None and not term.needs and not given and bool(ids) and not repeated
        alone = alone and move.event not in self._rules.refusable | self._rules.contract.refusable
        welcome = due and alone and few
        said = Said(move, 0, 0, ids, due, welcome, repeated, utterance.keys, utterance.marks)
        said.hasty = move.then == "now" or bool(seat.pending)
        self._used.update(ids)
        assert seat.client is not None
        seat.said.append(said)
        if odd(move):
            await self._write(seat, fragments(opcode, data, move.cuts, move.ping_at, BETWEEN), move.slow)
        else:
            seat.client.send(opcode, data)
        said.number, said.t, said.sent = seat.count, self.reel.clock(), time.monotonic()
        await seat.client.drain()
        waiting = self._rules.waiting
        if move.then != "now" and due and not seat.stalled:
            await until_answered(self._news, [seat], lambda: heard_out(said, seat), said.sent, waiting.answer)
            self._unanswered = said.pending and not seat.over
        elif odd(move):  # nobody has to answer: what comes of it comes soon
            await self._news.until(lambda: heard_out(said, seat), waiting.hear)
        if move.then == "quiet":
            await until_quiet(self._news, [seat], waiting)
        said.waited = time.monotonic() - said.sent
        if odd(move):
            await self._in_frames(seat, said)

    async def _write(self, seat: Seat, data: bytes, slow: bool) -> None:
        """Write a message's frames, whether at once or a few bytes at a time."""
        assert seat.client is not None
        size = max(1, len(data) // _PIECES) if slow else len(data)
        for start in range(0, len(data), size):
            seat.client.write(data[start : start + size])
            if slow:
                await self._news.until(lambda: seat.over, _PAUSE)

    async def _utter(self, seat: Seat, move: Say) -> Utterance | None:
        """What a message says now, once the server has given what it needs."""
        waiting = self._rules.waiting.answer
        for kind, what in holes(move.value):
            if kind == GIVEN:
                await self._news.until(partial(_has_said, self._place(seat, what), what), waiting)
        term = self._rules.words.terms.get(move.event or "")
        said = self._speech.utter(
            move,
            term,
            lambda what: self._place(seat, what).given(what[0], what[1]),
            self._doors[move.on].secret,
        )
        for kind, what in holes(move.value):
            if kind == CANARY and said:
                self._rules.sung.add(self._speech.canaries[what], self._case, seat)
        return said

    def _place(self, seat: Seat, what: Any) -> Seat:
        return self.seats.get(what[2], seat) if len(what) > 2 else seat

    async def _in_frames(self, seat: Seat, said: Said) -> None:
        """A message in several frames is one message: it is answered as that."""
        got = None
        if said.answer == "refused":
            got = f"a refusal: {said.by}" if await self._takes_at_once(seat, said.move) else None
        elif said.pending and said.due and said.move.then != "now":
            got = "no answer" if not seat.over else how(seat)
        elif said.move.ping_at is not None and BETWEEN not in seat.pongs:
            got = "no pong"
        what = (
            "a message in several frames" if said.move.cuts else "a message that comes a few bytes at a time"
        )
        if said.move.ping_at is not None:
            what += " with a ping between them"
        if said.move.breaks is None:
            self._bare(seat, what, "what the message at once, in one frame, is answered with", got)

    async def _takes_at_once(self, seat: Seat, move: Say) -> bool:
        """Whether the same in one frame is not refused: else there is nothing to be told from a refusal."""
        if seat.over:
            return True
        plain = replace(move, cuts=(), ping_at=None, slow=False, value=renumbered(move.value, _AGAIN))
        await self._say(seat, plain)
        said = seat.said[-1]
        await self._news.until(lambda: not said.pending or seat.over, self._rules.waiting.answer)
        return said.answer != "refused"

    # -- below messages

    async def _probe(self, seat: Seat, size: int) -> None:
        assert seat.client is not None
        self.last = f"a ping of {size} bytes"
        payload = b"p" * size
        before = len(seat.pongs)
        seat.client.send(Opcode.PING, payload)
        came = await self._news.until(
            lambda: payload in seat.pongs[before:] or seat.over, self._rules.waiting.answer
        )
        good = payload in seat.pongs[before:]
        got = None if good else how(seat) if came else "no pong, or another"
        self._bare(seat, self.last, "a pong that says the same", got)

    async def _raw(self, seat: Seat, move: Raw) -> None:
        assert seat.client is not None
        self.last = move.breaks
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
        self.last = "a close without a code" if move.code is None else f"a close with {move.code}"
        self._leave(seat)
        seat.left = True
        await seat.client.close(b"" if move.code is None else move.code.to_bytes(2))
        got = None
        if seat.closed is None:
            got = "the end of the connection, without a close message"
        elif seat.closed[0] is not None and (seat.closed[0] < 1000 or seat.closed[0] in _FORBIDDEN):
            got = f"a close message with {seat.closed[0]}, which may not be sent"
        self._bare(seat, self.last, "a close message", got)

    def _bare(self, seat: Seat, what: str, expected: str, got: str | None) -> None:
        assert seat.client is not None
        session = seat.client.session or 1
        self.facts.append(Bare(session=session, t=self.reel.clock(), what=what, expected=expected, got=got))

    # -- the end

    async def _end(self) -> None:
        """What is open comes to its end; what waits for an answer gets its time; then the client goes."""
        live = [seat for seat in self.seats.values() if not seat.left]
        await self._read_again([seat for seat in live if seat.stalled])
        sent = [said.sent for seat in live for said in seat.pending if not seat.over]
        await until_answered(
            self._news,
            live,
            lambda: all(seat.over or not seat.pending for seat in live),
            max(sent, default=0.0),
            self._rules.waiting.answer,
        )
        await until_quiet(self._news, live, self._rules.waiting)
        for seat in live:
            for said in seat.pending:
                said.waited = time.monotonic() - said.sent
            if seat.client is not None and not seat.over:
                seat.left = True
                await seat.client.close()

    def out_of_time(self) -> None:
        """The case took too long: what still waits for its turn is not called unanswered."""
        late = time.monotonic() - self._rules.waiting.answer
        for seat in self.seats.values():
            for said in seat.pending if seat.answered > late else ():
                said.answer = "left"

    async def _read_again(self, seats: Sequence[Seat]) -> None:
        """Those that did not read do so again; what they were told meanwhile comes late."""
        if seats:
            await self._news.until(lambda: all(seat.over for seat in seats), _STALL)
        for seat in seats:
            assert seat.client is not None
            seat.client.listen(True)
            seat.moved = time.monotonic()
            for said in seat.pending:
                said.sent = time.monotonic()

    async def leave(self) -> None:
        """Nothing is left open, and nothing is left without a word that the case did not want so."""
        clients = [seat.client for seat in self.seats.values() if seat.client is not None]
        staying = [client for client in clients if client.in_session]
        if staying:
            within = self._rules.waiting.goodbye
            await asyncio.wait([asyncio.create_task(one.close()) for one in staying], timeout=within)
        for client in clients:
            client.kill()
        await asyncio.sleep(0)

    def _leave(self, seat: Seat) -> None:
        """The client goes: what was not answered need not be."""
        for said in seat.pending:
            if time.monotonic() - said.sent < self._rules.waiting.answer:
                said.answer = "left"
