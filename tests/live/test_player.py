"""Dialogues acted out against servers whose every byte the test writes: what is sent, what is waited for."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from live.recorded import Recorded
from support.ends import refusing_port
from support.frames import server as frames
from support.scripted import Peer, nothing_left, scripted

from wsrecord.cassette.model import Opcode
from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.script import script
from wsrecord.errors import UsageError
from wsrecord.live.client import Patience
from wsrecord.live.credentials import Purse
from wsrecord.live.played import Played
from wsrecord.live.player import play
from wsrecord.live.stage import Pace, Stage, Waits, parse_pace
from wsrecord.live.upstream import Routes, parse_target

RUN, LIVE_RUN = "5f585b3b-4d06-4123-9257-703b701d2b65", "d871f3e9-390c-4f39-8ac2-00c3588cea33"
OLD, NEW = "0b5e7c1a-41f7-4f6e-9d52-c7a1d0e3b101", "f3a9d2c8-77aa-4b1e-8c0d-5d6e7f809fff"
QUICK = Waits(hard=0.5, soft=0.15, times=3.0)
Act = Callable[[Peer], Awaitable[None]]


def act_out(recorded: Recorded, act: Act, within: float = 10.0, **stage: Any) -> tuple[Played, float]:
    """Play what was recorded against a scripted server; return what came of it, and how long it took."""
    dialogue = script(recorded.recording)

    async def run() -> tuple[Played, float]:
        async with nothing_left(), scripted(act) as port:
            routes = Routes.of({"/": parse_target(f"ws://127.0.0.1:{port}", None)})
            given = {"waits": QUICK, "patience": Patience(connect=1, close=0.3, drain=0.5), **stage}
            begun = time.monotonic()
            async with asyncio.timeout(within):
                played = await play(dialogue, Bindings(dialogue), Stage(routes, **given))
            return played, time.monotonic() - begun

    return asyncio.run(run())


async def say(peer: Peer, *events: Any) -> None:
    for event in events:
        peer.write(frames.text(json.dumps(event)))


async def hear(peer: Peer) -> Any:
    """The client's next message; a close is its payload."""
    first, payload = await peer.frame()
    return payload if first & 15 == 8 else json.loads(payload)


async def closed(peer: Peer) -> None:
    """Wait for the client's close and answer it."""
    while True:
        first, payload = await peer.frame()
        if first & 15 == 8:
            peer.write(frames.frame(8, payload))
            return


def a_run() -> Recorded:
    """A run whose id the server gives and the client says again."""
    return (
        Recorded()
        .upgrade()
        .server({"type": "welcome"})
        .client({"type": "start", "text": "hi"})
        .server({"type": "started", "run_id": OLD})
        .server({"type": "thinking", "run_id": OLD})
        .server({"type": "done", "run_id": OLD})
        .client({"type": "rate", "run_id": OLD})
        .server({"type": "rated", "run_id": OLD})
        .close()
    )


def test_a_dialogue_is_acted_out_with_the_ids_of_the_live_server() -> None:
    got: list[Any] = []

    async def act(peer: Peer) -> None:
        got.append(await peer.upgrade())
        await say(peer, {"type": "welcome"})
        got.append(await hear(peer))
        await say(
            peer, *({"type": kind, "run_id": NEW} for kind in ("started", "thinking", "thinking", "done"))
        )
        got.append(await hear(peer))
        await say(peer, {"type": "rated", "run_id": NEW})
        await closed(peer)

    played, took = act_out(a_run(), act)
    assert got[1:] == [{"type": "start", "text": "hi"}, {"type": "rate", "run_id": NEW}]
    assert (played.stalls, played.given_up, played.unsent, played.troubles) == ((), (), (), ())
    assert played.taken == (0, 1, 2, 3)
    assert played.sessions == {1: 1}
    assert len(played.recording.sessions[0].messages) == 10
    assert took < 0.5


