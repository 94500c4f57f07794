"""A client that receives through the `websockets` library, as a test would: one run, printed as JSON.

Given a cassette, cassetter records it, by patching the library inside this very process. That is why
cassetter can't stand between the raw sockets of the other measurements.
"""

import argparse
import asyncio
import json
import time
from contextlib import nullcontext

import websockets

from benchmarks.client import SECRET


async def receive(url: str, count: int) -> None:
    """Ask for `count` messages and take them all."""
    headers = {"Authorization": f"Bearer {SECRET.decode()}"}
    async with websockets.connect(
        url, compression=None, max_size=None, ping_interval=None, proxy=None, additional_headers=headers
    ) as session:
        await session.send('{"type":"start_agent"}')
        for _ in range(count):
            await session.recv()


def main() -> None:
    """Time it from before the connection until the cassette is written."""
    options = argparse.ArgumentParser()
    options.add_argument("url")
    options.add_argument("count", type=int)
    options.add_argument("--cassetter")
    chosen = options.parse_args()
    recording = nullcontext()
    if chosen.cassetter:
        from cassetter import use_cassette

        recording = use_cassette(chosen.cassetter, record_mode="all", intercept=["websockets"])
    began, cpu = time.perf_counter(), time.process_time()
    with recording:
        asyncio.run(receive(chosen.url, chosen.count))
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
