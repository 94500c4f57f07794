"""`wsrecord record`: what it is told, what it says, what it leaves behind, and how it exits."""

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from live.rig import BUG, Ran, Target, await_, echo, exchange, loaded, payloads, run
from support import frames, http
from support.ends import closed_port, refusing_port
from support.recorder import Recorder

from wsrecord.cassette.recording import load

ANY_PORT = ("--listen", "127.0.0.1:0")
# Writes down its words and variables, and ends with the code that is its first word.
WITNESS = """
import json, os, sys
open("seen.json", "w").write(json.dumps([sys.argv[1:], dict(os.environ)]))
code = int(sys.argv[1])
os.kill(os.getpid(), -code) if code < 0 else sys.exit(code)
"""


# A client that comes, and says nothing.
KNOCK = (
    sys.executable,
    "-c",
    """
import contextlib, os, socket, urllib.parse
to = urllib.parse.urlsplit(os.environ["WSRECORD_URL"])
with contextlib.suppress(OSError):
    socket.create_connection((to.hostname, to.port)).recv(1)
""",
)


def witness(
    folder: Path, *options: str, words: tuple[str, ...] = ("0",)
) -> tuple[Ran, list[str], dict[str, str]]:
    command = ("--", sys.executable, "-c", WITNESS, *words)
    ran = run("--target", "ws://target.invalid:9/ws?v=1", *options, *command, folder=folder)
    seen, env = json.loads((folder / "seen.json").read_text())
    assert not BUG.search(ran.said), ran.said
    return ran, seen, env


def cassettes(folder: Path) -> list[Path]:
    return [path.relative_to(folder) for path in sorted(folder.rglob("*")) if ".wsr" in path.suffixes]


# -- the command


def test_the_commands_words_and_variables_name_the_proxy(tmp_path: Path) -> None:
    words = ("0", "{url}", "--base={http_url}", "{other}", "{}")
    ran, seen, env = witness(tmp_path, *ANY_PORT, words=words)
    port = re.search(r"connect to ws://127.0.0.1:(\d+)/ws\?v=1 ", ran.said)
    assert port
    url, base = f"ws://127.0.0.1:{port[1]}/ws?v=1", f"http://127.0.0.1:{port[1]}"
    assert seen == ["0", url, f"--base={base}", "{other}", "{}"]
    assert (env["WSRECORD_URL"], env["WSRECORD_HTTP_URL"]) == (url, base)
    assert "until the end of the command" in ran.said


def test_a_variable_of_the_users_choice_holds_the_url_too(tmp_path: Path) -> None:
    _, seen, env = witness(tmp_path, *ANY_PORT, "--env", "CHAT_URL", words=("0", "{url}"))
    assert env["CHAT_URL"] == env["WSRECORD_URL"] == seen[1]


@pytest.mark.parametrize(("ends", "code"), [("0", 0), ("3", 3), ("1", 1), ("-9", 137), ("-15", 143)])
def test_the_commands_exit_code_is_passed_on(tmp_path: Path, ends: str, code: int) -> None:
    ran, _, _ = witness(tmp_path, *ANY_PORT, words=(ends,))
    assert ran.code == code
    assert "warning: nothing was recorded: no client came; no cassette was written" in ran.said
    assert cassettes(tmp_path) == []


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("no-such-program-here", "the command 'no-such-program-here' was not found"),
        ("./not-executable", "can't be run: Permission denied"),
        ("", "the command '' "),
    ],
)
def test_a_command_that_can_not_be_run_leaves_nothing_behind(tmp_path: Path, word: str, said: str) -> None:
    (tmp_path / "not-executable").write_text("text")
    ran = run("--target", "ws://127.0.0.1:9", *ANY_PORT, "--out", "r.wsr", "--", word, folder=tmp_path)
    assert ran.code == 2
    assert said in ran.said
    assert not BUG.search(ran.said)
    assert cassettes(tmp_path) == []


CLIENT = """
import sys
from urllib.request import urlopen
from websockets.sync.client import connect
with connect(sys.argv[1], proxy=None) as ws:
    ws.send("hello"); print(ws.recv())
"""


