"""One pass over a cassette, played for live clients: what they have said of it, and who plays what."""

import asyncio
import time
from dataclasses import dataclass, field
from random import Random

from wsrecord.cassette.model import Request, Response
from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.casting import Candidate, Credentials, cast
from wsrecord.dialogue.cues import Cue
from wsrecord.dialogue.heads import request_value, response_of
from wsrecord.dialogue.part import Answer, Part, Role
from wsrecord.live.reel import Reel
from wsrecord.live.trouble import Trouble

_MOST = 200  # findings of one kind that are kept


@dataclass(slots=True)
class Book:
    """What clients did that the recording does not have, and what they did not do; live numbers, if any."""

    said: list[tuple[int, int]] = field(default_factory=list)  # session and message: not in the recording
    unsaid: list[tuple[int | None, int]] = field(default_factory=list)  # session; the occurrence
    asked: list[tuple[int, int]] = field(default_factory=list)  # connection and exchange: not there
    again: list[tuple[int, int]] = field(default_factory=list)  # session, and the recorded one played again
    elsewhere: list[int] = field(default_factory=list)  # sessions whose path is not in the recording
    troubles: list[Trouble] = field(default_factory=list)
    left_out: int = 0


class Round:
    """One pass."""

    def __init__(
        self, part: Part, reel: Reel, secrets: dict[str, str], fresh: Random | None, *, extra: bool
    ) -> None:
        self.part = part
        self.reel = reel
        self.extra = extra  # one more than was asked for
        self.bindings = Bindings(part.dialogue, secrets=secrets, fresh=fresh)
        self.book = Book()
        self.met: set[int] = set()  # occurrences
        self.open: set[int] = set()  # live sessions
        self.played: dict[int, int] = {}  # by live session, the recorded one
        self.taken: set[int] = set()  # recorded sessions
        self.answered: set[tuple[int, int]] = set()
        self.heard = time.monotonic()
        self._known = Credentials()
        self._spared: set[object] = set()  # sessions and exchanges that are not waited for
        self._waived: set[int] = set()  # nor are these occurrences
        self._bell = asyncio.Event()

    # -- who plays what

    def role(self, request: Request, *, free: bool = True) -> Role | None:
        """The recorded session that an upgrade stands for; a `free` one has not been played."""
        roles = [one for number, one in self.part.roles.items() if not (free and number in self.taken)]
        candidates = {id(one.upgrade): one for one in roles if one.session.request is not None}
        found = cast(
            (Candidate(one.upgrade, one.session.request) for one in roles if one.session.request is not None),
            request,
            self.bindings,
            self._known,
        )
        return candidates[id(found.asked)] if found is not None else None

    def begin(self, role: Role, request: Request) -> None:
        """A live session plays this recorded one."""
        self.taken.add(role.session.number)
        self._learn(role.upgrade.number, request)

    def exchange(self, request: Request) -> Answer | None:
        """The recorded exchange that a request stands for: the first that has not been asked for yet."""
        answers = list(self.part.answers.values())
        fresh = [one for one in answers if _key(one) not in self.answered]
        for some in (fresh, answers):
            by_id = {id(one.asked): one for one in some}
            found = cast(
                (
                    Candidate(one.asked, one.exchange.request)
                    for one in some
                    if one.exchange.request is not None
                ),
                request,
                self.bindings,
                self._known,
            )
            if found is not None:
                answer = by_id[id(found.asked)]
                self.answered.add(_key(answer))
                self._learn(answer.asked.number, request)
                return answer
        return None

    def repeats(self, request: Request) -> bool:
        """Whether who asks this begins anew: it was asked before all sessions, which are taken by now."""
        roles = self.part.roles
        if not roles or not self.taken >= roles.keys():
            return False
        first = min(one.upgrade.number for one in roles.values())
        asked = {False: list[Candidate](), True: list[Candidate]()}
        for one in self.part.answers.values():
            if one.exchange.request is not None:
                asked[_key(one) in self.answered].append(Candidate(one.asked, one.exchange.request))
        if cast(asked[False], request, self.bindings, self._known) is not None:
            return False
        again = cast(asked[True], request, self.bindings, self._known)
        return again is not None and again.asked.number < first

    def _learn(self, number: int, request: Request) -> None:
        asked = self.bindings.dialogue.occurrences[number]
        value = request_value(request)
        self._known.learn(asked, value)
        self.bindings.stands(asked, value)
        self.meet(number)

    def answer_of(self, one: Answer) -> Response | None:
        """What a recorded exchange was answered with, with live values; None: it never was."""
        response = one.exchange.response
        if response is None or one.answered is None:
            return None
        return response_of(self.bindings.say(one.answered.number), response)

    # -- what has happened

    def meet(self, number: int) -> None:
        """A client said what was recorded."""
        self.met.add(number)
        self.stir(number)

    def stir(self, number: int | None = None) -> None:
        """Something came: who waits looks again."""
        self.heard = time.monotonic()
        if number is not None:
            self._spared.discard(self._whose(number))
        self.ring()

    def ring(self) -> None:
        """Who waits looks again."""
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()

    async def wait(self, seconds: float | None) -> None:
        """Wait until something happens, or so long."""
        bell = self._bell
        try:
            async with asyncio.timeout(seconds):
                await bell.wait()
        except TimeoutError:
            return

    def in_time(self, cue: Cue) -> bool:
        """Whether all came that is only waited for."""
        left = (n for n in (*cue.aside, *cue.soft) if n not in self.met and n not in self._waived)
        return all(self._whose(n) in self._spared for n in left)

    def spare(self, cue: Cue) -> None:
        """Wait no longer for those who have not said what was recorded."""
        self._waived |= cue.aside
        self._spared |= {self._whose(n) for n in cue.soft if n not in self.met}

    def _whose(self, number: int) -> object:
        one = self.bindings.dialogue.occurrences[number]
        return one.exchange if one.session is None else one.session

    def note(self, kept: list, what: object) -> None:  # type: ignore[type-arg]
        """Keep what becomes a finding, up to a bound."""
        if len(kept) < _MOST:
            kept.append(what)
        else:
            self.book.left_out += 1

    @property
    def done(self) -> bool:
        """Whether all recorded sessions were played, and are over."""
        return not self.open and self.taken >= self.part.roles.keys()


def _key(one: Answer) -> tuple[int, int]:
    return one.exchange.connection, one.exchange.number
