"""The server under test, as real processes: got ready, told apart when it fails, gone after."""

import asyncio
import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.ends import closed_port, refusing_port
from support.scripted import nothing_left

from wsrecord.errors import TargetError, UsageError
from wsrecord.live.printed import Printed
from wsrecord.live.target import Target, TargetOptions, patience_of, ready

PYTHON = sys.executable
SERVE = f"{PYTHON} -u -m http.server {{port}} --bind 127.0.0.1"


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[str]:
    """A word that stands on the command line of all that a test starts: none of it is left."""
    mark = f"wsrecord-test-{os.getpid()}-{time.monotonic_ns()}"
    yield mark
    left = list(running(mark))
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left


def running(mark: str) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if mark.encode() in (entry / "cmdline").read_bytes():
                    yield int(entry.name)


def run(options: TargetOptions) -> Target:
    async def use() -> Target:
        async with nothing_left():
            async with ready(options) as target:
                _, writer = await asyncio.open_connection(target.upstream.host, target.upstream.port)
                writer.close()
                await writer.wait_closed()
                assert target.died is None
            return target

    return asyncio.run(use())


def fails(options: TargetOptions) -> str:
    async def use() -> None:
        async with nothing_left(), ready(options):
            pytest.fail("it can't be ready")

    with pytest.raises(TargetError) as caught:
        asyncio.run(use())
    return str(caught.value)


@pytest.mark.parametrize(
    "sign",
    [None, "{port}", "127.0.0.1:{port}", "http://127.0.0.1:{port}/", r"Serving HTTP on .* port {port}"],
)
def test_a_server_is_started_and_awaited(sign: str | None, mark: str) -> None:
    target = run(TargetOptions(start=f"{SERVE} # {mark}", ready=sign))
    assert target.upstream.host == "127.0.0.1"


def test_the_url_may_carry_the_port_and_a_path(mark: str) -> None:
    target = run(TargetOptions(url="ws://localhost:{port}/ws", start=f"{SERVE} # {mark}"))
    assert target.upstream.path == "/ws"


