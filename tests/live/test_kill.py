"""Killed at any point under traffic, a recorder leaves a cassette that loads and misses at most one turn.

The recorder forwards what one turn of its loop brought, and at the end of that turn hands it to the
operating system. A turn reads each connection once, 256 KiB at most. So of all that ever reached
either end only what is within 256 KiB of the last of it may be missing; and where one side speaks only
after it has heard the other, not both can be missing something: that took two turns.
"""

import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

import pytest
from live.rig import Pair, Target, await_, exchange, loaded, part
from support import http
from support.ends import pump
from support.frames import client, server
from support.recorder import Recorder

from wsrecord.cassette.recording import Recording

READ = 256 * 1024
KILLS = 25
Sent = list[tuple[int, bytes]]  # where it ends in its direction's bytes, and what it says


class Flow:
    """What crosses one connection, numbered: who sent what, and how much of it reached the other end."""

    in_one_turn: ClassVar[int] = 1  # directions that can have something to say in the same turn

    def __init__(self, pair: Pair, number: int, rng: random.Random) -> None:
        self.pair = pair
        self.number = number
        self.rng = rng
        self.sent: dict[str, Sent] = {"client": [], "server": []}
        self.wire = {"client": 0, "server": 0}

    def send(self, sender: str, payload: bytes, data: bytes) -> None:
        self.wire[sender] += len(data)
        self.sent[sender].append((self.wire[sender], payload))
        getattr(self.pair, sender).send(data)

    def got(self, sender: str) -> int:
        other = self.pair.server if sender == "client" else self.pair.client
        return len(other.received)

    def arrived(self, sender: str) -> bool:
        return self.got(sender) >= self.wire[sender]

    def payload(self, sender: str, longest: int) -> bytes:
        text = f"{self.number} {sender} {len(self.sent[sender])} ".encode()
        return text + b"x" * self.rng.randrange(longest)

    def turn(self) -> None:
        """Say what is next, if it is time."""
        raise NotImplementedError

    def recorded(self, recording: Recording, sender: str) -> list[bytes | None]:
        for session in recording.sessions:
            if session.path == f"/{self.number}":
                return [m.payload for m in session.messages if m.sender == sender]
        return []


class Dialogue(Flow):
    """The client asks, the server answers with a burst, the client asks again."""

    asks = True

    def turn(self) -> None:
        if self.asks and self.arrived("server"):
            payload = self.payload("client", 200)
            self.send("client", payload, client.text(payload))
            self.asks = False
        elif not self.asks and self.arrived("client"):
            for _ in range(self.rng.randrange(1, 40)):
                payload = self.payload("server", 3000)
                self.send("server", payload, server.text(payload))
            self.asks = True


class Flood(Flow):
    """Both sides send all the time, in large and small messages."""

    in_one_turn = 2
    outstanding: ClassVar[int] = 1 << 20

    def turn(self) -> None:
        for sender, frames in (("client", client), ("server", server)):
            while self.wire[sender] - self.got(sender) < self.outstanding:
                payload = self.payload(sender, 100 if self.rng.random() < 0.9 else 150_000)
                self.send(sender, payload, frames.binary(payload))


class Exchanges(Flow):
    """One plain HTTP exchange after the other on a connection that is kept alive."""

    asks = True

    def turn(self) -> None:
        if self.asks and self.arrived("server"):
            payload = self.payload("client", 200)
            self.send("client", payload, http.post("/api", f"Content-Length: {len(payload)}") + payload)
            self.asks = False
        elif not self.asks and self.arrived("client"):
            payload = self.payload("server", 3000)
            self.send("server", payload, http.answer("200 OK", "Content-Type: text/plain", body=payload))
            self.asks = True

    def recorded(self, recording: Recording, sender: str) -> list[bytes | None]:
        found = [e for c in recording.connections if not c.session for e in c.exchanges]
        halves = [e.request if sender == "client" else e.response for e in found]
        return [half.body for half in halves if half]


def run_and_kill(folder: Path, name: str, seed: int, kinds: list[type[Flow]]) -> int:
    """Return how many messages and halves of exchanges the cassette holds."""
    rng = random.Random(seed)
    folder.mkdir()
    with Target() as target, Recorder(target.url, folder, name=name) as recorder:
        port = recorder.port
        flows: list[Flow] = []
        for number, kind in enumerate(kinds):
            opened = target.connect(port) if kind is Exchanges else target.upgrade(port, f"/{number}")
            flows.append(kind(opened, number, rng))
        ends = [end for flow in flows for end in flow.pair.ends]
        after = int(rng.lognormvariate(10, 2))
        deadline = time.monotonic() + rng.random() * 0.3

        def under_traffic() -> bool:
            for flow in flows:
                flow.turn()
            got = sum(flow.got("client") + flow.got("server") for flow in flows)
            return got > after if seed % 2 else time.monotonic() > deadline

        assert pump(ends, under_traffic, 20, tick=0.001), "the traffic came to a halt"
        recorder.process.send_signal(signal.SIGKILL)
        recorder.process.wait(10)
        await_(ends, lambda: all(end.over for end in ends), "both ends saw the recorder die")
        recording = loaded(recorder)
        assert recording.path == part(recorder)
        assert recording.unfinished
        assert recording.unfinished.startswith("cut"), recording.unfinished
        return judge(recording, flows, f"seed {seed}")


