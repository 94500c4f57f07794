"""The way into a server: the exchanges before a recorded session, once; its upgrade, as often as wanted."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from wsrecord.cassette.model import Message, Record, Request, Response
from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.filling import Filling
from wsrecord.dialogue.lacks import lack
from wsrecord.dialogue.steps import Ask, Connect, Dialogue, Variable
from wsrecord.explore.returns import Return, Source, asked, return_of
from wsrecord.explore.stand_ins import name_of
from wsrecord.live.client import Client, Patience
from wsrecord.live.credentials import Purse
from wsrecord.live.outgoing import UnsendableError, new_key, outgoing
from wsrecord.live.reel import Reel
from wsrecord.live.upstream import Upstream
from wsrecord.wire.frames import Direction

_ENTER = 10.0  # seconds for an answer
_NARROW = 4096  # bytes


@dataclass(frozen=True, slots=True)
class Way:
    """How one user comes in: as recorded, or by a plain upgrade."""

    dialogue: Dialogue | None = None
    subprotocol: str | None = None
    purse: Purse = field(default_factory=Purse)
    session: int | None = None  # which recorded one it is; None: the first

    @property
    def steps(self) -> tuple[list[Ask], Connect | None]:
        """What is asked before the session, and its upgrade."""
        asks: list[Ask] = []
        for step in self.dialogue.steps if self.dialogue is not None else ():
            if isinstance(step, Ask):
                asks.append(step)
            elif isinstance(step, Connect) and self.session in (None, step.session):
                return asks, step
        return asks, None

    @property
    def back(self) -> Return | None:
        """How this user comes back to a session."""
        return return_of(self.dialogue) if self.dialogue is not None else None


class Answers:
    """Hears what a connection is answered with; the messages go to whoever wants them."""

    def __init__(
        self,
        hear: Callable[[Direction, list[Message]], None] | None = None,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self.last: Response | None = None
        self.news = asyncio.Event()
        self._left: Client | None = None
        self._hear = hear
        self._ended = ended

    def answered(self, client: Client, response: Response) -> None:
        """A whole answer."""
        if self._minds(client):
            self.last = response
            self.news.set()

    def passed(self, client: Client, sender: Direction, messages: list[Message]) -> None:
        """Messages of the session."""
        if self._hear is not None:
            self._hear(sender, messages)

    def over(self, client: Client) -> None:
        """Nothing more comes."""
        if self._minds(client):
            self.news.set()
            self._ended()

    def _minds(self, client: Client) -> bool:
        return client is not self._left

    def leave(self, client: Client) -> None:
        """Let go of one, for another that comes: how it ends is no news."""
        self._left, self.last = client, None
        self.news.clear()
        client.kill()

    async def next(self, within: float = _ENTER) -> Response | None:
        """The next answer; None if none comes."""
        try:
            async with asyncio.timeout(within):
                await self.news.wait()
        except TimeoutError:
            return None
        found, self.last = self.last, None
        self.news.clear()
        return found


@dataclass(frozen=True, slots=True)
class Approach:
    """What is unlike the way that everybody comes in."""

    given: Callable[[Source], Any] | None = None  # come back, with what an earlier session was given
    query: Mapping[str, str | None] = field(default_factory=dict)  # said otherwise; None: left out
    narrow: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """What came of an upgrade."""

    client: Client
    status: int | None  # None: nobody answered, or was asked
    trouble: str | None = None
    barred: str | None = None  # what an exchange before it was answered with, instead of what it needs

    @property
    def refused(self) -> str | None:
        """Why there is no session; None if there is one."""
        if self.barred is not None and self.status != 101:
            return self.barred
        if self.trouble is not None:
            return self.trouble
        if self.status is None:
            return "the upgrade was not answered"
        return None if self.status == 101 else f"the upgrade was answered with {self.status}"


class Door:
    """One user's."""

    def __init__(self, way: Way, upstream: Upstream, patience: Patience) -> None:
        self.way = way
        self.back = way.back
        self._upstream = upstream
        self._patience = patience
        self._bindings: Bindings | None = None
        self._asking: Reel | None = None  # the exchanges before the session, as they went last
        self._barred: str | None = None  # what stands in the way of the next upgrade
        self._lock = asyncio.Lock()

    def secret(self, placeholder: str) -> str | None:
        """What stands for one that was taken out of a recording; None if nothing does."""
        return self.way.purse.value(name_of(placeholder), placeholder)

    def heads(self) -> list[Record]:
        """What this user's secrets stand in: what all requests carry, and the way in as it went last."""
        purse = self.way.purse
        query = "&".join(f"{quote(name)}={quote(value)}" for name, value in purse.query())
        more: dict[str, Any] = {"connection": 0, "exchange": 1, "began": 0, "t": 0}
        first = Request(method="GET", path=f"/?{query}", headers=tuple(purse.headers()), **more)
        return [first, *(self._asking.records if self._asking is not None else ())]

    async def enter(
        self, reel: Reel, answers: Answers, *, anew: bool = False, how: Approach = Approach()
    ) -> Entry:
        """Open a session. `anew`: with the exchanges before it on this reel, as in a recording."""
        entry = await self._enter(reel, answers, how, anew=anew)
        expired = entry.status in (401, 403) and not anew and how.given is None
        if expired and self.way.steps[0]:  # what was given has expired
            answers.leave(entry.client)
            entry = await self._enter(reel, answers, how, anew=True)
        return entry

    async def _enter(self, reel: Reel, answers: Answers, how: Approach, *, anew: bool) -> Entry:
        request, barred = await self._request(reel if anew else None, how)
        patience = replace(self._patience, window=_NARROW) if how.narrow else self._patience
        client = Client(self._upstream, reel, answers, patience)
        purse = self.way.purse
        if barred is not None and not (purse.given_headers or purse.given_query):
            return Entry(client, None, barred=barred)
        trouble = await client.connect()
        if trouble is not None:
            return Entry(client, None, trouble.text)
        try:
            raw = outgoing(request, self._upstream, purse.headers(), purse.query(), key=new_key())
        except UnsendableError as error:
            client.kill()
            return Entry(client, None, f"the upgrade can't be sent: {error}")
        client.ask(raw)
        response = await answers.next()
        if response is None:
            text = client.trouble.text if client.trouble is not None else "the upgrade was not answered"
            return Entry(client, None, text, barred)
        trouble = client.trouble
        return Entry(client, response.status, trouble.text if trouble is not None else None, barred)

    async def _request(self, reel: Reel | None, how: Approach) -> tuple[Request, str | None]:
        """The upgrade, and what it lacks."""
        request, barred = await self._as_recorded(reel, how.given)
        return replace(request, path=asked(request.path, how.query)) if how.query else request, barred

    async def _as_recorded(
        self, reel: Reel | None, given: Callable[[Source], Any] | None
    ) -> tuple[Request, str | None]:
        dialogue = self.way.dialogue
        asks, connect = self.way.steps
        if dialogue is None or connect is None:
            return self._plain(), None
        async with self._lock:
            if self._bindings is None or self._barred is not None or reel is not None:
                self._bindings, answered = await self._asked(dialogue, asks, reel)
                missing = self._bindings.fill(connect).missing
                lacks = (lack(dialogue, one, answered) for one in missing if one.origin == "server")
                self._barred = next(filter(None, lacks), None)
            back = self.back if given is not None else None
            if given is None or back is None:
                filled = self._bindings.fill(connect)
            else:
                filled = Filling(dialogue).fill(back.step, self._again(back, given, dialogue))
            barred = self._barred
        assert filled.request is not None
        return filled.request, barred

    def _again(
        self, back: Return, given: Callable[[Source], Any], dialogue: Dialogue
    ) -> Callable[[Variable], Any]:
        """What an upgrade that leads back says now: a login before it may have been another one than now."""
        bindings = self._bindings
        assert bindings is not None
        values = {one.number: bindings.value(one) for one in dialogue.variables}
        known = {number: given(source) for number, source in back.given.items()}
        named = {one.name: values[one.number] for one in dialogue.variables if values[one.number] is not None}

        def value(one: Variable) -> Any:
            if one.number in known:
                return known[one.number]
            return values[one.number] if values[one.number] is not None else named.get(one.name)

        return value

    async def _asked(
        self, dialogue: Dialogue, asks: list[Ask], reel: Reel | None
    ) -> tuple[Bindings, dict[int, int | None]]:
        """What was learned, and how each was answered that was."""
        wanted = [(one.name, str(one.value)) for one in dialogue.secrets]
        bindings = Bindings(dialogue, secrets=self.way.purse.values(wanted))
        scratch = reel if reel is not None else Reel({}, lambda: 0)
        self._asking = scratch
        answered: dict[int, int | None] = {}
        for step in asks:
            answers = Answers()
            client = Client(self._upstream, scratch, answers, self._patience)
            if await client.connect() is not None:
                break
            filled = bindings.fill(step)
            bindings.taken(step, filled)
            assert filled.request is not None
            client.ask(outgoing(filled.request, self._upstream, self.way.purse.headers(), ()))
            response = await answers.next()
            if response is not None:
                bindings.answered(step, response)
                answered[step.number] = response.status
            client.kill()
        return bindings, answered

    def _plain(self) -> Request:
        fields: list[tuple[str, str]] = [
            ("Host", self._upstream.host_header),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", ""),
            ("Sec-WebSocket-Version", "13"),
        ]
        if self.way.subprotocol is not None:
            fields.append(("Sec-WebSocket-Protocol", self.way.subprotocol))
        path = self._upstream.path or "/"
        more: dict[str, Any] = {"connection": 0, "exchange": 1, "began": 0, "t": 0}
        return Request(method="GET", path=path, headers=tuple(fields), **more)
