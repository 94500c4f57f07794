"""A small chat client for the demo server: prompts from the command line or from standard input.

A plain line is a prompt; prompts run one after the other. In between, these lines do something else:

    /say TEXT    tell the run in progress something
    /cancel      cancel the run in progress
    /ping        ask for a pong
    /quit        leave

The server's URL is that of the environment variable WSRECORD_URL if there is one.
"""

import asyncio
import json
import os
import sys
import urllib.error
import urllib.request
import uuid
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, TextIO
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidStatus
from websockets.typing import Subprotocol

from . import DemoError
from .lines import lines
from .transcript import line, printable

DEFAULT_URL = "ws://127.0.0.1:8765/ws"
_LOGIN_TIMEOUT = 10.0


@dataclass(frozen=True, kw_only=True)
class ChatOptions:
    """Where to chat, and as whom."""

    username: str
    password: str
    url: str | None = None
    report: bool = False
    timeout: float = 60.0


def run_chat(options: ChatOptions, prompts: Iterable[str] | None = None, out: TextIO | None = None) -> None:
    """Chat and return when it is over; without prompts, read standard input."""
    asyncio.run(chat(options, prompts, out or sys.stdout))


async def chat(options: ChatOptions, prompts: Iterable[str] | None, out: TextIO) -> None:
    """Log in, connect, act on each prompt in turn, print what the server says; raise DemoError."""
    url = websocket_url(options.url)
    token = await asyncio.to_thread(_log_in, http_url(url) + "/login", options)
    try:
        async with connect(
            url,
            additional_headers={"Authorization": f"Bearer {token}"},
            subprotocols=[Subprotocol("agent.v1")],
            open_timeout=_LOGIN_TIMEOUT,
            close_timeout=3,
            proxy=None,
        ) as websocket:
            await _Chat(websocket, options, out).run(
                _given(prompts) if prompts is not None else lines(sys.stdin)
            )
    except InvalidStatus as error:
        body = bytes(error.response.body or b"")
        raise DemoError(f"{url} refused: {_reason(error.response.status_code, body)}") from error
    except (InvalidHandshake, InvalidMessage, OSError, TimeoutError) as error:
        raise DemoError(f"can't connect to {url}: {_first_line(error)}") from error


def websocket_url(url: str | None = None) -> str:
    """Return the WebSocket's URL: as given, from WSRECORD_URL, or the demo's own; /ws if it has no path."""
    parts = urlsplit(url or os.environ.get("WSRECORD_URL") or DEFAULT_URL)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise DemoError(f"{urlunsplit(parts)} is not a WebSocket URL such as {DEFAULT_URL}")
    return urlunsplit(parts._replace(path=parts.path if parts.path != "/" and parts.path else "/ws"))


def http_url(url: str) -> str:
    """Return the URL of the plain HTTP side of a WebSocket URL."""
    parts = urlsplit(url)
    return urlunsplit(("https" if parts.scheme == "wss" else "http", parts.netloc, "", "", ""))


async def _given(prompts: Iterable[str]) -> AsyncIterator[str]:
    for prompt in prompts:
        yield prompt


