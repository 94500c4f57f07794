"""The drift gallery at work: each drifted server, talked to through the real recorder, and checked."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from demo.client import log_in
from support.taped import taped
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from wsrecord.demo.drifts.drift import Chosen
from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import DemoServer, serve_demo

ROOT = Path(__file__).parents[2]
AT_ONCE = 6
# A client looks at the text alone: whatever has become of the events, it must come to an end.
RUN = re.compile(r'"run_?id":\s*"([0-9a-f-]{36})"', re.IGNORECASE)
TOKEN = re.compile(r'"resume_token":\s*"([0-9a-f]{48})"')


class Person:
    """A client that understands as little as it can."""

    def __init__(self, server: DemoServer, proxy: SimpleNamespace, username: str) -> None:
        self.server = server
        self.proxy = proxy
        self.username = username
        self.websocket: ClientConnection | None = None
        self.heard: list[str] = []
        self.number = 0
        self.changed = asyncio.Event()

    @property
    def last(self) -> str:
        return self.heard[-1] if self.heard else ""

    async def come(self, resume: str | None = None) -> None:
        token = await log_in(self.proxy, self.username)
        url = f"{self.proxy.url}?resume={resume}" if resume else self.proxy.url
        headers = {"Authorization": f"Bearer {token}"}
        with suppress(InvalidHandshake):
            self.websocket = await connect(
                url, additional_headers=headers, subprotocols=["agent.v1"], proxy=None, close_timeout=2
            )
            self.reader = asyncio.create_task(self.listen(self.websocket))
            await self.idle()

    async def listen(self, websocket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            async for message in websocket:
                self.heard.append(message if isinstance(message, str) else message.decode(errors="replace"))
                self.changed.set()
        self.changed.set()

    async def leave(self) -> None:
        if self.websocket is not None:
            await self.websocket.close()
            await self.reader

    async def say(self, kind: str, **fields: Any) -> None:
        self.number += 1
        message_id = f"{self.username}-{self.number}"
        if self.websocket is not None:
            with suppress(ConnectionClosed):
                await self.websocket.send(json.dumps({"type": kind, "message_id": message_id, **fields}))

    async def ask(self, prompt: str, **fields: Any) -> None:
        await self.say("start_agent", prompt=prompt, **fields)
        await self.idle()

    async def run(self, prompt: str) -> str | None:
        """Start a run; return its id as soon as it is told."""
        known = self.runs()
        await self.say("start_agent", prompt=prompt)
        await self.hear_out()
        return next(iter(self.runs() - known), None)

    def runs(self) -> set[str]:
        return {found[1] for text in self.heard if (found := RUN.search(text))}

    async def until(self, condition: Callable[[], bool], within: float) -> None:
        """Wait until something was heard, or for so long, or until nothing more can come."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not condition() and self.websocket is not None and not self.reader.done():
                    self.changed.clear()
                    await self.changed.wait()

    async def idle(self) -> None:
        """Wait until the server has heard all, has no more to say, and all of that has arrived."""
        await self.hear_out(lambda thread: bool(thread.runs))

    async def hear_out(self, busy: Callable[[Any], bool] = lambda _thread: False) -> None:
        """Wait until the server has heard all, and all that it has said so far has arrived."""
        await self.sync()
        async with asyncio.timeout(30):
            while any(busy(thread) or behind(thread) for thread in self.server.registry.threads):
                await asyncio.sleep(0.005)
        await self.sync()

    async def sync(self) -> None:
        """Make sure that all that was sent on either way has arrived: not by the server's events."""
        if self.websocket is not None:
            with suppress(ConnectionClosed):
                await (await self.websocket.ping())


def behind(thread: Any) -> bool:
    return thread.listener is not None and thread.delivered < thread.history.last


async def dialogue(server: DemoServer, proxy: SimpleNamespace) -> None:
    """All that a contract speaks of, in a second: two users, tools, steering, a resumed thread."""
    with suppress(InvalidHandshake):
        async with connect(proxy.url, subprotocols=["agent.v1"], proxy=None):
            pass
    grace, ada = Person(server, proxy, "grace"), Person(server, proxy, "ada")
    await grace.come()
    await ada.come()
    asking = ada.ask("2 + 2; what is a token?; stock price of ACME?", report=True)
    await asyncio.gather(grace.ask("what is a token?"), asking)
    await grace.ask("weather – 6 * 7")
    if run := await ada.run("archive of contracts"):
        await ada.say("user_message", run_id=run, text="and 3 + 4, please")
        await ada.idle()
    if run := await ada.run("the slow archive"):
        await ada.say("cancel_run", run_id=run)
        await ada.idle()
    await grace.say("ping")
    await grace.until(lambda: '"pong"' in grace.last, 1.5)
    await grace.leave()
    await away(ada)
    await ada.ask("5 % 3")


async def away(ada: Person) -> None:
    """Leave in the middle of a run, and come back when it has ended."""
    if ada.websocket is None or ada.reader.done():
        ada.heard.clear()
    else:
        await ada.run("archive of mocks")
        await ada.until(lambda: '"tool_executing"' in ada.last, 0.3)
    tokens = TOKEN.findall("".join(ada.heard))
    await ada.leave()
    await ada.idle()
    await ada.come(tokens[-1] if tokens else None)


async def recorded(chosen: Sequence[Chosen], out: Path, *, seed: int | None = None) -> None:
    """Record the dialogue with a server that has these drifts."""
    options = DemoOptions(pace=0.002, drifts=tuple(chosen), seed=seed)
    async with serve_demo(options=options) as server:

        async def act(port: int) -> None:
            await dialogue(server, SimpleNamespace(port=port, url=f"ws://127.0.0.1:{port}/ws"))

        await taped(server, out, act)


async def record_all(servers: dict[str, Sequence[Chosen]], folder: Path) -> None:
    """Record several, some at once: one that only waits costs nothing."""
    free = asyncio.Semaphore(AT_ONCE)

    async def one(name: str, chosen: Sequence[Chosen]) -> None:
        if name == "silence":
            await recorded(chosen, folder / f"{name}.wsr")
            return
        async with free:
            await recorded(chosen, folder / f"{name}.wsr")

    async with asyncio.TaskGroup() as group:
        for name, chosen in servers.items():
            group.create_task(one(name, chosen))


def checked(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """What `wsrecord check` finds in each cassette of a folder."""
    command = [sys.executable, "-m", "wsrecord", "check", str(folder)]
    command += ["--contract", str(ROOT / "schemas"), "--json", "-"]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert ended.returncode in (0, 1), ended.stderr
    found: dict[str, list[dict[str, Any]]] = {}
    for finding in json.loads(ended.stdout)["findings"]:
        found.setdefault(Path(finding["place"]["cassette"] or "").stem, []).append(finding)
    return found
