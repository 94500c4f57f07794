"""How far a long work is: a bar on a terminal, once the work has taken a second; elsewhere nothing."""

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

PATIENCE = 1.0  # seconds without a bar
_EVERY = 0.1
_WIDTH = 30


class Progress:
    """Counts messages, of the cassette at hand and of all that come."""

    def __init__(self, label: str, stream: TextIO | None = None) -> None:
        self._label = label
        self._stream = stream or sys.stderr
        self._shows = self._stream.isatty()
        self._began = time.monotonic()
        self._said = 0.0
        self._drawn = False
        self._name = ""
        self._at = (0, 0)  # cassettes
        self._done = 0
        self._whole = 0

    def each(self, paths: Iterable[Path]) -> Iterator[Path]:
        """The paths, one by one."""
        listed = list(paths)
        for number, path in enumerate(listed, 1):
            self._name, self._at = path.name, (number, len(listed))
            self._done = self._whole = 0
            self.advance(0)
            yield path

    def expect(self, messages: int) -> None:
        """So many messages are in the cassette at hand."""
        self._whole = messages

    def advance(self, messages: int) -> None:
        """So many more were heard."""
        self._done += messages
        now = time.monotonic()
        if self._shows and now - self._began > PATIENCE and now - self._said > _EVERY:
            self._said = now
            self._draw()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _draw(self) -> None:
        share = self._done / self._whole if self._whole else 0.0
        bar = "#" * round(share * _WIDTH)
        number, count = self._at
        of = f" {number}/{count}" if count > 1 else ""
        name = "".join(char if char.isprintable() else "?" for char in self._name[:40])
        self._stream.write(f"\r\x1b[K{self._label}{of} [{bar:<{_WIDTH}}] {share:4.0%} {name}")
        self._stream.flush()
        self._drawn = True
