"""`wsrecord serve` as a real process: started, awaited until ready, ended by itself or by a signal."""

import json
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

READY = re.compile(r"playing .* at (wss?)://([^\s/]+?):(\d+)")
WITHIN = 30.0


class Serve:
    """`with Serve(cassette, folder, "--loop") as server:` gives `.port`; `server.report()` its findings."""

    def __init__(self, cassette: Path, folder: Path, *options: str) -> None:
        self.folder = folder
        self.file = folder / "report.json"
        given = [str(cassette), "--listen", "127.0.0.1:0", "--json", str(self.file), *options]
        self.command = [sys.executable, "-m", "wsrecord", "serve", *given]
        self.lines: list[str] = []
        self.port = 0
        self._said = threading.Condition()
        self._over = False

    def __enter__(self) -> "Serve":
        self.process = subprocess.Popen(
            self.command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, name="server's stderr")
        self._reader.start()
        with self._said:
            self._said.wait_for(lambda: self.port or self._over, WITHIN)
        if not self.port:
            self.process.kill()
            raise RuntimeError("\n".join(self.lines))
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(WITHIN)
        self._reader.join(WITHIN)
        assert self.process.stderr is not None
        self.process.stderr.close()

    @property
    def ws(self) -> str:
        """Where to connect to."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def http(self) -> str:
        """The same place for plain HTTP."""
        return f"http://127.0.0.1:{self.port}"

    def end(self) -> int:
        """Its exit code, when it ends by itself."""
        return self.process.wait(WITHIN)

    def stop(self) -> int:
        """Its exit code after Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.end()

    def findings(self) -> list[dict[str, Any]]:
        """What it reported."""
        found: list[dict[str, Any]] = json.loads(self.file.read_text())["findings"]
        return found

    def codes(self) -> list[str]:
        """The codes of what it reported."""
        return [one["code"] for one in self.findings()]

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._said:
                self.lines.append(line.rstrip())
                found = READY.search(line)
                if found:
                    self.port = int(found[3])
                self._said.notify_all()
        with self._said:
            self._over = True
            self._said.notify_all()
