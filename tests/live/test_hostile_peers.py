"""Hostile peers cost bounded time and memory, are noted, and keep nobody else from being served."""

import os
import re
import resource
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from live.rig import (
    WITHIN,
    Pair,
    Target,
    await_,
    codes,
    echo,
    exchange,
    forget_peak,
    loaded,
    memory,
    payloads,
)
from support import http
from support.deflate import Deflate
from support.ends import IN, End, pump
from support.frames import RSV1, client, frame, server
from support.recorder import Recorder

from wsrecord.cassette.model import Opcode
from wsrecord.cassette.recording import Recording

MIB = 1024 * 1024
GROWTH = 40 * MIB
PATIENCE = 2.0  # seconds that a neighbour may wait for a message to come there and back
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate"


class Stand:
    """A recorder with a well-behaved neighbour on it, whom the hostile peer must not disturb."""

    def __init__(self, recorder: Recorder, target: Target) -> None:
        self.recorder = recorder
        self.target = target
        self.pid = recorder.process.pid
        self.neighbour = target.upgrade(recorder.port, "/neighbour")
        echo(self.neighbour, b"\x81\x00")
        forget_peak(self.pid)
        self.before = memory(self.pid, "VmHWM")
        self.slowest = 0.0
        self.recording: Recording

    def upgrade(self, *headers: str, answer: bytes = b"") -> Pair:
        return self.target.upgrade(self.recorder.port, "/hostile", *headers, answer=answer)

    def served(self) -> None:
        began = time.monotonic()
        echo(self.neighbour, client.text("still here?"))
        self.slowest = max(self.slowest, time.monotonic() - began)

    def sends(self, pair: Pair, data: bytes, sender: str = "client") -> None:
        """Send it all, with the neighbour asking again and again meanwhile."""
        here, there = pair.ends if sender == "client" else (pair.server, pair.client)
        here.send(data)
        deadline = time.monotonic() + WITHIN
        while len(there.received) < here.sent or here.unsent:
            pump(pair.ends, lambda: not here.unsent and len(there.received) >= here.sent, 0.01, tick=0.01)
            self.served()
            assert time.monotonic() < deadline, f"{len(there.received)} of {len(data)} bytes arrived"

    @property
    def grown(self) -> int:
        return memory(self.pid, "VmHWM") - self.before


@contextmanager
def stand(folder: Path, target: Target, *options: str) -> Iterator[Stand]:
    """Afterwards: memory and the neighbour's waits were bounded, nothing stumbled, the cassette loads."""
    with Recorder(target.url, folder, *options, name="r.wsr") as recorder:
        at = Stand(recorder, target)
        yield at
        at.served()
        print(f"\npeak grew by {at.grown / MIB:.1f} MiB, the neighbour waited {at.slowest * 1000:.0f} ms")
        assert at.grown < GROWTH
        assert at.slowest < PATIENCE
        assert target.finish(recorder) == 0
    at.recording = loaded(recorder)
    assert at.recording.end is not None
    assert at.recording.end.incomplete is None


def test_a_deflate_bomb_is_noted_and_not_inflated(tmp_path: Path, target: Target) -> None:
    z = zlib.compressobj(9, wbits=-15)
    packed = b"".join(z.compress(bytes(MIB)) for _ in range(500)) + z.flush(zlib.Z_SYNC_FLUSH)
    with stand(tmp_path, target, "--max-message", "8M") as at:
        pair = at.upgrade(DEFLATE, answer=http.switching(DEFLATE))
        bomb = server.binary(packed[:-4], rsv=RSV1)
        for _ in range(3):
            at.sends(pair, bomb, "server")
        exchange(pair, client.text(Deflate()("and the other side is read"), rsv=RSV1))
    session = at.recording.sessions[1]
    assert [m.unread for m in session.messages if m.sender == "server"] == ["bomb", "blind", "blind"]
    assert payloads(at.recording, 1) == [b"and the other side is read"]
    assert "bomb" in codes(at.recording)


