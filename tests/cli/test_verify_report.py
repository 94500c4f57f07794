"""What `wsrecord verify` leaves: failures, cassettes recorded anew; nowhere a secret."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli.verifying import QUICK, against, code, codes, verify
from live.chat import Event, cassette, chat, conversation, without
from live.test_player import say
from live.test_target import running
from support.ends import closed_port
from support.scripted import Peer
from support.served import served

from wsrecord.cassette.recording import load
from wsrecord.cassette.store import open_cassette
from wsrecord.cli.main import run as wsrecord
from wsrecord.errors import Exit

HERE = Path(__file__).parents[1]
CANARY = "canary-6b1d0f3e9a"


@pytest.fixture(autouse=True)
def folder(project: Path) -> Path:
    return project


def other_words(event: Event, _: int) -> Event:
    return {**event, "model": "new"} if event["type"] == "done" else event


@pytest.mark.parametrize("name", ["chat.wsr", "chat.wsr.jsonl"])
def test_a_cassette_is_recorded_anew_in_its_encoding_after_what_changes_is_shown(
    name: str, folder: Path
) -> None:
    path = cassette(folder / name)
    path.chmod(0o640)
    with open_cassette(path) as old:
        encoding = old.encoding
    with served(chat(other_words)) as port:
        result = against(port, name, "--update")
        assert "done" in result.stdout
        assert "/model" in result.stdout
        assert f"recorded {name} anew" in result.stderr
        with open_cassette(path) as new:
            assert new.encoding == encoding
        assert path.stat().st_mode & 0o777 == 0o640
        assert b"model" in load(path).sessions[0].messages[4].payload
        assert code(against(port, name)) == Exit.CLEAN
    assert [one.name for one in folder.iterdir() if one.name.startswith("chat")] == [name]


def test_where_the_replay_was_not_whole_the_recording_stays(folder: Path) -> None:
    path = cassette(folder / "chat.wsr")
    before = path.read_bytes()

    async def leaves(peer: Peer) -> None:
        await peer.upgrade()
        await say(peer, {"type": "welcome", "motto": "hello there"})
        await peer.frame()

    with served(leaves) as port:
        result = against(port, "chat", "--update")
    assert code(result) == Exit.FINDINGS
    assert "chat.wsr stays as it is: its replay was not a whole one" in result.stderr
    assert path.read_bytes() == before
    assert code(against(closed_port(), "chat", "--update", "--start-timeout", "0.2")) == Exit.TARGET
    assert path.read_bytes() == before


def test_a_recording_stays_where_the_new_one_cannot_be_written(folder: Path) -> None:
    path = cassette(folder / "chat.wsr")
    before = path.read_bytes()
    (folder / "chat.wsr.part").mkdir()  # something is in the way
    with served(chat()) as port:
        result = against(port, "chat", "--update")
    assert code(result) in (Exit.USAGE, Exit.BAD_FILE)
    assert path.read_bytes() == before
    (folder / "chat.wsr.part").rmdir()
    cut = cassette(folder / "cut.wsr", whole=False)
    with served(chat()) as port:
        assert code(against(port, cut.name, "--update")) == Exit.USAGE


def test_what_failed_is_kept_as_a_cassette_that_every_command_takes(folder: Path) -> None:
    cassette(folder / "chat.wsr.jsonl")
    cassette(folder / "good.wsr")

    def sometimes(event: Event, number: int) -> Event:
        return without("done", "answer")(event, number) if number == 2 else event

    with served(chat(sometimes)) as port:
        result = against(port, "chat", "--repeat", "3", "--save-failures", "kept/here")
    assert code(result) == Exit.FINDINGS
    [kept] = (folder / "kept" / "here").iterdir()
    assert kept.name == "chat-2.wsr"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert f"kept {kept.relative_to(folder)}" in result.stderr
    assert wsrecord(["show", str(kept)]) == Exit.CLEAN
    (folder / "contract.yaml").write_text("contract: c\nname: /type\nserver: {done: {required: [answer]}}\n")
    assert wsrecord(["check", str(kept), "--contract", "contract.yaml"]) == Exit.FINDINGS
    with served(chat(without("done", "answer"))) as port:
        assert code(against(port, kept)) == Exit.CLEAN
        result = against(port, "chat", "--save-failures", "chat.wsr.jsonl")
    assert code(result) == Exit.USAGE
    assert "is no folder that can be written to" in str(result.exception)


def test_no_secret_is_in_anything_that_is_left(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    token = "wsr-0123456789ab-token-1"
    path = cassette(folder / "chat.wsr", conversation(x_token=token), nonce="0123456789ab")
    heads: list[bytes] = []

    async def tells(peer: Peer) -> None:
        heads.append(head := await peer.upgrade(f"X-Debug: {CANARY}", f"Set-Cookie: sid={CANARY}"))
        assert CANARY.encode() in head
        await say(peer, {"type": "welcome", "motto": f"hello {CANARY}", "extra": {CANARY: [CANARY]}})
        await peer.frame()
        await say(peer, {"type": f"started-{CANARY}", "run_id": CANARY})
        peer.write(b"\x88" + bytes([2 + len(CANARY)]) + b"\x0f\xa1" + CANARY.encode())

    outputs = ("--json", "r.json", "--junit-xml", "r.xml", "--sarif", "r.sarif", "--save-failures", "kept")
    env = {"CANARY": CANARY, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "summary.md"}
    ways = (
        ("--secret", "token=env:CANARY"),
        ("--auth", "printenv CANARY"),
        ("--header", "X-Token: {t}", "--secret", "t=env:CANARY"),
        ("--header", f"X-Token: {CANARY}"),
        ("--header", f"X-Token: {CANARY}", "--query", f"access_token={CANARY}"),
        ("--secret", f"token={CANARY}"),
        ("--setup", 'echo "{\\"token\\": \\"$CANARY\\"}"'),
    )
    said = ""
    for way in ways:
        with served(tells) as port:
            result = against(port, "chat", *way, *outputs, "--update", "--all", "--repeat", "1", **env)
        assert code(result) == Exit.FINDINGS, result.output
        said += result.output
    whole = chat(lambda event, _: {**event, "motto": CANARY} if event["type"] == "welcome" else event)
    with served(whole) as port:
        result = against(port, "chat", *ways[0], "--update", **env)
    assert "recorded chat.wsr anew" in result.stderr
    said += result.output
    assert len([head for head in heads if CANARY.encode() in head]) == len(ways)
    written = [one for one in folder.rglob("*") if one.is_file()]
    assert {one.name for one in written} >= {"r.json", "r.xml", "r.sarif", "summary.md", "chat-1.wsr"}
    assert CANARY not in said + "".join(capfd.readouterr())
    for one in written:
        if ".git" not in one.parts:
            assert CANARY.encode() not in one.read_bytes(), one
    assert path in written


@pytest.mark.parametrize(
    "options",
    [
        ("--auth", 'echo "bad: $CANARY" >&2; false'),
        ("--setup", 'echo "bad: $CANARY" >&2; false'),
        ("--reset", f"echo {CANARY}; false"),
        ("--reset", 'echo "$CANARY"; false', "--concurrency", "2"),
        ("--start", 'echo "$CANARY"; false'),
        ("--start", 'echo "$CANARY"; sleep 9', "--ready", "never", "--start-timeout", "0.3"),
    ],
)
def test_no_secret_is_in_an_error(options: tuple[str, ...], folder: Path) -> None:
    cassette(folder / "chat.wsr")
    with served(chat()) as port:
        result = against(port, "chat", *options, "--secret", "x=env:CANARY", CANARY=CANARY)
    assert code(result) in (Exit.FINDINGS, Exit.USAGE, Exit.TARGET)
    assert str(result.exception)
    assert CANARY not in str(result.exception) + result.output


def test_a_started_server_that_dies_is_a_finding_with_its_last_words_but_no_secret(folder: Path) -> None:
    for name in "ab":
        cassette(folder / f"{name}.wsr")
    env = {"PYTHONPATH": os.pathsep.join((str(HERE), str(HERE.parent))), "CANARY": CANARY}
    start = f"{sys.executable} {HERE / 'live' / 'chat.py'} {{port}} 1"
    result = verify(
        "a", "b", "--start", start, "--ready", "ready on", "--secret", "x=env:CANARY", "--json", "-", **env
    )  # fmt: skip
    assert code(result) == Exit.FINDINGS, result.output + str(result.exception)
    assert {"WS823", "WS824"} & set(codes(result))
    assert "WS824" in codes(result)
    (found,) = [one for one in json.loads(result.stdout)["findings"] if one["code"] == "WS824"]
    assert found["message"].startswith("the server under test ended with exit code 3")
    assert found["extra"]["ended"] == "ended with exit code 3"
    assert found["extra"]["printed"][-1].startswith("going down with wsr-")
    assert found["got"] == f"ended with exit code 3: {found['extra']['printed'][-1]}"
    assert CANARY not in result.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_stops_the_server_and_leaves_nothing(number: signal.Signals, folder: Path) -> None:
    cassette(folder / "chat.wsr")
    mark = f"wsrecord-test-{os.getpid()}-{time.monotonic_ns()}"
    temporary = folder / "temporary"
    temporary.mkdir()
    start = f"{sys.executable} -u -m http.server {{port}} --bind 127.0.0.1 & touch up; wait # {mark}"

    async def hangs(peer: Peer) -> None:
        await peer.upgrade()
        (folder / "playing").touch()
        await peer.reader.read()

    with served(hangs) as port:
        command = [
            "verify",
            "chat",
            "--target",
            f"ws://127.0.0.1:{port}",
            "--start",
            start,
            "--ready",
            str(port),
        ]
        with subprocess.Popen(
            [sys.executable, "-m", "wsrecord", *command],
            env={**os.environ, "TMPDIR": str(temporary)},
            stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            try:
                deadline = time.monotonic() + 20
                while not ((folder / "playing").exists() and (folder / "up").exists()):
                    assert time.monotonic() < deadline
                    time.sleep(0.02)
                process.send_signal(number)
                out, err = process.communicate(timeout=15)
            finally:
                process.kill()
    assert process.returncode == Exit.INTERRUPTED
    assert (out, err) == ("", "wsrecord: interrupted\n")
    assert list(running(mark)) == []
    assert list(temporary.iterdir()) == []


def test_a_terminal_sees_what_is_played_and_keeps_nothing_of_it(folder: Path) -> None:
    cassette(folder / "chat.wsr")
    leader, follower = pty.openpty()
    with served(chat()) as port:
        command = [
            sys.executable,
            "-m",
            "wsrecord",
            "verify",
            "chat",
            "--target",
            f"ws://127.0.0.1:{port}",
            *QUICK,
        ]
        with subprocess.Popen(
            [*command, "--repeat", "2"], stderr=follower, stdout=subprocess.PIPE, text=True
        ) as process:
            os.close(follower)
            said = b""
            while True:
                try:
                    said += os.read(leader, 4096)
                except OSError:
                    break
            assert process.stdout is not None
            assert process.stdout.read().startswith("no findings\n")
    os.close(leader)
    assert b"replaying chat.wsr, run 2 of 2" in said
    assert said.endswith(b"\r\x1b[K")


def test_the_report_keeps_to_its_schema(folder: Path) -> None:
    from jsonschema import Draft202012Validator

    cassette(folder / "chat.wsr")
    with served(chat(without("done", "answer"))) as port:
        result = against(port, "chat", "--repeat", "2", "--json", "-")
    schema = json.loads((HERE.parent / "wsrecord" / "report" / "report.schema.json").read_text())
    Draft202012Validator(schema).validate(json.loads(result.stdout))
