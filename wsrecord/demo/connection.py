"""A TCP connection: HTTP requests one after the other, until one of them becomes a WebSocket.

HTTP is h11's work, for `websockets` drops a POST with a body; the upgraded rest is a `Session`.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

import h11
from websockets.exceptions import NegotiationError
from websockets.extensions.permessage_deflate import enable_server_permessage_deflate
from websockets.http11 import Request as Handshake
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from .auth import USERS, Auth, TokenError
from .drifts.dice import Dice
from .drifts.drift import Door
from .drifts.stage import door, logged_in
from .http import Answer, BadRequestError, Request, bearer, refusal, respond, target, unauthorized
from .options import DemoOptions
from .registry import Full, Registry
from .session import GOING_AWAY, Session

SUBPROTOCOL = Subprotocol("agent.v1")

# Below the limits of `websockets`, which reads the head of an upgrade a second time.
_MAX_HEAD = 8000
_MAX_HEADERS = 100

# How h11 names what went wrong, in our words.
_FAILED = refusal(500, "internal_error", "the server failed")
_CODES = {413: "body_too_large", 431: "head_too_large"}


class Home(Protocol):
    """What a connection needs of its server."""

    options: DemoOptions
    auth: Auth
    registry: Registry
    dice: Dice
    connections: set["Connection"]
    upgrades: int
    logins: int

    def health(self) -> dict[str, Any]:
        """Return the body of GET /health."""


class Connection(asyncio.Protocol):
    """One client's connection, whatever it turns into."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._loop = asyncio.get_running_loop()
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_MAX_HEAD)
        self._request: Request | None = None
        self._upgrade: h11.Request | None = None
        self._body = bytearray()
        self._session: Session | None = None
        self._over = False
        self._timer: asyncio.TimerHandle | None = None
        self._write_paused = False
        self.gone = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start to wait for a request."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._home.connections.add(self)
        self._wait(self._home.options.http_timeout, self._timed_out)
        if len(self._home.connections) > self._home.options.max_connections:
            self._send(refusal(503, "too_many_connections", "the server has enough connections"), close=True)

    def data_received(self, data: bytes) -> None:
        """Take what the network brought, in whatever phase the connection is."""
        if self._session is not None:
            self._session.receive(data)
        elif not self._over:
            self._http.receive_data(data)
            self._turn()

    def eof_received(self) -> bool:
        """Let asyncio send what is left and close: a client that says no more gets no more."""
        if self._session is not None:
            self._session.half_closed()
        return False

    def pause_writing(self) -> None:
        """The client doesn't read: don't read from it."""
        self._write_paused = True
        if self._session is not None:
            self._session.pause()
        else:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """The client reads again."""
        self._write_paused = False
        if self._session is not None:
            self._session.resume()
        else:
            self._transport.resume_reading()
            if not self._over:
                self._turn()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything."""
        if self._timer is not None:
            self._timer.cancel()
        if self._session is not None:
            self._session.lost()
        self._home.connections.discard(self)
        if not self.gone.done():
            self.gone.set_result(None)

    def shut_down(self) -> None:
        """Begin to end the connection because the server goes away."""
        if self._session is not None:
            self._session.close(GOING_AWAY, "the server shuts down")
        else:
            self._transport.close()

    def abort(self) -> None:
        """End the connection at once."""
        self._transport.abort()

    def _turn(self) -> None:
        """Answer the requests that are here whole."""
        try:
            while self._session is None and not self._over and not self._write_paused:
                event = self._http.next_event()
                if event is h11.NEED_DATA or event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                    break
                self._event(event)
        except h11.RemoteProtocolError as error:
            status = error.error_status_hint
            self._send(refusal(status, _CODES.get(status, "bad_request"), str(error)), close=True)
        except BadRequestError as error:
            self._send(error.answer, close=True)

    def _event(self, event: h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]) -> None:
        if isinstance(event, h11.Request):
            self._begin(event)
        elif isinstance(event, h11.Data):
            self._body += event.data
            if len(self._body) > self._home.options.max_body_size:
                self._too_large()
        elif isinstance(event, h11.EndOfMessage):
            assert self._request is not None
            request, self._request = self._request, None
            self._finish(request)

    def _begin(self, head: h11.Request) -> None:
        headers = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
        self._body.clear()
        # h11 bounds a head that is still incomplete; one that came in a single read can be larger.
        size = len(head.target) + sum(len(name) + len(value) for name, value in head.headers)
        if size > _MAX_HEAD or len(head.headers) > _MAX_HEADERS:
            raise BadRequestError(refusal(431, "head_too_large", "the head of the request is too large"))
        if "content-length" in headers and "transfer-encoding" in headers:
            raise BadRequestError(
                refusal(400, "bad_request", "a body has one length or is chunked, not both")
            )
        path, query = target(head.target)
        self._request = Request(head.method.decode("ascii"), path, query, headers)
        wants_upgrade = headers.get("upgrade", "").strip().lower() == "websocket"
        self._upgrade = head if path == "/ws" and wants_upgrade and head.http_version == b"1.1" else None
        length = headers.get("content-length", "0")
        # h11 has checked that these are digits.
        if len(length) > 18 or int(length) > self._home.options.max_body_size:
            self._too_large()
        elif self._http.they_are_waiting_for_100_continue:
            self._write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])))

    def _too_large(self) -> None:
        most = self._home.options.max_body_size
        self._send(refusal(413, "body_too_large", f"the body has more than {most} bytes"), close=True)

    def _finish(self, request: Request) -> None:
        if self._upgrade is not None and request.method == "GET":
            answer = self._accept(request, self._upgrade)
            if answer is None:
                return
        else:
            whole = Request(request.method, request.path, request.query, request.headers, bytes(self._body))
            answer = self._drifted(request, respond(whole, self._home.auth, self._home.health))
            if request.path == "/health" and self._home.registry.world.sick:
                answer = _FAILED
        self._send(answer, head_only=request.method == "HEAD")

    def _drifted(self, request: Request, answer: Answer) -> Answer:
        home = self._home
        if not home.options.drifts or request.path != "/login" or answer.status != 200:
            return answer
        home.logins += 1
        body = logged_in(home.options.drifts, home.dice, home.logins, json.loads(answer.body))
        return replace(answer, body=json.dumps(body).encode())

    def _send(self, answer: Answer, *, close: bool = False, head_only: bool = False) -> None:
        headers = [
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(answer.body))),
            *answer.headers,
            *([("Connection", "close")] if close else []),
        ]
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._write(self._http.send(h11.Response(status_code=answer.status, headers=headers)))
            if not head_only:
                self._write(self._http.send(h11.Data(data=answer.body)))
            self._write(self._http.send(h11.EndOfMessage()))
        if not close and self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            self._wait(self._home.options.http_timeout, self._timed_out)
            return
        self._end()

    def _end(self) -> None:
        """Close in a way that lets the answer arrive."""
        # The client may still be sending: closing on unread data would reset what it has yet to read.
        self._over = True
        if self._transport.can_write_eof():
            self._transport.write_eof()
            self._wait(self._home.options.close_timeout, self._transport.abort)
        else:
            self._transport.close()

    def _timed_out(self) -> None:
        idle = self._http.their_state is h11.IDLE and not self._http.trailing_data[0]
        if self._write_paused:
            self._transport.abort()
        elif idle:
            self._transport.close()
        else:
            self._send(refusal(408, "request_timeout", "the request took too long to arrive"), close=True)

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, then)

    def _write(self, data: bytes | None) -> None:
        if data:
            self._transport.write(data)

    def _accept(self, request: Request, head: h11.Request) -> Answer | None:
        """Turn into a session, or return why not."""
        home = self._home
        self._home.upgrades += 1
        way = door(home.options.drifts, home.dice, self._home.upgrades)
        try:
            user_id = home.auth.user_id(bearer(request))
        except TokenError as error:
            if way.stranger is not None:
                return unauthorized(error, way.stranger)
            user_id = next(iter(USERS.values())).user_id
        if way.full is not None:
            return refusal(way.full, "no_entry", "nobody is let in")
        thread = None
        if "resume" in request.query and way.resumes:
            token = request.query["resume"]
            try:
                thread = home.registry.world.resumed(home.registry.find(token, user_id), token)
            except LookupError:
                return _FAILED  # only a bug raises here
            if thread is None:
                return refusal(403, "resume_refused", "this resume token opens no thread of yours")
        after = _number(request.query.get("after"))
        if after is not None and (thread is None or not self._takes(after, thread.history.last)):
            return refusal(400, "invalid_after", "after must be the seq of an event on the resumed thread")
        protocol, answer = _handshake(head, home.options.max_message_size, way)
        if answer is not None:
            return answer
        resumed = thread is not None
        try:
            thread = thread or home.registry.create(user_id)
        except Full:
            return refusal(503, "too_many_sessions", "you have enough sessions")
        if thread.listener is not None and home.registry.world.tells(thread):
            thread.listener.superseded()
        if self._timer is not None:
            self._timer.cancel()
        token = home.registry.connected(thread)
        self._session = Session(self._transport, protocol, thread, home.options, home.registry.disconnected)
        self._session.open(token, resumed=resumed, after=after)
        rest, _ = self._http.trailing_data
        if rest:
            self._session.receive(rest)
        return None

    def _takes(self, after: int, last: int) -> bool:
        return 0 <= after <= last or self._home.registry.world.lets_pass(after, last)


def _number(text: str | None) -> int | None:
    """Return a number, -1 for what is none, None for nothing."""
    if text is None:
        return None
    return int(text) if len(text) <= 15 and text.isascii() and text.isdigit() else -1


def _handshake(head: h11.Request, max_size: int, way: Door) -> tuple[ServerProtocol, Answer | None]:
    """Let `websockets` check an upgrade; return why it is refused, or None with the 101 queued."""
    protocol = ServerProtocol(
        extensions=enable_server_permessage_deflate(None) if way.compression else None,
        select_subprotocol=_selecting(way.subprotocol),
        max_size=max_size,
    )
    lines = [b"GET " + head.target + b" HTTP/1.1"]
    lines += [name + b": " + value for name, value in head.headers.raw_items()]
    protocol.receive_data(b"\r\n".join(lines) + b"\r\n\r\n")
    handshake = next((event for event in protocol.events_received() if isinstance(event, Handshake)), None)
    if handshake is None:
        return protocol, refusal(400, "bad_handshake", "the upgrade request can't be read")
    response = protocol.accept(handshake)
    if response.status_code != 101:
        problem = bytes(response.body or b"").decode().strip()
        return protocol, refusal(response.status_code, "bad_handshake", problem)
    for name, value in way.headers:
        response.headers[name] = value
    protocol.send_response(response)
    return protocol, None


def _selecting(chosen: str | None) -> Callable[[ServerProtocol, Sequence[Subprotocol]], Subprotocol | None]:
    def select(_protocol: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        if offered and SUBPROTOCOL not in offered:
            raise NegotiationError(f"the server speaks {SUBPROTOCOL} only")
        return Subprotocol(chosen) if offered and chosen else None

    return select
