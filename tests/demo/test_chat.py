import asyncio
import io
import os
import signal
import subprocess
import sys

import pytest
from demo.client import FAST

from wsrecord.demo import DemoError
from wsrecord.demo.chat import ChatOptions, chat, http_url, websocket_url
from wsrecord.demo.lines import lines
from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import serve_demo
from wsrecord.demo.transcript import line

CHAT = """
from wsrecord.demo.chat import ChatOptions, run_chat

run_chat(ChatOptions(username="ada", password="analytical", timeout=20))
"""


def talk(prompts, *, server_options=FAST, **options):
    async def main():
        out = io.StringIO()
        async with serve_demo(options=server_options) as server:
            given = {"username": "ada", "password": "analytical", "url": server.url} | options
            await chat(ChatOptions(**given), prompts, out)
        return out.getvalue().splitlines()

    return asyncio.run(main())


async def spawn(server):
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        "-c",
        CHAT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"WSRECORD_URL": server.url, "PYTHONIOENCODING": "utf-8"},
    )


def test_each_prompt_is_run_in_turn_and_shown():
    said = talk(["6*7", "stock WIRE; 1+1", " "])
    assert said[0].startswith("connected as user-ada on thread ")
    assert "> 6*7" in said
    assert "answer: 6*7 = 42." in said
    assert any(text.startswith("  stock_ticker failed (JSONDecodeError") for text in said)
    assert said[-1].startswith("report: 3 tool calls, 2 of them answered (")
    assert said.index("answer: 6*7 = 42.") < said.index("> stock WIRE; 1+1")


def test_a_report_can_be_asked_for():
    assert talk(["6*7"], report=True)[-1].startswith("report: 1 tool calls")


def test_a_run_can_be_steered_and_cancelled():
    said = talk(
        ["weather", "/say and 2+2", "/cancel", "1+2", "/ping", "/dance"], server_options=DemoOptions()
    )
    assert said.count("cancelled") == 1
    assert "  Taking your message into account." in said
    assert "answer: 1+2 = 3." in said
    assert "there are /say TEXT, /cancel, /ping and /quit" in said
    assert "pong" in said


def test_quitting_leaves_at_once():
    said = talk(["weather", "/quit", "1+1"])
    assert not any(text.startswith("answer") for text in said)


def test_there_is_nothing_to_cancel_before_a_run():
    assert talk(["/cancel", "/say x"])[1:] == ["no run is in progress"] * 2


def test_a_refused_prompt_does_not_stop_the_next():
    said = talk(["x" * 5000, "1+1"])
    assert "error: the field prompt has more than 4000 characters (invalid_value)" in said
    assert "answer: 1+1 = 2." in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"password": "x"},
            r"^http://127.0.0.1:\d+/login refused: no user has this name and password \(401\)$",
        ),
        ({"url": "ws://127.0.0.1:1/ws"}, r"^can't log in at http://127.0.0.1:1/login: Connection refused$"),
        ({"url": "http://127.0.0.1:1/"}, r"^http://127.0.0.1:1/ is not a WebSocket URL such as ws://"),
    ],
)
def test_what_goes_wrong_before_the_chat_is_one_line(options, message):
    with pytest.raises(DemoError, match=message):
        talk(["1+1"], **options)


def test_a_refused_upgrade_is_one_line():
    async def main():
        async with serve_demo(options=FAST) as server:
            await chat(
                ChatOptions(username="ada", password="analytical", url=server.url + "x"),
                ["1+1"],
                io.StringIO(),
            )

    with pytest.raises(DemoError, match=r"/wsx refused: there is nothing here \(404\)$"):
        asyncio.run(main())


def test_a_silent_server_is_given_up_on():
    with pytest.raises(DemoError, match=r"^the server said nothing for 0\.2 s$"):
        talk(["weather"], server_options=DemoOptions(pace=5), timeout=0.2)


@pytest.mark.parametrize(
    ("abruptly", "message"),
    [
        (False, r"closed the connection with 1001 \(the server shuts down\)$"),
        (True, "^the connection was lost$"),
    ],
)
def test_a_lost_connection_is_one_line(abruptly, message):
    async def main():
        out = io.StringIO()
        async with serve_demo(options=DemoOptions(pace=0.2)) as server:
            options = ChatOptions(username="ada", password="analytical", url=server.url)
            talking = asyncio.create_task(chat(options, ["weather", "1+1"], out))
            while "> weather" not in out.getvalue():
                await asyncio.sleep(0.005)
            if abruptly:
                for connection in list(server.connections):
                    connection.abort()
            else:
                await server.shut_down()
            await talking

    with pytest.raises(DemoError, match=message):
        asyncio.run(main())


def test_piped_lines_are_prompts_and_the_url_comes_from_the_environment():
    async def main():
        async with serve_demo(options=FAST) as server:
            process = await spawn(server)
            return await process.communicate(b"6*7\n\n7*7")

    out, err = asyncio.run(main())
    assert err == b""
    assert b"answer: 6*7 = 42." in out
    assert b"answer: 7*7 = 49." in out


def test_ctrl_c_ends_the_chat_with_a_proper_close():
    async def main():
        async with serve_demo(options=DemoOptions(pace=1)) as server:
            process = await spawn(server)
            process.stdin.write(b"weather\n")
            while b"> weather" not in await process.stdout.readline():
                pass
            process.send_signal(signal.SIGINT)
            _, err = await process.communicate()
            return err, process.returncode, server.health()["sessions"]

    err, returncode, sessions = asyncio.run(main())
    assert err.splitlines()[-1:] in ([], [b"KeyboardInterrupt"])  # nothing, if Python was leaving already
    assert returncode == -signal.SIGINT
    assert sessions == 0


def test_lines_come_from_files_pipes_and_memory(tmp_path):
    async def read(stream):
        return [text async for text in lines(stream)]

    path = tmp_path / "prompts"
    path.write_text("one\ntwo")
    with path.open() as stream:
        assert asyncio.run(read(stream)) == ["one", "two"]
    assert asyncio.run(read(io.StringIO("one\ntwo\n"))) == ["one", "two"]
    reading, writing = os.pipe()
    os.write(writing, "é\r\ntwo".encode())
    os.close(writing)
    with os.fdopen(reading) as stream:
        assert asyncio.run(read(stream)) == ["é", "two"]


def test_urls_follow_from_each_other(monkeypatch):
    monkeypatch.delenv("WSRECORD_URL", raising=False)
    assert websocket_url() == "ws://127.0.0.1:8765/ws"
    monkeypatch.setenv("WSRECORD_URL", "wss://example.test:1/")
    assert websocket_url() == "wss://example.test:1/ws"
    assert websocket_url("ws://[::1]:5/chat?x=1") == "ws://[::1]:5/chat?x=1"
    assert http_url("ws://[::1]:5/chat?x=1") == "http://[::1]:5"
    assert http_url("wss://example.test/ws") == "https://example.test"


def test_a_hostile_or_drifted_event_is_shown_as_plain_text():
    assert line({"type": "agent_thinking", "text": "\x1b[31mred\r\n"}) == "  ·[31mred··"
    assert line({"type": "agent_thinking"}) == "  (agent_thinking: not as expected)"
    assert line({"type": "new"}) == "  (new)"
    assert line({}) == "  (None: not as expected)"
