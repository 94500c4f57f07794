"""Conversations with the demo server, recorded through the real recorder: what a clean cassette holds."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from demo.client import connected

from support.recorder import Recorder
from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import serve_demo

PROMPTS = (
    "What is 6 * 7?", "search for mock servers", "archive weather please", "stock price of ACME?",
    "2+2; weather; what is a token?", "hello there", "1/0", "explain compression and queues. 3^4! stock",
    "слово", "9**9**9", "the slow archive of contracts; 5 % 3", "what?",
)  # fmt: skip
USERS = ("ada", "grace", "alan", "mary")
AGENTS = ("assistant", "mathematician", "librarian")
Dialogue = Callable[[Any], Awaitable[None]]


def asked(number: int, runs: int = 10) -> Dialogue:
    """One user asks several things, one after another."""

    async def dialogue(server: Any) -> None:
        async with connected(server, USERS[number % 4]) as client:
            client._numbers = itertools.count(1000 * number)  # no two of a user's sessions ask with one id
            for run in range(number, number + runs):
                options = {"report": True} if run % 2 else {}
                await client.ask(PROMPTS[run % 12], agent_name=AGENTS[run % 3], **options)

    return dialogue


async def side_by_side(server: Any) -> None:
    """Several runs at once on one connection."""
    async with connected(server) as client:
        client._numbers = itertools.count(60_000)
        for prompt in PROMPTS[:6]:
            await client.say("start_agent", prompt=prompt)
        ends: set[str] = set()
        while len(ends) < 6:
            ends.add((await client.until("agent_completed", "error"))["run_id"])
        await client.sync()


async def steered(server: Any) -> None:
    """A run that is told more, one that is cancelled, one that asks for too much."""
    async with connected(server, "grace") as client:
        client._numbers = itertools.count(50_000)
        run_id = await client.start("archive weather")
        await client.say("user_message", run_id=run_id, text="and 3 + 4, please")
        await client.until("agent_completed", run_id=run_id)
        run_id = await client.start("weather; slow; 1+1")
        await client.until("tool_executing")
        await client.say("cancel_run", run_id=run_id)
        await client.until("run_cancelled")
        await client.say("cancel_run", run_id=run_id)
        await client.until("error")
        await client.ask("; ".join(f"{n} + 1" for n in range(12)))


async def resumed(server: Any) -> None:
    """A client that leaves in the middle of a run and comes back for the rest."""
    async with connected(server, "mary") as client:
        client._numbers = itertools.count(70_000)
        await client.start("archive weather; 2 * 21")
        token, after = client.greeting["resume_token"], client.heard[-1]["seq"]
    async with connected(server, "mary", resume=token, after=max(0, after - 1)) as client:
        client._numbers = itertools.count(80_000)
        await client.until("final_report", "agent_completed")
        await client.sync()


EVERY = (*(asked(number) for number in range(16)), side_by_side, steered, resumed, asked(99, 30))


async def record(
    folder: Path, dialogues: tuple[Dialogue, ...] = EVERY, *, seed: int | None = None, pace: float = 0.001
) -> Path:
    """Record dialogues, all at once, into one cassette."""
    async with serve_demo(options=DemoOptions(pace=pace, seed=seed)) as server:
        recorder = Recorder(f"ws://127.0.0.1:{server.port}", folder)
        await asyncio.to_thread(recorder.__enter__)
        try:
            through = SimpleNamespace(port=recorder.port, url=f"ws://127.0.0.1:{recorder.port}/ws")
            await asyncio.gather(*(dialogue(through) for dialogue in dialogues))
        finally:
            code = await asyncio.to_thread(recorder.stop)
        await asyncio.to_thread(recorder.__exit__)
        assert code == 0, recorder.stderr
    return recorder.cassette