def test_what_the_command_does_is_recorded_and_its_output_is_its_own(tmp_path: Path) -> None:
    import threading

    from websockets.sync.server import serve

    with serve(lambda ws: [ws.send(message) for message in ws], "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever).start()
        port = server.socket.getsockname()[1]
        options = ("--target", f"ws://127.0.0.1:{port}/chat", *ANY_PORT, "--out", "r.wsr")
        ran = run(*options, "--", sys.executable, "-c", CLIENT, "{url}", folder=tmp_path)
        server.shutdown()
    assert (ran.code, ran.out) == (0, "hello\n")
    (session,) = load(tmp_path / "r.wsr").sessions
    assert session.path == "/chat"
    assert [m.payload for m in session.messages][:2] == [b"hello", b"hello"]
    assert session.close is not None
    assert session.close.code == 1000
    assert re.search("recorded 1 session.*, 4 messages", ran.said)


SENDS_AND_DIES = """
import os, socket, sys
address, path = sys.argv[1].removeprefix("ws://").split("/", 1)
host, port = address.split(":")
sock = socket.create_connection((host, int(port)))
sock.sendall(sys.stdin.buffer.read())
sock.recv(1000)
sock.sendall((b"\\x82\\xfe\\x10\\x00" + bytes(4 + 4096)) * 701)
os._exit(0)
"""


def test_what_the_command_sent_at_the_last_still_arrives(tmp_path: Path, target: Target) -> None:
    script = SENDS_AND_DIES.replace("sys.stdin.buffer.read()", repr(http.upgrade("/ws")))
    options = (*ANY_PORT, "--", sys.executable, "-c", script, "{url}/ws")
    with Recorder(target.url, tmp_path, *options, name="r.wsr") as recorder:
        server = target.take()
        await_([server], lambda: len(server.received) >= len(http.upgrade("/ws")), "the upgrade")
        server.received.clear()
        server.send(http.switching())
        await_([server], lambda: server.ended == "FIN", "the client's end")
        server.fin()
        assert recorder.process.wait(10) == 0
    assert len(server.received) == 701 * 4104
    recording = loaded(recorder)
    assert len(recording.sessions[0].messages) == 701
    assert ("client", "fin") in {(e.sender, e.how) for e in recording.sessions[0].ended}


def test_a_client_that_outlives_the_command_gets_its_close(tmp_path: Path, target: Target) -> None:
    script = "import time\nwhile not __import__('os').path.exists('go'): time.sleep(0.01)"
    options = (*ANY_PORT, "--", sys.executable, "-c", script)
    with Recorder(target.url, tmp_path, *options, name="r.wsr") as recorder:
        pair = target.upgrade(recorder.port)
        (tmp_path / "go").touch()
        assert target.finish(recorder, signal.SIGWINCH) == 0
        assert bytes(pair.client.received) == b"\x88\x02\x03\xe9"


# -- where it listens


def test_the_next_free_port_is_taken_and_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 9000))
            taken.listen()
        except OSError:
            pass  # somebody else has it: as good
        ran, seen, _ = witness(tmp_path, words=("0", "{url}"))
    assert ran.code == 0
    found = re.search(r"port 9000 is taken; listening on (\d+)", ran.said)
    assert found
    assert 9000 < int(found[1]) <= 9100
    assert f":{found[1]}/" in seen[1]


def test_a_port_that_was_asked_for_and_is_taken_is_refused(tmp_path: Path, target: Target) -> None:
    listen = f"127.0.0.1:{target.port}"
    ran = run("--target", "ws://127.0.0.1:9", "--listen", listen, "--out", "r.wsr", folder=tmp_path)
    assert ran.code == 2
    assert f"{listen} is taken by another program" in ran.said
    assert ran.said.count("\n") == 1
    assert cassettes(tmp_path) == []


# -- what it writes


def test_the_default_name_is_made_of_the_time(tmp_path: Path) -> None:
    target = f"ws://127.0.0.1:{refusing_port()}"
    assert run("--target", target, *ANY_PORT, "--", *KNOCK, folder=tmp_path).code == 4
    (name,) = cassettes(tmp_path)
    assert re.fullmatch(r"cassettes/\d{8}-\d{6}\.wsr", str(name))
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_a_name_that_ends_in_jsonl_is_written_in_lines(tmp_path: Path, target: Target) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr.jsonl") as recorder:
        exchange(target.upgrade(recorder.port), frames.client.text('{"a": 1}'))
        assert target.finish(recorder) == 0
    lines = [json.loads(line) for line in (tmp_path / "r.wsr.jsonl").read_text().splitlines()]
    assert len(lines) >= 6
    assert payloads(loaded(recorder)) == [b'{"a": 1}']