def test_one_that_runs_already_is_awaited_and_left_alone(mark: str) -> None:
    port = closed_port()
    with subprocess.Popen(
        [PYTHON, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", "/"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            run(TargetOptions(url=f"ws://127.0.0.1:{port}"))
            assert process.poll() is None
        finally:
            process.kill()


def test_nobody_there(mark: str) -> None:
    port = refusing_port()
    text = fails(TargetOptions(url=f"ws://127.0.0.1:{port}", patience=0.3))
    assert text == (
        f"the server was not ready within 0.3 s (nothing accepted connections on 127.0.0.1:{port})"
    )


def test_after_two_seconds_it_is_said_once_what_is_waited_for(mark: str) -> None:
    port, said = refusing_port(), list[str]()
    fails(TargetOptions(url=f"ws://127.0.0.1:{port}", patience=2.5, say=said.append))
    awaited = f"nobody listens on 127.0.0.1:{port} yet; waiting up to 2.5 s (--start-timeout)"
    assert said == [awaited]
    page = TargetOptions(
        url=f"ws://127.0.0.1:{port}",
        ready=f"http://127.0.0.1:{port}/health?key=hunter2\x1b[2J",
        patience=2.5,
        say=said.append,
        clean=lambda text: text.replace("hunter2", "…"),
    )
    fails(page)
    assert said[1].startswith(f"http://127.0.0.1:{port}/health?key=…")
    assert said[1].endswith(" is not answered with 2xx or 3xx yet; waiting up to 2.5 s (--start-timeout)")
    assert "\x1b" not in said[1]


def test_one_that_comes_while_it_is_waited_for_is_taken(mark: str) -> None:
    port = closed_port()

    async def use() -> None:
        came: list[subprocess.Popen[bytes]] = []
        serve = shlex.split(SERVE.format(port=port))
        options = TargetOptions(
            url=f"ws://127.0.0.1:{port}", patience=30, say=lambda _: came.append(subprocess.Popen(serve))
        )
        try:
            async with ready(options) as target:
                assert target.died is None
        finally:
            for one in came:
                one.kill()
                one.wait()
        assert len(came) == 1

    asyncio.run(use())


def test_one_that_is_ready_soon_gives_nothing_to_say(mark: str) -> None:
    said: list[str] = []
    run(TargetOptions(start=f"{SERVE} # {mark}", say=said.append))
    assert said == []


@pytest.mark.parametrize(
    ("given", "start", "sign", "seconds"),
    [
        (None, None, None, 10),
        (None, "serve", None, 60),
        (None, None, "http://127.0.0.1:8000/health", 60),
        (3.0, None, None, 3),
        (300.0, "serve", "8000", 300),
    ],
)
def test_how_long_is_waited(given: float | None, start: str | None, sign: str | None, seconds: float) -> None:
    assert patience_of(given, start, sign) == seconds


def test_one_that_never_gets_ready_is_stopped_and_shows_its_output(mark: str) -> None:
    text = fails(TargetOptions(start=f"echo port {{port}} is not for me; sleep 60 # {mark}", patience=0.5))
    assert "not ready within 0.5 s" in text
    assert re.search(r"its last output:\n    port \d+ is not for me\n", text)


def test_a_page_that_says_no_is_not_ready(mark: str) -> None:
    sign = "http://127.0.0.1:{port}/no-such-page"
    assert "was not answered with 2xx or 3xx" in fails(
        TargetOptions(start=f"{SERVE} # {mark}", ready=sign, patience=1)
    )


def test_one_that_dies_is_told_at_once_with_its_last_words(mark: str) -> None:
    begun = time.monotonic()
    text = fails(TargetOptions(start="echo no database on {port} >&2; exit 3", patience=30))
    assert time.monotonic() - begun < 5
    assert "ended with exit code 3 before it was ready" in text
    assert "no database" in text


def test_what_it_prints_can_neither_move_the_cursor_nor_leak(mark: str) -> None:
    options = TargetOptions(
        start="printf '\\033[2Jkey=hunter2hunter2\\n{port}'; exit 1",
        clean=lambda text: text.replace("hunter2hunter2", "…"),
    )
    text = fails(options)
    assert "\x1b" not in text
    assert "hunter2" not in text


def test_its_end_while_in_use_is_seen(mark: str) -> None:
    async def use() -> str | None:
        async with ready(TargetOptions(start=f"{SERVE} # {mark}")) as target:
            for pid in list(running(mark)):
                os.kill(pid, signal.SIGKILL)
            async with asyncio.timeout(5):
                while target.died is None:
                    await asyncio.sleep(0.01)
            return target.died

    assert "the server was killed by SIGKILL; " in (asyncio.run(use()) or "")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("exit 3", "ended with exit code 3"),
        ("kill -SEGV $$", "was killed by SIGSEGV"),
        ("sh -c 'kill -ABRT $$'; exit $?", "ended with exit code 134, as a shell says of SIGABRT"),
        ("exit 255", "ended with exit code 255"),
    ],
)
def test_how_it_ended_is_told_in_words(command: str, words: str) -> None:
    assert f"the server {words} before it was ready; " in fails(TargetOptions(start=f": {{port}}; {command}"))


