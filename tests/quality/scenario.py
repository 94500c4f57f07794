"""What the demo's agent server is recorded in, and replayed with: all that its contract speaks of, in a second."""

import asyncio
import itertools
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from demo.client import connected
from support.dialogues import Dialogue, record
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from wsrecord.cassette.recording import Recording, load
from wsrecord.contract.load import load as load_contract
from wsrecord.demo.auth import USERS
from wsrecord.demo.drifts.drift import Chosen
from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import serve_demo
from wsrecord.dialogue.script import script
from wsrecord.judge.drift.options import Options
from wsrecord.live.credentials import Given
from wsrecord.live.rehearsal import Piece
from wsrecord.live.stage import Waits
from wsrecord.live.target import TargetOptions
from wsrecord.live.verification import Plan, Verification, Verified

CONTRACT = load_contract(Path(__file__).parents[2] / "schemas")
PACE = 0.004  # seconds for a thought: an archive takes some 0.1 s, in which a client can leave or cancel


async def stranger(server: Any) -> None:
    """Somebody without a token."""
    with pytest.raises(InvalidStatus):
        async with connect(server.url, subprotocols=["agent.v1"], proxy=None):
            pass


async def ada(server: Any) -> None:
    """Asks for several tools, for one that fails, for more than there is; reports and pings."""
    async with connected(server, "ada") as client:
        await client.ask("2 + 2; what is a token?; stock price of ACME?", report=True)
        await client.ask("weather – 6 * 7", report=True)
        await client.ask("what is a mock?")
        await client.say("start_agent", prompt="; ".join(f"{n} + 1" for n in range(12)))
        await client.until("error")


async def grace(server: Any) -> None:
    """Tells a run more, and cancels another."""
    async with connected(server, "grace") as client:
        client._numbers = itertools.count(1000)
        run_id = await client.start("archive of contracts")
        await client.say("user_message", run_id=run_id, text="and 3 + 4, please")
        await client.until("agent_completed", run_id=run_id)
        await client.sync()
        run_id = await client.start("slow; archive; weather; slow; archive; weather")  # long enough to be cancelled
        await client.until("tool_executing")
        await client.say("cancel_run", run_id=run_id)
        await client.until("run_cancelled")
        await client.ask("explain compression and queues. 3^4!", report=True)


async def mary(server: Any) -> None:
    """Leaves in the middle of a run, and comes back when it has ended."""
    async with connected(server, "mary") as client:
        client._numbers = itertools.count(2000)
        await client.ask("what is load?")
        await client.start("archive of mocks")
        await client.until("tool_executing")
        token = client.greeting["resume_token"]
    await asyncio.sleep(0.4)  # the archive is read in a third of it
    async with connected(server, "mary", resume=token) as client:
        client._numbers = itertools.count(3000)
        await client.until("agent_completed")
        await client.ask("5 % 3")


EVERYBODY = (stranger, ada, grace, mary)


@dataclass(frozen=True, slots=True)
class Take:
    """A recording of the undrifted server, and what stands for the secrets in it."""

    recording: Recording
    secrets: dict[str, str]

    def piece(self, *, contract: bool) -> Piece:
        """To be played."""
        contracts = (CONTRACT,) if contract else ()
        return Piece(
            name="clean", recorded=self.recording, dialogue=script(self.recording, contracts), contracts=contracts
        )


def take(who: Sequence[Dialogue] = EVERYBODY) -> Take:
    """Record these, all at once, with a server without drift."""
    with tempfile.TemporaryDirectory() as folder:
        recording = load(asyncio.run(record(Path(folder), tuple(who), pace=PACE)))
    bodies = [
        json.loads(exchange.request.body)
        for connection in recording.connections
        for exchange in connection.exchanges
        if exchange.request is not None and exchange.request.body
    ]
    return Take(recording, {one["password"]: USERS[one["username"]].password for one in bodies})


async def verified(
    clean: Take, drifts: Sequence[Chosen] = (), *, contract: bool, seed: int | None = None, **plan: Any
) -> Verified:
    """Verify it against a server that has these drifts."""
    options = DemoOptions(pace=PACE, drifts=tuple(drifts), seed=seed)
    async with serve_demo(options=options) as server:
        given = Plan(
            target=TargetOptions(url=f"ws://127.0.0.1:{server.port}"),
            given=Given(secrets=clean.secrets),
            waits=Waits(hard=3.0),
            timeout=60.0,
            options=Options(match="contract" if contract else "shape"),
        )
        with tempfile.TemporaryDirectory() as folder:
            pieces = [clean.piece(contract=contract)]
            return await Verification(replace(given, **plan), pieces, Path(folder), lambda _: None).run()