def test_a_head_without_end_is_refused_at_its_bound(tmp_path: Path, target: Target) -> None:
    with stand(tmp_path, target) as at:
        pair = target.connect(at.recorder.port)
        with suppress(OSError):  # refused while it is still talking
            pair.client.send(b"GET / HTTP/1.1\r\n" + b"X-Flood: and on\r\n" * 300_000)
        await_([pair.client], lambda: pair.client.over, "the end")
        assert bytes(pair.client.received).startswith(b"HTTP/1.1 431 ") or pair.client.ended == "RST"
        assert not pair.server.received
    assert "refused" in {ended.how for c in at.recording.connections for ended in c.ended}


def test_a_head_with_ten_thousand_headers_goes_through(tmp_path: Path, target: Target) -> None:
    head = http.get("/", *(f"x{n}: y" for n in range(10_000)))
    with stand(tmp_path, target, "--max-head", "1M") as at:
        pair = target.connect(at.recorder.port)
        at.sends(pair, head)
        exchange(pair, http.answer(), sender="server")
    (found,) = at.recording.connections[1].exchanges
    assert found.request is not None
    assert len(found.request.headers) == 10_001
    assert found.response is not None


@pytest.mark.parametrize("piece", [http.get("/never"), b"NOT"], ids=["a head", "a word"])
def test_a_handshake_that_never_ends_is_ended_in_time(tmp_path: Path, target: Target, piece: bytes) -> None:
    with stand(tmp_path, target, "--handshake-timeout", "1.5") as at:
        pair = target.connect(at.recorder.port)
        began = time.monotonic()
        sent = 0
        while not pair.client.over and time.monotonic() - began < 10:
            if sent < len(piece) - 1:  # byte by byte: a byte more is no reason to wait on
                pair.client.send(piece[sent : sent + 1])
                sent += 1
            pump(pair.ends, lambda: pair.client.over, 0.1)
        took = time.monotonic() - began
        assert pair.client.over
        assert 1.2 < took < 4
        await_(pair.ends, lambda: pair.server.over, "the target is told")
    assert ("client", "timeout") in {(e.sender, e.how) for c in at.recording.connections for e in c.ended}


def test_a_head_that_ends_in_time_is_not_ended(tmp_path: Path, target: Target) -> None:
    with stand(tmp_path, target, "--handshake-timeout", "0.3") as at:
        pair = target.connect(at.recorder.port)
        for half in (http.upgrade()[:30], http.upgrade()[30:]):
            pair.client.send(half)
            pump(pair.ends, lambda: False, 0.05)
        await_(pair.ends, lambda: bytes(pair.server.received) == http.upgrade(), "the whole head")
        assert not pump(pair.ends, lambda: pair.client.over, 1.0), "a slow answer is the target's own affair"
        pair.server.send(http.switching())
        await_(pair.ends, lambda: bytes(pair.client.received) == http.switching(), "the answer")


def test_a_tls_handshake_that_never_ends_is_ended_in_time(tmp_path: Path, target: Target) -> None:
    options = ("--tls", "--handshake-timeout", "1")
    with Recorder(target.url, tmp_path, *options, name="r.wsr") as recorder:
        clients = [target.dial(recorder.port) for _ in range(20)]
        began = time.monotonic()
        for number, client_ in enumerate(clients):
            client_.send(b"\x16\x03\x01"[: number % 4])
        await_(clients, lambda: all(client_.over for client_ in clients), "they are ended", within=5)
        assert time.monotonic() - began > 0.8
        assert target.accept() is None
        assert target.finish(recorder) == 0
    assert not recorder.cassette.exists()  # nobody was ever connected


def reached(target: Target, start: bytes) -> bool:
    """Whether a connection that starts so has reached the target."""
    while sock := target.accept():
        target.ends.append(End("server", sock))
    for end in target.ends:
        if end.interest():
            end.turn(IN)
    return any(end.name == "server" and end.received.startswith(start) for end in target.ends)