PATHS = ("/api/a", "/api/b", "/static/a", "/ws")


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (("--only", "/api"), ["/api/a", "/api/b"]),
        (("--only", "/*/a"), ["/api/a", "/static/a"]),
        (("--skip", "/static", "--skip", "/api/b"), ["/api/a", "/ws"]),
        (("--only", "/ws"), ["/ws"]),
        (("--only", "/api", "--skip", "*/b"), ["/api/a"]),
    ],
)
def test_only_what_is_wanted_is_recorded_and_all_is_relayed(
    tmp_path: Path, target: Target, options: tuple[str, ...], kept: list[str]
) -> None:
    with Recorder(target.url, tmp_path, *options, name="r.wsr") as recorder:
        pair = target.connect(recorder.port)
        for path in PATHS[:3]:
            exchange(pair, http.get(path + "?q=1"))
            exchange(pair, http.answer(), sender="server")
        echo(target.upgrade(recorder.port, "/ws?token=1"), frames.client.text("hello"))
        assert target.finish(recorder) == 0
    recording = loaded(recorder)
    requests = [e.request for c in recording.connections for e in c.exchanges] + [
        session.request for session in recording.sessions
    ]
    assert [request.path.partition("?")[0] for request in requests if request] == kept
    wanted = [b"hello"] * ("/ws" in kept)
    assert [m.payload for s in recording.sessions for m in s.messages if m.sender == "client"] == wanted
    assert len(recording.connections) == len({path == "/ws" for path in kept})


def test_each_session_has_a_cassette_of_its_own(tmp_path: Path, target: Target) -> None:
    (tmp_path / "r-ws-chat-2.wsr").write_text("somebody's own")
    with Recorder(target.url, tmp_path, "--per-session", name="r.wsr") as recorder:
        pairs = [target.upgrade(recorder.port, path) for path in ("/ws/chat", "/ws/chat", "/", "/../x?y=/z")]
        for number, pair in enumerate(pairs):
            exchange(pair, frames.client.text(f"in {number}"))
        http_pair = target.connect(recorder.port)
        exchange(http_pair, http.get("/page"))
        exchange(http_pair, http.answer(), sender="server")
        pairs[0].client.fin()
        await_(pairs[0].ends, lambda: pairs[0].server.over, "the end")
        pairs[0].server.fin()
        await_((), (tmp_path / "r-ws-chat-1.wsr").exists, "its cassette is finished with its session")
        assert target.finish(recorder) == 0
    names = {"r-ws-chat-1.wsr": 0, "r-ws-chat-3.wsr": 1, "r-root-1.wsr": 2, "r-x-1.wsr": 3}
    assert {str(p) for p in cassettes(tmp_path)} == {*names, "r-http-1.wsr", "r-ws-chat-2.wsr"}
    for name, number in names.items():
        assert payloads(load(tmp_path / name)) == [f"in {number}".encode()]
    (connection,) = load(tmp_path / "r-http-1.wsr").connections
    assert len(connection.exchanges) == 1


def test_sessions_whose_login_went_elsewhere_are_named(tmp_path: Path, target: Target) -> None:
    token = "tkn-4f3c9a1b7d2e8a6c5b"
    with Recorder(target.url, tmp_path, "--per-session", name="r.wsr") as recorder:
        pair = target.connect(recorder.port)
        exchange(pair, http.get("/login"))
        body = b'{"access_token": "%s"}' % token.encode()
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        exchange(pair, answer % len(body) + body, sender="server")
        target.upgrade(recorder.port, f"/ws?token={token}")
        target.upgrade(recorder.port, "/free")
        assert target.finish(recorder) == 0
    (line,) = [line for line in recorder.stderr.splitlines() if "without --per-session" in line]
    assert "r-ws-1.wsr: an HTTP exchange in another cassette gave" in line
    assert "r-free-1.wsr" not in line
    assert token not in recorder.stderr


# -- a target that is not there


