"""A small server that keeps to a contract, but for one bug: `-m support.shopkeeper PORT CONTRACT [BUG]`."""

import asyncio
import itertools
import json
import os
import secrets
import sys
import time
from pathlib import Path
from typing import Any

from websockets.asyncio.server import Request, Response, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed

from wsrecord.codec.unit import Unit
from wsrecord.contract.classify import Classifier, Event
from wsrecord.contract.load import load
from wsrecord.contract.model import Contract

_CARTS = itertools.count(1_000_000_007)


class Shop:
    """What is known of one client."""

    def __init__(self, contract: Contract, bug: str) -> None:
        self._classify = Classifier(contract).classify
        self._bug = bug
        self._carts: set[int] = set()
        self._puts = 0

    def answer(self, text: str | bytes) -> dict[str, Any] | None:
        """The answer to a message."""
        if isinstance(text, bytes):
            return {"type": "error"}
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            return None if self._bug == "silent" else {"type": "error"}
        if not self._right(said):
            if self._bug == "dies" and isinstance(said, dict) and said.get("type") == "dance":
                os._exit(1)
            asked = said.get("id") if isinstance(said, dict) else None
            if self._bug == "lenient" and isinstance(asked, str) and said.get("type") == "time":
                return {"type": "now", "re": asked}
            return {"type": "error"}
        return self._done(said)

    def _right(self, said: Any) -> bool:
        event = self._classify(Unit(said, "client"))
        try:
            json.dumps(said, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return False
        if not isinstance(event, Event):
            return False
        return event.spec.schema is None or event.spec.schema.is_valid(said)

    def _done(self, said: dict[str, Any]) -> dict[str, Any] | None:
        match said["type"]:
            case "open":
                if self._bug == "single" and self._carts:  # no bug: one cart is enough
                    return {"type": "error", "re": said["id"]}
                if self._bug == "picky" and said.get("colour") == "blue":
                    return {"type": "error", "re": said["id"]}
                if self._bug == "slow" and said.get("colour") == "red":
                    time.sleep(1.6)  # on the event loop: that is the bug
                cart = next(_CARTS)
                self._carts.add(cart)
                return {"type": "opened", "re": said["id"], "cart": cart}
            case "put":
                if said["cart"] not in self._carts:
                    return {"type": "error", "re": said["id"]}
                self._puts += 1
                if self._bug == "second" and self._puts == 2:
                    raise RuntimeError("the second one")
                return {"type": "taken", "re": said["id"]}
            case "time":
                if self._bug == "tells":
                    raise RuntimeError("what time is it?")
                wrong = self._bug == "wrong" or (self._bug == "once" and _first("once"))
                return {"type": "now", "re": 5 if wrong else said["id"]}
        return None


def _first(name: str) -> bool:
    """Whether no server that ran here has asked this before."""
    try:
        Path(name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _tell(connection: ServerConnection) -> None:
    """All that it knows of a client, in colour and broken over lines, as some loggers print it."""
    request = connection.request
    bearer = str(request and request.headers.get("Authorization"))
    print(f"\x1b[2J\x1b]0;title\x07{bearer!r} {bearer.removeprefix('Bearer ')}", file=sys.stderr)
    for value in (bearer.removeprefix("Bearer "), os.environ.get("SHOP_PASSWORD", "")):
        print(f"{value[:5]}\x1b[1m{value[5:]}\x1b[0m", json.dumps({"password": value}), file=sys.stderr)


async def main(port: int, path: str, bug: str) -> None:
    """Serve until the end."""
    contract = load(path)

    async def client(connection: ServerConnection) -> None:
        shop = Shop(contract, bug)
        try:
            async for text in connection:
                answer = shop.answer(text)
                if answer is not None:
                    await connection.send(json.dumps(answer))
        except ConnectionClosed:
            pass
        except RuntimeError:
            if bug == "tells":
                _tell(connection)
            raise

    members: set[str] = set()

    def let_in(_: ServerConnection, request: Request) -> Response | None:
        if request.path == "/join":
            members.add(token := secrets.token_urlsafe(24))
            print(f"joined by {token}", file=sys.stderr)
            return Response(200, "OK", Headers(), token.encode())
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if "SHOP_MEMBERS" in os.environ and bearer not in members:
            return Response(401, "Unauthorized", Headers())
        return None

    async with serve(client, "127.0.0.1", port, process_request=let_in):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else ""))
