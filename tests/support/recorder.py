"""`wsrecord record` as a real process: started, awaited until ready, ended by a signal."""

import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

READY = re.compile(r"connect to (wss?://([^\s/]+?):(\d+))")
WITHIN = 30.0


class Recorder:
    """`with Recorder(target, folder, "--keep-host") as recorder:` gives `.url`, `.port`, `.cassette`."""

    def __init__(self, target: str, folder: Path, *options: str, name: str = "recording.wsr") -> None:
        self.folder = folder
        self.name = name
        self.lines: list[str] = []
        self.url = ""
        self.port = 0
        given = ["--target", target, "--out", str(folder / name), *options]
        if not any(option.startswith("--listen") for option in options):
            given += ["--listen", "127.0.0.1:0"]
        self.command = [sys.executable, "-m", "wsrecord", "record", *given]
        self._said = threading.Condition()

    def __enter__(self) -> "Recorder":
        self.process = subprocess.Popen(
            self.command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, name="recorder's stderr")
        self._reader.start()
        with self._said:
            self._said.wait_for(lambda: self.port or self._over, WITHIN)
        if not self.port:
            self.stop(signal.SIGKILL)
            raise RuntimeError(f"{' '.join(self.command)} did not get ready:\n{self.stderr}")
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.process.poll() is None:
            self.stop()
        self._reader.join(WITHIN)
        assert self.process.stderr is not None
        self.process.stderr.close()

    @property
    def stderr(self) -> str:
        """All that it said so far."""
        return "\n".join(self.lines)

    @property
    def http(self) -> str:
        """The same place for plain HTTP."""
        return "http" + self.url.removeprefix("ws")

    @property
    def cassette(self) -> Path:
        """The cassette; while it records it has `.part` after its name."""
        return self.folder / self.name

    def says(self, pattern: re.Pattern[str], within: float = WITHIN) -> re.Match[str]:
        """Wait for a line that has the pattern."""
        with self._said:
            self._said.wait_for(lambda: pattern.search(self.stderr) or self._over, within)
        found = pattern.search(self.stderr)
        assert found, f"{pattern.pattern!r} expected, it said:\n{self.stderr}"
        return found

    def stop(self, number: signal.Signals = signal.SIGINT, within: float = WITHIN) -> int:
        """End it, and wait until it has: the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(WITHIN)
            raise
        self._reader.join(WITHIN)
        return code

    _over = False

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._said:
                self.lines.append(line.rstrip("\n"))
                if not self.port and (ready := READY.search(line)):
                    self.url, self.port = ready[1], int(ready[3])
                self._said.notify_all()
        with self._said:
            self._over = True
            self._said.notify_all()
