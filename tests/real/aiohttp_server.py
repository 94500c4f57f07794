"""The scenario's server in aiohttp, in a thread."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import WSMsgType, web
from real.scenario import PROTOCOLS, answers, closing
from real.seen import Seen, steady
from support.certificates import Certificate


def application(seen: Seen) -> web.Application:
    async def hello(request: web.Request) -> web.Response:
        return web.json_response({"hello": request.query["x"]})

    async def echo(request: web.Request) -> web.Response:
        body = await request.read()
        seen.tell("http", request.method, request.path, steady(request.raw_headers), body)
        return web.Response(body=body, content_type="application/json")

    async def refused(_: web.Request) -> web.Response:
        return web.Response(status=403, text="not you")

    async def talk(request: web.Request) -> web.WebSocketResponse:
        run = request.query["run"]
        ws = web.WebSocketResponse(protocols=PROTOCOLS, timeout=5)
        seen.tell(run, "opened", request.query_string, steady(request.raw_headers))
        await ws.prepare(request)
        try:
            await _answer(ws, run)
        finally:
            seen.over(run)
        return ws

    async def _answer(ws: web.WebSocketResponse, run: str) -> None:
        while True:
            message = await ws.receive()
            if message.type is WSMsgType.TEXT:
                seen.tell(run, message.data)
                if close := closing(message.data):
                    await ws.close(code=close[0], message=close[1].encode())
                    return
                for answer in answers(message.data):
                    await ws.send_str(answer)
            elif message.type is WSMsgType.BINARY:
                seen.tell(run, message.data)
                await ws.send_bytes(message.data)
            else:
                seen.tell(run, "closed", message.type.name, ws.close_code, message.extra or "")
                return

    app = web.Application()
    app.router.add_get("/hello", hello)
    app.router.add_post("/echo", echo)
    app.router.add_get("/refused", refused)
    app.router.add_get("/ws", talk)
    return app


@contextmanager
def serve(seen: Seen, certificate: Certificate | None) -> Iterator[int]:
    """Run it on a free port."""
    ready, loop, stop = threading.Event(), asyncio.new_event_loop(), asyncio.Event()
    ports: list[int] = []

    async def main() -> None:
        runner = web.AppRunner(application(seen), shutdown_timeout=2)
        await runner.setup()
        context = certificate.server_context() if certificate else None
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        ports.append(runner.addresses[0][1])
        ready.set()
        await stop.wait()
        await runner.cleanup()

    def run() -> None:
        loop.run_until_complete(main())
        loop.close()

    thread = threading.Thread(target=run, name="aiohttp server")
    thread.start()
    try:
        assert ready.wait(10), "aiohttp did not start"
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
