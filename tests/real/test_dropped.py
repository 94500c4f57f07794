"""A server that drops TCP: the client's library says 1006, through the recorder as it does directly."""

import base64
import hashlib
import re
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.recorder import Recorder
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from wsrecord.cassette.recording import load

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def serve(listener: socket.socket, *, reset: bool) -> None:
    """Shake hands, say one thing, and drop the connection without a close message."""
    while True:
        try:
            sock, _ = listener.accept()
        except OSError:
            return
        with sock:
            request = b""
            while b"\r\n\r\n" not in request:
                request += sock.recv(4096)
            key = re.search(rb"(?i)sec-websocket-key: *(\S+)", request)
            assert key is not None
            accept = base64.b64encode(hashlib.sha1(key[1] + MAGIC).digest())
            head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            sock.sendall(head + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n\x81\x05hello")
            sock.recv(4096)  # the client has heard it
            if reset:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.fixture(params=[False, True], ids=["FIN", "RST"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), kwargs={"reset": request.param})
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def seen(url: str) -> tuple[str | bytes, int | None]:
    with connect(url, proxy=None, compression=None) as websocket:
        said = websocket.recv(timeout=10)
        websocket.send("heard")
        with pytest.raises(ConnectionClosedError):
            websocket.recv(timeout=10)
        return said, websocket.close_code


def test_a_dropped_connection_is_1006_with_the_recorder_as_without(port: int, tmp_path: Path) -> None:
    directly = seen(f"ws://127.0.0.1:{port}/")
    with Recorder(f"ws://127.0.0.1:{port}", tmp_path) as recorder:
        assert seen(recorder.url) == directly == ("hello", 1006)
        assert recorder.stop() == 0
    (session,) = load(recorder.cassette).sessions
    assert [message.payload for message in session.messages] == [b"hello", b"heard"]
    assert session.close is None
