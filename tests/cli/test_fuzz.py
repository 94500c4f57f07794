"""`wsrecord fuzz` against a small real server, good or with one bug: what is found, how small, and kept."""

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from explore.shop import CONTRACT, shop
from support.frames import server as frames
from support.scripted import Peer, scripted
from support.shop_command import start
from support.shopkeeper import Shop

from wsrecord.cassette.recording import load
from wsrecord.cli.main import run
from wsrecord.contract.load import load as load_contract
from wsrecord.explore.moves import Case, Say
from wsrecord.explore.retold import saved_case

TESTS = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test in a folder of its own, with the contract."""
    monkeypatch.chdir(tmp_path)
    shop(tmp_path)


pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def fuzz(*options: str, bug: str = "") -> int:
    common = ["--contract", "contract.yaml", "--seed", "1", "--database", "none"]
    return run(["fuzz", "--start", start(bug), *common, *options])


def kept() -> list[Case]:
    found = [saved_case(load(path)) for path in sorted(Path(".wsrecord/failures").glob("*.wsr"))]
    assert None not in found
    return [case for case in found if case is not None]


def codes(file: str = "report.json") -> list[str]:
    return [one["code"] for one in json.loads(Path(file).read_text())["findings"]]


def test_a_good_server_has_no_findings(capfd: pytest.CaptureFixture[str]) -> None:
    assert fuzz("--seconds", "8") == 0
    out = capfd.readouterr().out
    assert "no findings" in out
    assert all(phase in out for phase in ("examples", "valid", "invalid", "wire", "reconnect"))
    assert not Path(".wsrecord").exists()


@pytest.mark.parametrize(
    ("bug", "code", "messages"),
    [
        ("silent", "WS901", 1),
        ("picky", "WS902", 1),
        ("second", "WS903", 3),
        ("dies", "WS903", 1),
        ("slow", "WS904", 1),
        ("lenient", "WS907", 1),
        ("wrong", "WS101", 1),
    ],
)
def test_a_bug_is_found_and_shrunk(bug: str, code: str, messages: int) -> None:
    assert fuzz("--first", "--seconds", "40", "--json", "report.json", bug=bug) == 1
    assert codes() == [code]
    (case,) = kept()
    assert case.messages == messages


def test_a_bug_is_found_where_there_are_no_pongs_and_pings_are_waited_for_once(tmp_path: Path) -> None:
    contract = load_contract(tmp_path / "contract.yaml")
    asked: list[bytes] = []

    async def client(peer: Peer) -> None:
        one = Shop(contract, "silent")
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):  # who looks in leaves soon
            await peer.upgrade()
            while True:
                first, data = await peer.frame()
                if first & 15 == 9:
                    asked.append(data)
                elif first & 15 == 8:
                    peer.write(frames.close(1000))
                    return
                elif (answer := one.answer(data.decode() if first & 15 == 1 else data)) is not None:
                    peer.write(frames.text(json.dumps(answer)))

    async def main() -> int:
        async with scripted(client) as port:
            command = f"fuzz --target ws://127.0.0.1:{port} --contract contract.yaml --seed 1 --database none"
            more = "--phase invalid --seconds 20 --json report.json"
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "wsrecord", *command.split(), *more.split()
            )
            return await process.wait()

    assert asyncio.run(main()) == 1
    assert set(codes()) == {"WS901"}
    assert all(case.messages == 1 for case in kept())
    assert asked == [b"there?"]


def test_what_was_kept_fails_again_and_passes_on_a_server_that_was_mended() -> None:
    assert fuzz("--first", "--seconds", "40", bug="picky") == 1
    (case,) = kept()
    (move,) = case.moves
    assert isinstance(move, Say)
    assert move.value["colour"] == "blue"
    again = ["--phase", "regressions", "--json", "report.json"]
    assert fuzz(*again, bug="picky") == 1
    assert codes() == ["WS902"]
    assert kept() == [case]  # once is enough
    assert fuzz(*again) == 0


def test_a_failure_reads_as_a_dialogue(capfd: pytest.CaptureFixture[str]) -> None:
    assert fuzz("--first", "--seconds", "40", "--phase", "valid", bug="second") == 1
    out = capfd.readouterr().out
    assert "WS903 the server broke after put" in out
    assert out.count('→ {"type": "put"') == 2
    assert "opened/cart" in out


def test_what_was_reached_is_told_and_a_run_ends_when_nothing_new_comes(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert fuzz("--phase", "valid", "--settled", "3", "--seconds", "100", "--json", "report.json") == 0
    out = capfd.readouterr().out
    assert "; nothing new was reached for 3 s" in out
    reached = json.loads(Path("report.json").read_text())["coverage"]["reached"]
    (seen, there), unseen = reached["transitions"]["seen"], reached["transitions"]["unseen"]
    assert there == 11
    assert seen == there - len(unseen) > 6
    assert "request: error (3 of 3)" in unseen  # it never refuses to tell the time
    assert f"reached: transitions {seen} of {there}, endings" in out
    assert "request: error (3 of 3)" in out


def test_a_stranger_is_not_fuzzed(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["fuzz", "--target", "ws://shop.example/ws", "--contract", "contract.yaml"]) == 2
    assert 'targets = ["shop.example"]' in capfd.readouterr().err


def test_nobody_at_the_target(capfd: pytest.CaptureFixture[str]) -> None:
    code = run(
        ["fuzz", "--target", "ws://127.0.0.1:9", "--contract", "contract.yaml", "--start-timeout", "0.2"]
    )
    assert code == 4


SILENT = """
import asyncio, sys

async def main():
    async def met(reader, writer):
        await reader.read()
        writer.close()

    server = await asyncio.start_server(met, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()

asyncio.run(main())
"""


def test_a_target_that_never_answers_an_upgrade(capfd: pytest.CaptureFixture[str]) -> None:
    Path("silent.py").write_text(SILENT)
    start_it = ["--start", f"exec {sys.executable} silent.py {{port}}", "--ready", "{port}"]
    assert run(["fuzz", *start_it, "--contract", "contract.yaml", "--database", "none"]) == 4
    assert "the target lets nobody in: the upgrade was not answered" in capfd.readouterr().err


def test_a_contract_without_events_of_the_client_s(capfd: pytest.CaptureFixture[str]) -> None:
    Path("contract.yaml").write_text(
        json.dumps({"contract": "x", "server": CONTRACT["server"], "name": "/type"})
    )
    assert fuzz() == 3
    assert "client:" in capfd.readouterr().err


def test_a_target_that_dies_and_was_not_started_here_is_a_finding(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(start("dies").replace("{port}", str(port)), shell=True):
        options = [
            "--contract",
            "contract.yaml",
            "--seed",
            "1",
            "--database",
            "none",
            "--json",
            "report.json",
        ]
        assert run(["fuzz", "--target", f"ws://127.0.0.1:{port}/", *options]) == 1
    assert codes() == ["WS903"]


@pytest.mark.parametrize("votes", ["3/2", "0/1", "two"])
def test_votes_are_k_of_n(votes: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert fuzz("--votes", votes) == 2
    assert "--votes" in capfd.readouterr().err


def test_ctrl_c_shows_what_was_found() -> None:
    command = [sys.executable, "-m", "wsrecord", "fuzz", "--start", start("picky"), "--seed", "1"]
    command += ["--contract", "contract.yaml", "--seconds", "100"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        failures = Path(".wsrecord/failures")
        while not list(failures.glob("*.wsr")):
            assert process.poll() is None
            time.sleep(0.1)  # another program's work: its files are all that can be looked at
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert "WS902" in out
    assert "interrupted" in out
    assert "Traceback" not in err
