"""The plain HTTP side: what each request is answered with. Pure: requests in, answers out.

| request       | answer                                                                          |
| ------------- | ------------------------------------------------------------------------------- |
| `GET /`       | 200, a few lines of text                                                        |
| `GET /health` | 200, `{"status": "ok", "sessions": n, "runs": n}`                               |
| `POST /login` | `{"username", "password"}`: 200, `{"access_token", "token_type", "expires_in",  |
|               | "user_id"}`                                                                     |
| `GET /ws`     | the upgrade; `?token=` stands in for `Authorization: Bearer`, `?resume=` takes  |
|               | up a thread again, `?after=` says which event was the last to arrive            |

What is refused has a body `{"error": code, "message": text}`:

| status | codes                                                                     |
| ------ | ------------------------------------------------------------------------- |
| 400    | `bad_request`, `invalid_json`, `missing_field`, `wrong_type`,             |
|        | `invalid_after`, `bad_handshake`                                          |
| 401    | `invalid_credentials`, `token_missing`, `token_invalid`, `token_expired`  |
| 403    | `resume_refused`: a used, forged, foreign or forgotten resume token       |
| 404    | `not_found`                                                               |
| 405    | `method_not_allowed`                                                      |
| 408    | `request_timeout`                                                         |
| 413    | `body_too_large`                                                          |
| 426    | `upgrade_required`                                                        |
| 431    | `head_too_large`                                                          |
| 503    | `too_many_sessions`, `too_many_connections`                               |
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .auth import Auth, TokenError

Headers = tuple[tuple[str, str], ...]

_PAGE = """wsrecord's demo agent server.

POST /login    {"username": "ada", "password": "analytical"} gives an access_token
GET  /ws       the WebSocket, with Authorization: Bearer TOKEN or ?token=TOKEN
GET  /health   is it alive
"""


@dataclass(frozen=True)
class Request:
    """One HTTP request: header names in lower case, the query taken apart."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Headers = ()


class BadRequestError(Exception):
    """The request can't be read; the answer says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def refusal(status: int, code: str, message: str, headers: Headers = ()) -> Answer:
    """Return an answer that says no."""
    return _json(status, {"error": code, "message": message}, headers)


def target(raw: bytes) -> tuple[str, dict[str, str]]:
    """Return the path and the query of a request target."""
    try:
        parts = urlsplit(raw.decode("ascii"))
        # Decoded strictly: bytes that aren't UTF-8 would come back as surrogates nobody can encode.
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        raise BadRequestError(refusal(400, "bad_request", "the request target can't be read")) from None
    return parts.path, dict(query)


def bearer(request: Request) -> str | None:
    """Return the token that a request carries; the header goes before the query."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return request.query.get("token")


def respond(request: Request, auth: Auth, health: Callable[[], dict[str, Any]]) -> Answer:
    """Answer a request that isn't an upgrade."""
    routes: dict[str, tuple[tuple[str, ...], Callable[[], Answer]]] = {
        "/": (("GET", "HEAD"), lambda: Answer(200, _PAGE.encode(), "text/plain; charset=utf-8")),
        "/health": (("GET", "HEAD"), lambda: _json(200, health())),
        "/login": (("POST",), lambda: _login(request, auth)),
        "/ws": (("GET", "HEAD"), _upgrade_required),
    }
    if request.path not in routes:
        return refusal(404, "not_found", "there is nothing here")
    methods, route = routes[request.path]
    if request.method not in methods:
        allow = (("Allow", ", ".join(methods)),)
        return refusal(405, "method_not_allowed", f"{request.path} takes {' and '.join(methods)}", allow)
    return route()


def unauthorized(error: TokenError, status: int = 401) -> Answer:
    """Return the answer to a token that doesn't open the door."""
    return refusal(status, error.code, str(error), (("WWW-Authenticate", "Bearer"),))


def _upgrade_required() -> Answer:
    headers = (("Upgrade", "websocket"), ("Connection", "Upgrade"))
    return refusal(426, "upgrade_required", "this is a WebSocket: send an upgrade request", headers)


def _login(request: Request, auth: Auth) -> Answer:
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        return refusal(400, "invalid_json", "the body is not JSON")
    if not isinstance(said, dict):
        return refusal(400, "wrong_type", "the body must be an object")
    for name in ("username", "password"):
        if name not in said:
            return refusal(400, "missing_field", f"the field {name} is missing")
        if not isinstance(said[name], str):
            return refusal(400, "wrong_type", f"the field {name} must be a string")
    user = auth.user(said["username"], said["password"])
    if user is None:
        return refusal(
            401,
            "invalid_credentials",
            "no user has this name and password",
            (("WWW-Authenticate", "Bearer"),),
        )
    granted = {
        "access_token": auth.token(user),
        "token_type": "bearer",
        "expires_in": int(auth.token_ttl),
        "user_id": user.user_id,
    }
    return _json(200, granted, (("Cache-Control", "no-store"),))


def _json(status: int, body: dict[str, Any], headers: Headers = ()) -> Answer:
    return Answer(status, json.dumps(body).encode(), headers=headers)
