"""Recordings told line by line: what a test's dialogue is made from."""

import json
from pathlib import Path
from typing import Any

from wsrecord.cassette.model import Ended, Head, Message, Opcode, Opened, Record, Request, Response
from wsrecord.cassette.recording import Recording, assemble
from wsrecord.cassette.store import CassetteWriter

_HEAD = Head(created="2026-11-21T10:00:00.000000Z", recorder="a test", targets={"/": "ws://x"}, nonce="")
_STEP = 0.001


class Recorded:
    """Says what happened, a millisecond apart unless `after` says how many seconds later."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._t = 0.0
        self._exchanges: dict[int, int] = {}

    def opened(self, connection: int) -> "Recorded":
        self._records.append(Opened(t=self._now(), connection=connection))
        return self

    def upgrade(
        self, session: int = 1, path: str = "/ws", status: int = 101, *, after: float = _STEP, **headers: str
    ) -> "Recorded":
        """A session on the connection of the same number."""
        given = [(name.replace("_", "-"), value) for name, value in headers.items()]
        asked = [
            ("Host", "127.0.0.1:9000"),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("Sec-WebSocket-Version", "13"),
            *given,
        ]
        place: dict[str, Any] = {"connection": session, "session": session, "exchange": self._count(session)}
        t = self._now(after)
        self._records.append(Request(t=t, began=t, method="GET", path=path, headers=tuple(asked), **place))
        t = self._now()
        self._records.append(Response(t=t, began=t, status=status, reason="", headers=(), **place))
        return self

    def ask(
        self, path: str, body: Any = None, answer: Any = None, *, connection: int = 1, method: str = "POST"
    ) -> "Recorded":
        """A plain exchange; without an answer, none ever came."""
        place: dict[str, Any] = {"connection": connection, "exchange": self._count(connection)}
        t = self._now()
        content = None if body is None else json.dumps(body).encode()
        headers = (("Host", "127.0.0.1:9000"), ("Content-Type", "application/json"))
        length = () if content is None else (("Content-Length", str(len(content))),)
        self._records.append(
            Request(t=t, began=t, method=method, path=path, headers=headers + length, body=content, **place)
        )
        if answer is not None:
            t = self._now()
            content = json.dumps(answer).encode()
            self._records.append(
                Response(t=t, began=t, status=200, reason="OK", headers=headers[1:], body=content, **place)
            )
        return self

    def client(self, said: Any, *, session: int = 1, after: float = _STEP) -> "Recorded":
        return self._message("client", said, session, after)

    def server(self, said: Any, *, session: int = 1, after: float = _STEP) -> "Recorded":
        return self._message("server", said, session, after)

    def control(
        self, opcode: Opcode, payload: bytes = b"", *, session: int = 1, after: float = _STEP
    ) -> "Recorded":
        record = Message(t=self._now(after), session=session, sender="client", opcode=opcode, payload=payload)
        self._records.append(record)
        return self

    def close(
        self, first: str = "client", code: int = 1000, *, session: int = 1, after: float = _STEP
    ) -> "Recorded":
        """Both closes, and the connection's end."""
        sides: Any = ("client", "server") if first == "client" else ("server", "client")
        t = self._now(after)
        for side in sides:
            self._records.append(
                Message(t=t, session=session, sender=side, opcode=Opcode.CLOSE, payload=code.to_bytes(2))
            )
        self._records += [Ended(t=self._now(), connection=session, sender=side, how="fin") for side in sides]
        return self

    def ended(self, sender: Any, how: str, *, connection: int = 1, after: float = _STEP) -> "Recorded":
        self._records.append(Ended(t=self._now(after), connection=connection, sender=sender, how=how))
        return self

    @property
    def recording(self) -> Recording:
        return assemble([_HEAD, *self._records], Path("told.wsr"), _HEAD)

    def save(self, path: Path) -> Path:
        """Write it as a cassette."""
        with CassetteWriter.create(path) as writer:
            for record in (_HEAD, *self._records):
                writer.record(record)
        return path

    def _message(self, sender: Any, said: Any, session: int, after: float) -> "Recorded":
        payload = said if isinstance(said, bytes) else json.dumps(said).encode()
        opcode = Opcode.BINARY if isinstance(said, bytes) else Opcode.TEXT
        self._records.append(
            Message(t=self._now(after), session=session, sender=sender, opcode=opcode, payload=payload)
        )
        return self

    def _now(self, after: float = _STEP) -> int:
        self._t += after
        return round(self._t * 1e9)

    def _count(self, connection: int) -> int:
        if connection not in self._exchanges:
            self.opened(connection)
        self._exchanges[connection] = self._exchanges.get(connection, 0) + 1
        return self._exchanges[connection]
