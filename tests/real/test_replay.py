"""What real clients said, recorded and said again: servers that are not ours see the same."""

import asyncio
import json
import ssl
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest
from demo.client import connected
from real import aiohttp_server, fastapi_server, websockets_client
from real import scenario as s
from real.scenario import Place
from real.seen import Seen
from support import dialogues
from support.certificates import Authority, Certificate
from support.recorder import Recorder
from support.scripted import nothing_left

from wsrecord.cassette.model import Opcode, Record
from wsrecord.cassette.recording import Connection, Recording, Session, load
from wsrecord.cassette.redaction.redactor import Redactor
from wsrecord.contract.load import load as load_contract
from wsrecord.contract.model import Contract
from wsrecord.contract.shipped import agent_contract
from wsrecord.demo.auth import USERS
from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import serve_demo
from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.script import script
from wsrecord.live.credentials import Given, Wallet
from wsrecord.live.played import Played
from wsrecord.live.player import play
from wsrecord.live.stage import Stage
from wsrecord.live.target import TargetOptions, ready
from wsrecord.live.tls import target_context
from wsrecord.live.upstream import Routes, parse_target

pytestmark = pytest.mark.xdist_group("pairs")
CASSETTES = Path(__file__).parents[2] / "cassettes"
CONTRACTS = [pytest.param(False, id="without"), pytest.param(True, id="with a contract")]


def stage(port: int, tls: ssl.SSLContext | None = None) -> Stage:
    return Stage(Routes.of({"/": parse_target(f"{'wss' if tls else 'ws'}://127.0.0.1:{port}", tls)}))


def passwords(recording: Recording) -> dict[str, str]:
    """What stands for each login's placeholder."""
    found = {}
    for connection in recording.connections:
        for exchange in connection.exchanges:
            if exchange.request is not None and exchange.request.body:
                body = json.loads(exchange.request.body)
                found[body["password"]] = USERS[body["username"]].password
    return found


def contracts(wanted: bool) -> list[Contract]:
    return [load_contract(agent_contract())] if wanted else []


def said(session: Session, sender: str, opcode: Opcode = Opcode.TEXT) -> list[bytes]:
    return [one.payload for one in session.messages if one.sender == sender and one.opcode is opcode]


def types(session: Session) -> list[str]:
    """What the client said, by name."""
    return [json.loads(payload)["type"] for payload in said(session, "client")]


def told(played: Played) -> tuple[object, ...]:
    return played.stalls, played.unsent, played.troubles, played.timed_out


@pytest.mark.parametrize("with_contract", CONTRACTS)
def test_twenty_users_of_the_demo_at_once(with_contract: bool, tmp_path: Path) -> None:
    async def run() -> tuple[Recording, Played, int]:
        recording = load(await dialogues.record(tmp_path))
        dialogue = script(recording, contracts(with_contract))
        async with nothing_left(), serve_demo(options=DemoOptions(pace=0.001)) as server:
            bindings = Bindings(dialogue, secrets=passwords(recording))
            played = await play(dialogue, bindings, stage(server.port))
        return recording, played, len(dialogue.steps)

    recording, played, steps = asyncio.run(run())
    assert told(played) == ((), (), (), None)
    assert len(played.taken) == steps
    for number, live in played.sessions.items():
        ours, theirs = recording.sessions[number - 1], played.recording.sessions[live - 1]
        assert types(theirs) == types(ours)
        assert theirs.close is not None
        assert ours.close is not None
        assert theirs.close.sender == ours.close.sender


def test_the_demo_is_started_played_with_and_saved(tmp_path: Path) -> None:
    """All that a command needs, end to end: a server of its own, credentials, a replay, a cassette."""
    recording = load(CASSETTES / "two-tools.wsr.jsonl")
    dialogue = script(recording, contracts(True))
    wanted = [(one.name, str(one.value)) for one in dialogue.secrets]
    start = f"{sys.executable} -m wsrecord demo serve --port {{port}}"
    options = TargetOptions(start=start, ready="http://127.0.0.1:{port}/health")

    async def run() -> tuple[Played, dict[str, str]]:
        async with nothing_left(), ready(options) as target:
            wallet = Wallet(Given(auth='echo \'{"password": "analytical"}\''), time.time)
            purse = await wallet.of("1")
            assert purse.missing(wanted) == []
            bindings = Bindings(dialogue, secrets=purse.values(wanted))
            return await play(dialogue, bindings, stage(target.upstream.port)), wallet.secrets

    played, values = asyncio.run(run())
    assert told(played) == ((), (), (), None)
    nonce = "0123456789ab"
    path = played.reel.save(tmp_path / "live.wsr", nonce, Redactor(nonce=nonce, values=values))
    assert b"analytical" not in path.read_bytes()
    again = script(load(path), contracts(True))
    assert [type(step) for step in again.steps] == [type(step) for step in dialogue.steps]


Serve = Callable[[Seen, Certificate | None], AbstractContextManager[int]]
SERVERS = [
    pytest.param(partial(fastapi_server.serve, ws="websockets-sansio"), id="fastapi"),
    pytest.param(
        partial(fastapi_server.serve, ws="wsproto"),
        id="fastapi-wsproto",
        marks=pytest.mark.skipif(find_spec("wsproto") is None, reason="wsproto is not installed"),
    ),
    pytest.param(aiohttp_server.serve, id="aiohttp"),
]