def test_nothing_is_sent_before_its_cause() -> None:
    async def act(peer: Peer) -> None:
        await peer.upgrade()
        await asyncio.sleep(0.1)
        assert not peer.reader._buffer  # type: ignore[attr-defined]
        await say(peer, {"type": "welcome"})
        await hear(peer)
        await say(peer, {"type": "thinking", "run_id": NEW})
        await asyncio.sleep(0.1)
        assert not peer.reader._buffer  # type: ignore[attr-defined]
        await say(peer, {"type": "started", "run_id": NEW}, {"type": "done", "run_id": NEW})
        assert await hear(peer) == {"type": "rate", "run_id": NEW}
        await say(peer, {"type": "rated"})
        await closed(peer)

    played, _ = act_out(a_run(), act)
    assert played.stalls == ()


def test_a_kind_that_does_not_come_is_given_up_soon_and_is_no_stall() -> None:
    async def act(peer: Peer) -> None:
        await peer.upgrade()
        await hear(peer)
        await say(peer, {"type": "started", "run_id": NEW}, {"type": "done", "run_id": NEW})
        await hear(peer)
        await closed(peer)

    played, took = act_out(a_run(), act)
    assert [stall.text.split()[0] for stall in played.given_up] == ["welcome", "thinking", "rated"]
    assert played.stalls == ()
    assert len(played.taken) == 4
    assert took < 1.5


def test_a_link_that_never_comes_stops_its_session_and_says_what_was_awaited() -> None:
    async def act(peer: Peer) -> None:
        await peer.upgrade()
        await say(peer, {"type": "welcome"})
        await hear(peer)
        await say(peer, {"type": "thinking"}, {"type": "done"})
        await closed(peer)

    played, took = act_out(a_run(), act)
    (stall,) = played.stalls
    assert stall.why == "link"
    assert "started" in stall.text
    assert 0.4 < stall.waited < 2
    assert [one.step for one in played.unsent] == [2, 3]
    assert took < 2
    assert played.recording.sessions[0].close is not None


def test_what_can_not_come_any_more_is_not_waited_for() -> None:
    async def act(peer: Peer) -> None:
        await peer.upgrade()
        await say(peer, {"type": "welcome"})
        await hear(peer)
        peer.write(frames.close(1011, "oops"))
        await closed(peer)

    played, took = act_out(a_run(), act, waits=Waits(hard=30))
    (stall,) = played.stalls
    assert stall.ended
    assert took < 1
    close = played.recording.sessions[0].close
    assert close is not None
    assert (close.code, close.sender) == (1011, "server")


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "502 Bad Gateway", "200 OK"])
def test_a_refused_upgrade_leaves_the_rest_unsent(status: str) -> None:
    async def act(peer: Peer) -> None:
        await peer.head()
        peer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())

    played, took = act_out(a_run(), act)
    assert played.taken == (0,)
    assert {one.why for one in played.unsent} == {f"the upgrade was answered with {status[:3]}"}
    assert played.unreachable is None
    assert played.denied == ({1} if status.startswith("401") else set())
    assert took < 1


async def _silent(peer: Peer) -> None:
    await peer.reader.read()
    await asyncio.sleep(30)


async def _closes_at_once(peer: Peer) -> None:
    await peer.head()


async def _resets_at_once(peer: Peer) -> None:
    peer.reset()


async def _floods(peer: Peer) -> None:
    await peer.upgrade()
    while True:
        peer.write(frames.text(b'{"type": "tick"}') * 1000)
        await peer.writer.drain()


async def _breaks(peer: Peer) -> None:
    await peer.upgrade()
    peer.write(b"\x83\x00\x81\xff" + b"\xff" * 8)
    await peer.reader.read()


async def _half_a_message(peer: Peer) -> None:
    await peer.upgrade()
    peer.write(frames.text(b'{"type":', claim=500))
    await asyncio.sleep(0.05)


async def _half_and_silent(peer: Peer) -> None:
    await peer.upgrade()
    peer.write(frames.text(b'{"type":', claim=500))
    await asyncio.sleep(30)


async def _dies_midway(peer: Peer) -> None:
    await peer.upgrade()
    await say(peer, {"type": "welcome"})
    await hear(peer)
    peer.reset()


async def _never_closes(peer: Peer) -> None:
    await peer.upgrade()
    await say(peer, {"type": "welcome"})
    await asyncio.sleep(30)


async def _no_http(peer: Peer) -> None:
    await peer.head()
    peer.write(b"220 mail.example ESMTP\r\n\r\n")
    await asyncio.sleep(30)