def test_a_recorder_out_of_descriptors_serves_those_whom_it_has(tmp_path: Path, target: Target) -> None:
    with stand(tmp_path, target) as at:
        first = at.upgrade()
        open_now = len(os.listdir(f"/proc/{at.pid}/fd"))
        resource.prlimit(at.pid, resource.RLIMIT_NOFILE, (open_now + 9, open_now + 9))
        crowd = [target.dial(at.recorder.port) for _ in range(30)]
        at.recorder.says(re.compile("Too many open files"))
        echo(first, client.text("served"))
        at.served()
        for client_ in crowd:
            client_.rst()
        for _ in range(10):  # asyncio takes a breath of a second before it accepts again
            late = target.dial(at.recorder.port)
            late.send(http.upgrade("/late"))
            if pump([late], lambda: late.over or reached(target, b"GET /late"), 3) and not late.over:  # noqa: B023
                break
        assert reached(target, b"GET /late"), "who comes later is served again"
        said = [line for line in at.recorder.stderr.splitlines() if "Too many open files" in line]
        assert len(said) <= 4, at.recorder.stderr


def test_more_connections_than_allowed_are_turned_away(tmp_path: Path, target: Target) -> None:
    with stand(tmp_path, target, "--max-connections", "3") as at:
        first = [at.upgrade() for _ in range(2)]
        for _ in range(50):
            try:
                client_ = target.dial(at.recorder.port)
            except ConnectionResetError:  # so soon that it was still connecting
                continue
            client_.send(http.upgrade())
            await_([client_], lambda: client_.over, "it is turned away")  # noqa: B023
            assert client_.ended == "RST"
            assert not client_.received
        assert target.accept() is None, "the target must not notice"
        for pair in first:
            echo(pair, client.text("served"))
        first[0].client.rst()
        await_(first[0].ends, lambda: first[0].server.over, "a place is free")
        echo(at.upgrade(), client.text("served"))
        said = [line for line in at.recorder.stderr.splitlines() if "more than 3 connections" in line]
        assert len(said) == 1, "said once, not fifty times"
    assert len(at.recording.sessions) == 4


GARBAGE = zlib.compress(bytes(range(256)) * 10_000, 1) * 40 + bytes(range(255, -1, -1)) * 8000


@pytest.mark.parametrize("sender", ["client", "server"])
@pytest.mark.parametrize("data", [GARBAGE, b"\xff" * MIB, b"\x83\x00" * MIB], ids=["mixed", "ff", "reserved"])
def test_megabytes_of_garbage_are_relayed_and_noted(
    tmp_path: Path, target: Target, data: bytes, sender: str
) -> None:
    with stand(tmp_path, target) as at:
        pair = at.upgrade()
        at.sends(pair, data, sender)
        there = pair.server if sender == "client" else pair.client
        assert bytes(there.received) == data
        pair.drop()
    found = [note for note in at.recording.sessions[1].notes if note.sender == sender]
    assert 1 <= len(found) <= 1000


AMBIGUOUS = {
    "two lengths": ("Content-Length: 5", "Content-Length: 6"),
    "the same length twice": ("Content-Length: 5", "Content-Length: 5"),
    "two lengths in one": ("Content-Length: 5, 6",),
    "length and chunked": ("Content-Length: 5", "Transfer-Encoding: chunked"),
    "chunked and length": ("Transfer-Encoding: chunked", "Content-Length: 5"),
    "chunked twice": ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
}