def test_a_target_that_can_not_be_reached_resets_the_client_and_is_said_once(tmp_path: Path) -> None:
    port = refusing_port()
    with Recorder(f"ws://127.0.0.1:{port}", tmp_path, name="r.wsr") as recorder, Target() as target:
        for _ in range(5):
            client = target.dial(recorder.port)
            client.send(http.upgrade())
            await_([client], lambda: client.over, "it is reset")  # noqa: B023
            assert client.ended == "RST"
        said = [line for line in recorder.stderr.splitlines() if "can't be reached" in line]
        assert len(said) == 1
        assert f"the target ws://127.0.0.1:{port} can't be reached: " in said[0]
        assert target.finish(recorder) == 4
        assert re.search(r"\d+ times: the target", recorder.stderr)
    ended = [e for c in loaded(recorder).connections for e in c.ended]
    assert [e.sender for e in ended if e.how == "unreachable"][:5] == ["server"] * 5


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".invalid", "-..-"])
def test_a_host_that_has_no_address_resets_the_client(tmp_path: Path, host: str) -> None:
    with Recorder(f"ws://{host}:9", tmp_path, name="r.wsr") as recorder, Target() as target:
        client = target.dial(recorder.port)
        await_([client], lambda: client.over, "it is reset")
        assert client.ended == "RST"
        recorder.says(re.compile("can't be reached"))
        assert target.finish(recorder) == 4