@pytest.mark.parametrize(
    ("act", "trouble", "why"),
    [
        (_silent, None, "handshake"),
        (_closes_at_once, None, "handshake"),
        (_resets_at_once, "reset", "handshake"),
        (_floods, "flood", None),
        (_breaks, "broken", None),
        (_half_a_message, "broken", None),
        (_half_and_silent, "broken", "link"),
        (_dies_midway, "reset", "link"),
        (_never_closes, None, "link"),
        (_no_http, "unreadable", "handshake"),
    ],
)
def test_a_server_that_misbehaves_is_told_of_in_time(act: Act, trouble: str | None, why: str | None) -> None:
    patience = Patience(connect=1, close=0.3, drain=0.5, messages=50_000)
    played, took = act_out(a_run(), act, patience=patience)
    assert [one.kind for one in played.troubles] == [trouble] * (trouble is not None)
    assert why is None or why in [stall.why for stall in played.stalls]
    assert played.unsent
    assert took < 4


def test_nobody_there() -> None:
    dialogue = script(a_run().recording)
    port = refusing_port()

    async def run() -> Played:
        async with nothing_left():
            stage = Stage(Routes.of({"/": parse_target(f"ws://127.0.0.1:{port}", None)}))
            return await play(dialogue, Bindings(dialogue), stage)

    played = asyncio.run(run())
    assert played.unreachable is not None
    assert str(port) in played.unreachable.text
    assert played.taken == ()
    assert len(played.unsent) == 4


def test_the_whole_has_a_deadline_and_says_what_it_waited_for() -> None:
    played, took = act_out(a_run(), _never_closes, waits=Waits(hard=60, soft=0.1), timeout=0.6)
    assert played.timed_out == 0.6
    assert "started" in played.stalls[-1].text
    assert took < 1.5


def test_an_interruption_leaves_nothing_behind() -> None:
    dialogue = script(a_run().recording)

    async def run() -> None:
        async with nothing_left(), scripted(_never_closes) as port:
            stage = Stage(Routes.of({"/": parse_target(f"ws://127.0.0.1:{port}", None)}))
            task = asyncio.create_task(play(dialogue, Bindings(dialogue), stage))
            await asyncio.sleep(0.2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())


def test_what_a_login_gives_goes_into_the_upgrade() -> None:
    token, live = "tkn-4f3c9a1b7d2e8a6c", "tkn-0a9b8c7d6e5f4a3b"
    recorded = (
        Recorded()
        .ask("/login", {"user": "ada"}, {"token": token})
        .upgrade(2, f"/ws?token={token}")
        .server({"type": "welcome"}, session=2)
        .close(session=2)
    )
    heads: list[bytes] = []

    async def act(peer: Peer) -> None:
        head, body = await peer.request() if not heads else (await peer.upgrade(), b"")
        heads.append(head)
        if head.startswith(b"POST"):
            assert json.loads(body) == {"user": "ada"}
            answer = json.dumps({"token": live}).encode()
            peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
            await peer.reader.read()
        else:
            await say(peer, {"type": "welcome"})
            await closed(peer)

    played, _ = act_out(recorded, act)
    assert heads[1].startswith(f"GET /ws?token={live} HTTP/1.1\r\n".encode())
    assert played.exchanges == {(1, 1): (1, 1)}
    assert played.sessions == {2: 1}
    assert played.stalls == ()


def test_a_refused_login_is_told_at_once() -> None:
    token = "tkn-4f3c9a1b7d2e8a6c"
    recorded = Recorded().ask("/login", {"user": "ada"}, {"token": token})
    recorded.upgrade(2, f"/ws?token={token}").server({"type": "welcome"}, session=2).close(session=2)

    async def act(peer: Peer) -> None:
        await peer.request()
        peer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
        await peer.reader.read()

    played, took = act_out(recorded, act, waits=Waits(hard=30))
    assert took < 2
    why = "POST /login was answered with 401 (200 in the recording), without token"
    assert played.unsent[0].why == why
    assert [one.why for one in played.stalls] == ["link"]


def test_a_server_that_closes_between_exchanges_is_dialled_again() -> None:
    recorded = Recorded().ask("/a", {}, {"n": 1}).ask("/b", {}, {"n": 2})

    async def act(peer: Peer) -> None:
        await peer.request()
        peer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")

    played, _ = act_out(recorded, act)
    assert played.exchanges == {(1, 1): (1, 1), (1, 2): (2, 1)}


