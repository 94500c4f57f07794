"""A listening socket for clients of our own server: on the port asked for, or on the next free one."""

import asyncio
import errno
from collections.abc import Callable

from wsrecord.errors import UsageError
from wsrecord.live.proxy import Listen

_TRIES = 100  # ports after the default one


async def listen(
    place: Listen, accept: Callable[[], asyncio.BaseProtocol], handshake: float
) -> asyncio.Server:
    """Listen; a UsageError says why that can't be."""
    loop = asyncio.get_running_loop()
    port = place.port
    last = port + (0 if place.fixed else _TRIES)
    while True:
        try:
            return await loop.create_server(
                accept,
                place.host,
                port,
                ssl=place.tls,
                ssl_handshake_timeout=handshake if place.tls else None,
            )
        except (OSError, ValueError) as error:
            taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
            if taken and port < last:
                port += 1
                continue
            why = (
                "it is taken by another program" if taken else getattr(error, "strerror", None) or str(error)
            )
            raise UsageError(
                f"can't listen on {place.host}:{port}: {why}; choose another place with --listen"
            ) from None


class TurnedAway(asyncio.Protocol):
    """One connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close it."""
        transport.close()