@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
@pytest.mark.parametrize("serve", SERVERS)
def test_a_server_sees_again_what_it_saw(serve: Serve, tls: bool, tmp_path: Path) -> None:
    seen, authority = Seen(), Authority(tmp_path)
    context = target_context(authority.ca, insecure=False) if tls else None
    with serve(seen, authority.issue() if tls else None) as port:
        target = f"{'wss' if tls else 'ws'}://127.0.0.1:{port}"
        with Recorder(target, tmp_path, "--target-ca", str(authority.ca)) as recorder:
            websockets_client.run(Place(recorder.url.rstrip("/"), recorder.http.rstrip("/")))
            saw = seen.all_of((s.TALK, s.CLOSED))
            recorder.stop()
        recording = load(recorder.cassette)
        dialogue = script(recording)

        async def run() -> Played:
            async with nothing_left():
                return await play(dialogue, Bindings(dialogue), stage(port, context))

        played = asyncio.run(run())
        sees = seen.all_of((s.TALK, s.CLOSED))
    assert told(played) == ((), (), (), None)
    assert sees == saw
    for number, live in played.sessions.items():
        ours, theirs = recording.sessions[number - 1], played.recording.sessions[live - 1]
        assert theirs.accepted == ours.accepted
        assert (theirs.subprotocol, theirs.close) == (ours.subprotocol, ours.close)
        for opcode in (Opcode.TEXT, Opcode.BINARY):
            for sender in ("client", "server"):
                assert said(theirs, sender, opcode) == said(ours, sender, opcode)


def test_a_replay_is_recorded_as_the_recorder_would_have(tmp_path: Path) -> None:
    recording = load(CASSETTES / "two-tools.wsr.jsonl")
    dialogue = script(recording)

    async def run() -> Played:
        async with serve_demo(options=DemoOptions(pace=0.001)) as server:
            recorder = Recorder(f"ws://127.0.0.1:{server.port}", tmp_path, "--no-redact")
            await asyncio.to_thread(recorder.__enter__)
            bindings = Bindings(dialogue, secrets=passwords(recording))
            played = await play(dialogue, bindings, stage(recorder.port))
            await asyncio.to_thread(recorder.stop)
            await asyncio.to_thread(recorder.__exit__)
        return played

    played = asyncio.run(run())
    ours, theirs = played.recording, load(tmp_path / "recording.wsr")
    assert [shape(one) for one in ours.connections] == [shape(one) for one in theirs.connections]


def shape(connection: Connection) -> list[object]:
    """All of a connection but its times, and the order of what crossed on the wire."""
    session = connection.session
    found: list[object] = [sorted((end.sender, end.how) for end in connection.ended)]
    for exchange in [*connection.exchanges, *([session] if session is not None else [])]:
        found += [_bare(exchange.request), _bare(exchange.response)]
    for sender in ("client", "server"):
        found.append([_bare(one) for one in session.messages if one.sender == sender] if session else [])
    return found


def _bare(record: Record | None) -> Record | None:
    return replace(record, t=0, began=0) if record is not None else None  # type: ignore[call-arg]


async def _by_hand(port: int, runs: int) -> None:
    """The dialogue as somebody would write it."""

    class Place:
        url = f"ws://127.0.0.1:{port}/ws"

    Place.port = port  # type: ignore[attr-defined]
    async with connected(Place) as client:  # type: ignore[arg-type]
        for number in range(runs):
            await client.ask(dialogues.PROMPTS[number % 6])


@pytest.mark.parametrize("with_contract", CONTRACTS)
def test_a_replay_takes_no_longer_than_a_client_written_by_hand(with_contract: bool, tmp_path: Path) -> None:
    runs = 20

    async def run() -> tuple[list[float], list[float]]:
        async with serve_demo(options=DemoOptions(pace=0.005, seed=1)) as server:
            recorder = Recorder(f"ws://127.0.0.1:{server.port}", tmp_path)
            await asyncio.to_thread(recorder.__enter__)
            await _by_hand(recorder.port, runs)
            await asyncio.to_thread(recorder.stop)
            await asyncio.to_thread(recorder.__exit__)
        recording = load(recorder.cassette)
        dialogue = script(recording, contracts(with_contract))
        ours, theirs = [], []
        for _ in range(3):
            async with serve_demo(options=DemoOptions(pace=0.005, seed=1)) as server:
                begun = time.monotonic()
                await _by_hand(server.port, runs)
                theirs.append(time.monotonic() - begun)
            async with serve_demo(options=DemoOptions(pace=0.005, seed=1)) as server:
                bindings = Bindings(dialogue, secrets=passwords(recording))
                begun = time.monotonic()
                played = await play(dialogue, bindings, stage(server.port))
                ours.append(time.monotonic() - begun)
                assert told(played) == ((), (), (), None)
                assert played.given_up == ()
        return ours, theirs

    ours, theirs = asyncio.run(run())
    print(f"replay {min(ours):.3f} s, by hand {min(theirs):.3f} s: {min(ours) / min(theirs):.2f}")
    assert min(ours) <= 1.2 * min(theirs)
