"""What the demo's agent server is recorded in and replayed with: all that its contract speaks of."""

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
    """Asks for several tools, for one that fails; reports and pings; asks with an id twice."""
    async with connected(server, "ada") as client:
        await client.ask("2 + 2; what is a token?; stock price of ACME?", report=True)
        await client.ask("weather – 6 * 7", report=True)
        await client.ask("what is a mock?")
        await client.say(
            "start_agent", prompt="what is a mock?", message_id="m1"
        )  # which was asked with before
        await client.until("error")


async def grace(server: Any) -> None:
    """Tells a run more, and cancels another; twice, which is an error."""
    async with connected(server, "grace") as client:
        client._numbers = itertools.count(1000)
        run_id = await client.start("archive of contracts")
        await client.say("user_message", run_id=run_id, text="and 3 + 4, please")
        await client.until("agent_completed", run_id=run_id)
        await client.sync()
        run_id = await client.start(
            "slow; archive; weather; slow; archive; weather"
        )  # long enough to be cancelled
        await client.until("tool_executing")
        await client.say("cancel_run", run_id=run_id)
        await client.until("run_cancelled")
        await client.say("cancel_run", run_id=run_id)
        await client.until("error")
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


def plain(username: str, first: int) -> Dialogue:
    """Three questions, each answered with the help of a tool."""

    async def dialogue(server: Any) -> None:
        async with connected(server, username) as client:
            client._numbers = itertools.count(first)
            for prompt in ("what is a queue?", "17 * 4", "explain compression"):
                await client.ask(prompt)

    return dialogue


RICH = (stranger, ada, grace, mary)
PLAIN = (plain("alan", 4000), plain("ada", 5000))


@dataclass(frozen=True, eq=False)
class Take:
    """Recordings of the undrifted server, by name, and what stands for the secrets in them."""

    recordings: dict[str, Recording]
    secrets: dict[str, str]

    def only(self, name: str) -> "Take":
        """One of them."""
        return Take({name: self.recordings[name]}, self.secrets)

    @cache  # noqa: B019 - there is one in a run
    def pieces(self, *, contract: bool) -> list[Piece]:
        """To be played."""
        contracts = (CONTRACT,) if contract else ()
        return [
            Piece(name=name, recorded=recorded, dialogue=script(recorded, contracts), contracts=contracts)
            for name, recorded in self.recordings.items()
        ]


def take() -> Take:
    """Record with a server without drift."""
    recordings, secrets = {}, {}
    for name, who in (("rich", RICH), ("plain", PLAIN)):
        with tempfile.TemporaryDirectory() as folder:
            recordings[name] = load(asyncio.run(record(Path(folder), who, pace=PACE)))
        secrets.update(_passwords(recordings[name]))
    return Take(recordings, secrets)


def _passwords(recording: Recording) -> dict[str, str]:
    """What stands for the placeholders that were recorded in place of passwords."""
    bodies = [
        json.loads(exchange.request.body)
        for connection in recording.connections
        for exchange in connection.exchanges
        if exchange.request is not None and exchange.request.body
    ]
    return {one["password"]: USERS[one["username"]].password for one in bodies}


async def verified(
    clean: Take,
    drifts: Sequence[Chosen] = (),
    *,
    contract: bool,
    seed: int | None = None,
    hard: float = 3.0,
    **plan: Any,
) -> Verified:
    """Verify it against a server that has these drifts."""
    options = DemoOptions(pace=PACE, drifts=tuple(drifts), seed=seed)
    async with serve_demo(options=options) as server:
        given = Plan(
            target=TargetOptions(url=f"ws://127.0.0.1:{server.port}"),
            given=Given(secrets=clean.secrets),
            waits=Waits(hard=hard),
            timeout=60.0,
            options=Options(match="contract" if contract else "shape"),
        )
        with tempfile.TemporaryDirectory() as folder:
            pieces = clean.pieces(contract=contract)
            return await Verification(replace(given, **plan), pieces, Path(folder), lambda _: None).run()
