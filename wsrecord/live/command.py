"""The client that `record -- COMMAND` runs, with the proxy's address filled in."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from wsrecord.errors import UsageError

_PATIENCE = 5.0  # seconds that a command gets to end before it is told to
_LAST_PATIENCE = 2.0  # and then, before it is killed


@dataclass(frozen=True, slots=True)
class Command:
    """A command line with places for addresses."""

    words: Sequence[str]
    variable: str = "WSRECORD_URL"
    ca: str = ""  # the file of a throw-away certificate

    def filled(self, url: str, http_url: str) -> list[str]:
        """Return the words with {url}, {http_url} and {ca} filled in; other braces stay."""
        values = {"{url}": url, "{http_url}": http_url, "{ca}": self.ca}
        words = list(self.words)
        for place, value in values.items():
            words = [word.replace(place, value) for word in words]
        return words

    def environment(self, base: Mapping[str, str], url: str, http_url: str) -> dict[str, str]:
        """Return the environment with the addresses in it."""
        ca = {"WSRECORD_CA": self.ca} if self.ca else {}
        return {**base, **ca, "WSRECORD_URL": url, "WSRECORD_HTTP_URL": http_url, self.variable: url}

    async def run(self, url: str, http_url: str, told: Callable[[], signal.Signals | None]) -> int:
        """Run to the end and return the exit code, as a shell would count it; cancelled, it ends the command.

        `told` names the signal that the recorder got: SIGKILL gives the command no time to end by itself.
        """
        words = self.filled(url, http_url)
        try:
            process = await asyncio.create_subprocess_exec(
                *words, env=self.environment(os.environ, url, http_url)
            )
        except FileNotFoundError:
            raise UsageError(f"the command {words[0]!r} was not found") from None
        except OSError as error:
            raise UsageError(f"the command {words[0]!r} can't be run: {error.strerror}") from None
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            try:
                number = told()
                if number != signal.SIGKILL:
                    await self._end(process, number)
            finally:  # cancelled once more: it does not stay behind
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            raise
        return 128 - code if code < 0 else code

    @staticmethod
    async def _end(process: asyncio.subprocess.Process, number: signal.Signals | None) -> None:
        """A terminal's Ctrl-C reached the command as well; any other signal is passed on."""
        first = None if number == signal.SIGINT else number
        for step in (first, signal.SIGTERM, signal.SIGKILL):
            if step is not None and process.returncode is None:
                process.send_signal(step)
            try:
                async with asyncio.timeout(_PATIENCE if step is first else _LAST_PATIENCE):
                    await process.wait()
                return
            except TimeoutError:
                continue