@pytest.mark.parametrize("headers", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_ambiguous_framing_is_refused_and_nothing_of_it_reaches_the_target(
    tmp_path: Path, target: Target, headers: tuple[str, ...]
) -> None:
    with stand(tmp_path, target) as at:
        pair = target.connect(at.recorder.port)
        pair.client.send(http.post("/", *headers) + b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
        await_(pair.ends, lambda: pair.client.over and pair.server.over, "both ends ended")
        assert pair.client.received.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert b"ambiguous" in pair.client.received
        assert not pair.server.received
    how = {(e.sender, e.how) for c in at.recording.connections for e in c.ended}
    assert ("client", "refused") in how


def test_a_refusal_arrives_although_the_client_goes_on_sending(tmp_path: Path, target: Target) -> None:
    with stand(tmp_path, target) as at:
        pair = target.connect(at.recorder.port)
        pair.client.send(http.post("/", *AMBIGUOUS["two lengths"]) + bytes(8 * MIB))
        await_(pair.ends, lambda: pair.client.over and pair.server.over, "both ends ended")
        assert pair.client.received.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert not pair.server.received


def test_a_hundred_thousand_tiny_messages_are_all_there(tmp_path: Path, target: Target) -> None:
    with stand(tmp_path, target) as at:
        at.sends(at.upgrade(), server.text("x") * 100_000, "server")
    assert payloads(at.recording, 1, "server") == [b"x"] * 100_000


@pytest.mark.parametrize("fragmented", [False, True], ids=["alone", "between fragments"])
def test_a_hundred_thousand_pings_are_all_there(tmp_path: Path, target: Target, fragmented: bool) -> None:
    pings = client.ping("p") * 100_000
    with stand(tmp_path, target) as at:
        pair = at.upgrade()
        at.sends(pair, client.text("be", fin=False) + pings + client.more("gin") if fragmented else pings)
    messages = [m for m in at.recording.sessions[1].messages if m.sender == "client"]
    assert sum(m.opcode is Opcode.PING for m in messages) == 100_000
    if fragmented:
        assert messages[-1].payload == b"begin"
        assert messages[-1].frames is not None
        assert messages[-1].frames[1][2] == 100_000


def test_a_message_of_many_tiny_fragments_is_bounded(tmp_path: Path, target: Target) -> None:
    with stand(tmp_path, target) as at:
        pair = at.upgrade()
        at.sends(pair, server.text("x", fin=False), "server")
        at.sends(pair, server.more(b"", fin=False) * (2 * MIB), "server")


def test_a_huge_frame_that_is_never_sent_costs_nothing(tmp_path: Path, target: Target) -> None:
    with stand(tmp_path, target) as at:
        pairs = [at.upgrade() for _ in range(20)]
        for pair in pairs:
            exchange(pair, frame(2, b"only this", mask=bytes(4), length=64, claim=(1 << 62)))
        for pair in pairs:
            pair.client.drop()
            await_(pair.ends, lambda: pair.server.over, "the end")  # noqa: B023
    assert codes(at.recording).count("cut-frame") == 20


def test_a_body_that_drips_holds_nobody(tmp_path: Path, target: Target) -> None:
    with stand(tmp_path, target, "--handshake-timeout", "0.3") as at:
        pairs = [target.connect(at.recorder.port, http.post("/", "Content-Length: 999")) for _ in range(50)]
        for _ in range(5):
            for pair in pairs:
                pair.client.send(b"x")
            pump([end for pair in pairs for end in pair.ends], lambda: False, 0.1)
            at.served()
        assert not any(pair.client.over for pair in pairs)
        assert all(pair.server.received.endswith(b"\r\n\r\nxxxxx") for pair in pairs)


def test_a_body_in_the_tiniest_chunks_holds_nobody(tmp_path: Path, target: Target) -> None:
    with stand(tmp_path, target) as at:
        pair = target.connect(at.recorder.port)
        at.sends(
            pair, http.post("/", "Transfer-Encoding: chunked") + http.chunk(b"x") * 150_000 + b"0\r\n\r\n"
        )


def test_a_flood_of_requests_that_nobody_answers_is_held_back(tmp_path: Path, target: Target) -> None:
    request, count = http.get("/"), 5000
    with stand(tmp_path, target) as at:
        pair = target.connect(at.recorder.port)
        pair.client.send(request * count)
        answered = 0
        while answered < count:
            before = len(pair.server.received)
            while pump(pair.ends, lambda: len(pair.server.received) > before, 0.2):  # noqa: B023
                before = len(pair.server.received)
                at.served()
            waiting = before // len(request) - answered
            assert 0 < waiting <= 1000
            exchange(pair, http.answer() * waiting, sender="server")
            answered += waiting
        assert bytes(pair.client.received) == http.answer() * count
    found = at.recording.connections[1].exchanges
    assert [e.number for e in found if e.request and e.response] == list(range(1, count + 1))
