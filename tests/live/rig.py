"""What the recorder's tests share: joined pairs of raw ends, processes that end, memory, whole cassettes."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from support import http
from support.ends import End, Listener, dial, pump
from support.recorder import Recorder

from wsrecord.cassette.recording import Recording, load

WITHIN = 20.0
BUG = re.compile(r"Traceback|a bug (in|of)|Error:|Exception|never retrieved", re.ASCII)


@dataclass(slots=True)
class Pair:
    """A client's end and the target's end of one connection through the recorder."""

    client: End
    server: End

    @property
    def ends(self) -> tuple[End, End]:
        return self.client, self.server

    def drop(self) -> None:
        for end in self.ends:
            if not end.closed:
                end.drop()


class Target(Listener):
    """The target's port, and every end that a test made with it."""

    def __init__(self) -> None:
        super().__init__()
        self.url = f"ws://127.0.0.1:{self.port}"
        self.ends: list[End] = []

    def __enter__(self) -> "Target":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        for end in self.ends:
            end.sock.close()

    def dial(self, port: int) -> End:
        end = End("client", dial(port))
        self.ends.append(end)
        return end

    def take(self, *ends: End) -> End:
        """Take the next connection that the recorder makes."""
        taken: list[End] = []

        def accepted() -> bool:
            if sock := self.accept():
                taken.append(End("server", sock))
            return bool(taken)

        await_(ends, accepted, "the recorder connected to the target", tick=0.002)
        self.ends += taken
        return taken[0]

    def connect(self, port: int, first: bytes = b"") -> Pair:
        """Connect through the recorder and take the connection that it makes."""
        client = self.dial(port)
        client.send(first)
        return Pair(client, self.take(client))

    def upgrade(self, port: int, path: str = "/ws", *headers: str, answer: bytes = b"") -> Pair:
        """Open a session; both ends' `received` are empty afterwards."""
        request = http.upgrade(path, *headers)
        pair = self.connect(port, request)
        await_(pair.ends, lambda: len(pair.server.received) >= len(request), "the upgrade reached the target")
        answer = answer or http.switching()
        pair.server.send(answer)
        await_(pair.ends, lambda: len(pair.client.received) >= len(answer), "the answer reached the client")
        for end in pair.ends:
            end.received.clear()
            end.sent = 0
        return pair

    def finish(
        self, recorder: Recorder, number: signal.Signals = signal.SIGINT, within: float = WITHIN
    ) -> int:
        """Stop the recorder while all ends read on and answer a FIN with theirs; return the exit code."""
        recorder.process.send_signal(number)

        def over() -> bool:
            for end in self.ends:
                if end.ended == "FIN" and not end.ending:
                    end.fin()
            return recorder.process.poll() is not None

        await_(self.ends, over, "the recorder ended", within, tick=0.01)
        code = recorder.stop()
        assert not BUG.search(recorder.stderr), recorder.stderr
        return code


def await_(
    ends: Iterable[End], until: Callable[[], bool], what: str, within: float = WITHIN, tick: float = 0.05
) -> None:
    assert pump(tuple(ends), until, within, tick), f"not within {within} s: {what}"


def exchange(pair: Pair, data: bytes, *, sender: str = "client", within: float = WITHIN) -> None:
    """Send, and wait until the other side has got every byte."""
    here, there = pair.ends if sender == "client" else (pair.server, pair.client)
    here.send(data)
    await_(pair.ends, lambda: len(there.received) >= here.sent and not here.unsent, "all arrived", within)


def echo(pair: Pair, data: bytes, within: float = WITHIN) -> None:
    """There and back: the session is served."""
    exchange(pair, data, within=within)
    exchange(pair, data, sender="server", within=within)


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    said: str
    out: str


def run(*arguments: str, folder: Path, within: float = 30.0, env: Mapping[str, str] | None = None) -> Ran:
    """Run `wsrecord record` to its own end."""
    done = subprocess.run(
        [sys.executable, "-m", "wsrecord", "record", *arguments],
        cwd=folder,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=within,
        check=False,
    )
    return Ran(done.returncode, done.stderr, done.stdout)


def part(recorder: Recorder) -> Path:
    return recorder.folder / f"{recorder.name}.part"


def loaded(recorder: Recorder) -> Recording:
    return load(recorder.folder / recorder.name)


def payloads(recording: Recording, session: int = 0, sender: str = "client") -> list[bytes]:
    return [m.payload for m in recording.sessions[session].messages if m.sender == sender]


def codes(recording: Recording) -> list[str]:
    """The codes of all notes, wherever they stand."""
    notes = [*recording.notes]
    for place in (*recording.connections, *recording.sessions):
        notes += place.notes
    return [note.code for note in notes]


def memory(pid: int, what: str = "RssAnon") -> int:
    """Bytes, from /proc: RssAnon is what it holds now, VmHWM the most that it ever held."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"^{what}:\s+(\d+) kB", text, re.MULTILINE)
    assert found, f"no {what} in /proc/{pid}/status"
    return int(found[1]) * 1024


def forget_peak(pid: int) -> None:
    """From here on VmHWM counts anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
