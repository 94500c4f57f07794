"""The line that a terminal shows while a recording runs."""

import re
import shutil
from typing import TextIO

from wsrecord.live.recorder import Counts
from wsrecord.report.escape import terminal

_NAME = re.compile(rb'"(?:type|event|method|msg_type|op|action)"\s*:\s*"([^"\\]{1,60})"')
_LOOK_AT = 2000  # bytes of a payload that are searched for an event's name


class StatusLine:
    """Overwrites itself on a terminal; silent elsewhere."""

    def __init__(self, counts: Counts, stream: TextIO | None) -> None:
        self._counts = counts
        self._stream = stream
        self._shown = ""
        self.live = stream is not None and stream.isatty()

    def refresh(self, volume: int) -> None:
        """Show the counts as they are now; `volume` is the cassette's size."""
        if not self.live:
            return
        counts = self._counts
        text = (
            f"{counts.open_sessions} open of {counts.sessions} sessions  "
            f"→ {counts.messages['client']}  ← {counts.messages['server']} messages  "
            f"{counts.exchanges} exchanges  {_size(volume)}"
        )
        for sender, arrow in (("client", "→"), ("server", "←")):
            found = _NAME.search(counts.last.get(sender, b"")[:_LOOK_AT])
            if found:
                text += f"  {arrow} {terminal(found[1].decode('utf-8', 'replace'))}"
        text = text[: shutil.get_terminal_size().columns - 1]
        if text != self._shown:
            self._write(f"\r\x1b[2K{text}")
            self._shown = text

    def clear(self) -> None:
        """Leave an empty line."""
        if self._shown:
            self._write("\r\x1b[2K")
            self._shown = ""

    def _write(self, text: str) -> None:
        assert self._stream is not None
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # the terminal is gone; the recording is not
            self.live = False


def _size(volume: float) -> str:
    for unit in ("B", "kB", "MB"):
        if volume < 1000:
            return f"{volume:.0f} {unit}" if unit == "B" else f"{volume:.1f} {unit}"
        volume /= 1000
    return f"{volume:.1f} GB"
