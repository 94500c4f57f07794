"""Bugs of old releases that anybody can install: `wsrecord fuzz` finds each from a few lines of contract.

The release that mended one has no such finding, neither by itself nor when the kept dialogue is played again.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import pytest
from real.old.releases import installed, serving

from wsrecord.cassette.recording import load
from wsrecord.cli.main import run
from wsrecord.explore.moves import Move, Probe, Say
from wsrecord.explore.retold import saved_case

OLD = Path(__file__).parent / "old"

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def in_frames(move: Move) -> bool:
    return isinstance(move, Say) and bool(move.cuts)


def a_ping(move: Move) -> bool:
    return isinstance(move, Probe)


def slowly(move: Move) -> bool:
    return isinstance(move, Say) and move.slow


def no_json(move: Move) -> bool:
    return isinstance(move, Say) and move.data in (b"", b"{", b"hello")


@dataclass(frozen=True, kw_only=True)
class Known:
    """A bug that was told in public, and the finding by which it is known here."""

    package: str
    old: str
    mended: str
    told: str
    server: str
    code: str
    shown: Callable[[Move], bool]  # the move that provokes it
    contract: str = "talk.yaml"
    others: tuple[str, ...] = ()  # packages beside it
    phases: tuple[str, ...] = ()  # those that are tried; empty: all
    clean: bool = False  # the mended release has no finding of any kind
    seconds: int = 60

    def options(self, version: str) -> list[str]:
        python = installed(f"{self.package}=={version}", *self.others)
        found = [
            "fuzz",
            "--start",
            serving(python, OLD / self.server),
            "--target",
            "ws://127.0.0.1:{port}/ws",
        ]
        return [*found, "--contract", str(OLD / self.contract), "--seed", "1", "--database", "none"]


KNOWN = (
    Known(
        package="simple-websocket",
        old="0.2.0",
        mended="0.3.0",
        told="Handle large messages split during transmission, miguelgrinberg/simple-websocket#2",
        server="serve_simple_websocket.py",
        others=("flask==3.1.3", "werkzeug==3.1.9", "wsproto==1.3.2"),
        code="WS909",
        shown=in_frames,
        phases=("wire",),
        clean=True,
    ),
    Known(
        package="microdot",
        old="1.3.0",
        mended="1.3.1",
        told="WebSocket error when handling PING packet, miguelgrinberg/microdot#129",
        server="serve_microdot.py",
        code="WS909",
        shown=a_ping,
        phases=("wire",),
    ),
    Known(
        package="microdot",
        old="2.3.2",
        mended="2.3.3",
        told="Handle partial reads in WebSocket class, miguelgrinberg/microdot#294",
        server="serve_microdot.py",
        code="WS909",
        shown=slowly,
        phases=("wire",),
    ),
    Known(
        package="websocket-server",
        old="0.4",
        mended="0.5.1",
        told="Handle ping/pong frames, Pithikos/python-websocket-server#5",
        server="serve_websocket_server.py",
        code="WS909",
        shown=a_ping,
        phases=("wire",),
        seconds=100,  # most frames fail, and are looked into first
    ),
    Known(
        package="strawberry-graphql",
        old="0.243.1",
        mended="0.244.0",
        told="WebSockets behave the same in all integrations, strawberry-graphql/strawberry#3638",
        server="serve_strawberry.py",
        contract="graphql.yaml",
        others=("graphql-core==3.2.4", "starlette==0.39.2", "uvicorn==0.30.6", "websockets==13.1"),
        code="WS903",
        shown=no_json,
        phases=("invalid",),
        seconds=20,
    ),
)


@pytest.mark.parametrize("bug", KNOWN, ids=lambda bug: f"{bug.package}-{bug.old}")
def test_a_known_bug_is_found_and_gone_where_it_was_mended(bug: Known, tmp_path: Path) -> None:
    phases = [option for phase in bug.phases for option in ("--phase", phase)]

    assert fuzz(bug.options(bug.old), [*phases, "--seconds", str(bug.seconds)], tmp_path / "old") == 1
    kept = list(findings(bug, tmp_path / "old"))
    assert kept, f"not found: {bug.told}"

    shutil.copytree(kept[0].parent, tmp_path / "again" / "kept", ignore=lambda *_: but(kept[0]))
    replay = ["--phase", "regressions"]
    assert fuzz(bug.options(bug.old), replay, tmp_path / "again") == 1
    assert fuzz(bug.options(bug.mended), replay, tmp_path / "again") == 0

    code = fuzz(bug.options(bug.mended), [*phases, "--seconds", "15"], tmp_path / "mended")
    assert list(findings(bug, tmp_path / "mended")) == []
    assert code == 0 or not bug.clean


def fuzz(options: Sequence[str], more: Sequence[str], folder: Path) -> int:
    """Run it there; what it keeps and reports is in that folder."""
    folder.mkdir(exist_ok=True)
    with chdir(folder):
        return run([*options, *more, "--save", "kept", "--json", "report.json"])


def findings(bug: Known, folder: Path) -> Iterator[Path]:
    """The kept dialogues of the findings that tell of it."""
    for finding in json.loads((folder / "report.json").read_text())["findings"]:
        path = folder / finding["place"]["cassette"]
        if finding["code"] == bug.code and (not path.exists() or any(map(bug.shown, moves_of(path)))):
            yield path


def moves_of(path: Path) -> Sequence[Move]:
    case = saved_case(load(path))
    assert case is not None
    return case.moves


def but(kept: Path) -> list[str]:
    """All files of its folder but itself."""
    return [path.name for path in kept.parent.iterdir() if path != kept]
