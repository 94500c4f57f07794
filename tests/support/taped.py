"""A demo server behind the recorder's own proxy, all in this process: what happens goes into a cassette."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from wsrecord.cassette.redaction.redactor import Redactor
from wsrecord.demo.server import DemoServer
from wsrecord.live.proxy import Listen, Proxy, ProxyOptions
from wsrecord.live.recorder import Plan, Recorder
from wsrecord.live.turn import Turn
from wsrecord.live.upstream import Routes, parse_target


async def taped(server: DemoServer, out: Path, act: Callable[[int], Awaitable[object]]) -> None:
    """Record what `act` does with a server behind a proxy; it gets the proxy's port."""
    zero = time.monotonic_ns()
    clock = lambda: time.monotonic_ns() - zero  # noqa: E731
    target = parse_target(server.url, None)
    plan = Plan(out, {"/": target.url}, "0123456789ab", lambda: Redactor(nonce="0123456789ab"))
    recorder = Recorder(plan, clock, print)
    proxy = Proxy(
        ProxyOptions(Listen(port=0, fixed=True), Routes.of({"/": target})),
        log=lambda: recorder.log(tls=False),
        gone=lambda log: log.gone(),
        clock=clock,
        turn=Turn(clock, recorder.flush),
    )
    await proxy.start()
    try:
        await act(proxy.port)
        await server.shut_down()
    finally:
        await proxy.stop(2)
        recorder.close()
