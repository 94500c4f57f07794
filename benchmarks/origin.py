"""The server behind every contestant: raw sockets, ready-made frames, one process of its own.

What it does in a session is said by the path:

    /push?size=S&count=N   waits for one message, then pushes N messages as fast as they are taken
    /sink?size=S&count=N   counts the bytes of N messages, then sends one
    /pong?size=S           answers each message with one of S bytes
    /status                plain HTTP: the bytes pushed so far, over all sessions

It never agrees to an extension: what is compared is relaying, not zlib.
"""

import argparse
import selectors
import socket
from collections.abc import Callable
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from benchmarks.framing import accept_key, first_frame, head_fields
from benchmarks.payloads import CLOSE, TEXT, client_block, frame, server_block

_READ = 1 << 20
_CLOSE_FRAME = frame(CLOSE, (1000).to_bytes(2, "big"))


class Session:
    """One accepted connection. Roles override `received` and `writable`."""

    pushed: ClassVar[int] = 0
    scratch: ClassVar[bytearray] = bytearray(_READ)

    def __init__(self, sock: socket.socket, loop: selectors.BaseSelector) -> None:
        self.sock = sock
        self.loop = loop
        self.kept = bytearray()
        self.receive: Callable[[memoryview], None] = self.handshake
        loop.register(sock, selectors.EVENT_READ, self)

    def ready(self, events: int) -> None:
        """Something to read or room to write; any error ends this session only."""
        if self.sock.fileno() < 0:
            return None  # ended since the selector looked
        try:
            if events & selectors.EVENT_READ:
                size = self.sock.recv_into(self.scratch)
                if not size:
                    return self.end()
                self.receive(memoryview(self.scratch)[:size])
            if events & selectors.EVENT_WRITE:
                self.push()
        except BlockingIOError:
            return None
        except OSError:
            return self.end()
        return None

    def end(self) -> None:
        """Forget the connection."""
        if self.sock.fileno() >= 0:
            self.loop.unregister(self.sock)
            self.sock.close()

    def send(self, data: bytes) -> None:
        """Send something small; the buffers always have room for it."""
        self.sock.sendall(data)

    def handshake(self, data: memoryview) -> None:
        """Read the request and take the role that its path asks for."""
        self.kept += data
        head, found, rest = bytes(self.kept).partition(b"\r\n\r\n")
        if not found:
            return None
        fields = head_fields(head)
        target = urlsplit(head.split(b" ", 2)[1].decode())
        if target.path == "/status":
            body = str(Session.pushed).encode()
            self.send(
                b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
            )
            return self.end()
        if b"sec-websocket-extensions" in fields:
            raise ConnectionError("an extension was offered: this would measure zlib")
        query = parse_qs(target.query)
        size, count = (int(query.get(name, ["0"])[0]) for name in ("size", "count"))
        self.receive = {"/push": self.wait_to_push, "/sink": self.sink, "/pong": self.pong}[target.path]
        self.block = server_block(size)
        self.left = self.block.length(count)
        self.waiting = client_block(size).length(count)
        self.number = 0
        self.kept.clear()
        answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        self.send(answer + b"Sec-WebSocket-Accept: " + accept_key(fields[b"sec-websocket-key"]) + b"\r\n\r\n")
        if rest:
            self.receive(memoryview(rest))
        return None

    def opcodes(self, data: memoryview) -> list[int]:
        """The opcodes of all frames that are whole now; a close is answered here."""
        self.kept += data
        found = []
        while (next_frame := first_frame(self.kept)) is not None:
            opcode, end = next_frame
            del self.kept[:end]
            if opcode == CLOSE:
                self.send(_CLOSE_FRAME)
                self.end()
                return []
            found.append(opcode)
        return found

    def wait_to_push(self, data: memoryview) -> None:
        """The first message starts the flood."""
        if TEXT in self.opcodes(data) and self.left:
            self.data = memoryview(self.block.repeated())
            self.at = 0
            self.loop.modify(self.sock, selectors.EVENT_READ | selectors.EVENT_WRITE, self)
            self.push()

    def push(self) -> None:
        """Send until the system takes no more, or the count is reached."""
        while self.left:
            part = self.data[self.at : self.at + self.left]
            sent = self.sock.send(part)
            Session.pushed += sent
            self.left -= sent
            self.at = (self.at + sent) % len(self.data)
            if sent < len(part) and self.left:
                return
        self.loop.modify(self.sock, selectors.EVENT_READ, self)

    def sink(self, data: memoryview) -> None:
        """Count bytes; after the last one say so."""
        self.waiting -= len(data)
        if self.waiting <= 0:
            self.receive = self.wait_for_close
            self.send(self.block.frame(0))

    def wait_for_close(self, data: memoryview) -> None:
        """Nothing more is expected but the end."""
        self.opcodes(data)

    def pong(self, data: memoryview) -> None:
        """One message back for each that came."""
        for _ in self.opcodes(data):
            self.send(self.block.frame(self.number))
            self.number += 1


def serve(listener: socket.socket) -> None:
    """Accept and answer until the process is ended."""
    listener.setblocking(False)
    with selectors.DefaultSelector() as loop:
        loop.register(listener, selectors.EVENT_READ)
        while True:
            for key, events in loop.select():
                if key.data is not None:
                    key.data.ready(events)
                    continue
                sock, _ = listener.accept()
                sock.setblocking(False)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                Session(sock, loop)


def main() -> None:
    """Listen on one loopback port."""
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    with socket.create_server(("127.0.0.1", options.parse_args().port), backlog=4096) as listener:
        serve(listener)


if __name__ == "__main__":
    main()
