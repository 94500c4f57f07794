"""A chat that is right in all that it does, and has its ways: `-m support.salon PORT CONTRACT [WAY]`."""

import asyncio
import json
import sys
import time
from typing import Any

from websockets.asyncio.server import Request, Response, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed

from wsrecord.codec.unit import Unit
from wsrecord.contract.classify import Classifier, Event
from wsrecord.contract.load import load

_CROWD = 5  # connections, or messages within a second
_BYE = 3  # messages after which it closes

CONTRACT: dict[str, Any] = {
    "contract": "salon",
    "name": "/type",
    "client": {
        "join": {
            "type": "object",
            "properties": {"type": {"const": "join"}, "id": {"type": "string", "minLength": 1}},
            "required": ["type", "id"],
            "additionalProperties": False,
        },
        "say": {
            "type": "object",
            "properties": {
                "type": {"const": "say"},
                "id": {"type": "string", "minLength": 1},
                "text": {"type": "string", "maxLength": 50},
            },
            "required": ["type", "id", "text"],
            "additionalProperties": False,
        },
    },
    "server": {"ok": None, "error": None},
    "keys": {"request": ["/id", "/re"]},
    "flows": {
        "request": {
            "key": "request",
            "order": "join (ok | error) | say (ok | error)",
            "unkeyed": "skip",
            "reuse": True,
        }
    },
}


class Salon:
    """One session."""

    def __init__(self, classifier: Classifier, way: str) -> None:
        self._classify = classifier.classify
        self._way = way
        self._joined = False
        self._times: list[float] = []

    def answer(self, text: str | bytes) -> dict[str, Any] | int:
        """The answer, or a code to close with."""
        self._times = [t for t in self._times if time.monotonic() - t < 1] + [time.monotonic()]
        if len(self._times) > _CROWD and self._way == "rate":
            return {"type": "error"}
        try:
            said = json.loads(text) if isinstance(text, str) else None
            json.dumps(said, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            return {"type": "error"}
        event = self._classify(Unit(said, "client"))
        if not isinstance(event, Event) or event.spec.schema is None or not event.spec.schema.is_valid(said):
            return {"type": "error"}
        no = {"type": "error", "re": said["id"]}
        if self._way == "members":
            return self._of_members(said)
        if self._way == "strict" and said["type"] == "say" and len(said["text"]) == 50:
            return no
        if (said["type"] == "say") != self._joined and self._way not in ("rate", "bye", "strict"):
            return no
        self._joined = True
        return {"type": "ok", "re": said["id"]}

    def _of_members(self, said: dict[str, Any]) -> dict[str, Any] | int:
        """Nobody may say anything before they joined; who does is closed."""
        if said["type"] == "say" and not self._joined:
            return 1008
        self._joined = True
        return {"type": "ok", "re": said["id"]}


async def main(port: int, path: str, way: str) -> None:
    """Serve until the end."""
    classifier = Classifier(load(path))
    inside: set[ServerConnection] = set()

    async def client(connection: ServerConnection) -> None:
        if way == "full" and len(inside) >= _CROWD:
            await connection.close(1013)
            return
        inside.add(connection)
        salon, many = Salon(classifier, way), 0
        try:
            async for text in connection:
                answer = salon.answer(text)
                if isinstance(answer, int):
                    await connection.close(answer)
                    return
                await connection.send(json.dumps(answer))
                many += 1
                if way == "bye" and many == _BYE:
                    await connection.close(1000)
                    return
        except ConnectionClosed:
            pass
        finally:
            inside.discard(connection)

    def let_in(_: ServerConnection, __: Request) -> Response | None:
        if (way == "busy" and len(inside) >= _CROWD) or (way == "closed" and inside):
            return Response(503, "Service Unavailable", Headers())
        return None

    async with serve(client, "127.0.0.1", port, process_request=let_in, max_size=4 << 20):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else ""))