def test_a_poll_that_hangs_keeps_nobody_waiting() -> None:
    recorded = (
        Recorded()
        .ask("/poll", None, None, connection=2, method="GET")
        .upgrade(1)
        .server({"type": "welcome"})
        .client({"type": "bye"})
        .close()
    )

    async def act(peer: Peer) -> None:
        if (await peer.reader.readexactly(5)) == b"GET /":
            line = await peer.reader.readuntil(b"\r\n")
            if line.startswith(b"poll"):
                await peer.reader.read()
                return
        await peer.upgrade()
        await say(peer, {"type": "welcome"})
        await hear(peer)
        await closed(peer)

    played, took = act_out(recorded, act)
    assert played.stalls == ()
    assert played.unsent == ()
    assert took < 1


def test_two_polls_that_hang_do_not_wait_for_each_other() -> None:
    recorded = Recorded().ask("/a", connection=1, method="GET").ask("/b", connection=2, method="GET")
    played, took = act_out(recorded, _silent)
    assert len(played.taken) == 2
    assert played.stalls == ()
    assert took < 2


def test_an_answer_that_does_not_come_is_a_stall() -> None:
    recorded = Recorded().ask("/a", {}, {"n": 1})
    played, _ = act_out(recorded, _silent)
    assert [stall.text for stall in played.stalls] == ["the answer to POST /a"]


def test_two_sessions_go_in_their_recorded_order_where_one_needs_the_other() -> None:
    recorded = (
        Recorded()
        .upgrade(1, "/a")
        .upgrade(2, "/b")
        .server({"type": "room", "room_id": OLD}, session=1)
        .client({"type": "join", "room_id": OLD}, session=2)
        .server({"type": "joined"}, session=2)
        .close(session=2)
        .close(session=1)
    )
    joined: list[Any] = []

    async def act(peer: Peer) -> None:
        head = await peer.upgrade()
        if head.startswith(b"GET /a"):
            await asyncio.sleep(0.2)
            await say(peer, {"type": "room", "room_id": NEW})
        else:
            joined.append(await hear(peer))
            await say(peer, {"type": "joined"})
        await closed(peer)

    played, _ = act_out(recorded, act)
    assert joined == [{"type": "join", "room_id": NEW}]
    assert played.stalls == ()
    assert sorted(played.sessions) == [1, 2]


def test_a_client_comes_back_after_it_has_left_and_as_long_as_it_was_away() -> None:
    recorded = (
        Recorded()
        .upgrade(1, "/a")
        .server({"type": "hello", "resume_token": OLD}, session=1)
        .client({"type": "ask"}, session=1)
        .server({"type": "said", "run_id": RUN}, session=1)
        .client({"type": "rate", "run_id": RUN}, session=1)
        .close(session=1)
        .upgrade(2, f"/a?resume={OLD}", after=0.4)
        .server({"type": "hello"}, session=2)
        .close(session=2)
    )
    seen: list[tuple[str, float]] = []

    async def act(peer: Peer) -> None:
        head = await peer.upgrade()
        if b"resume" in head:
            seen.append(("back", time.monotonic()))
            await say(peer, {"type": "hello"})
        else:
            await say(peer, {"type": "hello", "resume_token": NEW})
            await hear(peer)
            await asyncio.sleep(0.6)  # longer than a reconnect waits softly for anything
            await say(peer, {"type": "said", "run_id": LIVE_RUN})
        await closed(peer)
        seen.append(("left", time.monotonic()))

    played, _ = act_out(recorded, act, waits=Waits(hard=3.0, soft=0.15, times=1.0))
    assert played.stalls == ()
    assert [name for name, _ in seen] == ["left", "back", "left"]
    assert seen[1][1] - seen[0][1] >= 0.35


@pytest.mark.parametrize(
    ("pace", "least", "most"), [("recorded", 0.6, 1.2), ("recorded*4", 0.15, 0.5), ("causal", 0, 0.3)]
)
def test_the_pace_is_that_of_the_recording_if_asked_for(pace: str, least: float, most: float) -> None:
    recorded = (
        Recorded()
        .upgrade()
        .client({"n": 1}, after=0.3)
        .server({"n": 1})
        .client({"n": 2}, after=0.3)
        .server({"n": 2})
        .close()
    )

    async def act(peer: Peer) -> None:
        await peer.upgrade()
        for _ in range(2):
            await say(peer, await hear(peer))
        await closed(peer)

    _, took = act_out(recorded, act, pace=parse_pace(pace))
    assert least <= took < most


