"""The relay that everybody writes first: two loops over the `websockets` library. It records nothing."""

import argparse
import asyncio

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed


async def pump(
    source: ServerConnection | ClientConnection, sink: ServerConnection | ClientConnection
) -> None:
    """Carry messages one way until either side closes, then close the other."""
    try:
        async for message in source:
            await sink.send(message)
    except ConnectionClosed:
        pass  # what one side's end was is not carried over: the simple relay's way
    finally:
        await sink.close()


async def relay(port: int, target: str) -> None:
    """Listen and connect each session to the target."""

    async def session(client: ServerConnection) -> None:
        assert client.request is not None
        headers = {"Authorization": client.request.headers.get("Authorization", "")}
        async with connect(
            target + client.request.path,
            additional_headers=headers,
            compression=None,
            ping_interval=None,
            max_size=None,
            proxy=None,
        ) as server:
            await asyncio.gather(pump(client, server), pump(server, client))

    async with serve(
        session, "127.0.0.1", port, compression=None, ping_interval=None, max_size=None
    ) as server:
        await server.serve_forever()


def main() -> None:
    """Relay until interrupted."""
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--target", required=True)
    chosen = options.parse_args()
    try:
        asyncio.run(relay(chosen.port, chosen.target))
    except KeyboardInterrupt:
        pass  # how the benchmark ends it


if __name__ == "__main__":
    main()