def _log_in(url: str, options: ChatOptions) -> str:
    body = json.dumps({"username": options.username, "password": options.password}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - http(s) by construction
    # No proxy of the environment: the client may run under a recorder on the loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_LOGIN_TIMEOUT) as answer:
            return str(json.load(answer)["access_token"])
    except urllib.error.HTTPError as error:
        with error:
            raise DemoError(f"{url} refused: {_reason(error.code, error.read())}") from error
    except OSError as error:
        raise DemoError(f"can't log in at {url}: {_first_line(error)}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DemoError(f"can't log in at {url}: the answer has no access_token") from error


def _reason(status: int, body: bytes) -> str:
    try:
        return f"{printable(json.loads(body)['message'])} ({status})"
    except (ValueError, KeyError, TypeError):
        return f"status {status}"


def _first_line(error: BaseException) -> str:
    reason = getattr(error, "reason", None)
    inner = reason if isinstance(reason, OSError) else error
    text = getattr(inner, "strerror", None) or str(inner) or type(inner).__name__
    return printable(str(text).splitlines()[0])


class _Chat:
    """One conversation: what is queued, what is running."""

    def __init__(self, websocket: ClientConnection, options: ChatOptions, out: TextIO) -> None:
        self._websocket = websocket
        self._options = options
        self._out = out
        self._prompts: deque[str] = deque()
        self._input_over = False
        self._leaving = False
        self._busy: str | None = None  # the message_id of the start_agent in progress
        self._run_id: str | None = None
        self._settled = asyncio.Event()  # the start_agent in progress was answered
        self._deadline = asyncio.timeout(None)

    async def run(self, inputs: AsyncIterator[str]) -> None:
        """Chat until the input is used up and the last run is over."""
        feeder = asyncio.create_task(self._feed(inputs))
        try:
            async with self._deadline:
                while True:
                    self._hear(await self._websocket.recv())
                    await self._advance()
        except TimeoutError:
            raise DemoError(f"the server said nothing for {self._options.timeout:g} s") from None
        except ConnectionClosed as error:
            if not self._leaving:
                raise DemoError(_ending(error)) from error
        finally:
            feeder.cancel()
            await asyncio.wait([feeder])
        if not feeder.cancelled():
            feeder.result()

    async def _feed(self, inputs: AsyncIterator[str]) -> None:
        try:
            async for text in inputs:
                await self._act(text.strip())
            self._input_over = True
            await self._advance()
        except ConnectionClosed:
            pass  # run() sees it too, and says so
        except Exception:
            await self._leave()
            raise

    async def _act(self, text: str) -> None:
        command, _, rest = text.partition(" ")
        if not text:
            return
        if not text.startswith("/"):
            self._prompts.append(text)
            await self._advance()
        elif command == "/quit":
            await self._leave()
        elif command == "/ping":
            await self._send("ping")
        elif command in ("/say", "/cancel"):
            await self._steer(command, rest)
        else:
            self._print("there are /say TEXT, /cancel, /ping and /quit")

    async def _steer(self, command: str, text: str) -> None:
        if self._busy is not None:
            await self._settled.wait()
        if self._run_id is None:
            self._print("no run is in progress")
        elif command == "/cancel":
            await self._send("cancel_run", run_id=self._run_id)
        else:
            await self._send("user_message", run_id=self._run_id, text=text)

    async def _advance(self) -> None:
        """Start the next prompt when nothing runs; leave when there will be none."""
        if self._busy is not None:
            return
        if self._prompts:
            self._settled.clear()
            self._busy = str(uuid.uuid4())
            report = {"report": True} if self._options.report else {}
            await self._send("start_agent", self._busy, prompt=self._prompts.popleft(), **report)
        elif self._input_over:
            await self._leave()

    async def _leave(self) -> None:
        self._leaving = True
        await self._websocket.close()

    async def _send(self, kind: str, message_id: str | None = None, **fields: Any) -> None:
        self._watch()
        message = {"type": kind, "message_id": message_id or str(uuid.uuid4()), **fields}
        await self._websocket.send(json.dumps(message))

    def _hear(self, data: str | bytes) -> None:
        try:
            event = json.loads(data)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            self._print("  (a message that is no event)")
            return
        self._print(line(event))
        run_id = event.get("run_id")
        if self._busy is not None and event.get("reply_to") == self._busy:
            self._run_id = run_id if isinstance(run_id, str) else None
            self._settled.set()
        if self._is_end(event):
            self._busy = self._run_id = None
        self._watch()

    def _is_end(self, event: dict[str, Any]) -> bool:
        if self._run_id is None:
            # An error in place of agent_started.
            return event.get("type") == "error" and event.get("reply_to") == self._busy
        if event.get("run_id") != self._run_id:
            return False
        if event.get("type") == "agent_completed":
            # The server's rule for when a final_report follows.
            return not self._options.report and event.get("tool_calls", 0) < 2
        return event.get("type") in ("final_report", "run_cancelled", "error")

    def _watch(self) -> None:
        """Give the server its time anew; none is running out while nothing runs."""
        idle = self._busy is None
        self._deadline.reschedule(None if idle else asyncio.get_running_loop().time() + self._options.timeout)

    def _print(self, text: str) -> None:
        print(text, file=self._out, flush=True)


def _ending(error: ConnectionClosed) -> str:
    if error.rcvd is None:
        return "the connection was lost"
    reason = f" ({printable(error.rcvd.reason)})" if error.rcvd.reason else ""
    return f"the server closed the connection with {error.rcvd.code}{reason}"
