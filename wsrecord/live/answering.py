"""Recorded answers as bytes for a live client: as they were, but for what this request decides."""

import re
from collections.abc import Iterable

from wsrecord.cassette.model import Headers, Request, Response
from wsrecord.live.handshake import accept_for
from wsrecord.wire.heads import first_value, has_token
from wsrecord.wire.offers import agree

_OURS = frozenset(
    {
        *("content-length", "transfer-encoding", "content-encoding", "connection", "keep-alive", "date"),
        *("upgrade", "sec-websocket-accept", "sec-websocket-extensions", "sec-websocket-protocol", "trailer"),
    }
)
_BODILESS = (204, 304)
_KEY = re.compile(r"[A-Za-z0-9+/]{22}==")


def answer(response: Response, recorded: Request, asked: Request) -> bytes:
    """A recorded answer; what it says of the recorded Host it says of the live one."""
    here, there = (first_value(one.headers, "host") or "" for one in (asked, recorded))
    headers = _kept(response.headers, there, here)
    body = response.body or b""
    if there and here and there != here and ":" in there:
        body = body.replace(there.encode("latin-1", "replace"), here.encode("latin-1", "replace"))
    if response.status not in _BODILESS and response.status >= 200:
        headers.append(("Content-Length", str(len(body))))
    if has_token(asked.headers, "connection", "close") or asked.http == "1.0":
        headers.append(("Connection", "keep-alive" if _stays(asked) else "close"))
    bare = asked.method == "HEAD" or response.status in _BODILESS
    return _head(response.status, response.reason, headers) + (b"" if bare else body)


def refusal(status: int, reason: str, why: str, *more: tuple[str, str]) -> bytes:
    """An answer of our own: this is not in the recording, or no handshake."""
    text = f"wsrecord serve: {why}\n".encode("utf-8", "replace")
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text))), *more]
    return _head(status, reason, headers) + text


def fault_of(asked: Request) -> tuple[int, str, str] | None:
    """Why an upgrade can't be agreed to: status, reason, and in words."""
    key = first_value(asked.headers, "sec-websocket-key")
    if first_value(asked.headers, "sec-websocket-version") != "13":
        return 426, "Upgrade Required", "the upgrade does not ask for version 13"
    if key is None or not _KEY.fullmatch(key.strip()):
        return 400, "Bad Request", "the upgrade has no Sec-WebSocket-Key of 16 bytes"
    return None


def agreement(response: Response, asked: Request) -> tuple[bytes, list[str], str | None]:
    """A recorded 101 for this client: its bytes, the extensions, and the subprotocol that it lacks."""
    chosen = first_value(response.headers, "sec-websocket-protocol")
    offered = {
        word.strip()
        for value in _values(asked.headers, "sec-websocket-protocol")
        for word in value.split(",")
    }
    extensions = agree(
        _values(asked.headers, "sec-websocket-extensions"),
        _values(response.headers, "sec-websocket-extensions"),
    )
    headers = [
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Accept", accept_for(first_value(asked.headers, "sec-websocket-key") or "")),
        *_kept(response.headers),
    ]
    if chosen is not None and chosen in offered:
        headers.append(("Sec-WebSocket-Protocol", chosen))
    if extensions is not None:
        headers.append(("Sec-WebSocket-Extensions", extensions))
    raw = _head(101, response.reason or "Switching Protocols", headers)
    lacking = chosen if chosen is not None and chosen not in offered else None
    return raw, [extensions] if extensions is not None else [], lacking


def _kept(headers: Headers, there: str = "", here: str = "") -> list[tuple[str, str]]:
    kept = [(name, value) for name, value in headers if name.lower() not in _OURS]
    if there and here:
        kept = [(name, value.replace(there, here) if ":" in there else value) for name, value in kept]
    return kept


def _stays(asked: Request) -> bool:
    return asked.http == "1.0" and has_token(asked.headers, "connection", "keep-alive")


def _values(headers: Headers, name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]


def _head(status: int, reason: str, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {status} {_plain(reason)}"]
    lines += (f"{_plain(name)}: {_plain(value)}" for name, value in headers)  # a client's id may be in it
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _plain(text: str) -> str:
    return re.sub(r"[\r\n\0]", " ", text)
