"""The floor for a relay in asyncio: bytes in, the same bytes out, nobody looks at them."""

import argparse
import asyncio


class Side(asyncio.Protocol):
    """One end of a relayed connection; `other` is where its bytes go."""

    def __init__(self, other: "Side | None" = None, target: int | None = None) -> None:
        self.other = other
        self.target = target
        self.transport: asyncio.Transport
        self.early: list[bytes] = []
        self.dialing: asyncio.Task[object] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client came: dial the target. The target answered: hand over what came early."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if self.target is not None:
            loop = asyncio.get_running_loop()
            self.dialing = loop.create_task(
                loop.create_connection(lambda: Side(self), "127.0.0.1", self.target)
            )
        elif self.other is not None:
            self.other.other = self
            transport.writelines(self.other.early)
            self.other.early.clear()

    def data_received(self, data: bytes) -> None:
        """Pass the bytes on."""
        if self.other is None:
            self.early.append(data)
        else:
            self.other.transport.write(data)

    def pause_writing(self) -> None:
        """This side takes no more: stop reading from the other."""
        if self.other is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """This side takes again."""
        if self.other is not None and not self.other.transport.is_closing():
            self.other.transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        """One side went: so does the other."""
        if self.other is not None:
            self.other.transport.close()


async def relay(port: int, target: int) -> None:
    """Listen until interrupted."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Side(target=target), "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


def main() -> None:
    """Relay until interrupted."""
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--target", type=int, required=True)
    chosen = options.parse_args()
    try:
        asyncio.run(relay(chosen.port, chosen.target))
    except KeyboardInterrupt:
        pass  # how the benchmark ends it


if __name__ == "__main__":
    main()
