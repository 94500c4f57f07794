"""Raw ends of a connection, TCP or TLS, driven by one thread: each logs every byte and how it ended.

Nothing here blocks and nothing sleeps. `pump` reads and writes on all ends until a condition holds
or a deadline passes; a test is a list of such conditions.
"""

import atexit
import select
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterable

CHUNK = 1 << 20
IN = select.POLLIN
OUT = select.POLLOUT
GONE = select.POLLHUP | select.POLLERR
NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class End:
    """One socket: `received` holds what came, `ended` how the other side ended it: open, FIN, RST."""

    def __init__(self, name: str, sock: socket.socket) -> None:
        self.name = name
        self.sock = sock
        self.received = bytearray()
        self.sent = 0  # bytes that the kernel took
        self.ended = "open"
        self.ending = False  # it ended its own direction, or (TLS) both
        self.closed = False  # by this end's own hand
        self.paused = False
        self._out = memoryview(b"")
        self._watched = True
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # what a script says

    def send(self, data: bytes) -> None:
        self._out = memoryview(bytes(self._out) + data)
        self._write()

    def fin(self) -> None:
        """End this direction; the other stays open (TLS: the clean end of both)."""
        self.ending = True
        try:
            if isinstance(self.sock, ssl.SSLSocket):
                self._unwrap()
            socket.socket.shutdown(self.sock, socket.SHUT_WR)  # SSLSocket's own would forget about TLS
        except OSError:
            pass  # the other side was faster with its reset: the log says so

    def rst(self) -> None:
        """Abort: the other side gets a RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.drop()

    def drop(self) -> None:
        """Close both directions, as a process that dies: a FIN, and a RST for whatever comes later."""
        self.ending = self.closed = True
        self.sock.close()

    # what a script waits for

    @property
    def unsent(self) -> int:
        return len(self._out)

    @property
    def over(self) -> bool:
        return self.closed or self.ended != "open"

    # the machine room

    def interest(self) -> int | None:
        if self.closed or not self._watched or (self.paused and not self._out):
            return None
        return (IN if self.ended == "open" and not self.paused else 0) | (OUT if self._out else 0)

    def turn(self, ready: int) -> None:
        if self._out:
            self._write()
        if self.closed or self.paused:
            return
        if ready & (IN | GONE):
            self._read()
        if ready & GONE and self.ended != "open":
            self._watched = False
            if self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self._reset()

    def _read(self) -> None:
        while self.ended == "open":
            try:
                data = self.sock.recv(CHUNK)
            except NOT_NOW:
                return
            except (ConnectionResetError, BrokenPipeError):
                self._reset()
                return
            except ssl.SSLError:  # a FIN without close_notify: asyncio can't tell, so it counts as an end
                data = b""
            if not data:
                self.ended = "FIN"
                return
            self.received += data
            if len(data) < CHUNK and not isinstance(self.sock, ssl.SSLSocket):
                return

    def _write(self) -> None:
        while self._out:
            try:
                n = self.sock.send(self._out[:CHUNK])
            except NOT_NOW:
                return
            except OSError:  # reset: what came before it is still there to be read
                self._read()
                self._reset()
                return
            self.sent += n
            self._out = self._out[n:]

    def _reset(self) -> None:
        self._out = memoryview(b"")
        if "RST" not in self.ended:
            self.ended = "RST" if self.ended == "open" else f"{self.ended}, RST"

    def _unwrap(self) -> None:
        assert isinstance(self.sock, ssl.SSLSocket)
        try:
            self.sock._sslobj.shutdown()  # type: ignore[attr-defined]  # unwrap() would take the TLS layer off
        except (*NOT_NOW, ssl.SSLError):
            pass


def pump(ends: Iterable[End], until: Callable[[], bool], within: float, tick: float = 0.1) -> bool:
    """Let the ends read and write until the condition holds; False when the deadline came first.

    `tick`: how often to look at a condition that no end's event announces.
    """
    deadline = time.monotonic() + within
    by_fd: dict[int, End] = {}
    while not until():
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        poll = select.poll()
        by_fd.clear()
        for end in ends:
            events = end.interest()
            if events is not None:
                by_fd[end.sock.fileno()] = end
                poll.register(end.sock.fileno(), events)
        for fd, ready in poll.poll(min(left, tick) * 1000):
            by_fd[fd].turn(ready)
    return True


class Listener:
    """The target's port: every run takes its own connection from it."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.sock = socket.create_server((host, 0), backlog=64)
        self.sock.setblocking(False)
        self.port: int = self.sock.getsockname()[1]

    def accept(self) -> socket.socket | None:
        try:
            sock, _ = self.sock.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return None
        return sock

    def drain(self) -> None:
        """Forget connections that an earlier run left behind."""
        while (sock := self.accept()) is not None:
            sock.close()

    def close(self) -> None:
        self.sock.close()


def dial(port: int, host: str = "127.0.0.1") -> socket.socket:
    """Connect. Where a reset comes so soon that connecting itself fails, once more."""
    for _ in range(20):
        try:
            return socket.create_connection((host, port), timeout=10)
        except ConnectionResetError:
            continue
    raise ConnectionResetError(f"{host}:{port} resets every connection before it is made")


_held: list[socket.socket] = []
atexit.register(lambda: [sock.close() for sock in _held])


def refusing_port() -> int:
    """A port where nobody listens, nor will: it is taken, and kept for as long as the tests run."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    _held.append(sock)
    return int(sock.getsockname()[1])


def closed_port() -> int:
    """A port where nobody listens yet."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])
