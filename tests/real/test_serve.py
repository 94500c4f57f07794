"""`wsrecord serve` and clients that know nothing of it; and what `verify` plays to it is clean."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from support.needs import NODE, missing
from support.playing import Serve

ROOT = Path(__file__).parents[2]
CASSETTES = sorted((ROOT / "cassettes").glob("*.wsr.jsonl"))
PLAIN = ROOT / "cassettes" / "plain.wsr.jsonl"
SCHEMAS = ("--contract", str(ROOT / "schemas"))
WITHIN = 60
RECORDED = ["connection_established", "agent_started"]


def _run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "wsrecord", *arguments],
        env={**os.environ, **environment}, capture_output=True, text=True, timeout=WITHIN, check=False,
    )  # fmt: skip


def _verify(cassette: Path, server: Serve, *secrets: str) -> "subprocess.CompletedProcess[str]":
    given = [word for name in secrets for word in ("--secret", f"{name}=env:{name.replace('-', '_')}")]
    known = {"password": "analytical", "password_1": "analytical", "password_3": "compiler"}
    return _run("verify", str(cassette), *SCHEMAS, "--target", server.ws, *given, **known)


@pytest.mark.parametrize("ids", ["--same-ids", "--fresh-ids"])
@pytest.mark.parametrize("cassette", CASSETTES, ids=lambda path: path.name)
def test_what_verify_plays_to_the_same_cassette_is_clean(cassette: Path, ids: str, tmp_path: Path) -> None:
    with Serve(cassette, tmp_path, *SCHEMAS, ids) as server:
        done = _verify(cassette, server, "password")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "no findings" in done.stdout
        assert server.end() == 0
        assert server.codes() == []


@pytest.fixture(scope="module")
def two_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("two")
    command = [sys.executable, "-m", "wsrecord", "demo", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        try:
            assert demo.stdout is not None
            found = re.search(r"ws://\S+", demo.stdout.readline())
            assert found is not None
            url = found[0]
            path = folder / "two.wsr.jsonl"
            client = str(Path(__file__).parent / "two_users.py")
            done = _run(
                "record",
                "--target",
                url,
                "--out",
                str(path),
                "--listen",
                "127.0.0.1:0",
                "--",
                sys.executable,
                client,
            )
            assert done.returncode == 0, done.stderr
            yield path
        finally:
            demo.kill()


@pytest.mark.parametrize("options", [(), ("--fresh-ids",), ("--pace", "recorded*4")], ids=str)
def test_two_users_and_a_resume_are_clean_too(
    two_users: Path, options: tuple[str, ...], tmp_path: Path
) -> None:
    with Serve(two_users, tmp_path, *SCHEMAS, *options) as server:
        done = _verify(two_users, server, "password-1", "password-3")
        assert done.returncode == 0, done.stdout + done.stderr
        assert server.end() == 0
        assert server.codes() == []


def test_the_demos_own_chat_client_is_answered(tmp_path: Path) -> None:
    with Serve(PLAIN, tmp_path, *SCHEMAS, "--loop") as server:
        for _ in range(2):
            done = _run("demo", "chat", "--prompt", "anything at all", "--url", f"{server.ws}/ws")
            assert done.returncode == 0, done.stdout + done.stderr
            assert "answer: Close codes" in done.stdout
        assert server.stop() == 0
        assert server.codes() == []


def test_aiohttp_is_answered_by_several_sessions_at_once(tmp_path: Path) -> None:
    async def one(session: aiohttp.ClientSession, number: int, url: str, http: str) -> None:
        async with session.post(f"{http}/login", json={"username": "ada", "password": "any"}) as answer:
            token = (await answer.json())["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        async with session.ws_connect(url, protocols=["agent.v1"], headers=headers, compress=15) as client:
            assert (await client.receive_json())["type"] == "connection_established"
            mine = f"0b54a3be-6f4d-4a52-9d27-1e6f0a9d5c{number:02}"
            await client.send_json({"type": "start_agent", "message_id": mine, "prompt": "hi"})
            started = await client.receive_json()
            assert (started["type"], started["reply_to"]) == ("agent_started", mine)
            while (await client.receive_json())["type"] != "agent_completed":
                pass

    async def several(server: Serve) -> None:
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(*(one(session, n, f"{server.ws}/ws", server.http) for n in range(8)))

    with Serve(PLAIN, tmp_path, *SCHEMAS, "--loop") as server:
        asyncio.run(several(server))
        assert server.stop() == 0
        assert server.codes() == []


def test_a_message_against_its_schema_is_a_finding(tmp_path: Path) -> None:
    async def ask(url: str) -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(url, protocols=["agent.v1"]) as client,
        ):
            await client.receive_json()
            await client.send_json({"type": "start_agent", "message_id": 7, "prompt": "hi"})
            while (await client.receive_json())["type"] != "agent_completed":
                pass

    with Serve(PLAIN, tmp_path, *SCHEMAS) as server:
        asyncio.run(ask(f"{server.ws}/ws"))
        assert server.end() == 1
        assert server.codes() == ["WS101"]


def test_ws_of_node_is_answered_twice(tmp_path: Path) -> None:
    missing(["node", "npm:ws"])
    with Serve(PLAIN, tmp_path, *SCHEMAS, "--loop") as server:
        for _ in range(2):
            command = ["node", str(NODE / "chat.mjs"), f"{server.ws}/ws"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN, check=False)
            heard = json.loads(done.stdout)
            assert heard[:3] == [*RECORDED, "0b54a3be-6f4d-4a52-9d27-1e6f0a9d5c11"]
            assert heard[-1] == "agent_completed"
        assert server.stop() == 0
        assert server.codes() == []
