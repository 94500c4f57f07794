"""The server's part in one live session: each of its lines when what it follows on has come."""

import asyncio
import time

from wsrecord.cassette.model import FrameFlag, Message, Opcode
from wsrecord.cassette.recording import header
from wsrecord.codec.registry import make
from wsrecord.codec.unit import Unit
from wsrecord.dialogue.cues import Cue
from wsrecord.dialogue.filling import Filled
from wsrecord.dialogue.part import Line, Role
from wsrecord.dialogue.steps import Close, Control, Cut, Occurrence, Say
from wsrecord.errors import CassetteError
from wsrecord.live.round import Round
from wsrecord.live.stage import Pace
from wsrecord.live.visitor import Visitor

_QUIET = 1.0  # seconds in which nothing comes, after which what may not come is not waited for


class Talk:
    """One live session that plays a recorded one."""

    def __init__(self, round_: Round, role: Role, visitor: Visitor, pace: Pace) -> None:
        self.role = role
        self._overtakes = False  # clients were quiet, and have said nothing since
        self._round = round_
        self._visitor = visitor
        self._pace = pace
        self._lines = list(role.lines)
        self._unmet = {one.number: one for one in role.expected if one.number not in round_.met}
        reading = round_.bindings.dialogue.readings[role.session.number]
        self._codec = make(reading.codec, subprotocol=reading.subprotocol)
        self._kind = reading.kind
        self._messages = 0
        self._last = self._heard = time.monotonic()
        response = role.session.response
        agreed = header(response.headers, "sec-websocket-extensions") if response is not None else None
        self._deflated = "permessage-deflate" in (agreed or "")  # when it was recorded

    @property
    def unsaid(self) -> list[Occurrence]:
        """What the client has not said."""
        return list(self._unmet.values())

    async def run(self) -> None:
        """Say all lines."""
        while self._lines and self._visitor.in_session:
            line = self._next()
            if line is None:
                await self._round.wait(self._patience())
                continue
            if self._pace.times is not None:
                since = max(self._last, self._heard)
                await asyncio.sleep(since + self._pace.seconds(line.gap) - time.monotonic())
            self._lines.remove(line)
            if self._visitor.in_session:
                await self._act(line.step)
            self._last = time.monotonic()

    # -- what the client says

    def passed(self, messages: list[Message]) -> None:
        """Messages of either side."""
        for message in messages:
            self._messages += 1
            for unit in self._codec.feed(self._messages, message):
                if unit.sender == "client":
                    self._take(unit)

    def _take(self, unit: Unit) -> None:
        self._heard = time.monotonic()
        self._overtakes = False
        session = self.role.session.number
        found = self._round.bindings.heard(session, unit)
        if found is None and not unit.readable:
            found = self._unreadable(unit)
        if found is not None:
            self._unmet.pop(found.number, None)
            reply = self.role.beats.get(found.number)
            self._round.meet(found.number)
        else:
            kind, _ = self._kind(unit)
            reply = self.role.pulse.get(kind)
            if kind not in self.role.pulse and self._visitor.session is not None:
                number = unit.numbers[0] if unit.numbers else self._messages
                self._round.note(self._round.book.said, (self._visitor.session, number))
            self._round.stir()
        if reply is not None and self._visitor.in_session:
            self._say(reply)

    def _unreadable(self, unit: Unit) -> Occurrence | None:
        """What can't be read stands for what could not be read when it was recorded."""
        for one in self._unmet.values():
            if one.unit is not None and not one.unit.readable:
                return one
        return None

    # -- what the server says

    def _next(self) -> Line | None:
        """The line to be said now. One comes before its turn only when clients are quiet."""
        head = self._lines[0]
        if self._may(head.cue) and self._round.in_time(head.cue):
            return head
        self._overtakes = self._overtakes or self._is_quiet()
        if not self._overtakes:
            return None
        found = next((line for line in self._lines if self._may(line.cue)), None)
        if found is not None:
            self._round.spare(found.cue)
        return found

    def _may(self, cue: Cue) -> bool:
        """Whether all came that a line can't do without."""
        for number in self._unmet:
            if number >= cue.before:
                return True
            if number not in cue.aside:
                return False
        return True

    def _is_quiet(self) -> bool:
        return time.monotonic() >= max(self._round.heard, self._last) + _QUIET

    def _patience(self) -> float | None:
        """How long to wait for news; None: until there are some."""
        if not any(self._may(line.cue) for line in self._lines):
            return None
        return max(0.001, max(self._round.heard, self._last) + _QUIET - time.monotonic())

    async def _act(self, step: Say | Control | Close | Cut) -> None:
        visitor = self._visitor
        match step:
            case Say():
                self._say(step)
                await visitor.drain()
            case Control():
                visitor.send(step.opcode, step.payload)
            case Close():
                await visitor.close(step.payload)
            case Cut(how="reset"):
                visitor.reset()
            case Cut():
                visitor.finish()

    def _say(self, step: Say) -> None:
        filled = self._filled(step)
        for number, (opcode, payload) in enumerate(filled.messages):
            frames = step.messages[number].frames if number < len(step.messages) else None
            compressed = frames is not None and bool(frames[0][1] & FrameFlag.RSV1)
            self._visitor.send(
                Opcode(opcode),
                payload,
                compress=compressed or not self._deflated,
                sizes=[length for length, _, _ in frames or ()],
            )

    def _filled(self, step: Say) -> Filled:
        bindings = self._round.bindings
        try:
            filled = bindings.fill(step)
        except CassetteError:  # its protocol has no bytes for what the client gave: then as it was
            return Filled(messages=tuple((one.opcode, one.payload) for one in step.messages))
        bindings.taken(step, filled)
        return filled
