"""The client end of the load: raw sockets that push ready-made frames or only count bytes."""

import base64
import os
import selectors
import socket
import time
from collections.abc import Sequence

from benchmarks.framing import accept_key, head_fields
from benchmarks.payloads import CLOSE, TEXT, client_block, frame, server_block

HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds without a single byte before a run counts as failed

# A session as people run them: it carries a credential. A recorder has to keep it out of its file.
SECRET = (
    b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyLTQyIiwiYXVkIjoiYmVuY2gifQ.dGhpcyBpcyBub3QgYSByZWFsIHNpZ25hdHVyZQ"
)

GO = frame(TEXT, b'{"type":"start_agent"}', b"\x5a\x12\xc3\x7e")
_CLOSE_FRAME = frame(CLOSE, (1000).to_bytes(2, "big"), b"\x11\x22\x33\x44")
_SCRATCH = bytearray(1 << 20)


class LoadError(Exception):
    """The load could not be carried through a contestant."""


def open_session(port: int, path: str) -> socket.socket:
    """One WebSocket session, as a blocking socket; the server speaks only after the client did."""
    sock = socket.create_connection((HOST, port), timeout=PATIENCE)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    key = base64.b64encode(os.urandom(16))
    sock.sendall(
        b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\nAuthorization: Bearer %s\r\n\r\n"
        % (path.encode(), port, key, SECRET)
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        if not (data := sock.recv(4096)):
            raise LoadError(f"the handshake was cut: {head[:80]!r}")
        head += data
    fields = head_fields(head)
    if fields.get(b"sec-websocket-accept") != accept_key(key) or b"sec-websocket-extensions" in fields:
        raise LoadError(f"not the handshake that was asked for: {head[:200]!r}")
    return sock


def open_sessions(port: int, path: str, connections: int) -> list[socket.socket]:
    """Several sessions, one after the other."""
    sessions: list[socket.socket] = []
    try:
        for _ in range(connections):
            sessions.append(open_session(port, path))  # noqa: PERF401 - those opened are closed on trouble
    except (OSError, LoadError):
        abandon(sessions)
        raise
    return sessions


def close_sessions(sessions: Sequence[socket.socket]) -> None:
    """Close as RFC 6455 wants it, and wait until the other side has gone."""
    for sock in sessions:
        sock.settimeout(10)
        sock.sendall(_CLOSE_FRAME)
    for sock in sessions:
        try:
            while sock.recv_into(_SCRATCH):
                pass
        except OSError:
            pass  # reset or slow to leave: what was measured has been measured
    abandon(sessions)


def abandon(sessions: Sequence[socket.socket]) -> None:
    """Drop the connections without a word."""
    for sock in sessions:
        sock.close()


def receive_all(sessions: Sequence[socket.socket], size: int, count: int) -> float:
    """Start the pushing in every session and count bytes until all messages are here: the seconds it took."""
    expected = server_block(size).length(count)
    left = dict.fromkeys(sessions, expected)
    with selectors.DefaultSelector() as loop:
        for sock in sessions:
            sock.setblocking(False)
            loop.register(sock, selectors.EVENT_READ, sock)
        began = time.perf_counter()
        for sock in sessions:
            sock.send(GO)
        while left:
            if not (ready := loop.select(PATIENCE)):
                raise LoadError(f"{sum(left.values())} of {expected * len(sessions)} bytes never came")
            for key, _ in ready:
                sock = key.data
                received = sock.recv_into(_SCRATCH)
                if not received:
                    raise LoadError(f"the session ended {left[sock]} bytes early")
                left[sock] -= received
                if left[sock] <= 0:
                    loop.unregister(sock)
                    if left.pop(sock):
                        raise LoadError("more bytes came than were sent")
        return time.perf_counter() - began


def send_all(sessions: Sequence[socket.socket], size: int, count: int) -> float:
    """Push masked messages in every session until the server says that it has them all."""
    block = client_block(size)
    data = memoryview(block.repeated())
    left = {sock: block.length(count) for sock in sessions}
    at = dict.fromkeys(sessions, 0)
    waiting = len(sessions)
    with selectors.DefaultSelector() as loop:
        for sock in sessions:
            sock.setblocking(False)
            loop.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE, sock)
        began = time.perf_counter()
        while waiting:
            if not (ready := loop.select(PATIENCE)):
                raise LoadError(f"{waiting} sessions never got their answer")
            for key, events in ready:
                sock = key.data
                if events & selectors.EVENT_READ:
                    if not sock.recv_into(_SCRATCH):
                        raise LoadError("the session ended early")
                    loop.unregister(sock)
                    waiting -= 1
                    continue
                sent = sock.send(data[at[sock] : at[sock] + left[sock]])
                left[sock] -= sent
                at[sock] = (at[sock] + sent) % len(data)
                if not left[sock]:
                    loop.modify(sock, selectors.EVENT_READ, sock)
        return time.perf_counter() - began


def ping_pong(sessions: Sequence[socket.socket], size: int, seconds: float) -> tuple[int, float]:
    """One message outstanding in each session, for a while: round trips made, and the seconds they took."""
    asked, answer = client_block(size), server_block(size).length(1)
    missing = dict.fromkeys(sessions, answer)
    trips = 0
    with selectors.DefaultSelector() as loop:
        for sock in sessions:
            sock.setblocking(False)
            loop.register(sock, selectors.EVENT_READ, sock)
        began = time.perf_counter()
        for number, sock in enumerate(sessions):
            sock.send(asked.frame(number))
        open_sessions_left = len(sessions)
        while open_sessions_left:
            if not (ready := loop.select(PATIENCE)):
                raise LoadError("an answer never came")
            over = time.perf_counter() - began >= seconds
            for key, _ in ready:
                sock = key.data
                received = sock.recv_into(_SCRATCH)
                if not received:
                    raise LoadError("the session ended early")
                missing[sock] -= received
                if missing[sock] > 0:
                    continue
                trips += 1
                missing[sock] = answer
                if over:
                    loop.unregister(sock)
                    open_sessions_left -= 1
                else:
                    sock.send(asked.frame(trips))
        return trips, time.perf_counter() - began


def paced(sock: socket.socket, size: int, rate: float, count: int) -> list[float]:
    """Send at a fixed rate, whether answers come or not: the seconds that each round trip took."""
    asked, answer = client_block(size), server_block(size).length(1)
    sock.setblocking(False)
    sent: list[float] = []
    trips: list[float] = []
    buffered = 0
    with selectors.DefaultSelector() as loop:
        loop.register(sock, selectors.EVENT_READ, sock)
        began = time.perf_counter()
        while len(trips) < count:
            now = time.perf_counter()
            due = began + len(sent) / rate
            if len(sent) < count and now >= due:
                sent.append(time.perf_counter())
                sock.send(asked.frame(len(sent)))
                continue
            wait = due - now if len(sent) < count else PATIENCE
            if not loop.select(wait):
                if len(sent) == count:
                    raise LoadError("an answer never came")
                continue
            received = sock.recv_into(_SCRATCH)
            arrived = time.perf_counter()
            if not received:
                raise LoadError("the session ended early")
            buffered += received
            while buffered >= answer:
                buffered -= answer
                trips.append(arrived - sent[len(trips)])
    return trips


def bytes_pushed(port: int) -> int:
    """What the origin at `port` says that it has pushed so far."""
    with socket.create_connection((HOST, port), timeout=10) as sock:
        sock.sendall(b"GET /status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        answer = b""
        while data := sock.recv(4096):
            answer += data
    return int(answer.rpartition(b"\r\n\r\n")[2])
