"""RSTs from ends that had sent their FIN: asyncio no longer looks at these, and would not notice.

A socket whose peer half-closed is not read any more. An epoll of our own, itself watched by the
loop, still hears of errors there. On systems without epoll such a RST shows at the next write.
"""

import asyncio
import select
import socket
from collections.abc import Callable


class Resets:
    """Watches half-closed sockets for their RST."""

    def __init__(self) -> None:
        self._poll: select.epoll | None = None
        self._numbers: dict[asyncio.Transport, int] = {}
        self._heard: dict[int, Callable[[ConnectionResetError], None]] = {}

    def watch(self, transport: asyncio.Transport, heard: Callable[[ConnectionResetError], None]) -> None:
        """Call `heard` once if a RST comes."""
        sock: socket.socket | None = transport.get_extra_info("socket")
        if not hasattr(select, "epoll") or sock is None or sock.fileno() < 0:
            return
        if self._poll is None:
            self._poll = select.epoll()
            asyncio.get_running_loop().add_reader(self._poll.fileno(), self._ready)
        try:
            # Edge-triggered, no event asked for: errors and hang-ups are always told.
            self._poll.register(sock.fileno(), select.EPOLLET)
        except OSError:
            return
        self._numbers[transport] = sock.fileno()
        self._heard[sock.fileno()] = heard

    def forget(self, transport: asyncio.Transport) -> None:
        """The socket is about to be closed: its number will be another's."""
        number = self._numbers.pop(transport, None)
        if number is None or self._poll is None:
            return
        del self._heard[number]
        try:
            self._poll.unregister(number)
        except OSError:  # closed already, and so unregistered
            pass

    def close(self) -> None:
        """Watch no more."""
        if self._poll is not None:
            asyncio.get_running_loop().remove_reader(self._poll.fileno())
            self._poll.close()
            self._poll = None

    def _ready(self) -> None:
        assert self._poll is not None
        for number, events in self._poll.poll(0):
            heard = self._heard.get(number)
            if heard is not None and events & select.EPOLLERR:
                heard(ConnectionResetError("reset after its end"))
