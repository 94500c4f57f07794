"""A server that repeats its clients' credentials wherever it can; run as `python -m support.tell_tale PORT`.

It lets in who shows the password in the first message.
"""

import asyncio
import base64
import http
import json
import sys
from typing import Any
from urllib.parse import quote

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

GIVEN = "Tok3nThatTheServerGave77"
PASSWORD = "correct horse battery"


def _told(request: Request) -> str:
    heads = [f"{name}: {value}" for name, value in request.headers.raw_items()]
    credentials = [one for one in heads if one.startswith(("Authorization", "Cookie", "X-Api"))]
    return " ".join([*credentials, request.path, GIVEN])


def _answer(said: Any, told: str) -> list[dict[str, Any]]:
    coded = base64.b64encode(told.encode()).decode()
    text = said.get("text", "") if isinstance(said, dict) else ""
    req = said.get("req", "none") if isinstance(said, dict) else "none"
    match len(text) % 4 if isinstance(text, str) else 0:
        case 0:
            return [{"type": "echoed", "req": req, "text": told}]
        case 1:
            return [
                {"type": "echoed", "req": req, "text": {"plain": told, "coded": coded, "url": quote(told)}}
            ]
        case 2:
            return [{"type": GIVEN, "req": req}, {"type": "error", "req": req, "why": coded}]
    return [{"type": "error", "req": req, "code": quote(told, safe="")}]


async def _session(client: ServerConnection) -> None:
    assert client.request is not None
    told = _told(client.request)
    print(f"upgrade {told}", flush=True)
    known = False
    async for message in client:
        try:
            said = json.loads(message)
        except ValueError:
            await client.close(1011, told[-100:])
            return
        if isinstance(said, dict) and said.get("type") == "auth":
            if said.get("password") == PASSWORD:
                known = True
                await client.send(json.dumps({"type": "welcome", "token": GIVEN, "was": said}))
            else:
                await client.close(4401, f"not {said.get('password')}"[:100])
                return
        elif not known:
            await client.close(4401, f"no password, as {PASSWORD}"[:100])
            return
        else:
            for one in _answer(said, f"{told} {PASSWORD}"):
                await client.send(json.dumps(one))
            if len(str(said.get("text", ""))) > 100:
                await client.close(1011, f"{PASSWORD} {GIVEN}")


def _page(client: ServerConnection, request: Request) -> Response | None:
    return client.respond(http.HTTPStatus.OK, "well\n") if request.path == "/health" else None


async def _main(port: int) -> None:
    async with serve(_session, "127.0.0.1", port, process_request=_page) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
