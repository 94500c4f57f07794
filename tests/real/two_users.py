"""Two users of the demo server at once; then the first comes back with a resume token."""

import asyncio
import json
import os
import urllib.request
import uuid
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

URL, HTTP = os.environ["WSRECORD_URL"], os.environ["WSRECORD_HTTP_URL"]


def login(name: str, password: str) -> str:
    body = json.dumps({"username": name, "password": password}).encode()
    request = urllib.request.Request(f"{HTTP}/login", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["access_token"])


async def until(client: ClientConnection, wanted: str) -> dict[str, Any]:
    while True:
        said: dict[str, Any] = json.loads(await client.recv())
        if said["type"] == wanted:
            return said


async def session(token: str, prompts: list[str], resume: str = "") -> str:
    async with connect(
        f"{URL}?resume={resume}" if resume else URL,
        additional_headers={"Authorization": f"Bearer {token}"},
        subprotocols=[Subprotocol("agent.v1")],
    ) as client:
        hello = await until(client, "connection_established")
        for prompt in prompts:
            await client.send(
                json.dumps({"type": "start_agent", "message_id": str(uuid.uuid4()), "prompt": prompt})
            )
            await until(client, "agent_completed")
        return str(hello["resume_token"])


async def main() -> None:
    ada = await asyncio.to_thread(login, "ada", "analytical")
    grace = await asyncio.to_thread(login, "grace", "compiler")
    token, _ = await asyncio.gather(
        session(ada, ["What is 2+2?", "weather in Paris"]), session(grace, ["What is 3*7?"])
    )
    await session(ada, ["What is 5+5?"], token)


if __name__ == "__main__":
    asyncio.run(main())
