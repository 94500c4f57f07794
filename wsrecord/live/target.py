"""The real server under test: started or given as a URL, awaited until it is ready, stopped in the end."""

import asyncio
import contextlib
import re
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from wsrecord.errors import TargetError, UsageError
from wsrecord.live import process as processes
from wsrecord.live.printed import Printed, shown
from wsrecord.live.upstream import Upstream, parse_target
from wsrecord.live.vitals import health
from wsrecord.report.escape import terminal

_STARTS, _STANDS = 60.0, 10.0  # seconds to get ready: for one that is started, that should be there
_LOOK = 0.05  # seconds between two looks at whether it is ready
_TRY = 2.0  # seconds for a connection
_SOON, _STARTING = 2.0, 10.0  # seconds in silence: for one that should be there, that is started
_SHOWN = 15  # lines of output that a failure shows


def patience_of(given: float | None, start: str | None, ready: str | None) -> float:
    """Seconds to get ready: one that should be there already is not waited for as long."""
    if given is not None:
        return given
    return _STANDS if start is None and ready is None else _STARTS


@dataclass(frozen=True, slots=True)
class TargetOptions:
    """Where the server is, or how it is started. `{port}` in any of these is the port that it is given."""

    url: str | None = None  # None: ws://127.0.0.1:{port}
    start: str | None = None  # a command for a shell
    ready: str | None = None  # a URL, a port (or host:port), or a regular expression for a line of output
    reset: str | None = None  # a command for a shell
    tls: ssl.SSLContext | None = None
    patience: float = _STARTS  # seconds to get ready, and for a reset
    grace: float = 5.0  # seconds that it gets to stop
    clean: Callable[[str], str] = str  # takes secrets out of what the server printed
    say: Callable[[str], None] = lambda _: None  # to whoever waits
    prepare: "Callable[[Target], Awaitable[None]] | None" = None  # is run each time that it is ready anew


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of a started server's."""

    process: processes.Process | None  # None: it is not ours
    when: float = field(default_factory=time.monotonic)


