"""Somebody else's server and client, recorded once and replayed by `wsrecord verify` as a real process."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.recorder import Recorder
from support.rewriting import Change, rewriting

from wsrecord.cassette.recording import load
from wsrecord.contract.load import load as load_contract
from wsrecord.contract.model import Contract
from wsrecord.dialogue.occurrences import Occurrence, tell

NODE = Path(__file__).parent / "node"
CONTRACTS = Path(__file__).parent / "replays"
CONTRACTED = [pytest.param(False, id="without"), pytest.param(True, id="with a contract")]


@dataclass(frozen=True)
class Recorded:
    """A server that still runs, and the cassette of what its own client did with it."""

    port: int
    cassette: Path
    contract: Path

    def verify(self, *options: str, contracted: bool = True, port: int | None = None) -> "Verified":
        """Replay it."""
        command = [sys.executable, "-m", "wsrecord", "verify", str(self.cassette), "--json", "-"]
        command += ["--target", f"ws://127.0.0.1:{port or self.port}", *options]
        command += ["--contract", str(self.contract)] if contracted else []
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=100, cwd=self.cassette.parent, check=False
        )
        assert done.stdout, done.stderr
        return Verified(done.returncode, json.loads(done.stdout), done.stderr)

    def catches(
        self, make: Callable[[], Change], judged: list[str], seen: list[str] | None, *, contracted: bool
    ) -> None:
        """Replay it against the server behind a relay that rewrites what it says; these codes are breaking.

        `judged` are a contract's, `seen` those without one; None: nobody can see it without one.
        """
        codes = judged if contracted else seen
        with rewriting(self.port, make) as relay:
            verified = self.verify("--wait", "3", contracted=contracted, port=relay.port)
        found = verified.codes("breaking")
        if "WS812" in (codes or []):  # what had not yet come when it closed is a matter of the moment
            found = [code for code in found if code != "WS801"]
        assert found == (codes or []), verified.shown
        assert verified.code == (1 if codes else 0), verified.shown

    def is_played_whole(self, folder: Path, contracted: bool) -> None:
        """Clean, with every message of the client's said, and every kind of reply heard."""
        copy = folder / self.cassette.name
        copy.write_bytes(self.cassette.read_bytes())
        again = Recorded(self.port, copy, self.contract)
        verified = again.verify("--update", contracted=contracted)
        assert verified.heavy == [], verified.shown
        assert verified.code == 0, verified.shown
        assert not {"WS821", "WS822", "WS823"} & set(verified.codes()), verified.shown
        assert "anew" in verified.stderr
        contract = [load_contract(self.contract)]
        before, now = said(self.cassette, contract), said(copy, contract)
        assert before.client, "the recording has messages of the client's"
        assert now.client == before.client
        assert {name: kinds for name, kinds in now.server.items() if kinds} == before.server
        assert now.asked == before.asked


@dataclass(frozen=True)
class Verified:
    """What came of a replay."""

    code: int
    report: dict[str, Any]
    stderr: str

    def codes(self, *severities: str) -> list[str]:
        """The codes of its findings, each once."""
        found = self.report["findings"]
        return sorted({one["code"] for one in found if not severities or one["severity"] in severities})

    @property
    def heavy(self) -> list[str]:
        """Those that are more than information."""
        return self.codes("warning", "breaking")

    @property
    def shown(self) -> str:
        """For people."""
        lines = [f"{one['severity']} {one['code']} {one['message']}" for one in self.report["findings"]]
        return "\n".join([*lines, self.stderr])


@dataclass
class Said:
    """What a cassette holds, by kinds."""

    client: dict[int, list[str]] = field(default_factory=dict)
    server: dict[int, set[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


def said(cassette: Path, contracts: list[Contract]) -> Said:
    found = Said()
    for one in tell(load(cassette), contracts).occurrences:
        if one.session is None:
            found.asked += [_request(one)] if one.sender == "client" else []
        elif one.is_unit and one.sender == "client":
            found.client.setdefault(one.session, []).append(one.kind)
        elif one.is_unit:
            found.server.setdefault(one.session, set()).add(one.kind)
    return found


def _request(one: Occurrence) -> str:
    return one.kind.split()[0]


@contextmanager
def recorded(
    server: AbstractContextManager[int],
    folder: Path,
    client: Callable[[str], None],
    contract: str,
    *options: str,
) -> Iterator[Recorded]:
    """Run the server, have the client talk to it through the recorder, and keep the server."""
    with server as port:
        with Recorder(f"ws://127.0.0.1:{port}", folder, *options) as recorder:
            client(recorder.http.rstrip("/"))
            assert recorder.stop() == 0, recorder.stderr
        yield Recorded(port, recorder.cassette, CONTRACTS / contract)


def node(script: str, *args: str) -> str:
    """Run a client of tests/real/node; return what it printed."""
    done = subprocess.run(
        ["node", script, *args], cwd=NODE, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout
