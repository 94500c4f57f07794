"""A raw client that plays the dialogues of the planted bugs, and notes what it saw."""

import asyncio
import base64
import json
import socket
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from demo.client import eventually, log_in, request
from websockets.frames import Frame, Opcode

from wsrecord.demo.bugs.steps import Step
from wsrecord.demo.server import DemoServer

Event = dict[str, Any]
_SYNC = b"sync"


class Session:
    """One connection, and what came on it."""

    def __init__(self) -> None:
        self.status = 0
        self.events: list[Event] = []
        self.pings: list[bytes] = []
        self.pongs: list[bytes] = []
        self.close_code: int | None = None
        self.close_payload = b""
        self.sent: list[str] = []
        self.waited = 0.0  # seconds for the answer to a ping frame behind it all
        self.stopped = self.over = False
        self.stayed = False  # whether it was still open when the dialogue was over
        self.messages = 0
        self._taken = 0
        self._synced = 0
        self._changed = asyncio.Event()

    async def open(self, port: int, path: str, token: str, *, narrow: bool) -> None:
        sock = socket.socket()
        if narrow:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        self.reader, self.writer = await asyncio.open_connection(sock=sock)
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        head += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: agent.v1\r\n"
        head += "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        self.writer.write(head.encode())
        answer = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)
        self.status = int(answer.split()[1])
        if self.status != 101:
            self.over = True
            self.writer.close()
            return
        self._listening = asyncio.create_task(self._listen())
        await self.hear("connection_established")

    async def _listen(self) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                first, size = await self.reader.readexactly(2)
                if size == 126:
                    (size,) = struct.unpack("!H", await self.reader.readexactly(2))
                self._take(Opcode(first & 15), await self.reader.readexactly(size))
                self._changed.set()
        self.over = True
        self._changed.set()
        self.writer.close()

    def _take(self, opcode: Opcode, data: bytes) -> None:
        if opcode is Opcode.TEXT:
            self.events.append(json.loads(data))
        elif opcode is Opcode.PONG and data.startswith(_SYNC):
            self._synced = int(data[len(_SYNC) :])
        elif opcode is Opcode.PONG:
            self.pongs.append(data)
        elif opcode is Opcode.CLOSE:
            self.close_payload = data
            self.close_code = int.from_bytes(data[:2], "big") if data else 1005
            self.frame(Opcode.CLOSE, data)

    async def _until(self, condition: Any) -> None:
        async with asyncio.timeout(8):
            while not condition() and not self.over:
                self._changed.clear()
                await self._changed.wait()

    async def hear(self, name: str) -> None:
        """Wait for the next event of this name; the end of the connection ends the wait too."""

        def come() -> bool:
            return any(event["type"] == name for event in self.events[self._taken :])

        await self._until(come)
        while come():
            self._taken += 1
            if self.events[self._taken - 1]["type"] == name:
                return

    def frame(self, opcode: Opcode, data: bytes, *, fin: bool = True) -> None:
        self.write(Frame(opcode, data, fin).serialize(mask=True))

    def write(self, data: bytes) -> None:
        if not self.over and not self.writer.is_closing():
            self.writer.write(data)

    async def sync(self, watch: float = 0) -> None:
        """Wait until all that was sent has been heard, and its answer has come; watch on for a while."""
        until = time.monotonic() + watch
        while not self.over and not self.stopped:
            begun, number = time.monotonic(), self._synced + 1
            self.frame(Opcode.PING, _SYNC + str(number).encode())
            await self._until(lambda number=number: self._synced >= number)
            now = time.monotonic()
            self.waited = max(self.waited, now - begun)
            if now >= until:
                break

    async def end(self) -> None:
        """Wait for the end of the connection."""
        if self.status == 101:
            await asyncio.wait_for(self._listening, 8)

    # What was seen, in short.

    def all(self, name: str) -> list[Event]:
        return [event for event in self.events if event["type"] == name]

    @property
    def errors(self) -> list[str]:
        return [event["code"] for event in self.all("error")]

    @property
    def answers(self) -> int:
        """How many events answer a message of the client's."""
        asked = [event for event in self.events if event.get("reply_to") is not None]
        return len(asked) + sum(
            error["reply_to"] is None and error["run_id"] is None for error in self.all("error")
        )

    @property
    def unanswered(self) -> list[str]:
        answered = {event.get("reply_to") for event in self.events}
        return [message_id for message_id in self.sent if message_id not in answered]


class Play:
    """One dialogue: with a server, through a proxy perhaps, or with whatever listens on a port."""

    def __init__(self, port: int, server: DemoServer | None = None) -> None:
        self.server = server
        self.port = port
        self.sessions: dict[str, Session] = {}
        self.health = 0
        self.alive = False
        self.world = server.registry.world if server else None
        self._number = 0

    def __getattr__(self, name: str) -> Session:
        return self.sessions[name.replace("_", " ")]

    async def act(self, steps: Sequence[Step]) -> "Play":
        """Play the steps."""
        self.steps = list(steps)
        for step in steps:
            await getattr(self, f"_do_{step.do}")(step)
            self.sessions[step.on].messages += step.is_message and step.do not in ("ping", "bytes")
        if self.server is not None:
            await self._look(self.server)
        return self

    async def _look(self, server: DemoServer) -> None:
        """Wait until all is quiet, and see how the server is."""
        sessions = list(self.sessions.values())
        await asyncio.gather(*(session.sync() for session in sessions))
        if any(session.stopped for session in sessions):
            await asyncio.gather(*(session.sync(0.5) for session in sessions))
        await eventually(lambda: server.died.is_set() or server.health()["runs"] == 0)
        await asyncio.gather(*(session.sync() for session in sessions))
        for session in sessions:
            session.stayed = not session.over and not session.stopped
        with suppress(OSError):
            self.health = (await request(server, "GET", "/health"))[0]
            self.alive = True

    async def leave(self) -> None:
        """Close what is open."""
        for session in self.sessions.values():
            if not session.over:
                session.writer.transport.abort() if session.stopped else session.frame(
                    Opcode.CLOSE, b"\x03\xe8"
                )
                await session.end()

    def _value(self, value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith(("$run@", "$token@")):
            return value
        what, _, name = value.partition("@")
        session = self.sessions[name]
        if what == "$token":
            return session.events[0]["resume_token"]
        return session.all("agent_started")[-1]["run_id"]

    async def _do_connect(self, step: Step) -> None:
        given = {key: self._value(step.fields[key]) for key in ("resume", "after") if key in step.fields}
        path = "/ws?" + "&".join(f"{key}={value}" for key, value in given.items())
        token = await log_in(SimpleNamespace(port=self.port), step.fields["user"])  # type: ignore[arg-type]
        session = self.sessions[step.on] = Session()
        await session.open(self.port, path.rstrip("?"), token, narrow=step.fields.get("narrow", False))

    async def _do_say(self, step: Step) -> None:
        self._number += 1
        message = {"message_id": f"{step.on} {self._number}", **step.fields["message"]}
        message = {key: self._value(value) for key, value in message.items()}
        session = self.sessions[step.on]
        if isinstance(message["message_id"], str):
            session.sent.append(message["message_id"])
        session.frame(Opcode.TEXT, json.dumps(message).encode())

    async def _do_text(self, step: Step) -> None:
        self.sessions[step.on].frame(Opcode.TEXT, step.fields["text"].encode())

    async def _do_binary(self, step: Step) -> None:
        self.sessions[step.on].frame(Opcode.BINARY, step.fields["text"].encode())

    async def _do_fragments(self, step: Step) -> None:
        parts = [base64.b64decode(part) for part in step.fields["parts"]]
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            self.sessions[step.on].frame(Opcode.CONT if number else Opcode.TEXT, part, fin=last)
            if step.fields["ping"] and number == 0:
                self.sessions[step.on].frame(Opcode.PING, b"inside")

    async def _do_ping(self, step: Step) -> None:
        self.sessions[step.on].pings.append(b"p" * step.fields["size"])
        self.sessions[step.on].frame(Opcode.PING, self.sessions[step.on].pings[-1])

    async def _do_bytes(self, step: Step) -> None:
        await self.sessions[step.on].sync()  # so that they come in a read of their own
        self.sessions[step.on].write(base64.b64decode(step.fields["data"]))

    async def _do_hear(self, step: Step) -> None:
        await self.sessions[step.on].hear(step.fields["event"])

    async def _do_close(self, step: Step) -> None:
        code = step.fields["code"]
        self.sessions[step.on].frame(Opcode.CLOSE, b"" if code is None else struct.pack("!H", code))
        await self.sessions[step.on].end()

    async def _do_cut(self, step: Step) -> None:
        session = self.sessions[step.on]
        linger = struct.pack("ii", 1, 0)
        session.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        session.writer.transport.abort()
        await session.end()
        if (server := self.server) is not None:
            still_open = sum(not other.over for other in self.sessions.values())
            await eventually(lambda: server.health()["sessions"] == still_open)

    async def _do_half_close(self, step: Step) -> None:
        self.sessions[step.on].writer.write_eof()
        await self.sessions[step.on].end()

    async def _do_stop(self, step: Step) -> None:
        self.sessions[step.on].stopped = True
        self.sessions[step.on].writer.transport.pause_reading()  # type: ignore[attr-defined]
