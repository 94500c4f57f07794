"""Lines from standard input without a thread: a thread blocked in a read would hold up Ctrl-C."""

import asyncio
import os
from collections.abc import AsyncIterator
from typing import TextIO

_CHUNK = 4096


async def lines(stream: TextIO) -> AsyncIterator[str]:
    """Yield the lines of a terminal, a pipe, a file or a text in memory, as they come."""
    try:
        descriptor = stream.fileno()
        data = await _chunk(descriptor)
    except (OSError, ValueError):
        # A file, which is always ready and which epoll refuses, or no descriptor at all.
        for text in stream:
            yield text.rstrip("\n")
        return
    rest = b""
    while data:
        *whole, rest = (rest + data).split(b"\n")
        for line in whole:
            yield line.decode(errors="replace").rstrip("\r")
        data = await _chunk(descriptor)
    if rest:
        yield rest.decode(errors="replace")


async def _chunk(descriptor: int) -> bytes:
    """Return the next bytes, b"" at the end."""
    loop = asyncio.get_running_loop()
    chunk: asyncio.Future[bytes] = loop.create_future()

    def take() -> None:
        # Read right here, and once: a moment later there may be nothing left, and a read would block.
        loop.remove_reader(descriptor)
        if chunk.done():
            return
        try:
            chunk.set_result(os.read(descriptor, _CHUNK))
        except OSError as error:
            chunk.set_exception(error)

    loop.add_reader(descriptor, take)
    try:
        return await chunk
    finally:
        loop.remove_reader(descriptor)
