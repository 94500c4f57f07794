"""The loop that everybody writes first: dialogues over the `websockets` library, and nothing judged.

It knows by heart what it waits for: which field says whom an event answers, which events begin and end a run.
"""

import asyncio
import json
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from wsrecord.explore.moves import NEW, Case, Connect, Hear, Probe, Say, filled

ANSWER, QUIET, HEAR = 1.2, 1.0, 0.7  # seconds: those that wsrecord waits


@dataclass(frozen=True)
class Server:
    """What the loop knows of the server it talks to."""

    url: str
    asks: str  # the field by which an event of the client's is answered
    tells: str  # the field that says which one it answers
    silent: tuple[str, ...] = ()  # what is not answered
    begins: str = ""  # a run begins, and ends
    ends: tuple[str, ...] = ()
    login: tuple[str, dict[str, str]] | None = None
    subprotocol: str | None = None
    compression: str | None = None


@dataclass
class Tally:
    """What was done."""

    sessions: int = 0
    sent: int = 0
    waits: int = 0  # that nothing ended but the time


@dataclass
class Talk:
    """One session."""

    socket: ClientConnection
    last: dict[str, dict[str, Any]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    runs: set[str] = field(default_factory=set)
    over: bool = False


async def play(cases: Sequence[Case], server: Server, at_once: int) -> Tally:
    """All of them, so many at once."""
    tally = Tally()
    token = await asyncio.to_thread(_token, server) if server.login is not None else None
    waiting = iter(cases)

    async def work() -> None:
        for case in waiting:
            await _Player(server, token, tally).play(case)

    await asyncio.gather(*(work() for _ in range(at_once)))
    return tally


def _token(server: Server) -> str:
    assert server.login is not None
    url, body = server.login
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["access_token"])


class _Player:
    def __init__(self, server: Server, token: str | None, tally: Tally) -> None:
        self._server = server
        self._headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        self._tally = tally
        self._talks: dict[int, Talk] = {}
        self._ids: dict[Any, str] = {}
        self._news = asyncio.Event()

    async def play(self, case: Case) -> None:
        readers = []
        for move in case.moves:
            if move.on not in self._talks:
                talk = await self._connect()
                self._talks[move.on] = talk
                readers.append(asyncio.create_task(self._listen(talk)))
            if not isinstance(move, Connect) and not self._talks[move.on].over:
                await self._move(self._talks[move.on], move)
        talks = list(self._talks.values())
        await self._until(lambda: all(talk.over or not talk.pending for talk in talks), ANSWER)
        await self._quiet(talks)
        for talk in talks:
            await talk.socket.close()
        await asyncio.gather(*readers)

    async def _connect(self) -> Talk:
        server = self._server
        socket = await connect(
            server.url,
            additional_headers=self._headers,
            subprotocols=[Subprotocol(server.subprotocol)] if server.subprotocol else None,
            compression=server.compression,
            ping_interval=None,
            proxy=None,
        )
        self._tally.sessions += 1
        return Talk(socket)

    async def _listen(self, talk: Talk) -> None:
        server = self._server
        try:
            async for text in talk.socket:
                event = json.loads(text)
                name = event["type"]
                talk.names.append(name)
                talk.last[name] = event
                if event.get(server.tells) in talk.pending:
                    talk.pending.remove(event[server.tells])
                elif name == "error" and talk.pending and event.get(server.tells) is None:
                    talk.pending.pop(0)
                if name == server.begins:
                    talk.runs.add(event["run_id"])
                elif name in server.ends:
                    talk.runs.discard(event.get("run_id"))
                self._news.set()
        except ConnectionClosed:
            pass
        talk.over = True
        self._news.set()

    async def _move(self, talk: Talk, move: Any) -> None:
        if isinstance(move, Probe):
            pong = await talk.socket.ping(b"p" * move.size)
            await asyncio.wait([asyncio.ensure_future(pong)], timeout=ANSWER)
            self._tally.sent += 1
        elif isinstance(move, Hear):
            come = len(talk.names)
            await self._until(lambda: talk.over or move.event in talk.names[come:], HEAR)
        elif isinstance(move, Say):
            await self._say(talk, move)

    async def _say(self, talk: Talk, move: Say) -> None:
        event = await self._filled(talk, move.value)
        asked = event.get(self._server.asks)
        due = event["type"] not in self._server.silent
        if due:
            talk.pending.append(asked)
        try:
            text = json.dumps(event, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            text = json.dumps(event).encode()
        try:
            await talk.socket.send(text, text=not move.binary)
        except ConnectionClosed:
            return
        self._tally.sent += 1
        if move.then != "now" and due:
            count = talk.pending.count(asked)
            await self._until(lambda: talk.over or talk.pending.count(asked) < count, ANSWER)
        if move.then == "quiet":
            await self._quiet([talk])

    async def _filled(self, talk: Talk, value: Any) -> Any:
        wanted: list[tuple[Talk, str, str]] = []

        def fill(kind: str, what: Any) -> Any:
            if kind == NEW:
                return self._ids.setdefault(what, str(uuid.uuid4()))
            giver = self._talks.get(what[2], talk) if len(what) > 2 else talk
            wanted.append((giver, what[0], what[1].strip("/")))
            said = giver.last.get(what[0], {})
            return said.get(what[1].strip("/"), str(uuid.uuid4()))

        event = filled(value, fill)
        if any(name not in giver.last for giver, name, _ in wanted):
            await self._until(
                lambda: all(
                    name in giver.last or giver.over or not (giver.pending or giver.runs or not giver.names)
                    for giver, name, _ in wanted
                ),
                ANSWER,
            )
            event = filled(value, fill)
        return event

    async def _quiet(self, talks: Sequence[Talk]) -> None:
        """Until no run is open, or nothing comes any more."""
        busy = lambda: any(not talk.over and (talk.runs or talk.pending) for talk in talks)  # noqa: E731
        while busy():
            come = sum(len(talk.names) for talk in talks)
            news = lambda come=come: not busy() or sum(len(talk.names) for talk in talks) > come  # noqa: E731
            if not await self._until(news, QUIET):
                return

    async def _until(self, ready: Callable[[], bool], within: float) -> bool:
        try:
            async with asyncio.timeout(within):
                while not ready():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            self._tally.waits += 1
            return False
        return True
