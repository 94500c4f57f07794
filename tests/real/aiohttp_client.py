"""The scenario's client in aiohttp: what it saw, as a list."""

import asyncio
import ssl

import aiohttp
from aiohttp import WSMsgType
from real import scenario as s
from real.scenario import Place
from real.seen import steady


def run(place: Place) -> list[object]:
    return asyncio.run(asyncio.wait_for(_run(place), 30))


async def _run(place: Place) -> list[object]:
    context = ssl.create_default_context(cafile=place.ca) if place.ca else None
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context or True)) as http:
        saw: list[object] = []
        await _ask(http, place, saw)
        await _talk(http, place, saw)
        await _be_closed(http, place, saw)
        try:
            await http.ws_connect(f"{place.ws}/refused")
        except aiohttp.WSServerHandshakeError as refused:
            saw.append(("refused", refused.status))
        return saw


async def _ask(http: aiohttp.ClientSession, place: Place, saw: list[object]) -> None:
    async with http.get(f"{place.http}/hello?x=1") as answer:
        saw.append((answer.status, steady(answer.raw_headers), await answer.read()))
    async with http.post(f"{place.http}/echo?run=asked", json={"text": s.TEXT}) as answer:
        saw.append((answer.status, steady(answer.raw_headers), await answer.read()))
    async with http.head(f"{place.http}/nothing") as answer:
        saw.append((answer.status, steady(answer.raw_headers), await answer.read()))


async def _talk(http: aiohttp.ClientSession, place: Place, saw: list[object]) -> None:
    url = f"{place.ws}/ws?run={s.TALK}"
    async with http.ws_connect(url, protocols=s.PROTOCOLS, compress=15, autoping=False) as ws:
        saw.append(("opened", ws.protocol, ws.compress, steady(ws._response.raw_headers)))
        for text in s.SAID:
            await ws.send_str(text)
            saw += [("text", await ws.receive_str()) for _ in s.answers(text)]
        await ws.send_bytes(s.BINARY)
        saw.append(("binary", await ws.receive_bytes()))
        await ws.ping(s.PING)
        pong = await ws.receive()
        saw.append((pong.type.name, bytes(pong.data)))
        await ws.close(code=s.CLIENT_CLOSE[0], message=s.CLIENT_CLOSE[1].encode())
        saw.append(("closed", ws.close_code))


async def _be_closed(http: aiohttp.ClientSession, place: Place, saw: list[object]) -> None:
    async with http.ws_connect(f"{place.ws}/ws?run={s.CLOSED}", protocols=s.PROTOCOLS) as ws:
        await ws.send_str("close {} {}".format(*s.SERVER_CLOSE))
        end = await ws.receive()
        assert end.type in (WSMsgType.CLOSE, WSMsgType.CLOSED)
        saw.append((end.type.name, end.data, end.extra, ws.close_code))
