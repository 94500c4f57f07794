"""The demo's own contract, held against real recordings of the demo server."""

import asyncio
import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from demo import client as demo
from support.recorder import Recorder

from wsrecord.cassette.recording import Recording, load
from wsrecord.codec.registry import make
from wsrecord.contract.classify import Classifier, Event, Unknown
from wsrecord.contract.flow.instances import Instances, User
from wsrecord.contract.load import load as load_contract
from wsrecord.contract.schemas import at_placeholder
from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import serve_demo

SCHEMAS = Path(__file__).parents[2] / "schemas"
CONTRACT = load_contract(SCHEMAS)
PROMPTS = (
    "What is 6 * 7?", "search for mock servers", "archive weather please", "stock price of ACME?",
    "2+2; weather; what is a token?", "hello there", "1/0", "explain compression and queues. 3^4! stock",
    "слово", "9**9**9", "the slow archive of contracts; 5 % 3", "what?",
)  # fmt: skip


_sessions = itertools.count(1)


@asynccontextmanager
async def connected(*asked, **options) -> AsyncIterator:
    """A client whose message ids no other session of its user has: requests outlive their session."""
    async with demo.connected(*asked, **options) as client:
        client._numbers = itertools.count(1000 * next(_sessions))
        yield client


async def runs(server) -> None:
    for index, prompt in enumerate(PROMPTS):
        user = ("ada", "grace", "alan", "mary")[index % 4]
        async with connected(server, user) as client:
            await client.ask(prompt)
            await client.ask(
                prompt, report=True, agent_name=("assistant", "mathematician", "librarian")[index % 3]
            )


async def side_by_side(server) -> None:
    async with connected(server) as client:
        for prompt in PROMPTS[:6]:
            await client.say("start_agent", prompt=prompt)
        ends: set[str] = set()
        while len(ends) < 6:
            ends.add((await client.until("agent_completed", "error"))["run_id"])
        await client.sync()


async def steered(server) -> None:
    async with connected(server, "grace") as client:
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


async def refused(server) -> None:
    async with connected(server, "alan") as client:
        for message in ("{", "[]", '{"type":"nope"}', '{"type":"ping"}', b"\x00"):
            await client.refused(message)
        await client.refused(
            json.dumps({"type": "start_agent", "message_id": "a", "prompt": "x", "agent_name": "y"})
        )
        used = await client.say("start_agent", prompt="what is 1 + 1?")
        await client.until("agent_started")
        await client.refused(json.dumps({"type": "start_agent", "message_id": used, "prompt": "again"}))
        await client.until("agent_completed")
        await client.sync()


async def resumed(server) -> None:
    async with connected(server, "mary") as client:
        await client.start("archive weather; 2 * 21")
        token, after = client.greeting["resume_token"], client.heard[-1]["seq"]
    async with connected(server, "mary", resume=token, after=max(0, after - 1)) as client:
        assert client.greeting["resumed"]
        await client.until("final_report", "agent_completed")
        await client.sync()


def chatted(url: str) -> None:
    command = [
        sys.executable,
        "-m",
        "wsrecord",
        "demo",
        "chat",
        "--url",
        url,
        "--prompt",
        "2 + 3",
        "--prompt",
        "weather",
    ]
    subprocess.run(command, check=True, timeout=60, stdout=subprocess.DEVNULL, env={**os.environ})


async def _record(folder: Path) -> None:
    async with serve_demo(options=DemoOptions(pace=0.002)) as server:
        recorder = Recorder(f"ws://127.0.0.1:{server.port}", folder)
        await asyncio.to_thread(recorder.__enter__)
        try:
            through = SimpleNamespace(port=recorder.port, url=f"ws://127.0.0.1:{recorder.port}/ws")
            await asyncio.gather(
                *(scenario(through) for scenario in (runs, side_by_side, steered, refused, resumed))
            )
            await asyncio.to_thread(chatted, through.url)
            assert await asyncio.to_thread(recorder.stop) == 0
        finally:
            await asyncio.to_thread(recorder.__exit__)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder = tmp_path_factory.mktemp("agent")
    asyncio.run(_record(folder))
    return load(folder / "recording.wsr")


def events(recording: Recording):
    classifier = Classifier(CONTRACT)
    for session in recording.sessions:
        codec = make(CONTRACT.codec.spec, subprotocol=session.subprotocol)
        for unit in codec.units(session.messages):
            yield session, classifier.classify(unit)


def test_every_event_of_thirty_runs_is_named_and_valid(recording: Recording) -> None:
    placeholder = at_placeholder(recording.head.nonce)
    seen: Counter[str] = Counter()
    broken: list[str] = []
    for _, event in events(recording):
        if isinstance(event, Unknown):
            broken.append(event.unit.text[:80])
            continue
        seen[str(event.key)] += 1
        assert event.spec.schema is not None
        faults = event.spec.schema.validate(event.value, placeholder)
        assert event.sender == "client" or faults == [], (event.key, faults)
    assert seen["server:agent_started"] >= 30
    assert set(seen) == {str(key) for key in CONTRACT.events}, "every event occurs"
    # What the refused scenario sends on purpose, and nothing else.
    assert sorted(broken) == sorted(["{", "[]", '{"type":"nope"}', "\x00"])


def test_no_flow_finds_a_fault_in_them(recording: Recording) -> None:
    users: dict[str, User] = {}
    instances: dict[int, Instances] = {}
    said = [(session, event) for session, event in events(recording) if isinstance(event, Event)]
    # A client may ask before it is greeted: whose session it is, the greeting tells, wherever it stands.
    names = {s.number: e.value["user_id"] for s, e in said if e.name == "connection_established"}
    for session, event in said:
        if session.number in names:
            flows = instances.get(session.number)
            if flows is None:
                user = users.setdefault(names[session.number], User(CONTRACT.flows))
                flows = instances[session.number] = Instances(CONTRACT.flows, user)
            faults = flows.feed(event.name, event.sender, event.keys)
            assert faults == [], [fault.text for fault in faults]
    unfinished = [fault for one in instances.values() for fault in one.end(cut=False)]
    unfinished += [fault for user in users.values() for fault in user.end(cut=False)]
    assert [fault.text for fault in unfinished] == []
    assert set(users) == {"user-ada", "user-grace", "user-alan", "user-mary"}


def test_a_renamed_field_says_so_in_one_line(recording: Recording) -> None:
    event = next(
        one for _, one in events(recording) if isinstance(one, Event) and one.name == "tool_completed"
    )
    value = dict(event.value)
    value["result"] = value.pop("results")
    assert event.spec.schema is not None
    first = event.spec.schema.validate(value)[0]
    assert first.message == '/results: missing; there is "result", is it that one?'
    assert first.schema_pointer == "tool_completed.json#/required"