def test_paces_are_read() -> None:
    assert parse_pace("causal") == Pace(None)
    assert parse_pace("recorded") == Pace(1.0)
    assert parse_pace("recorded*2.5") == Pace(2.5)
    for wrong in ("fast", "recorded*0", "recorded*", "recorded*-1", ""):
        with pytest.raises(UsageError):
            parse_pace(wrong)


def test_the_servers_close_is_awaited_and_told_when_it_does_not_come() -> None:
    recorded = Recorded().upgrade().server({"type": "welcome"}).client({"type": "quit"}).close("server", 4001)

    async def closes(peer: Peer) -> None:
        await peer.upgrade()
        await say(peer, {"type": "welcome"})
        await hear(peer)
        await asyncio.sleep(0.2)
        peer.write(frames.close(4001))
        assert await hear(peer) == b"\x0f\xa1"

    async def stays(peer: Peer) -> None:
        await peer.upgrade()
        await say(peer, {"type": "welcome"})
        await closed(peer)

    played, _ = act_out(recorded, closes)
    assert played.stalls == ()
    close = played.recording.sessions[0].close
    assert close is not None
    assert (close.code, close.sender) == (4001, "server")

    played, _ = act_out(recorded, stays)
    assert [stall.text for stall in played.stalls] == ["the server's close (4001)"]


@pytest.mark.parametrize("how", ["fin", "reset"])
def test_a_cut_is_carried_over(how: str) -> None:
    recorded = Recorded().upgrade().client({"type": "start"}).server({"type": "on"}).ended("client", how)
    ends: list[str] = []

    async def act(peer: Peer) -> None:
        await peer.upgrade()
        await hear(peer)
        await say(peer, {"type": "on"})
        try:
            await peer.reader.readexactly(1)
        except asyncio.IncompleteReadError:
            ends.append("fin")
        except ConnectionResetError:
            ends.append("reset")

    played, _ = act_out(recorded, act)
    assert ("client", how) in {(end.sender, end.how) for end in played.recording.sessions[0].ended}
    assert played.recording.sessions[0].close is None


def test_a_stream_without_a_last_word_is_heard_to_its_end() -> None:
    recorded = Recorded().upgrade().client({"type": "ask"})
    for _ in range(5):
        recorded.server({"type": "piece"}, after=0.02)
    recorded.close()

    async def act(peer: Peer) -> None:
        await peer.upgrade()
        await hear(peer)
        for _ in range(10):
            await say(peer, {"type": "piece"})
            await asyncio.sleep(0.02)
        await closed(peer)

    played, _ = act_out(recorded, act)
    pieces = [
        m for m in played.recording.sessions[0].messages if m.sender == "server" and m.opcode is Opcode.TEXT
    ]
    assert len(pieces) == 10


def test_a_stream_in_the_middle_is_heard_as_far_as_it_was_or_until_it_is_quiet() -> None:
    recorded = Recorded().upgrade().client({"type": "ask"})
    for _ in range(5):
        recorded.server({"type": "piece"}, after=0.02)
    recorded.client({"type": "next"}).close()

    def stream(pieces: int) -> tuple[Act, list[bool]]:
        early: list[bool] = []

        async def act(peer: Peer) -> None:
            await peer.upgrade()
            await hear(peer)
            for _ in range(pieces):
                early.append(bool(peer.reader._buffer))  # type: ignore[attr-defined]
                await say(peer, {"type": "piece"})
                await asyncio.sleep(0.02)
            await closed(peer)

        return act, early

    for pieces in (3, 5, 9):
        act, early = stream(pieces)
        played, took = act_out(recorded, act)
        assert len(played.taken) == 4
        assert not any(early[:5])
        assert any(early) == (pieces > 5)
        assert took < 1


