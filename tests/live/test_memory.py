"""The recorder's memory: a peer that stops reading, large messages, and a thousand idle sessions."""

import hashlib
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from live.rig import Pair, Target, await_, exchange, forget_peak, loaded, memory
from support import http
from support.ends import pump
from support.frames import BINARY, Frames, client, server
from support.recorder import Recorder

MIB = 1024 * 1024
PUSHED = 200 * MIB
STALL = 0.5  # seconds without a byte moving: the pipe is full
GROWTH = 12 * MIB
PER_SESSION = 16 * 1024
SESSIONS = 1000
MESSAGE = 32 * 1024


class Push:
    """200 MB of messages from one end to another that reads when it is told to, and only hashes."""

    def __init__(self, pair: Pair, sender: str, pieces: list[bytes]) -> None:
        self.source, self.sink = pair.ends if sender == "client" else (pair.server, pair.client)
        self.pieces = pieces
        self.sent, self.got = hashlib.sha256(), hashlib.sha256()
        self.pushed = self.arrived = self.count = 0
        self.sink.paused = True

    def turn(self) -> None:
        while self.pushed < PUSHED and self.source.unsent < MIB:
            data = self.pieces[self.count % len(self.pieces)]
            self.count += 1
            self.sent.update(data)
            self.pushed += len(data)
            self.source.send(data)
        if self.sink.received:
            self.got.update(self.sink.received)
            self.arrived += len(self.sink.received)
            self.sink.received.clear()

    def fill(self) -> None:
        """Push until nothing moves any more."""
        before = -1
        while self.source.sent != before:
            before = self.source.sent
            pump((self.source, self.sink), self._moved(before), STALL)
        assert self.pushed < PUSHED, "nothing held the pushing side back"

    def _moved(self, before: int) -> Callable[[], bool]:
        def moved() -> bool:
            self.turn()
            return self.source.sent != before

        return moved

    def all_arrives(self) -> None:
        self.sink.paused = False

        def done() -> bool:
            self.turn()
            return self.arrived >= self.pushed >= PUSHED

        await_((self.source, self.sink), done, "all 200 MB", within=60)
        assert self.got.digest() == self.sent.digest()


def pieces(frames: Frames) -> list[bytes]:
    body = random.Random(200).randbytes(MESSAGE)
    return [frames.frame(BINARY, bytes([n]) + body) for n in range(64)]


def push_through(recorder: Recorder, push: Push) -> tuple[int, int]:
    """How far the recorder's peak grew while nobody read, and until all had arrived."""
    pid = recorder.process.pid
    forget_peak(pid)
    before = memory(pid, "VmHWM")
    push.fill()
    stalled = memory(pid, "VmHWM") - before
    push.all_arrives()
    grown = memory(pid, "VmHWM") - before
    print(f"\npeak grew by {stalled / MIB:.1f} MiB stalled, {grown / MIB:.1f} in all")
    return stalled, grown


@pytest.mark.slow
@pytest.mark.parametrize("sender", ["server", "client"])
def test_a_peer_that_stops_reading_does_not_grow_the_recorder(
    tmp_path: Path, target: Target, sender: str, record_property: Callable[[str, object], None]
) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        pair = target.upgrade(recorder.port)
        push = Push(pair, sender, pieces(client if sender == "client" else server))
        stalled, grown = push_through(recorder, push)
        record_property("grown_kib", [stalled // 1024, grown // 1024])
        pair.drop()
        assert target.finish(recorder) == 0
    assert stalled < GROWTH
    assert grown < GROWTH
    messages = loaded(recorder).sessions[0].messages
    assert sum(len(m.payload) for m in messages) == push.count * (MESSAGE + 1)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream"])
@pytest.mark.parametrize("sender", ["server", "client"])
def test_a_body_that_is_not_read_does_not_grow_the_recorder(
    tmp_path: Path, target: Target, sender: str, kind: str
) -> None:
    headers = (f"Content-Type: {kind}", f"Content-Length: {PUSHED}")
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        pair = target.connect(recorder.port)
        exchange(pair, http.post("/", *headers) if sender == "client" else http.get("/"))
        if sender == "server":
            exchange(pair, http.head("HTTP/1.1 200 OK", *headers), sender="server")
        pair.client.received.clear()
        pair.server.received.clear()
        stalled, grown = push_through(recorder, Push(pair, sender, [bytes(MESSAGE)]))
        pair.drop()
        assert target.finish(recorder) == 0
    assert stalled < GROWTH
    assert grown < GROWTH
    (found,) = loaded(recorder).connections[0].exchanges
    half = found.request if sender == "client" else found.response
    assert half is not None
    assert (half.body, half.size) == (None, PUSHED)


@pytest.mark.slow
def test_a_thousand_idle_sessions_take_less_than_16_kib_each(
    tmp_path: Path, target: Target, record_property: Callable[[str, object], None]
) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4 * SESSIONS:
        pytest.skip(f"needs {4 * SESSIONS} descriptors, the system gives {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4 * SESSIONS), hard))
    try:
        with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
            for _ in range(50):  # what the first sessions bring into being is not theirs alone
                target.upgrade(recorder.port)
            before = memory(recorder.process.pid)
            for _ in range(SESSIONS):
                target.upgrade(recorder.port)
            each = (memory(recorder.process.pid) - before) / SESSIONS
            record_property("bytes_per_session", each)
            print(f"\n{each / 1024:.1f} KiB for each idle session")
            assert each < PER_SESSION
            for end in target.ends:
                end.drop()
            assert target.finish(recorder) == 0
        assert len(loaded(recorder).sessions) == SESSIONS + 50
    finally:
        for end in target.ends:
            end.sock.close()
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_message_of_any_size_is_relayed_whole_and_kept_up_to_the_bound(
    tmp_path: Path, target: Target
) -> None:
    options = ("--max-message", "1M")
    with Recorder(target.url, tmp_path, *options, name="r.wsr") as recorder:
        pair = target.upgrade(recorder.port)
        pid = recorder.process.pid
        before = memory(pid, "VmHWM")
        data = server.binary(bytes(64 * MIB))
        pair.server.send(data)
        await_(pair.ends, lambda: len(pair.client.received) == len(data), "the message", within=30)
        assert memory(pid, "VmHWM") - before < GROWTH
        pair.drop()
        assert target.finish(recorder) == 0
    (message,) = loaded(recorder).sessions[0].messages
    assert (len(message.payload), message.size) == (MIB, 64 * MIB)
