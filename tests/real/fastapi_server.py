"""The scenario's server as a FastAPI application, run by uvicorn in a thread."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from real.scenario import answers, closing
from real.seen import Seen, steady
from support.certificates import Certificate


def application(seen: Seen) -> FastAPI:
    app = FastAPI()

    @app.get("/hello")
    async def hello(x: str) -> dict[str, str]:
        return {"hello": x}

    @app.post("/echo")
    async def echo(request: Request) -> Response:
        body = await request.body()
        seen.tell("http", request.method, str(request.url.path), steady(request.headers.raw), body)
        return Response(body, media_type="application/json")

    @app.websocket("/refused")
    async def refused(ws: WebSocket) -> None:
        await ws.close()

    @app.websocket("/ws")
    async def talk(ws: WebSocket) -> None:
        run = ws.query_params["run"]
        seen.tell(run, "opened", str(ws.url.query), steady(ws.headers.raw), ws.scope["subprotocols"])
        await ws.accept(subprotocol=next(iter(ws.scope["subprotocols"]), None))
        try:
            await _answer(ws, run)
        finally:
            seen.over(run)

    async def _answer(ws: WebSocket, run: str) -> None:
        while True:
            try:
                message = await ws.receive()
            except WebSocketDisconnect:
                return
            if message["type"] == "websocket.disconnect":
                seen.tell(run, "closed", message["code"], message.get("reason") or "")
                return
            text, data = message.get("text"), message.get("bytes")
            seen.tell(run, text, data)
            if text is None:
                await ws.send_bytes(data)
            elif close := closing(text):
                await ws.close(*close)
                return
            else:
                for answer in answers(text):
                    await ws.send_text(answer)

    return app


@contextmanager
def serve(seen: Seen, certificate: Certificate | None, ws: str) -> Iterator[int]:
    """Run it on a free port, with one of uvicorn's implementations of WebSocket."""
    config = uvicorn.Config(
        application(seen), port=0, ws=ws, lifespan="off", log_level="error", timeout_graceful_shutdown=2
    )
    config.load()
    if certificate:
        context = certificate.server_context()
        context.verify_mode = ssl.CERT_NONE
        config.ssl = context
    server = _Told(config)
    thread = threading.Thread(target=server.run, name=f"uvicorn {ws}")
    thread.start()
    try:
        assert server.ready.wait(10), "uvicorn did not start"
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)


class _Told(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, *args: object, **kwargs: object) -> None:
        await super().startup(*args, **kwargs)  # type: ignore[arg-type]
        self.ready.set()