def test_heartbeats_come_once_where_the_replay_is_over_before_their_time() -> None:
    recorded = Recorded().upgrade().server({"type": "welcome"})
    for _ in range(5):
        recorded.client({"type": "ping"}, after=2.0).server({"type": "pong"})
    recorded.client({"type": "bye"}).close()
    got: list[Any] = []

    async def act(peer: Peer) -> None:
        await peer.upgrade()
        await say(peer, {"type": "welcome"})
        while True:
            got.append(await hear(peer))
            if isinstance(got[-1], bytes):
                peer.write(frames.close(1000))
                return
            if got[-1]["type"] == "ping":
                await say(peer, {"type": "pong"})

    played, took = act_out(recorded, act)
    assert [one["type"] for one in got[:-1]] == ["bye", "ping"]
    assert len(played.spared) == 4
    assert took < 1.5


def test_heartbeats_keep_their_time_while_the_session_goes_on() -> None:
    recorded = Recorded().upgrade().client({"type": "start"})
    for _ in range(4):
        recorded.client({"type": "ping"}, after=0.2).server({"type": "pong"}).control(Opcode.PING, after=0.0)
    recorded.server({"type": "done"}, after=0.1).close()
    times: list[float] = []

    async def act(peer: Peer) -> None:
        await peer.upgrade()
        begun = time.monotonic()

        async def listen() -> None:
            while True:
                first, payload = await peer.frame()
                if first == 0x88:
                    peer.write(frames.frame(8, payload))
                    return
                if b"ping" in payload:
                    times.append(time.monotonic() - begun)
                    await say(peer, {"type": "pong"})

        listening = asyncio.create_task(listen())
        await asyncio.sleep(0.7)
        await say(peer, {"type": "done"})
        await listening

    played, _ = act_out(recorded, act, waits=Waits(hard=2, soft=2))
    assert len(times) == 3

    assert all(abs(at - expected) < 0.1 for at, expected in zip(times, (0.2, 0.4, 0.6), strict=True))
    assert len(played.spared) == 2
    pings = [one for one in played.recording.sessions[0].messages if one.opcode is Opcode.PING]
    assert len(pings) == 3


def test_given_headers_and_parameters_go_into_every_request() -> None:
    heads: list[bytes] = []

    async def act(peer: Peer) -> None:
        heads.append(await peer.upgrade())
        await closed(peer)

    purse = Purse({}, (("Authorization", "Bearer x"),), (("key", "a b"),))
    act_out(Recorded().upgrade().close(), act, purse=purse)
    assert heads[0].startswith(b"GET /ws?key=a%20b HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Bearer x\r\n" in heads[0]


def test_a_variable_that_is_nowhere_is_asked_for_before_anything_is_connected() -> None:
    async def act(peer: Peer) -> None:
        pytest.fail("nobody was to connect")

    purse = Purse({}, (("Authorization", "Bearer {token}"),))
    with pytest.raises(UsageError, match="no variable token"):
        act_out(Recorded().upgrade().close(), act, purse=purse)


def test_a_run_that_alone_is_rated_is_rated_after_its_own_end() -> None:
    """Two are open; as recorded the second ended first, and now the first does."""
    first, second = {"run_id": OLD}, {"run_id": RUN}
    recorded = Recorded().upgrade().client({"type": "go"})
    recorded.server({"type": "started", **first}).server({"type": "started", **second})
    recorded.server({"type": "done", **second}).client({"type": "rate", **second})
    recorded.server({"type": "rated", **second}).server({"type": "done", **first}).close()
    order: list[str] = []

    async def act(peer: Peer) -> None:
        await peer.upgrade()
        await hear(peer)
        await say(peer, {"type": "started", "run_id": NEW}, {"type": "started", "run_id": LIVE_RUN})
        await say(peer, {"type": "done", "run_id": NEW})
        rated = asyncio.ensure_future(hear(peer))
        await asyncio.wait([rated], timeout=0.4)  # it had all the time to be too early
        order.append("rated" if rated.done() else "not yet")
        await say(peer, {"type": "done", "run_id": LIVE_RUN})
        assert await rated == {"type": "rate", "run_id": LIVE_RUN}
        await say(peer, {"type": "rated", "run_id": LIVE_RUN})
        await closed(peer)

    played, _ = act_out(recorded, act, waits=Waits(hard=5, soft=0.15, times=20))
    assert order == ["not yet"]
    assert not played.stalls
