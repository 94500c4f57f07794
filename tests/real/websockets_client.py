"""The scenario's client with the websockets package: what it saw, as a list."""

import asyncio
import http.client
import json
import ssl
from urllib.parse import urlsplit

from real import scenario as s
from real.scenario import Place
from real.seen import steady
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

PROTOCOLS = [Subprotocol(name) for name in s.PROTOCOLS]


def run(place: Place) -> list[object]:
    context = ssl.create_default_context(cafile=place.ca) if place.ca else None
    saw: list[object] = []
    _ask(place, context, saw)
    asyncio.run(asyncio.wait_for(_run(place, context, saw), 30))
    return saw


def _ask(place: Place, context: ssl.SSLContext | None, saw: list[object]) -> None:
    at = urlsplit(place.http)
    if context:
        caller = http.client.HTTPSConnection(at.hostname or "", at.port, timeout=10, context=context)
    else:
        caller = http.client.HTTPConnection(at.hostname or "", at.port, timeout=10)
    body = json.dumps({"text": s.TEXT})
    for method, path, data in (
        ("GET", "/hello?x=1", None),
        ("POST", "/echo", body),
        ("HEAD", "/nothing", None),
    ):
        caller.request(method, path, data)
        answer = caller.getresponse()
        saw.append((answer.status, steady(answer.getheaders()), answer.read()))
    caller.close()


async def _run(place: Place, context: ssl.SSLContext | None, saw: list[object]) -> None:
    async with connect(f"{place.ws}/ws?run={s.TALK}", ssl=context, subprotocols=PROTOCOLS) as ws:
        await _talk(ws, saw)
    async with connect(f"{place.ws}/ws?run={s.CLOSED}", ssl=context, subprotocols=PROTOCOLS) as ws:
        await ws.send("close {} {}".format(*s.SERVER_CLOSE))
        try:
            await ws.recv()
        except ConnectionClosed as end:
            saw.append(("closed", str(end.rcvd), str(end.sent), end.rcvd_then_sent))
    try:
        await connect(f"{place.ws}/refused", ssl=context)
    except InvalidStatus as refused:
        saw.append(("refused", refused.response.status_code, refused.response.body))


async def _talk(ws: ClientConnection, saw: list[object]) -> None:
    assert ws.response
    saw.append(("opened", ws.subprotocol, steady(ws.response.headers.raw_items())))
    for text in s.SAID:
        await ws.send(text)
        saw += [("text", await ws.recv()) for _ in s.answers(text)]
    # as a stream: in fragments
    await ws.send(_pieces(s.BINARY))
    saw.append(("binary", await ws.recv()))
    await asyncio.wait_for(await ws.ping(s.PING), 10)
    saw.append(("pong",))
    await ws.close(*s.CLIENT_CLOSE)
    saw.append(("closed", ws.close_code, ws.close_reason))


async def _pieces(data: bytes):  # type: ignore[no-untyped-def]
    for i in range(0, len(data), 100):
        yield data[i : i + 100]
