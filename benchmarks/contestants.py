"""Who takes part: how each is started, what it is, and whether its recording holds what crossed."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks import recordings
from benchmarks.peers import mitmdump, version_line
from benchmarks.processes import free_port, last_words, program


@dataclass(frozen=True)
class Setting:
    """What a contestant is told: where the origin listens, where to listen itself, where to write."""

    origin: int
    port: int
    folder: Path

    @property
    def recording(self) -> Path:
        """The file that a recorder writes."""
        return self.folder / "recording"


@dataclass(frozen=True)
class Contestant:
    """One way from the client to the origin."""

    name: str
    what: str
    command: Callable[[Setting], list[str] | None]  # None: not on this machine
    missing: str = ""
    check: Callable[[Path, recordings.Tally, bool], None] | None = None
    version: Callable[[], str] = lambda: ""

    @property
    def records(self) -> bool:
        """It writes what crosses to a file."""
        return self.check is not None


@dataclass
class Running:
    """A contestant that is up."""

    contestant: Contestant
    port: int
    process: psutil.Process | None  # None: there is nothing between client and origin
    tally: recordings.Tally = field(default_factory=recordings.Tally)


@contextmanager
def running(
    contestant: Contestant, origin: int, folder: Path, *, thorough: bool = False
) -> Iterator[Running]:
    """Start a contestant; when the block ends well, stop it and look into its recording; then delete that."""
    folder.mkdir()
    try:
        setting = Setting(origin, free_port(), folder)
        command = contestant.command(setting)
        if command is None:
            raise FileNotFoundError(contestant.missing)
        if not command:
            yield Running(contestant, origin, None)
            return
        with program(command, folder / "log", setting.port, writes=contestant.records) as process:
            run = Running(contestant, setting.port, process)
            yield run
        if contestant.check is not None:
            try:
                contestant.check(setting.recording, run.tally, thorough)
            except recordings.BrokenRecordingError as trouble:
                raise recordings.BrokenRecordingError(f"{trouble}; {last_words(folder / 'log')}") from None
    finally:
        shutil.rmtree(folder)


def _haproxy(setting: Setting) -> list[str] | None:
    path = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")
    if path is None:
        return None
    config = setting.folder / "haproxy.cfg"
    config.write_text(
        "global\n  maxconn 8192\n"
        "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 1h\n  timeout server 1h\n"
        f"listen relay\n  bind 127.0.0.1:{setting.port}\n  server origin 127.0.0.1:{setting.origin}\n"
    )
    return [path, "-db", "-q", "-f", str(config)]


def _bare(setting: Setting) -> list[str]:
    return [*_module("benchmarks.bare_relay"), "--port", str(setting.port), "--target", str(setting.origin)]


def _plain(setting: Setting) -> list[str]:
    target = f"ws://127.0.0.1:{setting.origin}"
    return [*_module("benchmarks.plain_relay"), "--port", str(setting.port), "--target", target]


def _mitmproxy(setting: Setting) -> list[str] | None:
    path = mitmdump()
    if path is None:
        return None
    return [
        *(path, "-q", "--mode", f"reverse:http://127.0.0.1:{setting.origin}"),
        *("--listen-host", "127.0.0.1", "--listen-port", str(setting.port)),
        *("-w", str(setting.recording), "--set", f"confdir={setting.folder / 'conf'}"),
    ]


def _wsrecord(setting: Setting) -> list[str]:
    return [
        *_module("wsrecord"),
        *("record", "--target", f"ws://127.0.0.1:{setting.origin}"),
        *("--listen", f"127.0.0.1:{setting.port}", "--out", str(setting.recording)),
    ]


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]


CONTESTANTS = (
    Contestant("direct", "client and origin without anything between them", lambda _: []),
    Contestant(
        "haproxy",
        "TCP mode, as Debian ships it; C, all cores; records nothing",
        _haproxy,
        missing="haproxy is not installed (apt-get install haproxy)",
        version=lambda: version_line(
            [shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/sbin") or "", "-v"]
        ),
    ),
    Contestant("bare", "an asyncio byte relay that never looks at the bytes; records nothing", _bare),
    Contestant("plain", "two loops over the websockets library; records nothing", _plain),
    Contestant(
        "mitmproxy",
        "mitmdump in reverse mode, recording to a file",
        _mitmproxy,
        missing="no mitmdump 11 or newer on PATH or in .venv-peers (python -m benchmarks --install-peers)",
        check=recordings.check_size,
        version=lambda: version_line([mitmdump() or "", "--version"]),
    ),
    Contestant(
        "wsrecord",
        "wsrecord record, redaction on, as it comes",
        _wsrecord,
        missing="`wsrecord record` does not run here",
        check=recordings.check_wsrecord,
    ),
)
BY_NAME = {contestant.name: contestant for contestant in CONTESTANTS}
