"""A cassette's server, played by `wsrecord serve` to real clients on real sockets."""

import asyncio
import contextlib
import json
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.playing import Serve
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as dial

CASSETTES = Path(__file__).parents[2] / "cassettes"
PLAIN = CASSETTES / "plain.wsr.jsonl"
SCHEMAS = Path(__file__).parents[2] / "schemas"
HEAD = {
    "wsrecord": 1, "kind": "head", "created": "2026-11-21T11:17:20.971078Z", "recorder": "wsrecord 0.1.0",
    "targets": {"/": "ws://127.0.0.1:1/ws"}, "nonce": "0123456789ab",
}  # fmt: skip
_MILLISECOND = 1_000_000


class Script:
    """A cassette in lines, written as it is told."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = [HEAD]
        self.t = 0
        self.counts = {"connections": 0, "exchanges": 0, "sessions": 0, "messages": 0}

    def _tick(self) -> int:
        self.t += _MILLISECOND
        return self.t

    def _connection(self) -> dict[str, Any]:
        self.counts["connections"] += 1
        number = self.counts["connections"]
        self.records.append({"kind": "opened", "t": self._tick(), "connection": number})
        return {"connection": number, "exchange": 1}

    def open(self, path: str = "/ws", *, asked: Any = (), answered: Any = (), status: int = 101) -> "Script":
        place = self._connection()
        self.counts["sessions"] += 1
        t = self._tick()
        common = {**place, "t": t, "began": t, "session": self.counts["sessions"]}
        head = [["Host", "127.0.0.1:1"], ["Upgrade", "websocket"], ["Connection", "Upgrade"]]
        head += [["Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="], ["Sec-WebSocket-Version", "13"]]
        request = {"method": "GET", "path": path, "headers": [*head, *asked]}
        self.records.append({"kind": "request", **common, **request})
        agreed = [["Upgrade", "websocket"], ["Connection", "Upgrade"], *answered]
        self.records.append({"kind": "response", **common, "status": status, "reason": "", "headers": agreed})
        return self

    def exchange(
        self, method: str, path: str, body: Any = None, answer: Any = None, status: int = 200
    ) -> "Script":
        place = self._connection()
        self.counts["exchanges"] += 1
        for kind, more, said in (
            ("request", {"method": method, "path": path}, body),
            ("response", {"status": status, "reason": "OK"}, answer),
        ):
            t = self._tick()
            record = {
                "kind": kind,
                **place,
                "t": t,
                "began": t,
                **more,
                "headers": [["Content-Type", "application/json"]],
            }
            if said is not None:
                record |= {"json": said, "size": len(json.dumps(said))}
            self.records.append(record)
        return self

    def client(self, value: Any, session: int = 1) -> "Script":
        return self._say("client", value, session)

    def server(self, value: Any, session: int = 1) -> "Script":
        return self._say("server", value, session)

    def _say(self, sender: str, value: Any, session: int) -> "Script":
        self.counts["messages"] += 1
        record = {"kind": "message", "t": self._tick(), "session": session, "sender": sender, "type": "text"}
        self.records.append({**record, "text": json.dumps(value)})
        return self

    def close(self, sender: str, code: int = 1000, reason: str = "", session: int = 1) -> "Script":
        for side in (sender, "server" if sender == "client" else "client"):
            self.counts["messages"] += 1
            record = {
                "kind": "message",
                "t": self._tick(),
                "session": session,
                "sender": side,
                "type": "close",
            }
            self.records.append({**record, "code": code, "reason": reason})
        return self

    def wait(self, seconds: float) -> "Script":
        self.t += round(seconds * 1e9)
        return self

    def write(self, folder: Path) -> Path:
        path = folder / "script.wsr.jsonl"
        end = {"kind": "end", "t": self._tick(), **self.counts}
        path.write_text("".join(json.dumps(one) + "\n" for one in (*self.records, end)))
        return path


ASKED = (
    Script()
    .open()
    .server({"type": "hello", "thread": "8f21c0d4e6"})
    .client({"type": "ask", "id": "q-77ab3c91de"})
    .server({"type": "started", "reply_to": "q-77ab3c91de", "run_id": "run-5510af29cc"})
    .server({"type": "done", "run_id": "run-5510af29cc"})
    .client({"type": "thanks", "run_id": "run-5510af29cc"})
    .server({"type": "bye"})
    .close("server", 4001, "because")
)


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    return ASKED.write(tmp_path)


def _ask(port: int, number: int = 1) -> list[dict[str, Any]]:
    with dial(f"ws://127.0.0.1:{port}/ws") as client:
        said = [json.loads(client.recv(5))]
        client.send(json.dumps({"type": "ask", "id": f"mine-{number}-4f00ab12"}))
        said += [json.loads(client.recv(5)) for _ in range(2)]
        client.send(json.dumps({"type": "thanks", "run_id": said[1]["run_id"]}))
        said += [json.loads(client.recv(5))]
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(5)
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "because")
    return said


def test_a_client_hears_what_was_recorded_with_its_own_ids_in_it(asked: Path, tmp_path: Path) -> None:
    with Serve(asked, tmp_path) as server:
        said = _ask(server.port)
        assert server.end() == 0
        assert server.codes() == []
    assert [one["type"] for one in said] == ["hello", "started", "done", "bye"]
    assert said[1]["reply_to"] == "mine-1-4f00ab12"
    assert said[1]["run_id"] == "run-5510af29cc"


def test_fresh_ids_are_the_same_throughout_a_session(asked: Path, tmp_path: Path) -> None:
    with Serve(asked, tmp_path, "--fresh-ids", "--loop") as server:
        first, second = _ask(server.port), _ask(server.port, 2)
        assert server.stop() == 0
    assert first[1]["run_id"] == first[2]["run_id"] != second[1]["run_id"] == second[2]["run_id"]
    assert first[1]["run_id"].startswith("run-")


def test_a_loop_plays_to_any_number_of_clients_at_once(asked: Path, tmp_path: Path) -> None:
    async def one(number: int) -> None:
        await asyncio.to_thread(_ask, server.port, number)

    async def all_of_them() -> None:
        await asyncio.gather(*(one(number) for number in range(12)))

    with Serve(asked, tmp_path, "--loop") as server:
        asyncio.run(all_of_them())
        assert server.stop() == 0
        assert server.codes() == []


def test_a_message_that_was_not_recorded_is_a_finding(asked: Path, tmp_path: Path) -> None:
    with Serve(asked, tmp_path) as server:
        with dial(f"{server.ws}/ws") as client:
            client.recv(5)
            client.send(json.dumps({"type": "shout", "id": "x"}))
            client.send("{half")
        assert server.end() == 1
        assert server.codes() == ["WS831", "WS831", "WS832", "WS832"]
        assert "the client said shout" in server.findings()[0]["message"]


def test_a_client_that_falls_silent_left_something_out(asked: Path, tmp_path: Path) -> None:
    with Serve(asked, tmp_path) as server:
        with dial(f"{server.ws}/ws") as client:
            client.recv(5)
        assert server.end() == 1
        assert server.codes() == ["WS832", "WS832"]


def test_nobody_came(asked: Path, tmp_path: Path) -> None:
    with Serve(asked, tmp_path) as server:
        assert server.stop() == 1
        assert server.codes() == ["WS835"]


def test_one_session_more_is_played_again_and_is_a_finding(asked: Path, tmp_path: Path) -> None:
    with Serve(asked, tmp_path) as server:
        with dial(f"{server.ws}/ws") as first:
            first.recv(5)
            assert [one["type"] for one in _ask(server.port)] == ["hello", "started", "done", "bye"]
        assert server.end() == 1
        assert sorted(server.codes()) == ["WS832", "WS832", "WS834"]


def test_an_upgrade_elsewhere_is_refused(asked: Path, tmp_path: Path) -> None:
    with Serve(asked, tmp_path) as server:
        with pytest.raises(Exception, match="404"):
            dial(f"{server.ws}/other")
        _ask(server.port)
        assert server.end() == 1
        assert server.codes() == ["WS834"]


def _get(url: str, body: Any = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_http_is_answered_with_ids_in_paths_bound(tmp_path: Path) -> None:
    script = (
        Script()
        .exchange(
            "POST", "/rooms", {"name": "ada-8811cc3f21"}, {"id": "room-6613fa00bd", "name": "ada-8811cc3f21"}
        )
        .exchange("GET", "/rooms/room-6613fa00bd/members/m-77120fae31", None, {"member": "m-77120fae31"})
        .open("/rooms/room-6613fa00bd/ws")
        .server({"type": "joined", "room": "room-6613fa00bd", "name": "ada-8811cc3f21"})
        .close("server")
    )
    with Serve(script.write(tmp_path), tmp_path) as server:
        assert _get(f"{server.http}/rooms", {"name": "bob-1c2d3e4f55"}) == (
            200, {"id": "room-6613fa00bd", "name": "bob-1c2d3e4f55"},
        )  # fmt: skip
        assert _get(f"{server.http}/rooms/room-6613fa00bd/members/m-0000aaaa11") == (
            200, {"member": "m-0000aaaa11"},
        )  # fmt: skip
        status, text = _get(f"{server.http}/favicon.ico")
        assert (status, "not in the recording" in text) == (404, True)
        with dial(f"{server.ws}/rooms/room-6613fa00bd/ws") as client:
            assert json.loads(client.recv(5))["name"] == "bob-1c2d3e4f55"
        assert server.end() == 0
        assert server.codes() == ["WS833"]


def test_in_a_loop_a_login_begins_anew_and_its_values_reach_the_session_after_it(tmp_path: Path) -> None:
    script = Script().exchange("POST", "/rooms", {"name": "ada-8811cc3f21"}, {"name": "ada-8811cc3f21"})
    script.open().server({"type": "joined", "name": "ada-8811cc3f21"}).close("server")
    with Serve(script.write(tmp_path), tmp_path, "--loop") as server:
        for name in ("bob-1c2d3e4f55", "eve-99aa88bb77", "joe-0102030405"):
            assert _get(f"{server.http}/rooms", {"name": name}) == (200, {"name": name})
            with dial(f"{server.ws}/ws") as client:
                assert json.loads(client.recv(5))["name"] == name
        assert server.stop() == 0


def test_a_client_that_waits_for_a_greeting_that_came_late_gets_it(tmp_path: Path) -> None:
    script = Script().open().client({"type": "ask", "id": "q-77ab3c91de"})
    script.server({"type": "hello", "thread": "8f21c0d4e6a1"})
    script.server({"type": "done", "reply_to": "q-77ab3c91de"}).close("client")
    with Serve(script.write(tmp_path), tmp_path) as server:
        with dial(f"{server.ws}/ws") as client:
            assert json.loads(client.recv(5))["type"] == "hello"
            client.send(json.dumps({"type": "ask", "id": "mine-00ff11ee22"}))
            assert json.loads(client.recv(5))["reply_to"] == "mine-00ff11ee22"
        assert server.end() == 0
        assert server.codes() == []


def test_a_flood_of_messages_costs_bounded_memory(asked: Path, tmp_path: Path) -> None:
    with Serve(asked, tmp_path, "--loop") as server:
        with dial(f"{server.ws}/ws", compression=None) as client, contextlib.suppress(ConnectionClosed):
            for number in range(30_000):
                client.send(json.dumps({"type": "shout", "id": f"x-{number:08x}-aa11"}))
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        peak = int(status.split("VmHWM:")[1].split()[0])
        assert peak < 400_000  # KB
        assert len(_ask(server.port)) == 4
        assert server.stop() == 1
        assert len(server.findings()) < 300
    assert any("more were left out" in line for line in server.lines)


def test_a_second_ctrl_c_ends_it_at_once(asked: Path, tmp_path: Path) -> None:
    with Serve(asked, tmp_path) as server, dial(f"{server.ws}/ws", close_timeout=0.1) as client:
        client.recv(5)
        server.process.send_signal(signal.SIGINT)
        server.process.send_signal(signal.SIGINT)
        assert server.end() in (1, 130)


def test_a_place_that_is_taken_is_told(asked: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        command = [sys.executable, "-m", "wsrecord", "serve", str(asked), "--listen", place]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 2
        assert f"can't listen on {place}: it is taken" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_tls_is_served_with_a_throw_away_certificate(asked: Path, tmp_path: Path) -> None:
    with Serve(asked, tmp_path, "--tls", "--loop") as server:
        line = next(line for line in server.lines if "must trust" in line)
        trust = ssl.create_default_context(cafile=line.split()[-1])
        with dial(f"wss://127.0.0.1:{server.port}/ws", ssl=trust) as client:
            assert json.loads(client.recv(5))["type"] == "hello"
        with pytest.raises(OSError):  # noqa: PT011 - one that does not trust it
            dial(f"wss://127.0.0.1:{server.port}/ws")
        _throw(server.port, b"GET / HTTP/1.1\r\n\r\n")
        assert server.stop() == 1
        assert server.codes() == ["WS832", "WS832"]


def test_a_refused_handshake_is_refused_again(tmp_path: Path) -> None:
    script = Script().open("/ws", status=403)
    with Serve(script.write(tmp_path), tmp_path) as server:
        with pytest.raises(Exception, match="403"):
            dial(f"{server.ws}/ws")
        assert server.end() == 0


def test_compression_and_subprotocol_are_agreed_as_recorded(tmp_path: Path) -> None:
    agreed = [["Sec-WebSocket-Extensions", "permessage-deflate"], ["Sec-WebSocket-Protocol", "agent.v1"]]
    offered = [["Sec-WebSocket-Protocol", "agent.v1, agent.v0"]]
    script = Script().open(asked=offered, answered=agreed).server({"text": "a" * 5000}).close("client")
    path = script.write(tmp_path)
    with Serve(path, tmp_path, "--loop") as server:
        with dial(f"{server.ws}/ws", subprotocols=["agent.v0", "agent.v1"]) as client:  # type: ignore[list-item]
            assert client.subprotocol == "agent.v1"
            assert client.protocol.extensions
            assert len(client.recv(5)) > 5000
        with dial(f"{server.ws}/ws", compression=None, subprotocols=["agent.v1"]) as client:  # type: ignore[list-item]
            assert not client.protocol.extensions
            assert len(client.recv(5)) > 5000
        with dial(f"{server.ws}/ws") as client:
            assert client.subprotocol is None
        assert server.stop() == 1
        assert server.codes() == ["WS836"]


def test_two_runs_at_once_do_not_wait_for_each_other(tmp_path: Path) -> None:
    script = Script().open()
    script.client({"type": "ask", "id": "q-11aa22bb33"}).server(
        {"type": "started", "reply_to": "q-11aa22bb33", "run_id": "run-aa11bb22"}
    )
    script.client({"type": "ask", "id": "q-44cc55dd66"}).server(
        {"type": "started", "reply_to": "q-44cc55dd66", "run_id": "run-cc33dd44"}
    )
    script.server({"type": "done", "run_id": "run-aa11bb22"}).server(
        {"type": "done", "run_id": "run-cc33dd44"}
    )
    script.close("client")
    with Serve(script.write(tmp_path), tmp_path) as server:
        with dial(f"{server.ws}/ws") as client:
            heard = []
            for number in range(2):  # a client that waits for the end of one run before it begins another
                client.send(json.dumps({"type": "ask", "id": f"mine-{number}-00ff11ee"}))
                heard += [json.loads(client.recv(5)) for _ in range(2)]
        assert server.end() == 0
        assert server.codes() == []
    assert [one["type"] for one in heard] == ["started", "done"] * 2
    assert [one["run_id"] for one in heard] == ["run-aa11bb22"] * 2 + ["run-cc33dd44"] * 2


def test_the_recorded_pace_keeps_gaps(tmp_path: Path) -> None:
    script = Script().open().client({"type": "ask"}).wait(1.2).server({"type": "done"}).close("client")
    path = script.write(tmp_path)

    async def took(url: str) -> float:
        client: ClientConnection
        async with connect(url) as client:
            begun = asyncio.get_running_loop().time()
            await client.send('{"type": "ask"}')
            await client.recv()
            return asyncio.get_running_loop().time() - begun

    for pace, least, most in (("recorded", 1.15, 30), ("recorded*4", 0.28, 30), ("causal", 0, 1.15)):
        with Serve(path, tmp_path, "--pace", pace) as server:
            assert least <= asyncio.run(took(f"{server.ws}/ws")) <= most
            assert server.end() == 0


HOSTILE = {
    "no http": b"\x16\x03\x01 hello\r\n\r\n",
    "half a head": b"GET /ws HTTP/1.1\r\nHost: x\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "no key": (
        b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\n\r\n"
    ),
    "a head without end": b"GET /ws HTTP/1.1\r\nX: " + b"y" * 70_000,
    "half a body": b"POST /ws HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{",
}
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
FRAMES = {
    "not masked": b"\x81\x02hi",
    "reserved opcode": b"\x83\x80abcd",
    "half a message": b"\x01\x82abcd\x00\x00",
    "half a frame": b"\x81\xfe",
    "not utf-8": b"\x81\x81\x00\x00\x00\x00\xff",
    "a long ping": b"\x89\xfe\x00\xff" + b"abcd" + b"x" * 255,
}


def _throw(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 10) as end:
        end.sendall(data)
        end.settimeout(5)
        got = b""
        try:
            while part := end.recv(65536):
                got += part
        except OSError:
            pass
        return got


@pytest.fixture
def hostile(asked: Path, tmp_path: Path) -> Iterator[Serve]:
    with Serve(asked, tmp_path, "--loop", "--handshake-timeout", "0.5") as server:
        yield server
        assert server.stop() in (0, 1)
        assert not [line for line in server.lines if "bug" in line or "Traceback" in line]


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_request_ends_in_time_and_harms_nobody(hostile: Serve, data: bytes) -> None:
    _throw(hostile.port, data)
    assert len(_ask(hostile.port)) == 4


@pytest.mark.parametrize("data", FRAMES.values(), ids=FRAMES)
def test_broken_frames_harm_nobody(hostile: Serve, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", hostile.port), 10) as end:
        end.sendall(UPGRADE + data)
        end.settimeout(5)
        assert end.recv(20).startswith(b"HTTP/1.1 101")
    assert len(_ask(hostile.port)) == 4
