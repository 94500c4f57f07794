"""Real recordings of the demo server, one for each of many clients that ask for different things."""

import asyncio
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from demo.client import connected
from support.recorder import Recorder

from wsrecord.cassette.recording import Recording, load
from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import serve_demo

PROMPTS = (
    "What is 6 * 7?", "search for mock servers", "archive weather please", "stock price of ACME?",
    "2+2; weather; what is a token?", "hello there", "1/0", "explain compression and queues. 3^4! stock",
    "слово", "9**9**9", "the slow archive of contracts; 5 % 3", "what?",
)  # fmt: skip
AGENTS = ("assistant", "mathematician", "librarian")


async def client(server: Any, number: int) -> int:
    """What one client does: the same for the same number, as far as the server plays along. Its sessions."""
    user = ("ada", "grace", "alan", "mary")[number % 4]
    async with connected(server, user) as one:
        for turn in range(1 + number % 3):
            wishes: dict[str, Any] = {"report": True} if number % 2 else {}
            if number % 5:
                wishes["agent_name"] = AGENTS[number % 3]
            await one.ask(PROMPTS[(number * 5 + turn) % len(PROMPTS)], **wishes)
        if number % 4 == 1:
            run = await one.start("archive weather")
            await one.say("user_message", run_id=run, text="and 3 + 4, please")
            await one.until("agent_completed", run_id=run)
        if number % 4 == 2:
            run = await one.start("weather; slow; 1+1")
            await one.until("tool_executing")
            await one.say("cancel_run", run_id=run)
            await one.until("run_cancelled", "agent_completed")  # whichever was first
        if number % 5 == 3:
            await one.say("cancel_run", run_id="run-of-nobody")
            await one.until("error")
        await one.sync()
        if number % 3:
            return 1
        seq = one.heard[-1]["seq"]
        run = await one.start("weather; 1+1; stock")
        await one.until("tool_executing")
        token = one.greeting["resume_token"]
        heard = one.heard[-1]["seq"]
    # Away while its run goes on; back, and asks for what it missed, or for more than that.
    async with connected(server, user, resume=token, after=seq if number % 2 else heard) as one:
        await one.until("agent_completed", run_id=run)
        await one.sync()
    return 2


def record(folder: Path, count: int) -> list[Recording]:
    """So many recordings."""
    made = asyncio.run(_record(folder, count))
    whole = load(folder / "recording.wsr")
    by_session = {one.session.number: one for one in whole.connections if one.session is not None}
    left = iter(whole.sessions)
    parts = [list(islice(left, sessions)) for sessions in made]
    return [
        replace(whole, sessions=mine, connections=[by_session[session.number] for session in mine])
        for mine in parts
    ]


async def _record(folder: Path, count: int) -> list[int]:
    async with serve_demo(options=DemoOptions(pace=0.001)) as server:
        recorder = Recorder(f"ws://127.0.0.1:{server.port}", folder)
        await asyncio.to_thread(recorder.__enter__)
        try:
            through = SimpleNamespace(port=recorder.port, url=f"ws://127.0.0.1:{recorder.port}/ws")
            return [await client(through, number) for number in range(count)]
        finally:
            await asyncio.to_thread(recorder.__exit__, None)
