"""A client of our own against servers that behave in every way: values come out, and nothing stays behind."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from support.certificates import Authority
from support.deflate import Deflate
from support.ends import refusing_port
from support.frames import server as frames
from support.scripted import Peer, nothing_left, scripted

from wsrecord.cassette.model import Message, Opcode, Response
from wsrecord.cassette.recording import Recording, Session, load
from wsrecord.cassette.redaction.redactor import Redactor
from wsrecord.live.client import Client, Patience
from wsrecord.live.handshake import accept_for
from wsrecord.live.outgoing import new_key
from wsrecord.live.reel import Reel
from wsrecord.live.upstream import parse_target

WITHIN = 5.0


class Ear:
    """Remembers what was heard, and lets a test wait for it."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.payloads: list[bytes] = []
        self.news = asyncio.Event()

    def answered(self, client: Client, response: Response) -> None:
        self.answers.append(response.status)
        self.news.set()

    def passed(self, client: Client, sender: str, messages: list[Message]) -> None:
        self.payloads += [message.payload for message in messages if sender == "server"]
        self.news.set()

    def over(self, client: Client) -> None:
        self.news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN):
            while not condition():
                self.news.clear()
                await self.news.wait()


class Talk:
    """One client with its ear and its reel."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None, **patience: Any) -> None:
        url = f"{'wss' if tls else 'ws'}://127.0.0.1:{port}/ws"
        begun = time.monotonic_ns()
        self.reel = Reel({"/": url}, lambda: time.monotonic_ns() - begun)
        self.ear = Ear()
        given = Patience(**{"connect": 2.0, "close": 1.0, **patience})
        self.client = Client(parse_target(url, tls), self.reel, self.ear, given)

    async def upgrade(self, *headers: str) -> None:
        lines = ("GET /ws HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade", *headers)
        key = (f"Sec-WebSocket-Key: {new_key()}", "Sec-WebSocket-Version: 13")
        self.client.ask("\r\n".join((*lines, *key, "", "")).encode())
        await self.ear.until(lambda: bool(self.ear.answers) or self.client.gone.is_set())

    @property
    def recording(self) -> Recording:
        return self.reel.recording()

    @property
    def session(self) -> Session:
        (session,) = self.recording.sessions
        return session


def talk(
    act: Callable[[Peer], Awaitable[None]],
    say: Callable[[Talk], Awaitable[None]],
    tls: tuple[ssl.SSLContext, ssl.SSLContext] | None = None,
    **patience: Any,
) -> Talk:
    """Let a client say something to a scripted server; nothing may be left of it."""

    async def run() -> Talk:
        async with nothing_left(), scripted(act, tls[0] if tls else None) as port:
            it = Talk(port, tls[1] if tls else None, **patience)
            async with asyncio.timeout(2 * WITHIN):
                await it.client.connect()
                await say(it)
                await it.client.close()
            assert it.client.gone.is_set()
        return it

    return asyncio.run(run())


async def nothing(it: Talk) -> None:
    """Only the upgrade."""
    await it.upgrade()


async def echo(peer: Peer) -> None:
    await peer.upgrade()
    while True:
        first, payload = await peer.frame()
        if first == 0x88:
            peer.write(frames.close(1000))
            return
        peer.write(frames.frame(first & 15, payload))


def said(session: Session) -> list[tuple[str, Opcode, bytes]]:
    return [(message.sender, message.opcode, message.payload) for message in session.messages]


def test_a_session_is_recorded_as_the_proxy_would_have() -> None:
    async def say(it: Talk) -> None:
        await it.upgrade()
        it.client.send(Opcode.TEXT, b"hello")
        it.client.send(Opcode.BINARY, b"\x00" * 70_000)
        await it.ear.until(lambda: len(it.ear.payloads) == 2)

    it = talk(echo, say)
    assert it.client.trouble is None
    assert said(it.session) == [
        ("client", Opcode.TEXT, b"hello"),
        ("client", Opcode.BINARY, b"\x00" * 70_000),
        ("server", Opcode.TEXT, b"hello"),
        ("server", Opcode.BINARY, b"\x00" * 70_000),
        ("client", Opcode.CLOSE, b"\x03\xe8"),
        ("server", Opcode.CLOSE, b"\x03\xe8"),
    ]
    assert it.session.accepted
    assert {(end.sender, end.how) for end in it.session.ended} == {("client", "fin"), ("server", "fin")}


def test_pings_are_answered() -> None:
    got: list[tuple[int, bytes]] = []

    async def act(peer: Peer) -> None:
        await peer.upgrade()
        peer.write(frames.ping(b"are you there"))
        got.append(await peer.frame())
        peer.write(frames.close(1001))
        got.append(await peer.frame())

    async def say(it: Talk) -> None:
        await it.upgrade()
        async with asyncio.timeout(WITHIN):
            await it.client.gone.wait()

    it = talk(act, say)
    assert got == [(0x8A, b"are you there"), (0x88, b"\x03\xe9")]
    assert it.client.trouble is None
    assert [who for who, _, _ in said(it.session)] == ["server", "client", "server", "client"]


def test_compression_is_spoken_as_agreed() -> None:
    async def act(peer: Peer) -> None:
        await peer.upgrade("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10")
        pack = Deflate()
        for _ in range(2):
            first, _ = await peer.frame()
            assert first == 0xC1
            peer.write(frames.text(pack("answer " * 50), rsv=0x40))
        await peer.frame()

    async def say(it: Talk) -> None:
        await it.upgrade("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")
        for count in (1, 2):
            it.client.send(Opcode.TEXT, b"question " * 50)
            await it.ear.until(lambda count=count: len(it.ear.payloads) == count)

    it = talk(act, say)
    assert it.client.trouble is None
    texts = [m.payload for m in it.session.messages if m.opcode is Opcode.TEXT]
    assert texts == [b"question " * 50, b"answer " * 50] * 2


def test_exchanges_come_before_the_session_on_one_connection() -> None:
    async def act(peer: Peer) -> None:
        for _ in range(2):
            _, body = await peer.request()
            peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await peer.upgrade()
        await peer.frame()

    async def say(it: Talk) -> None:
        for count, body in enumerate((b"one", b"three"), 1):
            it.client.ask(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            assert not it.client.idle
            await it.ear.until(lambda count=count: len(it.ear.answers) == count)
            assert it.client.idle
        it.ear.answers.clear()
        await it.upgrade()
        assert it.client.in_session

    it = talk(act, say)
    (connection,) = it.recording.connections
    assert [e.response.body for e in connection.exchanges if e.response] == [b"one", b"three"]
    assert connection.session is not None


def test_tls_is_spoken_and_checked(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = authority.issue().server_context()
    trusting = ssl.create_default_context(cafile=str(authority.ca))
    it = talk(echo, nothing, (context, trusting))
    assert it.client.trouble is None
    assert it.session.accepted

    it = talk(echo, nothing_at_all, (context, ssl.create_default_context()))
    assert it.client.trouble is not None
    assert it.client.trouble.kind == "tls"
    assert it.client.trouble.unreachable


async def nothing_at_all(it: Talk) -> None:
    """Not even the upgrade."""


def test_a_server_without_tls_is_told_apart(tmp_path: Path) -> None:
    async def act(peer: Peer) -> None:
        await peer.reader.read(100)
        peer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def run() -> Client:
        async with nothing_left(), scripted(act) as port:
            it = Talk(port, ssl.create_default_context())
            await it.client.connect()
            return it.client

    trouble = asyncio.run(run()).trouble
    assert trouble is not None
    assert trouble.kind == "tls"


@pytest.mark.parametrize("host", ["127.0.0.1", "a" * 70 + ".invalid", "\u0130" * 60])
def test_nobody_there_is_a_value(host: str) -> None:
    port = refusing_port()

    async def run() -> Talk:
        async with nothing_left():
            it = Talk(port)
            it.client.upstream = parse_target(f"ws://{host}:{port}", None)
            assert (await it.client.connect()) is it.client.trouble
            await it.client.close()
        return it

    it = asyncio.run(run())
    assert it.client.trouble is not None
    assert it.client.trouble.unreachable
    assert [(end.sender, end.how) for end in it.recording.connections[0].ended] == [("server", "unreachable")]


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "502 Bad Gateway"])
def test_a_refusal_is_an_answer_and_no_trouble(status: str) -> None:
    async def act(peer: Peer) -> None:
        await peer.head()
        peer.write(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nno".encode())
        await peer.reader.read()

    it = talk(act, nothing)
    assert it.client.trouble is None
    assert it.ear.answers == [int(status[:3])]
    assert not it.session.accepted
    assert not it.client.in_session


def test_a_server_that_never_answers_is_left_in_time() -> None:
    async def act(peer: Peer) -> None:
        await peer.reader.read()
        await asyncio.sleep(60)

    async def say(it: Talk) -> None:
        it.client.ask(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    begun = time.monotonic()
    it = talk(act, say, close=0.2)
    assert time.monotonic() - begun < 3
    assert it.ear.answers == []


def test_a_server_that_closes_at_once() -> None:
    async def act(peer: Peer) -> None:
        """Nothing: the connection ends."""

    it = talk(act, nothing)
    assert it.ear.answers == []
    assert it.client.ended


def test_a_server_that_resets() -> None:
    async def act(peer: Peer) -> None:
        await peer.upgrade()
        await peer.frame()
        peer.reset()

    async def say(it: Talk) -> None:
        await it.upgrade()
        it.client.send(Opcode.TEXT, b"x")
        async with asyncio.timeout(WITHIN):
            await it.client.gone.wait()

    it = talk(act, say)
    assert it.client.trouble is not None
    assert it.client.trouble.kind == "reset"
    assert ("server", "reset") in {(end.sender, end.how) for end in it.session.ended}


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "unreadable"),
        (b"\x16\x03\x01\x02\x00\x01" * 20 + b"\r\n\r\n", "unreadable"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "unreadable"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000, "unreadable"),
    ],
)
def test_what_is_no_http_is_a_value(sent: bytes, kind: str) -> None:
    async def act(peer: Peer) -> None:
        await peer.head()
        peer.write(sent)
        await peer.reader.read()

    it = talk(act, nothing)
    assert it.client.trouble is not None
    assert it.client.trouble.kind == kind


@pytest.mark.parametrize(
    "sent",
    [
        frames.frame(3, b"?"),
        frames.more(b"stray"),
        frames.ping(b"x" * 126),
        b"\x81\xff" + b"\xff" * 8 + bytes(4),
        frames.text(b"half", claim=400),
        frames.text(b"half", fin=False),
        frames.text(b"compressed?", rsv=0x40) + frames.text(b"half", claim=400),
    ],
    ids=["opcode", "stray", "long ping", "huge", "half a frame", "half a message", "rsv"],
)
def test_broken_frames_are_a_value(sent: bytes) -> None:
    async def act(peer: Peer) -> None:
        await peer.upgrade()
        peer.write(sent)

    async def say(it: Talk) -> None:
        await it.upgrade()
        async with asyncio.timeout(WITHIN):
            await it.client.gone.wait()

    it = talk(act, say)
    assert it.client.trouble is not None
    assert it.client.trouble.kind == "broken"
    assert it.session.notes


@pytest.mark.parametrize(
    ("limit", "words"), [({"bytes": 100_000}, "bytes"), ({"messages": 1000}, "messages")]
)
def test_a_flood_ends_the_connection(limit: dict[str, int], words: str) -> None:
    async def act(peer: Peer) -> None:
        await peer.upgrade()
        while True:
            peer.write(frames.text(b"x" * 20) * 100)
            await peer.writer.drain()

    async def say(it: Talk) -> None:
        await it.upgrade()
        async with asyncio.timeout(WITHIN):
            await it.client.gone.wait()

    it = talk(act, say, **limit)
    assert it.client.trouble is not None
    assert it.client.trouble.kind == "flood"
    assert words in it.client.trouble.text


def test_a_server_that_does_not_read_is_given_up() -> None:
    async def act(peer: Peer) -> None:
        await peer.upgrade()
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(60)

    async def say(it: Talk) -> None:
        await it.upgrade()
        for _ in range(100):
            it.client.send(Opcode.BINARY, bytes(1 << 20))
            if await it.client.drain() is not None:
                break

    it = talk(act, say, drain=0.3)
    assert it.client.trouble is not None
    assert it.client.trouble.kind == "choked"


@pytest.mark.parametrize(
    ("headers", "accept", "word"),
    [
        ((), "x" * 28, "Accept"),
        (("Sec-WebSocket-Protocol: other",), None, "subprotocol"),
        (("Sec-WebSocket-Extensions: permessage-deflate",), None, "extension"),
    ],
)
def test_an_upgrade_that_no_client_may_accept(
    headers: tuple[str, ...], accept: str | None, word: str
) -> None:
    async def act(peer: Peer) -> None:
        await peer.upgrade(*headers, accept=accept)
        await peer.frame()

    it = talk(act, nothing)
    assert it.client.trouble is not None
    assert it.client.trouble.kind == "handshake"
    assert word in it.client.trouble.text


def test_the_accept_of_the_rfc() -> None:
    assert accept_for("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_a_cut_is_a_reset_and_a_finish_is_half_a_close() -> None:
    ends: list[str] = []
    seen = asyncio.Event()

    async def act(peer: Peer) -> None:
        await peer.upgrade()
        try:
            ends.append("fin" if await peer.reader.read() == b"" else "data")
            peer.write(frames.text("after the end"))
        except ConnectionResetError:
            ends.append("reset")
        seen.set()

    async def cut(it: Talk) -> None:
        await it.upgrade()
        it.client.reset()
        async with asyncio.timeout(WITHIN):
            await seen.wait()

    async def half(it: Talk) -> None:
        await it.upgrade()
        it.client.finish()
        await it.ear.until(lambda: bool(it.ear.payloads))

    assert ("client", "reset") in {(end.sender, end.how) for end in talk(act, cut).session.ended}
    assert talk(act, half).ear.payloads == [b"after the end"]
    assert ends == ["reset", "fin"]


def test_it_is_saved_without_secrets(tmp_path: Path) -> None:
    async def say(it: Talk) -> None:
        await it.upgrade("Authorization: Bearer sk-live-4f3c9a1b7d2e")
        it.client.send(Opcode.TEXT, b'{"api_key": "sk-live-4f3c9a1b7d2e"}')
        await it.ear.until(lambda: bool(it.ear.payloads))

    it = talk(echo, say)
    nonce = "0123456789ab"
    for name in ("live.wsr", "live.wsr.jsonl"):
        path = it.reel.save(tmp_path / name, nonce, Redactor(nonce=nonce))
        assert b"4f3c9a1b7d2e" not in path.read_bytes()
        saved = load(path)
        assert saved.unfinished is None
        assert saved.secrets
        assert len(saved.sessions[0].messages) == len(it.session.messages)
        assert isinstance(saved.sessions[0].messages[0], Message)
