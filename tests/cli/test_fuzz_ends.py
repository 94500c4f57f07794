"""How a run of `wsrecord fuzz` ends: interrupted, target gone, disk full. What it found by then stays."""

import contextlib
import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from explore.shop import CONTRACT, shop
from live.chat import cassette
from live.recorded import Recorded
from support.ends import closed_port, refusing_port
from support.shop_command import start
from support.small_disk import mounted

from wsrecord.cassette.recording import load
from wsrecord.cli.fuzz_plan import sources
from wsrecord.cli.main import run
from wsrecord.errors import Exit
from wsrecord.explore.kept import Kept, kept_of

TESTS = Path(__file__).parents[1]
FAILURES = Path(".wsrecord") / "failures"

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test in a folder of its own, with the contract."""
    monkeypatch.chdir(tmp_path)
    shop(tmp_path)


def options(bug: str = "", *more: str) -> list[str]:
    return ["fuzz", "--start", start(bug), "--contract", "contract.yaml", "--seed", "1", *more]


def kept() -> list[Kept]:
    found = [kept_of(load(path)) for path in sorted(FAILURES.glob("*.wsr"))]
    assert None not in found
    return [one for one in found if one is not None]


class Running:
    """The command with a terminal as its standard error, which shows how far it is."""

    def __init__(self, *arguments: str, limit: int | None = None) -> None:
        ours, theirs = pty.openpty()
        self._ours = ours
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "wsrecord", *arguments],
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
            start_new_session=True,
        )
        if limit is not None:
            resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (limit, limit))
        os.close(theirs)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # the terminal is gone with its last user
            while data := os.read(self._ours, 4096):
                self.said += data.decode(errors="replace")

    def until(self, what: str | Callable[[], Any]) -> None:
        """Wait for words of its standard error, or for what else it does."""
        until = time.monotonic() + 120
        while not (what in self.said if isinstance(what, str) else what()):
            assert self.process.poll() is None, self.said
            assert time.monotonic() < until, self.said
            time.sleep(0.02)  # another program's work can only be looked at

    def signal(self, number: signal.Signals = signal.SIGINT) -> None:
        self.process.send_signal(number)

    def end(self) -> tuple[int, str]:
        """Its exit code and standard output; none of its processes is left."""
        out, _ = self.process.communicate(timeout=60)
        self._reader.join(10)
        os.close(self._ours)
        lines = (self.said + out).splitlines()  # the server's own is shown, and stands further in
        assert not [line for line in lines if line.startswith("Traceback")]
        assert "a bug of ours" not in self.said
        return self.process.returncode, out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_with_nothing_found(number: signal.Signals) -> None:
    one = Running(*options("", "--seconds", "100"))
    one.until(" dialogues; ")
    one.signal(number)
    code, out = one.end()
    assert code == Exit.INTERRUPTED
    assert "nothing was found: " in one.said
    assert "; interrupted" in one.said
    assert not out
    assert not FAILURES.exists()


def test_interrupted_before_the_server_is_ready() -> None:
    Path("s.sh").write_text("touch began; sleep 100")
    one = Running("fuzz", "--start", "sh s.sh {port}", "--contract", "contract.yaml")
    one.until(Path("began").exists)
    one.signal()
    assert one.end()[0] == Exit.INTERRUPTED


@pytest.mark.parametrize("command", [("fuzz",), ("verify", "asked.wsr")], ids=["fuzz", "verify"])
def test_interrupted_while_nobody_is_there(command: tuple[str, ...]) -> None:
    asked = Recorded().upgrade().client({"type": "time", "id": "a1b2c3d4e5"})
    cassette(Path("asked.wsr"), asked.server({"type": "now", "re": "a1b2c3d4e5"}).close())
    port = refusing_port()
    one = Running(*command, "--target", f"ws://127.0.0.1:{port}", "--contract", "contract.yaml")
    one.until(f"nobody listens on 127.0.0.1:{port} yet; waiting up to 10 s (--start-timeout)")
    one.signal()
    assert one.end() == (Exit.INTERRUPTED, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_with_something_found(number: signal.Signals) -> None:
    one = Running(*options("picky", "--seconds", "100", "--json", "report.json"))
    one.until(lambda: list(FAILURES.glob("*.wsr")))
    one.until("1 failure, ")
    one.signal(number)
    code, out = one.end()
    assert code == Exit.FINDINGS
    assert "; interrupted" in out
    assert [found["code"] for found in json.loads(Path("report.json").read_text())["findings"]] == ["WS902"]


@pytest.mark.parametrize("again", [False, True], ids=["once", "twice"])
def test_interrupted_while_it_shrinks_keeps_what_there_is(again: bool) -> None:
    one = Running(*options("second", "--seconds", "100", "--phase", "valid", "--votes", "1/1"))
    one.until("found: shrinking")
    one.signal()
    if again:
        time.sleep(0.05)  # a person's second Ctrl-C
        one.signal()
    code, out = one.end()
    assert code == Exit.FINDINGS
    assert "WS903 the server broke after put" in out
    assert "not shrunk)" in out
    (found,) = kept()
    assert (found.code, found.shrunk) == ("WS903", False)
    verify = ["verify", str(FAILURES), "--contract", "contract.yaml"]
    assert run([*verify, "--start", start("second")]) == Exit.FINDINGS
    assert run([*verify, "--start", start()]) == Exit.CLEAN


def test_a_server_that_does_not_start_again(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "correct-horse-battery")
    Path("once.sh").write_text(
        "test -e began && echo no more: $SHOP_PASSWORD && exit 3\n"
        f"touch began\n{start('dies').replace('{port}', '$1')}\n"
    )
    begun = time.monotonic()
    code = run(
        [
            "fuzz",
            "--start",
            "sh once.sh {port}",
            "--contract",
            "contract.yaml",
            "--seed",
            "1",
            "--database",
            "none",
        ]
    )
    assert code == Exit.FINDINGS
    assert time.monotonic() - begun < 40
    out, err = capfd.readouterr()
    assert "WS903 the server broke" in out
    assert "            the server ended with exit code 1\n" in out
    assert "(seen once, not tried again; not shrunk)" in out
    assert "; the target is gone" in out
    assert "ended with exit code 3 before it was ready" in err
    assert "no more: wsr-" in err
    assert "correct-horse" not in err
    assert [one.shrunk for one in kept()] == [False]


def test_a_server_of_somebody_else_s_that_goes_midway() -> None:
    port = closed_port()
    command = start("picky").replace("{port}", str(port))
    with subprocess.Popen(command, shell=True) as server:
        target = ("--target", f"ws://127.0.0.1:{port}/", "--contract", "contract.yaml", "--seed", "1")
        one = Running("fuzz", *target, "--seconds", "100", "--json", "report.json")
        one.until(lambda: list(FAILURES.glob("*.wsr")))
        one.until("1 failure, ")
        server.kill()
    code, out = one.end()
    assert code == Exit.FINDINGS
    assert "; the target is gone" in out
    codes = [found["code"] for found in json.loads(Path("report.json").read_text())["findings"]]
    assert codes == ["WS902", "WS903"]
    assert len(kept()) == 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", "4k") as disk:
        yield disk


def test_a_full_disk_takes_nothing_from_the_report(
    small_disk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (small_disk / "full").write_bytes(bytes(4096))
    save = small_disk / "kept"
    assert run(options("lenient", "--phase", "invalid", "--seconds", "15", "--save", str(save))) == 1
    out = capfd.readouterr().out
    assert "WS907" in out
    assert out.count("could not be kept") == 1
    assert f"found that could not be kept in {save}: " in out
    assert "the disk is full" in out
    assert not list(small_disk.rglob("*.wsr*"))


def test_a_limit_of_size_takes_nothing_from_the_report() -> None:
    one = Running(*options("picky", "--phase", "examples", "--phase", "valid", "--seconds", "15"), limit=300)
    code, out = one.end()
    assert code == Exit.FINDINGS
    assert "WS902" in out
    assert f"1 failure was found that could not be kept in {FAILURES}: " in out
    assert "File too large" in out
    assert not list(FAILURES.rglob("*"))


def test_a_folder_that_cannot_be_had_is_told_before_anything_runs(capfd: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("")
    command = ["fuzz", "--start", "touch began; : {port}", "--contract", "contract.yaml"]
    assert run([*command, "--save", "file/kept"]) == Exit.USAGE
    err = capfd.readouterr().err
    assert err.startswith("wsrecord: --save file/kept: ")
    assert "file is no folder that can be written to" in err
    assert not Path("began").exists()


def test_a_run_that_is_hardly_one_tells_what_it_saw(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(options("silent", "--phase", "invalid", "--seconds", "0.1")) == Exit.FINDINGS
    out = capfd.readouterr().out
    assert "WS901" in out
    assert "the budget of 0.1 seconds is used up" in out
    assert run(options("", "--seconds", "0.1")) == Exit.CLEAN


def test_what_is_looked_into_after_the_end_is_said_to_be() -> None:
    one = Running(*options("silent", "--phase", "invalid", "--seconds", "0.5"))
    code, out = one.end()
    assert code == Exit.FINDINGS
    assert "0 failures; 0.5 s are over; looking into what was found" in one.said
    assert "WS901 found: shrinking" in one.said
    told = re.findall(r"([\d.]+) of 0.5 s", one.said)
    assert all(float(spent) <= 0.5 for spent in told)
    assert "the budget of 0.5 seconds is used up" in out


def test_a_folder_of_cassettes_without_one_is_as_good_as_none() -> None:
    Path("cassettes").mkdir()
    Path("cassettes/.gitkeep").write_text("")
    assert sources(()) == []


def test_cassettes_that_are_asked_for_must_be_there(capfd: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()
    assert run(options("", "--from", "empty")) == Exit.USAGE
    assert "empty: no cassette is in this folder" in capfd.readouterr().err


def test_events_that_nobody_can_say(capfd: pytest.CaptureFixture[str]) -> None:
    never = {"type": "object", "properties": {"id": {"type": "string", "pattern": "^a$", "minLength": 2}}}
    never["required"] = ["id"]
    Path("contract.yaml").write_text(json.dumps({**CONTRACT, "client": {"open": never}, "flows": {}}))
    assert run(options()) == Exit.BAD_FILE
    err = capfd.readouterr().err
    assert "open is left out: " in err
    assert "contract.yaml: no right value was found for any event of the client's" in err