def test_what_it_printed_since_a_moment_and_no_more(
    mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = "import sys; [print(line.strip(), flush=True) for line in sys.stdin]"

    async def use() -> tuple[Printed | None, Printed | None]:
        options = TargetOptions(
            start=f"mkfifo in.{{port}}; {SERVE} & exec {PYTHON} -uc '{lines}' <> in.{{port}} # {mark}"
        )
        async with ready(options) as target:
            fifo = Path(f"in.{target.upstream.port}")
            await said(target, fifo, "before")
            since = target.mark()
            await said(target, fifo, "after")
            running_still = target.printed(since)
            await target.again()
            return running_still, target.printed(since)

    before, after = asyncio.run(use())
    assert before is not None
    assert (before.lines, before.ending) == (("after",), None)
    assert after is not None, "of the server that ran then, not of the one that runs now"
    assert "after" in after.lines
    assert after.ending == "was killed by SIGTERM"


async def said(target: Target, fifo: Path, what: str) -> None:
    with fifo.open("w") as file:
        file.write(f"{what}\n")
    async with asyncio.timeout(10):
        while what not in target.output:
            await asyncio.sleep(0.01)  # another program's output can only be looked at


def test_one_that_was_not_started_here_printed_nothing_that_is_known() -> None:
    with subprocess.Popen(
        [PYTHON, "-m", "http.server", str(port := closed_port()), "--bind", "127.0.0.1", "--directory", "/"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            target = run(TargetOptions(url=f"ws://127.0.0.1:{port}"))
            assert target.printed(target.mark()) is None
            assert target.ending is None
        finally:
            process.kill()


def test_children_are_stopped_too_and_one_that_ignores_sigterm(mark: str, tmp_path: Path) -> None:
    stubborn = tmp_path / f"{mark}.py"
    stubborn.write_text(
        "import http.server, os, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "if os.fork() and os.fork():\n"
        "    http.server.test(port=int(sys.argv[1]), bind='127.0.0.1')\n"
        "time.sleep(600)\n"
    )

    async def use() -> float:
        async with ready(TargetOptions(start=f"{PYTHON} {stubborn} {{port}}", grace=0.3)):
            assert len(list(running(mark))) >= 3
            begun = time.monotonic()
        return time.monotonic() - begun

    assert asyncio.run(use()) < 3


def test_it_is_stopped_when_we_are_interrupted(mark: str) -> None:
    async def use() -> None:
        async with ready(TargetOptions(start=f"{SERVE} # {mark}")):
            task = asyncio.current_task()
            assert task is not None
            asyncio.get_running_loop().call_later(0.05, task.cancel)
            await asyncio.sleep(60)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(use())


def test_an_interruption_while_it_gets_ready(mark: str) -> None:
    async def use() -> None:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().call_later(0.2, task.cancel)
        async with ready(TargetOptions(start=f"sleep 60 # {{port}} {mark}")):
            pytest.fail("it can't be ready")

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(use())


def test_a_reset_runs_with_the_address_in_its_environment(mark: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = TargetOptions(
        start=f"{SERVE} # {mark}", reset=f'echo "$WSRECORD_HTTP_URL {{port}}" > {out}; sleep 60 & exit 0'
    )

    async def use() -> int:
        async with nothing_left(), ready(options) as target:
            await target.reset()
            return target.upstream.port

    port = asyncio.run(use())
    assert out.read_text() == f"http://127.0.0.1:{port} {port}\n"


@pytest.mark.parametrize(
    ("command", "words"), [("echo table locked; exit 7", "exit code 7"), ("sleep 60", "did not end within")]
)
def test_a_reset_that_fails(command: str, words: str, mark: str) -> None:
    async def use() -> None:
        options = TargetOptions(start=f"{SERVE} # {mark}", reset=command, patience=2)
        async with nothing_left(), ready(options) as target:
            await target.reset()

    with pytest.raises(TargetError, match=words):
        asyncio.run(use())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (TargetOptions(), "no target"),
        (TargetOptions(start="server"), "must take its port"),
        (TargetOptions(url="ws://localhost:{port}"), "starts nothing on it"),
        (TargetOptions(url="ws://localhost:1", ready="Listening"), "starts nothing"),
        (TargetOptions(start="x {port}", ready="("), "no regular expression"),
        (TargetOptions(start="x {port}", ready=""), "is empty"),
        (TargetOptions(url="ftp://localhost"), "scheme"),
        (TargetOptions(url="wss://localhost"), "needs TLS"),
    ],
)
def test_what_makes_no_sense_is_said_before_anything_starts(options: TargetOptions, words: str) -> None:
    async def use() -> None:
        async with ready(options):
            pytest.fail("it can't be ready")

    with pytest.raises(UsageError, match=words):
        asyncio.run(use())
