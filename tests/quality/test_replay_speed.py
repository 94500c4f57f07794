"""How long a replay takes: as long as a client that was written by hand, and many go side by side."""

import asyncio
import json
import time
from pathlib import Path
from statistics import median

from live.recorded import Recorded
from support.frames import server as frames
from support.scripted import Peer
from support.served import served
from websockets.asyncio.client import connect

from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.script import script
from wsrecord.live.player import play
from wsrecord.live.rehearsal import Piece
from wsrecord.live.stage import Stage
from wsrecord.live.target import TargetOptions
from wsrecord.live.upstream import Routes, parse_target
from wsrecord.live.verification import Plan, Verification, Verified

TURNS, ROUNDS = 40, 5


def answer_id(turn: int, run: int) -> str:
    return f"{turn:04d}{run:04d}-41f7-4f6e-9d52-c7a1d0e3b101"


def recorded(turns: int = TURNS) -> Recorded:
    """Each question says which answer it follows on."""
    told = Recorded().upgrade().server({"type": "welcome", "last": answer_id(0, 0)})
    for turn in range(1, turns + 1):
        told.client({"type": "ask", "after": answer_id(turn - 1, 0)})
        told.server({"type": "thinking"}, after=0.004).server({"type": "thinking"}, after=0.004)
        told.server({"type": "answer", "id": answer_id(turn, 0)})
    return told.close()


async def works(peer: Peer) -> None:
    """A server that takes its time."""
    await peer.upgrade()
    turn = 0

    def say(**event: str) -> None:
        peer.write(frames.text(json.dumps(event)))

    say(type="welcome", last=answer_id(0, 7))
    while True:
        first, payload = await peer.frame()
        if first & 15 == 8:
            peer.write(frames.frame(8, payload))
            return
        assert json.loads(payload)["after"] == answer_id(turn, 7)
        turn += 1
        for _ in range(2):
            await asyncio.sleep(0.004)
            say(type="thinking")
        say(type="answer", id=answer_id(turn, 7))


async def by_hand(port: int) -> None:
    async with connect(f"ws://127.0.0.1:{port}/ws", compression=None) as socket:
        last = json.loads(await socket.recv())["last"]
        for _ in range(TURNS):
            await socket.send(json.dumps({"type": "ask", "after": last}))
            while (event := json.loads(await socket.recv()))["type"] != "answer":
                pass
            last = event["id"]


def test_a_replay_takes_no_longer_than_a_client_written_by_hand() -> None:
    dialogue = script(recorded().recording)

    async def replay(port: int) -> None:
        routes = Routes.of({"/": parse_target(f"ws://127.0.0.1:{port}", None)})
        played = await play(dialogue, Bindings(dialogue), Stage(routes))
        assert (played.stalls, played.given_up, played.unsent, played.troubles) == ((), (), (), ())

    async def both(port: int) -> tuple[list[float], list[float]]:
        times: tuple[list[float], list[float]] = [], []
        for _ in range(ROUNDS):
            for run, took in zip((by_hand, replay), times, strict=True):
                begun = time.monotonic()
                await run(port)
                took.append(time.monotonic() - begun)
        return times

    with served(works) as port:
        hand, replays = asyncio.run(both(port))
    ratio = median(replays) / median(hand)
    print(f"{ratio:.3f} times a client written by hand")
    assert ratio <= 1.2


def test_fifty_cassettes_sixteen_at_once_take_as_long_as_the_server_does(tmp_path: Path) -> None:
    recording = recorded(20).recording
    dialogue = script(recording)
    pieces = [Piece(name=f"{n}.wsr", recorded=recording, dialogue=dialogue) for n in range(50)]

    async def verified(port: int, concurrency: int) -> tuple[Verified, float]:
        folder = tmp_path / str(concurrency)
        folder.mkdir()
        plan = Plan(target=TargetOptions(url=f"ws://127.0.0.1:{port}"), concurrency=concurrency)
        begun = time.monotonic()
        done = await Verification(plan, pieces, folder, lambda _: None).run()
        return done, time.monotonic() - begun

    with served(works) as port:
        one, alone = asyncio.run(verified(port, 1))
        many, together = asyncio.run(verified(port, 16))
    print(f"one by one {alone:.2f} s, sixteen at once {together:.2f} s: {alone / together:.1f} times as fast")
    for done in (one, many):
        assert done.sessions == 50
        assert len(done.whole) == 50
        assert [item for item in done.findings if item.severity != "warning"] == []
    assert together < alone / 3
