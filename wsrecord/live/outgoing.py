"""A recorded request as bytes for the target: as it was, but for what must differ there."""

import base64
import os
import re
from urllib.parse import quote, urlsplit

from wsrecord.cassette.model import Headers, Request
from wsrecord.live.upstream import Upstream
from wsrecord.wire.heads import first_value, has_token

_LOCAL = ("localhost", "127.0.0.1", "::1")
_FRAMING = ("content-length", "transfer-encoding", "content-encoding", "expect", "trailer")


class UnsendableError(Exception):
    """The request can't be sent: the text says why."""


def new_key() -> str:
    """A Sec-WebSocket-Key that was never used."""
    return base64.b64encode(os.urandom(16)).decode()


def outgoing(
    request: Request, to: Upstream, extra: Headers = (), query: Headers = (), *, key: str | None = None
) -> bytes:
    """Write the request: Host and an Origin of the same place become the target's; what is given wins."""
    if request.unkept is not None:
        raise UnsendableError(f"its body was not recorded ({request.unkept})")
    taken = {name.lower() for name, _ in extra}
    headers = [
        (name, value)
        for name, value in (_fitted(name, value, request, to, key) for name, value in request.headers)
        if name.lower() not in taken
    ]
    headers += extra
    body = request.body or b""
    if _frames_body(request):
        headers = [(name, value) for name, value in headers if name.lower() not in _FRAMING]
        headers.append(_length(request, body))
    path = re.sub(r"[\x00-\x20\x7f]", lambda found: f"%{ord(found[0]):02X}", with_query(request.path, query))
    lines = [f"{request.method} {path} HTTP/{request.http}"]
    for name, value in headers:
        if re.search(r"[\r\n\0]", value):
            raise UnsendableError(f"the value of its header {name} holds a line break")
        lines.append(f"{name}: {value}")
    try:
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
    except UnicodeEncodeError:
        raise UnsendableError("its head holds characters that HTTP has no bytes for") from None


def with_query(path: str, query: Headers) -> str:
    """A path with these query parameters: in the place of those with the same name, or at the end."""
    for name, value in query:
        bare, _, rest = path.partition("?")
        quoted = f"{quote(name, safe='')}={quote(value, safe='')}"
        pairs = rest.split("&") if rest else []
        kept = [pair for pair in pairs if pair.partition("=")[0] != quote(name, safe="")]
        at = next((n for n, pair in enumerate(pairs) if pair not in kept), len(kept))
        path = f"{bare}?{'&'.join([*kept[:at], quoted, *kept[at:]])}"
    return path


def _fitted(name: str, value: str, request: Request, to: Upstream, key: str | None) -> tuple[str, str]:
    match name.lower():
        case "host":
            return name, to.host_header
        case "origin" if _same_place(value, first_value(request.headers, "host") or ""):
            return name, f"{to.http_scheme}://{to.host_header}"
        case "sec-websocket-key" if key is not None:
            return name, key
    return name, value


def _same_place(origin: str, host: str) -> bool:
    """Whether an Origin is the place that the Host names; the names of this machine are all one."""
    try:
        theirs, mine = urlsplit(origin), urlsplit(f"//{host}")
        if theirs.scheme not in ("http", "https", "ws", "wss"):
            return False
        default = 443 if theirs.scheme in ("https", "wss") else 80
        if (theirs.port or default) != (mine.port or default):
            return False
    except ValueError:
        return False
    return theirs.hostname == mine.hostname or (theirs.hostname in _LOCAL and mine.hostname in _LOCAL)


def _frames_body(request: Request) -> bool:
    """Whether there is a body, or words about one."""
    return bool(request.body) or any(first_value(request.headers, name) is not None for name in _FRAMING)


def _length(request: Request, body: bytes) -> tuple[str, str]:
    """The header that frames the body, spelled as it was: a chunked body's length is known by now."""
    chunked = has_token(request.headers, "transfer-encoding", "chunked")
    names = [name for name, _ in request.headers if name.lower() == "content-length"]
    return (names[0] if names and not chunked else "Content-Length", str(len(body)))
