"""A socket that the system holds little for: whoever does not read it is noticed soon."""

import asyncio
import socket

from wsrecord.live.upstream import Upstream


async def connected(upstream: Upstream, window: int) -> socket.socket:
    """Connect, with so many bytes for what comes; OSError says why not."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(upstream.host, upstream.port, type=socket.SOCK_STREAM)
    family, kind, protocol, _, address = found[0]
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)  # before: the peer is told then
        await loop.sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock
