import asyncio
import json
import re

import pytest
from demo.client import FAST, eventually, exchange, opened, parse, request

from wsrecord.demo.auth import USERS
from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import serve_demo

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


def ask(*args, options=FAST, **kwargs):
    async def main():
        async with serve_demo(options=options) as server:
            return await request(server, *args, **kwargs)

    status, headers, body = asyncio.run(main())
    return status, headers, json.loads(body) if headers.get("content-type") == "application/json" else body


def send(data, *, options=FAST, **kwargs):
    async def main():
        async with serve_demo(options=options) as server:
            return await exchange(server, data, **kwargs)

    return asyncio.run(main())


@pytest.mark.parametrize("user", USERS.values(), ids=USERS)
def test_every_user_can_log_in(user):
    status, headers, body = ask("POST", "/login", {"username": user.username, "password": user.password})
    assert status == 200
    assert headers["cache-control"] == "no-store"
    assert set(body) == {"access_token", "token_type", "expires_in", "user_id"}
    assert (body["token_type"], body["expires_in"], body["user_id"]) == ("bearer", 3600, user.user_id)


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"", 400, "invalid_json"),
        (b"\xff\xfe\xfd", 400, "invalid_json"),
        (b"[" * 10_000, 400, "invalid_json"),
        (b"[]", 400, "wrong_type"),
        ({"username": "ada"}, 400, "missing_field"),
        ({"username": "ada", "password": 1}, 400, "wrong_type"),
        ({"username": "ada", "password": "x"}, 401, "invalid_credentials"),
        ({"username": "\ud800", "password": "\ud800"}, 401, "invalid_credentials"),
        (b"x" * 20_000, 413, "body_too_large"),
    ],
)
def test_a_login_is_refused_with_a_reason(body, status, error):
    got, _, said = ask("POST", "/login", body)
    assert (got, said["error"]) == (status, error)
    assert set(said) == {"error", "message"}


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/login", 405, "method_not_allowed"),
        ("DELETE", "/health", 405, "method_not_allowed"),
        ("POST", "/ws", 405, "method_not_allowed"),
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/ws", 426, "upgrade_required"),
        ("GET", "http://[/", 400, "bad_request"),
        ("GET", "/?x=%ff", 400, "bad_request"),
    ],
)
def test_other_requests_are_refused_with_a_reason(method, path, status, error):
    got, headers, said = ask(method, path)
    assert (got, said["error"]) == (status, error)
    assert status != 405 or headers["allow"]


def test_health_and_the_page_answer():
    assert ask("GET", "/health") == (200, *ask("GET", "/health")[1:])
    assert ask("GET", "/health")[2] == {"status": "ok", "sessions": 0, "runs": 0}
    assert b"POST /login" in ask("GET", "/")[2]


def test_head_has_the_length_and_no_body():
    status, headers, body = parse(send(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 100


def test_one_connection_serves_many_requests_even_pipelined():
    one = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    post = b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
    last = b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answers = send(one + post + one + last)
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"200", b"400", b"200", b"404"]


def test_requests_whose_answers_nobody_reads_wait_in_the_network():
    async def main():
        options = DemoOptions(send_buffer=4096)
        async with serve_demo(options=options) as server, opened(server) as (reader, writer):
            reader._transport.pause_reading()
            count = 10_000
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * count)
            await eventually(lambda: any(one._write_paused for one in server.connections))
            reader._transport.resume_reading()
            for _ in range(count):
                _, headers, _ = parse(await reader.readuntil(b"\r\n\r\n"))
                await reader.readexactly(int(headers["content-length"]))

    asyncio.run(main())


def test_a_client_that_never_reads_is_let_go():
    async def main():
        options = DemoOptions(send_buffer=4096, http_timeout=0.2)
        async with serve_demo(options=options) as server, opened(server) as (reader, writer):
            reader._transport.pause_reading()
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 100_000)
            await eventually(lambda: len(server.connections) == 1)
            await eventually(lambda: not server.connections)
            reader._transport.abort()

    asyncio.run(main())


def test_a_chunked_login_after_100_continue_works():
    head = b"POST /login HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n"
    body = json.dumps({"username": "ada", "password": "analytical"}).encode()
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)

    async def main():
        async with serve_demo(options=FAST) as server, opened(server) as (reader, writer):
            writer.write(head + b"Transfer-Encoding: chunked\r\n\r\n")
            first = await reader.readuntil(b"\r\n\r\n")
            writer.write(chunked)
            return first, await reader.read()

    first, rest = asyncio.run(main())
    assert first.startswith(b"HTTP/1.1 100")
    assert b"access_token" in rest


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 9000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
        (b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        (
            b"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4E20\r\n" + b"x" * 20_000,
            413,
        ),
    ],
)
def test_a_broken_request_is_answered_and_the_connection_closed(data, status):
    got, headers, body = parse(send(data))
    assert (got, headers["connection"]) == (status, "close")
    assert json.loads(body)["error"]


def test_a_refused_upload_still_gets_its_answer():
    head = b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n"
    assert parse(send(head + b"x" * 3_000_000))[0] == 413


def test_a_slow_request_is_ended_and_an_idle_connection_closed():
    impatient = DemoOptions(http_timeout=0.1)
    assert parse(send(b"GET / HTTP/1.1\r\nHost:", options=impatient))[0] == 408
    assert (
        parse(send(b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{", options=impatient))[0]
        == 408
    )
    assert send(b"", options=impatient) == b""


def test_a_client_that_half_closes_gets_its_answer():
    assert parse(send(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", half_close=True))[0] == 200


def test_a_full_server_says_so():
    status, _, body = parse(send(b"", options=DemoOptions(max_connections=0)))
    assert (status, json.loads(body)["error"]) == (503, "too_many_connections")


@pytest.mark.parametrize(
    ("path", "headers", "status", "error"),
    [
        ("/ws", {}, 401, "token_missing"),
        ("/ws?token=abc", {}, 401, "token_invalid"),
        ("/ws", {"Authorization": "Bearer a.b.c"}, 401, "token_invalid"),
        ("/ws", {"Authorization": "Basic YTpi"}, 401, "token_missing"),
        ("/other", {}, 404, "not_found"),
    ],
)
def test_an_upgrade_needs_a_token(path, headers, status, error):
    got, answered, body = ask("GET", path, headers=UPGRADE | headers)
    assert (got, body["error"]) == (status, error)
    assert status != 401 or answered["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"Sec-WebSocket-Key": "short"}, 400),
        ({"Sec-WebSocket-Version": "12"}, 400),
        ({"Connection": "close"}, 426),
        ({"Sec-WebSocket-Protocol": "other.v1"}, 400),
    ],
)
def test_a_bad_upgrade_is_refused(change, status):
    async def main():
        async with serve_demo(options=FAST) as server:
            token = server.auth.token(USERS["ada"])
            return await request(server, "GET", f"/ws?token={token}", headers=UPGRADE | change)

    got, _, body = asyncio.run(main())
    assert (got, json.loads(body)["error"]) == (status, "bad_handshake")


def test_an_expired_token_is_refused():
    async def main():
        now = [1000.0]
        async with serve_demo(options=DemoOptions(clock=lambda: now[0], token_ttl=60)) as server:
            token = server.auth.token(USERS["ada"])
            now[0] += 61
            return await request(server, "GET", f"/ws?token={token}", headers=UPGRADE)

    status, _, body = asyncio.run(main())
    assert (status, json.loads(body)["error"]) == (401, "token_expired")
