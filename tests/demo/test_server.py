import asyncio
import os
import signal
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from demo.client import FAST, Client, connected, exchange, health, opened
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from wsrecord.demo import DemoError
from wsrecord.demo.auth import USERS
from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import serve_demo

SERVE = """
from wsrecord.demo.server import run_demo_server

run_demo_server(port=0, announce=lambda line: print(line, flush=True))
"""


def test_shutting_down_ends_runs_and_closes_sessions_with_1001():
    async def main():
        async with serve_demo(options=FAST) as server, connected(server) as client:
            run_id = await client.start("weather")
            shutting = asyncio.create_task(server.shut_down())
            with pytest.raises(ConnectionClosed) as closed:
                await client.until("agent_completed")
            await shutting
        return run_id, client.heard[-1], closed.value.rcvd

    run_id, last, close = asyncio.run(main())
    assert (last["type"], last["code"], last["run_id"]) == ("error", "shutting_down", run_id)
    assert (close.code, close.reason) == (1001, "the server shuts down")


def test_shutting_down_does_not_wait_for_a_client_that_does_not_answer():
    async def main():
        async with serve_demo(options=DemoOptions(close_timeout=0.1)) as server, connected(server) as client:
            client.websocket.transport.pause_reading()
            begun = time.perf_counter()
            await server.shut_down()
            client.websocket.transport.resume_reading()
            return time.perf_counter() - begun

    assert asyncio.run(main()) < 2


def test_many_servers_live_side_by_side():
    async def main():
        async with (
            serve_demo(options=FAST) as one,
            serve_demo(options=FAST) as other,
            connected(one) as client,
        ):
            await client.start("weather")
            return one.port, other.port, await health(one), await health(other)

    port, other_port, one, other = asyncio.run(main())
    assert port != other_port
    assert (one["sessions"], other["sessions"]) == (1, 0)


def test_the_urls_can_be_connected_to():
    async def main():
        async with serve_demo("0.0.0.0") as server:
            return server.url, server.http_url, server.port, await exchange(server, b"\r\n")

    url, http_url, port, answer = asyncio.run(main())
    assert (url, http_url) == (f"ws://127.0.0.1:{port}/ws", f"http://127.0.0.1:{port}")
    assert answer.startswith(b"HTTP/1.1 400")


def certificate(folder):
    """Write a certificate for 127.0.0.1 with its key; return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "demo")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    made = builder.add_extension(here, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "demo.pem"
    path.write_bytes(made.public_bytes(pem) + secret)
    return path


def test_it_serves_over_tls_too(tmp_path):
    path = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    trusting = ssl.create_default_context(cafile=str(path))

    async def main():
        async with serve_demo(options=DemoOptions(pace=0.001, tls=context)) as server:
            assert server.url.startswith("wss://")
            assert server.http_url.startswith("https://")
            async with opened(server, trusting) as (reader, writer):
                writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                answer = await reader.read()
            url = f"{server.url}?token={server.auth.token(USERS['ada'])}"
            async with connect(url, ssl=trusting, proxy=None) as websocket:
                client = Client(websocket)
                await client.ask("2+2")
            async with connect(url, ssl=trusting, proxy=None) as websocket:
                await websocket.recv()
                await server.shut_down()
                with pytest.raises(ConnectionClosed) as closed:
                    await websocket.recv()
            return answer, client.heard[-1]["type"], closed.value.rcvd.code

    answer, last, code = asyncio.run(main())
    assert answer.startswith(b"HTTP/1.1 200")
    assert (last, code) == ("pong", 1001)


def test_a_port_that_is_taken_is_one_line():
    async def main():
        async with serve_demo() as server:
            with pytest.raises(DemoError) as error:
                async with serve_demo(port=server.port):
                    pass
            return server.port, str(error.value)

    port, message = asyncio.run(main())
    assert message.startswith(f"can't listen on 127.0.0.1:{port}: ")
    assert "\n" not in message


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_blocking_server_says_when_it_is_ready_and_ends_on_a_signal(number):
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE], stdout=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline()
        assert line.startswith("wsrecord demo server ready: ws://127.0.0.1:")
        os.kill(process.pid, number)
        rest, _ = process.communicate(timeout=10)
        assert (rest, process.returncode) == ("", 0)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