class Target:
    """A server that is ready."""

    def __init__(self, options: TargetOptions, upstream: Upstream, port: int | None) -> None:
        self.options = options
        self.upstream = upstream
        self._port = port
        self._process: processes.Process | None = None
        self._said = asyncio.Event()  # a line of output that says that it is ready
        self._waited = False  # it was said what is waited for

    @property
    def died(self) -> str | None:
        """If the server that was started has ended: how, with its last output."""
        return self._death("")

    @property
    def ending(self) -> str | None:
        """How the server that was started has ended, in a few words; None while it runs."""
        return self._process.ending if self._process is not None else None

    def mark(self) -> Mark:
        """Now, of the server that runs now."""
        return Mark(self._process)

    def printed(self, since: Mark) -> Printed | None:
        """What the server that ran then has printed since, and how it ended; None: it is not ours."""
        process = since.process
        return None if process is None else Printed(tuple(process.since(since.when)), process.ending)

    @property
    def group(self) -> int | None:
        """The process group of the server that was started, while it runs."""
        process = self._process
        return process.group if process is not None and process.code is None else None

    async def again(self, grace: float | None = None) -> bool:
        """Stop what was started, and start it anew; False if nothing was started."""
        if self._process is None:
            return False
        await self._process.stop(self.options.grace if grace is None else grace)
        self._said.clear()
        await self._start()
        await self._await_ready()
        if self.options.prepare is not None:
            try:
                await self.options.prepare(self)
            except UsageError as error:  # it was right before: the server is not what it was
                raise TargetError(str(error)) from None
        return True

    async def there(self) -> bool:
        """Whether somebody takes connections now."""
        return await _Accepts(self.upstream.host, self.upstream.port).shows()

    @property
    def output(self) -> list[str]:
        """The last lines that the started server printed."""
        return self._process.tail if self._process is not None else []

    async def may_end(self, within: float = 0.3) -> None:
        """Give a started server the moment to end that its broken connections may have told of."""
        if self._process is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._process.ended()
                await asyncio.sleep(_LOOK)  # its last words may still be in the pipe

    async def reset(self) -> None:
        """Run the command that brings it back to its first state."""
        command = self.options.reset
        if command is None:
            return
        code, tail = await processes.run(self.filled(command), self.variables, self.options.patience)
        if code is None:
            raise TargetError(
                self._with_output(f"--reset {command!r} did not end within {self.options.patience:g} s", tail)
            )
        if code != 0:
            raise TargetError(self._with_output(f"--reset {command!r} ended with exit code {code}", tail))

    async def _start(self) -> None:
        command = self.options.start
        if command is not None:
            self._process = await processes.Process.start(self.filled(command), self.variables, self._hear)

    async def _await_ready(self) -> None:
        patience = self.options.patience
        waiting = asyncio.ensure_future(self._ready())
        watched: set[asyncio.Future[Any]] = {waiting}
        ended = None
        if self._process is not None:
            ended = asyncio.ensure_future(self._process.ended())
            watched.add(ended)
        saying = asyncio.get_running_loop().call_later(
            _SOON if self._process is None else _STARTING, self._say_what_for
        )
        try:
            done, _ = await asyncio.wait(watched, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        finally:
            saying.cancel()
            for one in watched:
                one.cancel()
            await asyncio.gather(*watched, return_exceptions=True)
        if waiting in done:
            waiting.result()
            return
        if ended is not None and ended in done:
            await asyncio.sleep(_LOOK)  # its last words may still be in the pipe
            raise TargetError(self._death(" before it was ready") or "")
        what = f"the server was not ready within {patience:g} s ({self._sign})"
        raise TargetError(what if self._process is None else self._with_output(what, self.output))

    def _say_what_for(self) -> None:
        """Once, that it takes its time, and how much it may take."""
        if not self._waited:
            self._waited = True
            text = f"{self._sign.awaited}; waiting up to {self.options.patience:g} s (--start-timeout)"
            self.options.say(terminal(self.options.clean(text)))

    async def _ready(self) -> None:
        sign = self._sign
        if isinstance(sign, _Says):
            await self._said.wait()
            return
        while not await sign.shows():  # noqa: ASYNC110 - another program's state: it can only be asked
            await asyncio.sleep(_LOOK)

    @property
    def _sign(self) -> "_Says | _Accepts | _Answers":
        given = self.options.ready
        if given is None:
            return _Accepts(self.upstream.host, self.upstream.port)
        text = self.filled(given)
        if text.startswith(("http://", "https://")):
            return _Answers(text, parse_target(text, self.options.tls or ssl.create_default_context()))
        host, _, port = text.rpartition(":")
        if port.isascii() and port.isdigit() and re.fullmatch(r"[\w.\-\[\]:]*", host):
            return _Accepts(host.strip("[]") or "127.0.0.1", int(port))
        return _Says(text)

    def _hear(self, line: str) -> None:
        sign = self.options.ready
        if sign is not None and not self._said.is_set() and re.search(self.filled(sign), line):
            self._said.set()

    @property
    def variables(self) -> dict[str, str]:
        """What commands of the user's find in their environment."""
        url = self.upstream
        http = f"{url.http_scheme}://{url.host_header}"
        return {"WSRECORD_PORT": str(url.port), "WSRECORD_URL": url.url, "WSRECORD_HTTP_URL": http}

    def _death(self, when: str) -> str | None:
        process = self._process
        if process is None or process.code is None:
            return None
        return self._with_output(f"the server {process.ending}{when}", process.tail)

    def _with_output(self, what: str, tail: list[str]) -> str:
        if not tail:
            return f"{what}; it printed nothing"
        lines = "\n".join(f"    {line}" for line in shown(tail, self.options.clean, _SHOWN))
        return f"{what}; its last output:\n{lines}\n"

    def filled(self, text: str) -> str:
        """A text with the server's port in its place."""
        return text if self._port is None else text.replace("{port}", str(self._port))


@dataclass(frozen=True, slots=True)
class _Says:
    """A line of output."""

    pattern: str

    def __str__(self) -> str:
        return f"no line of its output matched {self.pattern!r}"

    @property
    def awaited(self) -> str:
        """What is not there yet."""
        return f"the server has not printed {self.pattern!r} yet"


@dataclass(frozen=True, slots=True)
class _Accepts:
    """A port that takes connections."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"nothing accepted connections on {self.host}:{self.port}"

    @property
    def awaited(self) -> str:
        """What is not there yet."""
        return f"nobody listens on {self.host}:{self.port} yet"

    async def shows(self) -> bool:
        """Whether it does now."""
        try:
            async with asyncio.timeout(_TRY):
                _, writer = await asyncio.open_connection(self.host, self.port)
        except (OSError, ValueError):
            return False
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return True


@dataclass(frozen=True, slots=True)
class _Answers:
    """A page that is answered with 2xx or 3xx."""

    url: str
    upstream: Upstream

    def __str__(self) -> str:
        return f"{self.url} was not answered with 2xx or 3xx"

    @property
    def awaited(self) -> str:
        """What is not there yet."""
        return f"{self.url} is not answered with 2xx or 3xx yet"

    async def shows(self) -> bool:
        """Whether it is now."""
        status = await health(self.upstream, self.upstream.path or "/")
        return status is not None and 200 <= status < 400


@contextlib.asynccontextmanager
async def ready(options: TargetOptions) -> AsyncIterator[Target]:
    """A server that is ready for as long as the block runs; what was started is stopped after, always."""
    _check(options)
    port = _free_port() if _needs_port(options) else None
    url = options.url if options.url is not None else "ws://127.0.0.1:{port}"
    upstream = parse_target(url if port is None else url.replace("{port}", str(port)), options.tls)
    if upstream.tls is None and urlsplit(upstream.url).scheme in ("wss", "https"):
        raise UsageError(f"{upstream.url} needs TLS, and none was set up")
    target = Target(options, upstream, port)
    try:
        await target._start()
        await target._await_ready()
        if options.prepare is not None:
            await options.prepare(target)
        yield target
    finally:
        if target._process is not None:
            await target._process.stop(options.grace)


def _check(options: TargetOptions) -> None:
    if options.url is None and options.start is None:
        raise UsageError("no target: give its URL with --target, or start it with --start 'COMMAND {port}'")
    if options.url is None and options.start is not None and "{port}" not in options.start:
        raise UsageError(
            "--start without --target: the command must take its port from {port}, "
            "or --target must say where the server listens"
        )
    if options.url is not None and "{port}" in options.url and options.start is None:
        raise UsageError(f"the target {options.url!r} has a {{port}}, but --start starts nothing on it")
    if options.ready is not None:
        if not options.ready:
            raise UsageError("--ready is empty: give a URL, a port or a part of a line of output")
        try:
            re.compile(options.ready)
        except re.error as error:
            if not options.ready.startswith(("http://", "https://")):
                raise UsageError(f"--ready {options.ready!r} is no regular expression: {error}") from None
        says = not options.ready.startswith(("http://", "https://")) and not re.fullmatch(
            r"([\w.\-\[\]:]*:)?(\d+|\{port\})", options.ready
        )
        if says and options.start is None:
            raise UsageError(f"--ready {options.ready!r} is a line of output, but --start starts nothing")


def _needs_port(options: TargetOptions) -> bool:
    given = (options.start, options.url, options.ready, options.reset)
    return options.start is not None and any("{port}" in text for text in given if text)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])
