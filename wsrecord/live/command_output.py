"""What a command prints, when its output is a secret: kept apart from what it says on its standard error."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping

from wsrecord.errors import UsageError
from wsrecord.live.pipe import Pipe
from wsrecord.report.escape import terminal

_MOST = 1 << 20  # bytes of output
_WORDS = 300  # characters of the standard error that a failure shows


async def output_of(option: str, command: str, variables: Mapping[str, str], within: float) -> str:
    """Run a command line in a shell; return its standard output, which no message ever shows."""
    out, err = bytearray(), bytearray()
    pipes = [Pipe(lambda data: _keep(out, data)), Pipe(lambda data: _keep(err, data))]
    ends: list[int] = []
    try:
        try:
            for pipe in pipes:
                ends.append(await pipe.open())  # noqa: PERF401 - the first stays known if the second fails
            process = await asyncio.create_subprocess_shell(
                command,
                env={**os.environ, **variables},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=ends[0],
                stderr=ends[1],
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise UsageError(f"the {option} command can't be run: {error}") from None
        finally:
            for end in ends:
                os.close(end)
        try:
            async with asyncio.timeout(within):
                await process.wait()
        except TimeoutError:
            raise UsageError(f"the {option} command did not end within {within:g} s") from None
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # what it left running, too
            await process.wait()
    finally:
        for pipe in pipes:
            await pipe.close()
    if process.returncode:
        lines = err.decode("utf-8", "replace").strip().splitlines()
        said = f": {terminal(lines[-1][:_WORDS])}" if lines else ""
        raise UsageError(f"the {option} command ended with exit code {process.returncode}{said}")
    if len(out) > _MOST:
        raise UsageError(f"the {option} command printed more than {_MOST} bytes")
    return out.decode("utf-8", "replace")


def _keep(kept: bytearray, data: bytes) -> None:
    if len(kept) <= _MOST:
        kept += data
