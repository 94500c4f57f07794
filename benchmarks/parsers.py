"""Parsers alone: µs for a masked message of 300 B, fed 64 KB at a time, each payload asked for as bytes.

`python -m benchmarks.parsers [NAME…]` prints one JSON object; a parser whose package is missing is left out.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from benchmarks.client import open_session
from benchmarks.payloads import client_block, payloads

SIZE = 300
_CHUNK = 64 * 1024
_PASSES = 40
Feed = Callable[[bytes], int]  # some bytes in, payloads found


def _websockets() -> Feed:
    from websockets.frames import Frame
    from websockets.protocol import OPEN
    from websockets.server import ServerProtocol

    protocol = ServerProtocol(state=OPEN, max_size=None)

    def feed(data: bytes) -> int:
        protocol.receive_data(data)
        return sum(1 for event in protocol.events_received() if isinstance(event, Frame) and event.data)

    return feed


def _wsproto() -> Feed:
    from wsproto.connection import Connection, ConnectionType

    connection = Connection(ConnectionType.SERVER)

    def feed(data: bytes) -> int:
        connection.receive_data(data)
        return sum(1 for event in connection.events() if event.message_finished)

    return feed


def _wsrecord() -> Feed:
    from wsrecord.wire.messages import MessageReader

    reader = MessageReader("client")

    def feed(data: bytes) -> int:
        return sum(1 for _, payload, *_ in reader.feed(data, 0) if payload)

    return feed


async def _picows(chunks: list[bytes]) -> float:
    """Its parser lives in an asyncio protocol: shake hands on a real socket, then feed it by hand."""
    import picows

    from benchmarks.processes import free_port

    class Listener(picows.WSListener):
        def __init__(self) -> None:
            super().__init__()
            self.found = 0
            self.transport: asyncio.Future[picows.WSTransport] = asyncio.get_running_loop().create_future()

        def on_ws_connected(self, transport: picows.WSTransport) -> None:
            self.transport.set_result(transport)

        def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
            self.found += bool(frame.get_payload_as_bytes())

    listener, port = Listener(), free_port()
    server = await picows.ws_create_server(lambda _: listener, "127.0.0.1", port)
    sock = await asyncio.to_thread(open_session, port, "/")
    protocol: Any = (await listener.transport).underlying_transport.get_protocol()

    def feed(data: bytes) -> int:
        before, at = listener.found, 0
        while at < len(data):
            room = protocol.get_buffer(-1)
            part = data[at : at + len(room)]
            room[: len(part)] = part
            protocol.buffer_updated(len(part))
            at += len(part)
        return listener.found - before

    seconds = _timed(feed, chunks)
    sock.close()
    server.close()
    return seconds


def _timed(feed: Feed, chunks: list[bytes]) -> float:
    """Seconds a message; the first tenth is for warming up."""
    warm = len(chunks) // 10
    early = sum(map(feed, chunks[:warm]))
    began = time.perf_counter()
    found = sum(map(feed, chunks[warm:]))
    seconds = time.perf_counter() - began
    wanted = _PASSES * len(payloads(SIZE))
    if early + found != wanted:
        raise AssertionError(f"{early + found} of {wanted} messages were found")
    return seconds / found


PARSERS: dict[str, Callable[[], Feed] | None] = {
    "websockets": _websockets,
    "wsproto": _wsproto,
    "picows": None,
    "wsrecord": _wsrecord,
}


def measure(names: list[str]) -> dict[str, float]:
    """µs a message for every parser that can be imported here."""
    data = client_block(SIZE).frames * _PASSES
    chunks = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
    found = {}
    for name in names:
        make = PARSERS[name]
        with suppress(ImportError):
            found[name] = (asyncio.run(_picows(chunks)) if make is None else _timed(make(), chunks)) * 1e6
    return found


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1:] or list(PARSERS))))
