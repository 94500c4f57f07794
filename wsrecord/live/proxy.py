"""The listening side: accepts clients, gives each a relay, and ends them all at the end."""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from wsrecord.errors import UsageError
from wsrecord.live.end import End
from wsrecord.live.relay import Log, Relay, Setting
from wsrecord.live.resets import Resets
from wsrecord.live.turn import Turn
from wsrecord.live.upstream import Routes, Upstream
from wsrecord.wire.heads import Rewrite
from wsrecord.wire.items import DEFAULT_BOUNDS, Bounds
from wsrecord.wire.tap import Tap

_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
_TRIES = 100  # ports after the default one


@dataclass(frozen=True, slots=True)
class Listen:
    """Where clients connect to; `fixed` when the user asked for this very port."""

    host: str = "127.0.0.1"
    port: int = 9000
    fixed: bool = False
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class ProxyOptions:
    """How the proxy relays."""

    listen: Listen
    routes: Routes
    bounds: Bounds = DEFAULT_BOUNDS
    keep_host: bool = False
    keep_raw: bool = False
    connections: int = 10_000
    handshake_timeout: float = 60.0
    connect_timeout: float = 30.0


class Proxy:
    """A reverse proxy that lets a log see what passes."""

    def __init__(
        self,
        options: ProxyOptions,
        log: Callable[[], Log],
        gone: Callable[[Log], None],
        clock: Callable[[], int],
        turn: Turn,
    ) -> None:
        self.options = options
        self._log = log
        self._gone = gone
        self._relays: dict[Relay, Log] = {}
        self._server: asyncio.Server | None = None
        self._empty = asyncio.Event()
        self._accepted = self._welcomed = 0
        self.port = 0
        self._resets = Resets()
        self._setting = Setting(
            routes=options.routes,
            rewrite=self._rewrite,
            clock=clock,
            turn=turn,
            resets=self._resets,
            met=self._met,
            handshake_timeout=options.handshake_timeout,
            connect_timeout=options.connect_timeout,
            gone=self._forget,
        )
        self._rewrites: dict[tuple[Upstream, str], Rewrite] = {}

    @property
    def host(self) -> str:
        """The host that a client on this machine connects to."""
        host = self.options.listen.host
        if host in ("0.0.0.0", ""):  # noqa: S104 - only compared
            return "127.0.0.1"
        if host == "::":
            return "[::1]"
        return f"[{host}]" if ":" in host else host

    async def start(self) -> None:
        """Listen; on the next free port when the default one is taken."""
        listen = self.options.listen
        loop = asyncio.get_running_loop()
        last = listen.port + (0 if listen.fixed else _TRIES)
        for port in range(listen.port, last + 1):
            try:
                self._server = await loop.create_server(
                    self._accept,
                    listen.host,
                    port,
                    ssl=listen.tls,
                    ssl_handshake_timeout=self.options.handshake_timeout if listen.tls else None,
                    backlog=1024,
                )
            except OSError as error:
                if error.errno == errno.EADDRINUSE and port < last:
                    continue
                raise UsageError(self._cannot_listen(port, error)) from None
            self.port = self._server.sockets[0].getsockname()[1]
            self._refuse_itself()
            return

    def _refuse_itself(self) -> None:
        """A target that is this very proxy would be asked, and would ask, for ever."""
        own = self._own_addresses(self.options.listen.host)
        for _, upstream in self.options.routes.by_prefix:
            if f"{upstream.host}:{upstream.port}".lower().encode() in own:
                assert self._server is not None
                self._server.close()
                raise UsageError(
                    f"the target {upstream.url} is where the recorder itself listens; start the "
                    "server first, or have the recorder listen elsewhere with --listen"
                )

    def _cannot_listen(self, port: int, error: OSError) -> str:
        where = f"{self.options.listen.host}:{port}"
        if error.errno == errno.EADDRINUSE:
            return f"{where} is taken by another program; choose another port with --listen, or leave it out"
        return f"can't listen on {where}: {error.strerror or error}"

    @property
    def heard_out(self) -> bool:
        """Whether every client that there is has said that it says no more."""
        return all(relay.client.ended or relay.client.lost for relay in self._relays)

    async def stop(self, grace: float) -> None:
        """Take no more clients; give open connections their close and this many seconds to take it."""
        if self._server is not None:
            self._server.close()
        for relay in list(self._relays):
            try:
                relay.stop()
            except Exception as error:
                self._relays[relay].failed(error)
                relay.abort()
        if self._relays:
            try:
                async with asyncio.timeout(grace):
                    await self._empty.wait()
            except TimeoutError:
                for relay in list(self._relays):
                    relay.abort()
                await asyncio.sleep(0)  # let the transports tell their ends
        self._resets.close()

    @property
    def unmet(self) -> int:
        """Connections that ended within their TLS handshake."""
        return self._accepted - self._welcomed

    def _accept(self) -> End:
        self._accepted += 1
        log = self._log()
        tap = Tap(log, self.options.bounds, keep_raw=self.options.keep_raw)
        return Relay(self._setting, log, tap).client

    def _met(self, relay: Relay, log: Log) -> bool:
        """A client is connected (over TLS: has shaken hands); return whether there is room for it."""
        self._welcomed += 1
        self._relays[relay] = log
        self._empty.clear()
        log.opened()
        if len(self._relays) <= self.options.connections:
            return True
        log.trouble(f"more than {self.options.connections} connections at once; one was turned away")
        return False

    def _forget(self, relay: Relay) -> None:
        log = self._relays.pop(relay, None)
        if log is not None:
            self._gone(log)
        if not self._relays:
            self._empty.set()

    def _rewrite(self, upstream: Upstream, transport: asyncio.Transport) -> Rewrite | None:
        if self.options.keep_host:
            return None
        address = transport.get_extra_info("sockname")
        key = (upstream, str(address))
        if key not in self._rewrites:
            self._rewrites[key] = Rewrite(
                own=self._own_addresses(str(address[0])),
                host=upstream.host_header.encode(),
                scheme=upstream.http_scheme.encode(),
            )
        return self._rewrites[key]

    def _own_addresses(self, address: str) -> frozenset[bytes]:
        hosts = {*_LOCAL_NAMES, self.options.listen.host, f"[{address}]" if ":" in address else address}
        hosts.add(socket.gethostname())
        own = {f"{host}:{self.port}" for host in hosts}
        if self.port == (443 if self.options.listen.tls else 80):
            own |= hosts
        return frozenset(name.lower().encode() for name in own)
