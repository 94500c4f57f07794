"""TLS as people have it: an authority of one's own, none at all, a throw-away certificate."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from support.certificates import Authority
from support.recorder import Recorder
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.sync.server import Server, ServerConnection, serve

pytestmark = pytest.mark.xdist_group("certificates")
NOT_THROUGH = (OSError, EOFError, WebSocketException)
PEM = re.compile(r"(/\S+\.(?:pem|crt))")


def echo(ws: ServerConnection) -> None:
    for message in ws:
        ws.send(message)


def running(certificate: ssl.SSLContext | None) -> Iterator[int]:
    server: Server = serve(echo, "127.0.0.1", 0, ssl=certificate)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.socket.getsockname()[1]
    server.shutdown()
    thread.join(10)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def plain() -> Iterator[int]:
    yield from running(None)


@pytest.fixture(scope="module")
def secure(authority: Authority) -> Iterator[int]:
    yield from running(authority.issue().server_context())


def talks(url: str, context: ssl.SSLContext | None = None) -> bool:
    with connect(url, ssl=context, open_timeout=5) as ws:
        ws.send("hello")
        return ws.recv(5) == "hello"


def test_a_target_with_an_authority_of_its_own(secure: int, authority: Authority, tmp_path: Path) -> None:
    target = f"wss://localhost:{secure}"
    with Recorder(target, tmp_path, "--target-ca", str(authority.ca)) as recorder:
        assert talks(recorder.url)
        assert recorder.stop() == 0, recorder.stderr


def test_a_target_that_is_not_trusted_gets_nobody_through(secure: int, tmp_path: Path) -> None:
    with Recorder(f"wss://localhost:{secure}", tmp_path) as recorder:
        with pytest.raises(NOT_THROUGH):
            talks(recorder.url)
        recorder.stop()
        assert "certificate" in recorder.stderr.lower()


def test_a_target_by_another_name_gets_nobody_through(authority: Authority, tmp_path: Path) -> None:
    for port in running(authority.issue("elsewhere.test").server_context()):
        target, trust = f"wss://localhost:{port}", ("--target-ca", str(authority.ca))
        with Recorder(target, tmp_path, *trust) as recorder, pytest.raises(NOT_THROUGH):
            talks(recorder.url)


def test_insecure_trusts_every_target(secure: int, tmp_path: Path) -> None:
    with Recorder(f"wss://localhost:{secure}", tmp_path, "--insecure") as recorder:
        assert talks(recorder.url)
        assert recorder.stop() == 0, recorder.stderr


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_a_throw_away_certificate_can_be_trusted_by_the_file_that_is_named(
    name: str, plain: int, tmp_path: Path
) -> None:
    with Recorder(f"ws://127.0.0.1:{plain}", tmp_path, "--tls") as recorder:
        named = recorder.says(PEM)
        assert recorder.url.startswith("wss://")
        assert talks(f"wss://{name}:{recorder.port}", ssl.create_default_context(cafile=named[1]))
        assert recorder.stop() == 0, recorder.stderr


def test_nobody_trusts_a_throw_away_certificate_by_itself(plain: int, tmp_path: Path) -> None:
    with Recorder(f"ws://127.0.0.1:{plain}", tmp_path, "--tls") as recorder:
        with pytest.raises(ssl.SSLCertVerificationError):
            talks(f"wss://localhost:{recorder.port}", ssl.create_default_context())
        assert recorder.stop() == 0, recorder.stderr


def test_handshakes_that_fail_do_not_count_as_connections(
    plain: int, authority: Authority, tmp_path: Path
) -> None:
    own = authority.issue()
    options = ("--tls", "--cert", str(own.cert), "--key", str(own.key), "--max-connections", "2")
    with Recorder(f"ws://127.0.0.1:{plain}", tmp_path, *options) as recorder:
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", recorder.port), timeout=5) as sock:
                sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
                with suppress(ConnectionResetError):
                    while sock.recv(100):
                        pass
        assert talks(f"wss://localhost:{recorder.port}", authority.client_context())
        assert recorder.stop() == 0, recorder.stderr
