"""All cassettes, as often as wanted, against servers that misbehave: told of in time, nothing left."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from live.chat import chat, conversation, without
from live.recorded import Recorded
from live.test_player import (
    _breaks,
    _closes_at_once,
    _dies_midway,
    _floods,
    _half_a_message,
    _half_and_silent,
    _never_closes,
    _no_http,
    _resets_at_once,
    _silent,
    closed,
    hear,
    say,
)
from support.dialogues import asked, record, resumed
from support.ends import closed_port
from support.scripted import Peer, nothing_left, scripted

from wsrecord.cassette.recording import Recording, load
from wsrecord.contract.load import load_all
from wsrecord.demo.auth import USERS
from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import serve_demo
from wsrecord.dialogue.script import script
from wsrecord.errors import TargetError, UsageError
from wsrecord.live.credentials import Given
from wsrecord.live.rehearsal import Piece
from wsrecord.live.stage import Waits
from wsrecord.live.target import TargetOptions
from wsrecord.live.verification import Plan, Verification, Verified

Act = Callable[[Peer], Awaitable[None]]
WITHIN = 15.0


def piece(name: str = "chat.wsr", recorded: Recorded | None = None) -> Piece:
    recording = (recorded or conversation()).recording
    return Piece(name=name, recorded=recording, dialogue=script(recording))


def verified(folder: Path, act: Act, *pieces: Piece, port: int | None = None, **plan: Any) -> Verified:
    async def run() -> Verified:
        async with nothing_left(), scripted(act) as listening:
            target = TargetOptions(url=f"ws://127.0.0.1:{port or listening}", patience=0.5)
            given = {"target": target, "waits": Waits(hard=0.4, soft=0.1), "timeout": 6.0, **plan}
            async with asyncio.timeout(WITHIN):
                listed = pieces or (piece(),)
                return await Verification(Plan(**given), listed, folder, lambda _: None).run()

    return asyncio.run(run())


def codes(done: Verified) -> set[str]:
    return {one.code for one in done.findings if one.severity == "breaking"}


async def refuses(status: bytes, peer: Peer) -> None:
    await peer.head()
    peer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
    await peer.writer.drain()


def refusing(status: bytes) -> Act:
    async def act(peer: Peer) -> None:
        await refuses(status, peer)

    return act


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        pytest.param(refusing(b"401 Unauthorized"), {"WS811"}, id="401"),
        pytest.param(refusing(b"403 Forbidden"), {"WS811"}, id="403"),
        pytest.param(refusing(b"502 Bad Gateway"), {"WS811"}, id="502"),
        pytest.param(_silent, {"WS821"}, id="never-answers"),
        pytest.param(_closes_at_once, {"WS821"}, id="closes-at-once"),
        pytest.param(_resets_at_once, {"WS821"}, id="resets-at-once"),
        pytest.param(_no_http, {"WS821"}, id="no-http"),
        pytest.param(_floods, None, id="floods"),
        pytest.param(_breaks, None, id="broken-frames"),
        pytest.param(_half_a_message, None, id="half-a-message"),
        pytest.param(_half_and_silent, None, id="half-a-message-and-silent"),
        pytest.param(_dies_midway, None, id="dies-midway"),
        pytest.param(_never_closes, None, id="never-goes-on"),
    ],
)
def test_a_server_that_misbehaves_is_a_finding_in_time(
    act: Act, expected: set[str] | None, tmp_path: Path
) -> None:
    begun = time.monotonic()
    done = verified(tmp_path, act)
    assert time.monotonic() - begun < 12
    assert codes(done), done.findings
    if expected is not None:
        assert codes(done) >= expected
    assert not done.whole
    for one in done.findings:
        assert "\n" not in one.message


def test_where_nobody_is_there_it_says_so_and_finds_nothing(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(TargetError, match="nothing accepted connections"):
        verified(tmp_path, chat(), port=closed_port())
    assert time.monotonic() - begun < 3


def test_a_server_that_is_gone_midway_leaves_what_was_found(tmp_path: Path) -> None:
    async def run() -> Verified:
        async with nothing_left():
            stack: list[Any] = []
            holder = scripted(chat(without("done", "answer")))
            port = await holder.__aenter__()
            stack.append(holder)

            def say(name: str) -> None:
                if name == "b":
                    closing.append(asyncio.ensure_future(stack.pop().__aexit__(None, None, None)))

            closing: list[Any] = []
            target = TargetOptions(url=f"ws://127.0.0.1:{port}", patience=0.5)
            plan = Plan(target=target, waits=Waits(hard=0.4, soft=0.1), timeout=5.0)
            done = await Verification(plan, [piece("a"), piece("b")], tmp_path, say).run()
            await asyncio.gather(*closing)
            return done

    done = asyncio.run(run())
    by_cassette = {one.place.cassette for one in done.findings if one.severity == "breaking"}
    assert by_cassette == {"a", "b"}
    assert done.whole == {"a"}


def test_an_interruption_leaves_nothing_running(tmp_path: Path) -> None:
    async def run() -> None:
        async with nothing_left(), scripted(_never_closes) as port:
            plan = Plan(target=TargetOptions(url=f"ws://127.0.0.1:{port}"), concurrency=4, repeat=4)
            task = asyncio.create_task(Verification(plan, [piece()], tmp_path, lambda _: None).run())
            await asyncio.sleep(0.3)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())


def test_a_bug_of_ours_is_not_taken_for_the_servers(tmp_path: Path) -> None:
    def broken(_: str) -> None:
        raise ZeroDivisionError

    async def run() -> None:
        async with scripted(chat()) as port:
            plan = Plan(target=TargetOptions(url=f"ws://127.0.0.1:{port}"), concurrency=2, repeat=2)
            await Verification(plan, [piece()], tmp_path, broken).run()

    with pytest.raises(ZeroDivisionError):
        asyncio.run(run())


def test_a_command_that_fails_is_the_users_and_shows_no_secret(tmp_path: Path) -> None:
    given = Given(auth="echo canary-5a5a5a5a; false")
    with pytest.raises(UsageError) as caught:
        verified(tmp_path, chat(), given=given)
    assert "canary-5a5a5a5a" not in str(caught.value).replace(given.auth or "", "")


def test_runs_are_added_up_by_cassette(tmp_path: Path) -> None:
    done = verified(
        tmp_path, chat(without("done", "answer")), piece("a"), piece("b"), repeat=3, concurrency=4
    )
    assert done.runs == done.sessions == 6
    found = [one for one in done.findings if one.severity == "breaking"]
    assert [(one.code, one.place.cassette) for one in found] == [("WS803", "a"), ("WS803", "b")]
    assert [one.extra["runs"] for one in found] == [{"in": [1, 2, 3], "of": 3}] * 2
    assert set(done.live) == done.whole == {"a", "b"}


def test_a_replay_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    done = verified(tmp_path, _silent, timeout=0.8, waits=Waits(hard=5.0))
    assert codes(done) == {"WS821"}
    assert not done.whole


def test_users_who_overlap_are_played_as_themselves(tmp_path: Path) -> None:
    """Two users at once, and a third who leaves and comes back, against the demo server."""

    async def run() -> Verified:
        path = await record(tmp_path, (asked(0, 2), asked(1, 2), resumed))
        rules = load_all(("schemas",))
        recording = load(path)
        whole_piece = Piece(
            name="users.wsr", recorded=recording, dialogue=script(recording, rules), contracts=rules
        )
        live = tmp_path / "live"
        live.mkdir()
        async with serve_demo(options=DemoOptions(pace=0.002)) as server:
            plan = Plan(
                target=TargetOptions(url=f"ws://127.0.0.1:{server.port}"),
                given=Given(secrets=passwords(recording)),
                repeat=2,
                concurrency=2,
            )
            return await Verification(plan, [whole_piece], live, lambda _: None).run()

    done = asyncio.run(run())
    assert codes(done) == set()
    assert done.sessions == 8
    assert done.whole == {"users.wsr"}
    [shown] = done.shown
    assert shown.users >= 3


ROUND = (150_000, 150_001, 150_002)  # without a contract it is its place that says what the first one is


def runs_at_once() -> Recorded:
    """Three runs, known by their numbers, that the client rates when all have ended."""
    recorded = Recorded().upgrade()
    for number in range(3):
        recorded.client({"type": "ask", "id": f"q{number}"})
    for number, run in enumerate(ROUND):
        recorded.server({"type": "started", "ref": f"q{number}", "run": run})
    for kind in ("thinking", "thinking", "done"):
        for run in ROUND:
            recorded.server({"type": kind, "run": run})
    for run in ROUND:
        recorded.client({"type": "rate", "run": run}).server({"type": "rated", "run": run})
    return recorded.close()


def in_any_order(random: Random) -> Act:
    """Its runs count from 1 and cross each other; each may be rated once."""

    async def act(peer: Peer) -> None:
        await peer.upgrade()
        asked = [await hear(peer) for _ in range(3)]
        lines = [
            [
                {"type": "started", "ref": one["id"], "run": run},
                *[{"type": "thinking", "run": run}] * random.randint(0, 5),
                {"type": "done", "run": run},
            ]
            for run, one in enumerate(asked, 1)
        ]
        while any(lines):
            await say(peer, random.choice([line for line in lines if line]).pop(0))
        unrated = {1, 2, 3}
        for _ in range(3):
            run = (await hear(peer))["run"]
            await say(peer, {"type": "rated" if run in unrated else "error", "run": run})
            unrated.discard(run)
        await closed(peer)

    return act


def test_runs_around_a_round_number_are_rated_each_for_itself(tmp_path: Path) -> None:
    done = verified(tmp_path, in_any_order(Random(7)), piece(recorded=runs_at_once()), repeat=30)
    assert codes(done) == set()
    assert not [one for one in done.findings if "error" in one.message]


def passwords(recording: Recording) -> dict[str, str]:
    """By placeholder, the password of whoever logs in with it."""
    found = {}
    for connection in recording.connections:
        for exchange in connection.exchanges:
            if exchange.request is not None and exchange.request.body:
                body = json.loads(exchange.request.body)
                found[body["password"]] = USERS[body["username"]].password
    return found


def test_what_failed_is_kept_under_the_names_that_were_given(tmp_path: Path) -> None:
    """The variable that a secret came from looks like a secret, too: that name would be asked for later."""
    secret = "builder-4242-xk"
    recorded = conversation()

    async def answers(peer: Peer) -> None:
        await peer.upgrade(f"X-Trace: {secret}")
        await say(peer, {"type": "oops", "text": f"no {secret} here"})
        await closed(peer)

    done = verified(
        tmp_path,
        answers,
        piece(recorded=recorded),
        given=Given(secrets={"password_1": secret}),
        environment={"PASSWORD2": secret},
        save=tmp_path / "failures",
    )
    (saved,) = done.saved
    assert {one.name for one in load(saved).secrets} == {"password_1"}
    assert secret.encode() not in saved.read_bytes()