def test_a_target_that_is_the_recorder_itself_is_refused(tmp_path: Path) -> None:
    port = closed_port()
    ran = subprocess.run(
        [sys.executable, "-m", "wsrecord", "record", "--target", f"localhost:{port}", "--listen", f":{port}"],
        cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert ran.returncode == 2
    assert "where the recorder itself listens" in ran.stderr
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize(
    "target", ["foo://me:hunter2Secret99@h/ws", "ws://me:hunter2Secret99@h:port/ws", "me:hunter2Secret99@h"]
)
def test_credentials_in_a_targets_url_are_refused_and_not_repeated(tmp_path: Path, target: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "wsrecord", "record", "--target", target],
        cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert ran.returncode == 2
    assert "carries credentials" in ran.stderr
    assert "hunter2" not in ran.stderr


# -- the terminal

RECORD = [sys.executable, "-m", "wsrecord", "record"]


def test_a_terminal_shows_a_live_line_and_may_go_away(tmp_path: Path, target: Target) -> None:
    ours, theirs = pty.openpty()
    port = closed_port()
    out = tmp_path / "r.wsr"
    process = subprocess.Popen(
        [*RECORD, "--target", target.url, "--out", str(out), "--listen", f":{port}"],
        stderr=theirs, stdin=theirs, stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while b"recording into" not in shown:
        shown += os.read(ours, 4096)
    exchange(target.upgrade(port, "/ws"), frames.client.text('{"type":"start_agent"}'))
    deadline = time.monotonic() + 20
    while b"start_agent" not in shown and time.monotonic() < deadline:
        shown += os.read(ours, 4096)
    assert "1 open of 1 sessions" in shown.decode()
    os.close(ours)  # the terminal is gone: the recording is not
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert payloads(load(out)) == [b'{"type":"start_agent"}']


# -- what a user did not ask for by name, and what leads away


def test_without_a_name_the_next_free_one_does(tmp_path: Path) -> None:
    folder = tmp_path / "cassettes"
    target = f"ws://127.0.0.1:{refusing_port()}"
    ran = [
        subprocess.Popen(
            [sys.executable, "-m", "wsrecord", "record", "--target", target, "--", *KNOCK],
            cwd=tmp_path, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    assert [(process.communicate(timeout=30)[1], process.returncode)[1] for process in ran] == [4] * 4
    assert len(list(folder.iterdir())) == 4


def test_force_replaces_a_cassette_once_the_new_one_is_complete(tmp_path: Path, target: Target) -> None:
    (tmp_path / "r.wsr").write_text("old")
    with Recorder(target.url, tmp_path, "--force", name="r.wsr") as recorder:
        exchange(target.upgrade(recorder.port, "/ws"), frames.client.text("new"))
        assert (tmp_path / "r.wsr").read_text() == "old"
        assert target.finish(recorder) == 0
    assert payloads(load(tmp_path / "r.wsr")) == [b"new"]


def test_a_redirect_past_the_recorder_is_told(tmp_path: Path, target: Target) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        pair = target.connect(recorder.port)
        exchange(pair, http.get("/login"))
        there = target.url.replace("ws://", "http://")
        answer = f"HTTP/1.1 303 See Other\r\nLocation: {there}/home\r\nContent-Length: 0\r\n\r\n".encode()
        exchange(pair, answer, sender="server")
        recorder.says(re.compile("a redirect leads to the target itself.*--keep-host"))
        assert target.finish(recorder) == 0


def test_a_path_without_its_slash_is_an_error(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "wsrecord", "record", "--target", "ws://127.0.0.1:9", "--only", "ws"],
        cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert ran.returncode == 2
    assert "as in /ws" in ran.stderr


# -- bad arguments

TARGET = ("--target", "ws://127.0.0.1:9")
BAD: dict[str, tuple[tuple[str, ...], str]] = {
    "no target": ((), "Missing option '--target'"),
    "scheme": (("--target", "ftp://x"), "has the scheme 'ftp'; use ws, wss, http or https"),
    "no host": (("--target", "ws://"), "names no host"),
    "port": (("--target", "ws://x:99999"), "is not a URL"),
    "port zero": (("--target", "ws://x:0"), "the port 0"),
    "not a port": (("--target", "ws://x:y"), "is not a URL"),
    "credentials": (("--target", "ws://user:pw@x"), "carries credentials"),
    "fragment": (("--target", "ws://x/#y"), "has a fragment"),
    "brackets": (("--target", "ws://[::1"), "is not a URL"),
    "listen": ((*TARGET, "--listen", "127.0.0.1:x"), "'x' is not a port"),
    "listen far": ((*TARGET, "--listen", "127.0.0.1:65536"), "'65536' is not a port"),
    "listen digits": ((*TARGET, "--listen", "127.0.0.1:²"), "'²' is not a port"),
    "listen nowhere": ((*TARGET, "--listen", "192.0.2.1:9"), "can't listen on 192.0.2.1:9"),
    "listen name": ((*TARGET, "--listen", "no-such-host.invalid:9"), "can't listen on"),
    "route": ((*TARGET, "--route", "api=http://x"), "write it like /api=http://localhost:8000"),
    "route alone": ((*TARGET, "--route", "/api"), "write it like /api=http://localhost:8000"),
    "route twice": ((*TARGET, "--route", "/a=x:1", "--route", "/a=x:2"), "--route /a is given twice"),
    "route root": ((*TARGET, "--route", "/=x:1"), "--target is the route /"),
    "route target": ((*TARGET, "--route", "/a=ftp://x"), "has the scheme 'ftp'"),
    "key alone": ((*TARGET, "--key", "k.pem"), "--key needs --cert"),
    "no certificate": ((*TARGET, "--cert", "none.pem"), "--cert none.pem"),
    "no certificate in it": ((*TARGET, "--cert", "text", "--key", "text"), "--cert text"),
    "no authority": ((*TARGET, "--target-ca", "none.pem"), "--target-ca none.pem"),
    "no authority in it": ((*TARGET, "--target-ca", "text"), "--target-ca text"),
    "secret": (
        (*TARGET, "--secret", "NAME=env:NO_SUCH_VARIABLE"),
        "no environment variable NO_SUCH_VARIABLE",
    ),
    "empty secret": ((*TARGET, "--secret", ""), "fewer than 8 characters"),
    "size": ((*TARGET, "--max-message", "many"), "'many' is not a size"),
    "size digits": ((*TARGET, "--max-message", "²"), "'²' is not a size"),
    "connections": ((*TARGET, "--max-connections", "0"), "0 is not in the range"),
    "timeout": ((*TARGET, "--handshake-timeout", "0"), "is not in the range"),
    "timeout that is none": ((*TARGET, "--handshake-timeout", "nan"), "nan"),
    "out is a folder": ((*TARGET, "--out", "."), "name"),
    "out is a part": ((*TARGET, "--out", "x.wsr.part"), "can't be a cassette's name"),
    "variable": ((*TARGET, "--env", "A=B", "--", "true"), "--env"),
    "empty variable": ((*TARGET, "--env", "", "--", "true"), "--env"),
    "option": ((*TARGET, "--no-such-option"), "No such option"),
}


@pytest.mark.parametrize(("arguments", "said"), BAD.values(), ids=BAD)
def test_a_bad_argument_gets_one_clear_line(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    (tmp_path / "text").write_text("no PEM")
    ran = run(*arguments, folder=tmp_path)
    assert ran.code == 2, ran.said
    (line,) = [line for line in ran.said.splitlines() if not line.startswith(("Usage:", "Try ")) and line]
    assert said in line
    assert not re.search("Traceback|bug of ours", ran.said)
    assert [path.name for path in tmp_path.rglob("*.part")] == []
