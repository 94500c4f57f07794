"""HTTP heads and bodies as values whose places have names, and back.

`{"path": …, "headers": {name: [value, …]}, "body": …}`; an answer has `status`, and its cookies by name.
What HTTP itself or the WebSocket handshake needs is not in it: it is no one's to say but the player's.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from wsrecord.cassette.model import Headers, Request, Response

_PLUMBING = frozenset(
    {
        *("accept", "accept-encoding", "accept-language", "age", "alt-svc", "cache-control", "connection"),
        *("content-encoding", "content-length", "content-type", "date", "dnt", "expires", "host"),
        *("keep-alive", "last-modified", "origin", "pragma", "sec-websocket-accept", "server"),
        *("sec-websocket-extensions", "sec-websocket-key", "sec-websocket-version", "transfer-encoding"),
        *("upgrade", "upgrade-insecure-requests", "user-agent", "vary", "via"),
    }
)


def request_value(request: Request) -> dict[str, Any]:
    """A request's places."""
    return {
        "path": request.path,
        "headers": _headers(request.headers),
        **_body(request.body),
    }


def response_value(response: Response) -> dict[str, Any]:
    """An answer's places."""
    headers = _headers(response.headers)
    cookies = headers.pop("set-cookie", [])
    made: dict[str, Any] = {"status": response.status, "headers": headers}
    if cookies:
        pairs = (cookie.split(";", 1)[0].partition("=") for cookie in cookies)
        made["set-cookie"] = {name.strip(): value.strip().strip('"') for name, _, value in pairs}
    return {**made, **_body(response.body)}


def request_of(value: dict[str, Any], request: Request) -> Request:
    """The request with what a value says in its places."""
    left = {name: list(values) for name, values in value["headers"].items()}
    headers = tuple(
        (name, left[name.lower()].pop(0) if left.get(name.lower()) else old) for name, old in request.headers
    )
    body = request.body
    if "body" in value and body is not None:
        body = value["body"].encode("utf-8", "surrogateescape")
    if body is not None:
        headers = tuple(_framed(headers, len(body)))
    size = len(body) if body is not None else request.size
    return replace(request, path=value["path"], headers=headers, body=body, size=size)


def response_of(value: dict[str, Any], response: Response) -> Response:
    """The answer with what a value says in its places."""
    left = {name: list(values) for name, values in value["headers"].items()}
    cookies = value.get("set-cookie", {})
    headers = tuple(
        (name, _cookie(old, cookies))
        if name.lower() == "set-cookie"
        else (name, left[name.lower()].pop(0) if left.get(name.lower()) else old)
        for name, old in response.headers
    )
    body = response.body
    if "body" in value and body is not None:
        body = value["body"].encode("utf-8", "surrogateescape")
    return replace(response, headers=headers, body=body)


def _cookie(text: str, cookies: dict[str, str]) -> str:
    pair, semicolon, rest = text.partition(";")
    name, _, old = pair.partition("=")
    new = cookies.get(name.strip())
    if new is None or new == old.strip().strip('"'):
        return text
    return f"{name}={new}{semicolon}{rest}"


def _framed(headers: Headers, length: int) -> Iterator[tuple[str, str]]:
    """With the length that the body has now; a cassette keeps it whole and decoded."""
    for name, value in headers:
        if name.lower() in ("content-length", "transfer-encoding"):
            yield "Content-Length", str(length)
        elif name.lower() != "content-encoding":
            yield name, value


def _headers(headers: Headers) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for name, value in headers:
        if name.lower() not in _PLUMBING:
            made.setdefault(name.lower(), []).append(value)
    return made


def _body(body: bytes | None) -> dict[str, str]:
    if not body:
        return {}
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {}