def judge(recording: Recording, flows: list[Flow], run: str) -> int:
    total = 0
    for flow in flows:
        lacking = []
        for sender in ("client", "server"):
            sent, recorded = flow.sent[sender], flow.recorded(recording, sender)
            assert recorded == [payload for _, payload in sent[: len(recorded)]], f"{run}: not what was sent"
            arrived = [end for end, _ in sent if end <= flow.got(sender)]
            missing = arrived[len(recorded) :]
            total += len(recorded)
            if missing:
                lacking.append(f"{type(flow).__name__}, {sender}: {len(missing)} of {len(arrived)}")
                assert flow.got(sender) - missing[0] < READ, (
                    f"{run}: more than one read is missing: {lacking}"
                )
        assert len(lacking) <= flow.in_one_turn, f"{run}: more than one turn is missing: {lacking}"
    return total


@pytest.mark.slow
@pytest.mark.parametrize("name", ["killed.wsr", "killed.wsr.jsonl"], ids=["binary", "lines"])
@pytest.mark.parametrize(
    "kinds", [[Dialogue, Dialogue, Exchanges], [Flood, Dialogue, Exchanges]], ids=["dialogues", "flood"]
)
def test_a_killed_recorder_misses_no_more_than_one_turn(
    tmp_path: Path, name: str, kinds: list[type[Flow]]
) -> None:
    with ThreadPoolExecutor(2) as pool:  # one starts while the other is under traffic
        # an exchange has everything written that came before it: every third run has none
        mixes = [kinds if seed % 3 else kinds[:-1] for seed in range(KILLS)]
        runs = [
            pool.submit(run_and_kill, tmp_path / str(seed), name, seed, mix) for seed, mix in enumerate(mixes)
        ]
        counts = [run.result() for run in runs]
    assert sum(count > 0 for count in counts) > KILLS * 0.8, f"hardly any traffic: {counts}"


@pytest.mark.parametrize("early", [False, True], ids=["the server first", "the client too"])
def test_what_came_with_the_upgrade_is_written_though_nothing_follows(
    tmp_path: Path, target: Target, early: bool
) -> None:
    hello = server.text("hello")
    soon = client.text("too soon to know") if early else b""
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        pair = target.connect(recorder.port, http.upgrade() + soon)
        await_(pair.ends, lambda: bytes(pair.server.received) == http.upgrade() + soon, "the upgrade")
        pair.server.send(http.switching() + hello)
        await_(pair.ends, lambda: bytes(pair.client.received) == http.switching() + hello, "the answer")
        pump(pair.ends, lambda: len(loaded(recorder).sessions[0].messages) == 1 + early, 2)
        recorder.stop(signal.SIGKILL)
    said = [m.payload for m in loaded(recorder).sessions[0].messages]
    assert said == [b"too soon to know"] * early + [b"hello"]


def stop_and_kill(folder: Path, seed: int) -> bool:
    """Kill it while it closes; return whether the cassette had its own name by then."""
    folder.mkdir()
    with Target() as target, Recorder(target.url, folder, name="r.wsr") as recorder:
        pair = target.upgrade(recorder.port)
        exchange(pair, client.text("hello"))
        recorder.process.send_signal(signal.SIGINT)
        await_(pair.ends, lambda: all(end.ended == "FIN" for end in pair.ends), "it closes")
        for end in pair.ends:
            end.fin()
        begun = time.monotonic()
        while time.monotonic() - begun < seed * 0.0001:
            pass
        recorder.process.send_signal(signal.SIGKILL)
        recorder.process.wait(10)
        recording = loaded(recorder)
    assert [m.payload for m in recording.sessions[0].messages] == [b"hello"]
    return not recording.part


@pytest.mark.slow
def test_a_recorder_killed_while_it_closes_leaves_a_cassette_that_loads(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(stop_and_kill, tmp_path / str(seed), seed) for seed in range(12)]
        print(sum(run.result() for run in runs), "of 12 had their own name")
