"""A command of the user's, in a process group of its own: its output is kept, and all of it is stopped."""

import asyncio
import contextlib
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from wsrecord.errors import UsageError
from wsrecord.live.pipe import Pipe

_LINES = 400  # of output that are kept: a secret of many lines is known by its first, so more than are shown
_LINE = 16384  # characters of each: more than the longest secret, for half of one is not known
_SHELL = 128  # what a shell adds to the number of the signal that ended its command
_LOOK = 0.02  # seconds between two looks at a group that is to end
_GRACE = 5.0  # seconds to end after SIGTERM
_LAST = 2.0  # and after SIGKILL
_REST = 65536  # bytes of a line without an end


class Process:
    """A running command line, read by a shell."""

    def __init__(self, hear: Callable[[str], None] | None) -> None:
        self._hear = hear
        self._tail: deque[tuple[float, str]] = deque(maxlen=_LINES)  # with when each came
        self._rest = b""
        self._pipe = Pipe(self._read)
        self._process: asyncio.subprocess.Process

    @classmethod
    async def start(
        cls, command: str, variables: Mapping[str, str] = {}, hear: Callable[[str], None] | None = None
    ) -> "Process":
        """Run a command; `hear` gets each line that it prints, on either stream."""
        if not command.strip() or "\0" in command:
            raise UsageError("the command is empty" if not command.strip() else "a command holds a zero byte")
        self = cls(hear)
        writing = await self._pipe.open()
        try:
            self._process = await asyncio.create_subprocess_shell(
                command,
                env={**os.environ, **variables},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                start_new_session=True,
            )
        except OSError as error:
            self._pipe.drop()
            raise UsageError(f"the command {command!r} can't be run: {error.strerror}") from None
        except asyncio.CancelledError:
            self._pipe.drop()
            raise
        finally:
            os.close(writing)
        return self

    @property
    def code(self) -> int | None:
        """The exit code, as a shell would count it; None while it runs."""
        code = self._process.returncode
        return 128 - code if code is not None and code < 0 else code

    @property
    def ending(self) -> str | None:
        """How it ended, in words: `ended with exit code 1`, `was killed by SIGSEGV`; None while it runs."""
        code = self._process.returncode
        if code is None:
            return None
        if code < 0:
            return f"was killed by {_signal_name(-code)}"
        told = _signal_name(code - _SHELL) if code > _SHELL else ""
        by_signal = told.startswith("SIG")
        return f"ended with exit code {code}" + (f", as a shell says of {told}" if by_signal else "")

    @property
    def group(self) -> int:
        """The number of its process group."""
        return self._process.pid

    @property
    def tail(self) -> list[str]:
        """The last lines of its output, as they are: secrets are still in them."""
        return self.since(0.0)

    def since(self, when: float) -> list[str]:
        """What came of it since then (of time.monotonic), as far as it is kept; the begin of a line, too."""
        lines = [text for at, text in self._tail if at >= when]
        return [*lines, _text(self._rest)] if self._rest else lines

    async def ended(self) -> int:
        """Wait for its end."""
        code = await self._process.wait()
        return 128 - code if code < 0 else code

    async def stop(self, grace: float = _GRACE) -> None:
        """End it with all that it started: SIGTERM to the group, and SIGKILL to what stays."""
        group = self._process.pid
        try:
            over = self._process.returncode is not None and not _alive(group)
            if not over and not await self._told_to_end(group, signal.SIGTERM, grace):
                await self._told_to_end(group, signal.SIGKILL, _LAST)
        except asyncio.CancelledError:  # there is no more patience: nothing stays behind all the same
            _signal(group, signal.SIGKILL)
            raise
        finally:
            await self._pipe.close()
            if self._rest:
                self._take(self._rest)
                self._rest = b""

    async def _told_to_end(self, group: int, number: signal.Signals, within: float) -> bool:
        _signal(group, number)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._process.wait()
                while _alive(group):  # noqa: ASYNC110 - nobody is told of a child's child
                    await asyncio.sleep(_LOOK)
                return True
        return False

    def _read(self, data: bytes) -> None:
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[:_REST]
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        text = _text(line)
        self._tail.append((time.monotonic(), text[:_LINE]))
        if self._hear is not None:
            self._hear(text)


async def run(command: str, variables: Mapping[str, str], within: float) -> tuple[int | None, list[str]]:
    """Run a command to its end; return its exit code, None if it took too long, and its last output."""
    process = await Process.start(command, variables)
    code: int | None = None
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                code = await process.ended()
    finally:
        await process.stop()
    return code, process.tail


def _signal(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # all of it has ended
        pass


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _alive(group: int) -> bool:
    """Whether a process of the group still runs; one that nobody has waited for does not."""
    proc = Path("/proc")
    if not proc.is_dir():
        try:
            os.killpg(group, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True
    for entry in proc.iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
            except OSError:
                continue
            if len(fields) > 2 and int(fields[2]) == group and fields[0] not in (b"Z", b"X"):
                return True
    return False
