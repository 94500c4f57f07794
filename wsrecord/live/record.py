"""`wsrecord record`: a proxy and a recorder from start to end."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from wsrecord.errors import Exit, UsageError
from wsrecord.live.command import Command
from wsrecord.live.heap import keep_buffers
from wsrecord.live.proxy import Proxy, ProxyOptions
from wsrecord.live.recorder import ConnectionLog, Plan, Recorder
from wsrecord.live.status import StatusLine
from wsrecord.live.turn import Turn
from wsrecord.report.words import count

_REFRESH = 0.25  # seconds between two looks at the live line
_GRACE = 2.0  # seconds that open sessions get to take their close
_LOOK, _QUIET = 0.02, 10  # seconds between two looks, and so many without news mean that nothing comes


@dataclass(frozen=True, slots=True)
class RecordOptions:
    """One run of the recorder."""

    proxy: ProxyOptions
    plan: Plan
    path: str  # what a client's URL is completed with
    command: Command | None = None
    certificate: Path | None = None  # a throw-away one, to be trusted


def record(options: RecordOptions, say: Callable[[str], None]) -> int:
    """Record until the command ends, or Ctrl-C, or SIGTERM; return the exit code."""
    keep_buffers()
    _raise_file_limit()
    return asyncio.run(_Run(options, say).run())


def _raise_file_limit() -> None:
    """Every session takes two descriptors: ask for all that the system gives without asking root."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - POSIX only

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class _Run:
    """The state of one run."""

    def __init__(self, options: RecordOptions, say: Callable[[str], None]) -> None:
        self.options = options
        zero = time.monotonic_ns()
        monotonic = time.monotonic_ns
        clock = lambda: monotonic() - zero  # noqa: E731 - the hot path's clock
        self._out = say
        self.recorder = Recorder(options.plan, clock, self._say)
        self.status = StatusLine(self.recorder.counts, sys.stderr)
        self.proxy = Proxy(
            options.proxy,
            log=lambda: self.recorder.log(tls=options.proxy.listen.tls is not None),
            gone=lambda log: cast("ConnectionLog", log).gone(),
            clock=clock,
            turn=Turn(clock, self.recorder.flush),
        )
        self._stop = asyncio.Event()
        self._signal: signal.Signals | None = None
        self._at_once = False

    def _say(self, text: str) -> None:
        if hasattr(self, "status"):
            self.status.clear()
        with contextlib.suppress(OSError):  # nobody reads it any more, or it goes to the same full disk
            self._out(text)

    async def run(self) -> int:
        """Start, wait for the end, stop."""
        try:
            await self.proxy.start()
        except BaseException:
            self.recorder.discard()
            raise
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._loop_trouble)
        # A terminal that closes (SIGHUP) ends a recording as cleanly as Ctrl-C does.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._signalled, number)
        self._announce()
        code = 0
        ticker = loop.create_task(self._tick())
        try:
            if self.options.command is None:
                await self._stop.wait()
            else:
                code = await self._command(self.options.command)
        except UsageError:  # the command can't be run: nothing was recorded
            self.recorder.discard()
            raise
        finally:
            ticker.cancel()
            self.status.clear()
            try:
                await self.proxy.stop(0 if self._at_once else _GRACE)
            finally:  # asked twice, it is cancelled there
                self.recorder.close()
        return self._summary(code)

    async def _command(self, command: Command) -> int:
        """Run the client; a signal ends it."""
        running = asyncio.ensure_future(
            command.run(*self._urls(), lambda: signal.SIGKILL if self._at_once else self._signal)
        )
        stopped = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not running.done():
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            return 128 + (self._signal or signal.SIGTERM)  # 130 for Ctrl-C
        code = running.result()
        await self._hear_out()
        return code

    async def _hear_out(self) -> None:
        """The command is gone; what it sent at the last is still on its way."""
        quiet, seen, deadline = 0, -1, time.monotonic() + _GRACE
        while quiet < _QUIET and time.monotonic() < deadline and not self._stop.is_set():
            if self.proxy.heard_out:
                return
            await asyncio.sleep(_LOOK)
            quiet = quiet + 1 if self.recorder.volume == seen else 0
            seen = self.recorder.volume

    def _urls(self) -> tuple[str, str]:
        scheme = "s" if self.options.proxy.listen.tls else ""
        address = f"{self.proxy.host}:{self.proxy.port}"
        return f"ws{scheme}://{address}{self.options.path}", f"http{scheme}://{address}"

    def _announce(self) -> None:
        url, http_url = self._urls()
        listen = self.options.proxy.listen
        if not listen.fixed and self.proxy.port != listen.port:
            self._say(f"port {listen.port} is taken; listening on {self.proxy.port}")
        targets = dict(self.options.plan.targets)
        self.recorder.say(f"connect to {url} ({http_url}) instead of {targets.pop('/')}")
        for prefix, target in targets.items():
            self.recorder.say(f"  {prefix} goes to {target}")
        if self.options.certificate is not None:
            self._say(f"clients must trust the certificate {self.options.certificate}")
        end = "the end of the command" if self.options.command else "Ctrl-C"
        out = self.recorder.out
        if self.options.plan.per_session:
            out = out.with_stem(f"{out.stem}-*")
        self._say(f"recording into {out} until {end}")
        if not self.options.plan.nonce:
            self._say("redaction is off: what is recorded is as secret as what is said")

    def _summary(self, code: int) -> int:
        counts = self.recorder.counts
        messages = counts.messages["client"] + counts.messages["server"]
        for path, failure in self.recorder.finished:
            self._say(f"incomplete cassette: {path}" if failure else f"cassette: {path}")
        if not counts.sessions + counts.exchanges:
            self._say(self._nothing())
        if self.options.plan.per_session and counts.exchanges:
            self._tell_apart()
        self._say(
            f"recorded {count(counts.sessions, 'session')}, {count(messages, 'message')}, "
            f"{count(counts.exchanges, 'HTTP exchange')}"
        )
        for text, times in self.recorder.troubles.items():
            if times > 1:
                self.recorder.say(f"{times} times: {text}")
        if counts.notes["unread"]:
            unread = count(counts.notes["unread"], "connection")
            self._say(f"{unread} could not be read to the end; all bytes were relayed")
        if self.proxy.unmet and self.options.proxy.listen.tls:
            failed = count(self.proxy.unmet, "TLS handshake")
            self._say(f"{failed} failed: the client does not trust the certificate, or does not speak TLS")
        if self.recorder.incomplete:
            self._say(f"the recording is incomplete: {self.recorder.incomplete}")
            return Exit.INCOMPLETE
        if code == Exit.CLEAN and counts.unreachable and not counts.sessions + counts.exchanges:
            return Exit.TARGET
        return code

    def _tell_apart(self) -> None:
        """Sessions that can't be replayed by themselves."""
        from wsrecord.live.apart import advice, apart  # noqa: PLC0415 - a recorder holds little

        found = apart(path for path, failure in self.recorder.finished if not failure)
        if found:
            self._say(advice(found))

    def _nothing(self) -> str:
        """That nothing was recorded must not look like a success."""
        made = "" if self.recorder.finished else "; no cassette was written"
        if self.recorder.counts.connections:
            came = count(self.recorder.counts.connections, "connection")
            return f"warning: nothing was recorded: {came}, and no session or exchange that is wanted{made}"
        url, _ = self._urls()
        command = self.options.command
        hint = (
            f"; the command must connect to {url}: {{url}} or ${command.variable} tell it" if command else ""
        )
        return f"warning: nothing was recorded: no client came{made}{hint}"

    def _signalled(self, number: signal.Signals) -> None:
        if self._signal is not None:
            self._at_once = True
            self._say("stopped at once")
            raise SystemExit(Exit.INTERRUPTED)
        self._signal = number
        self._stop.set()
        self._say("stopping; asked again, it ends at once")

    async def _tick(self) -> None:
        while True:
            self.status.refresh(self.recorder.volume)
            await asyncio.sleep(_REFRESH)

    def _loop_trouble(self, _loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        """What asyncio would log with a traceback: TLS handshakes that fail, for instance."""
        error = context.get("exception")
        if "_start_serving" in str(context.get("message")):
            return  # out of descriptors, asyncio listens again a second later, be the socket closed by then
        if isinstance(error, OSError):
            self.recorder.trouble(f"a connection failed: {error}")
        elif isinstance(error, Exception):
            self.recorder.failed(error)
