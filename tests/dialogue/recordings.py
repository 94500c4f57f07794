"""Recordings made of values: exchanges and sessions, a millisecond apart where no time is given."""

import json
from pathlib import Path
from typing import Any

from wsrecord.cassette.model import Direction, End, Ended, Head, Message, Opcode, Request, Response, Secret
from wsrecord.cassette.recording import Connection, Exchange, Recording, Session

NONCE = "0123456789ab"
HEAD = Head(created="2026-11-21T10:00:00.000000Z", recorder="a test", targets={"/": "ws://t"}, nonce=NONCE)
_MILLISECOND = 1_000_000


def secret(name: str, number: int = 1) -> str:
    """A placeholder."""
    return f"wsr-{NONCE}-{name}-{number}"


class Writer:
    """Writes a recording down, in the order in which things are told to it."""

    def __init__(self, *secrets: str) -> None:
        self.clock = 0
        self.recording = Recording(path=Path("test.wsr"), head=HEAD, end=End(
            t=0, connections=0, exchanges=0, sessions=0, messages=0
        ))  # fmt: skip
        self.recording.secrets += (
            Secret(placeholder=one, name=one.split("-")[2], length=20) for one in secrets
        )
        self._sessions: dict[int, Session] = {}

    def at(self, seconds: float) -> "Writer":
        """What comes next comes then."""
        self.clock = round(seconds * 1e9) - _MILLISECOND
        return self

    def exchange(
        self, method: str, path: str, body: Any = None, answer: Any = None, status: int = 200,
        headers: Any = (), answered: Any = (), late: float = 0,
    ) -> "Writer":  # fmt: skip
        """A request on a connection of its own, and its answer."""
        number = self._connection().number
        common: dict[str, Any] = {"connection": number, "exchange": 1}
        t = self._tick()
        request = Request(
            t=t, began=t, method=method, path=path, headers=tuple(headers), body=_bytes(body), **common
        )
        t = self._tick() if not late else t + round(late * 1e9)
        response = Response(
            t=t, began=t, status=status, reason="", headers=tuple(answered), body=_bytes(answer), **common
        )
        self.recording.connections[-1].exchanges.append(Exchange(number, 1, request, response))
        return self

    def open(
        self, number: int = 1, path: str = "/ws", headers: Any = (), answered: Any = (), status: int = 101
    ) -> "Writer":
        """An upgrade."""
        connection = self._connection()
        common: dict[str, Any] = {"connection": connection.number, "exchange": 1, "session": number}
        t = self._tick()
        session = Session(number, connection.number)
        session.request = Request(t=t, began=t, method="GET", path=path, headers=tuple(headers), **common)
        t = self._tick()
        session.response = Response(t=t, began=t, status=status, reason="", headers=tuple(answered), **common)
        connection.session = self._sessions[number] = session
        self.recording.sessions.append(session)
        return self

    def client(self, value: Any, session: int = 1, **more: Any) -> "Writer":
        """The client says it."""
        return self._say(session, "client", value, **more)

    def server(self, value: Any, session: int = 1, **more: Any) -> "Writer":
        """The server says it."""
        return self._say(session, "server", value, **more)

    def end(self, session: int = 1, sender: Direction = "client", how: str = "fin") -> "Writer":
        """One side ends the connection."""
        place = self._sessions[session]
        place.ended.append(Ended(t=self._tick(), connection=place.connection or 0, sender=sender, how=how))
        return self

    def _say(self, session: int, sender: Direction, value: Any, **more: Any) -> "Writer":
        if session not in self._sessions:
            self.open(session)
        fields = {"opcode": Opcode.TEXT, "payload": _bytes(value) or b"", **more}
        self._sessions[session].messages.append(
            Message(t=self._tick(), session=session, sender=sender, **fields)
        )
        return self

    def _connection(self) -> Connection:
        self.recording.connections.append(Connection(len(self.recording.connections) + 1))
        return self.recording.connections[-1]

    def _tick(self) -> int:
        self.clock += _MILLISECOND
        return self.clock


def _bytes(value: Any) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()
