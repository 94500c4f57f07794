"""Secrets in HTTP: request lines, headers, cookies, subprotocols, bodies."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Protocol
from urllib.parse import unquote_to_bytes

from ..model import Headers, Request, Response
from .cookies import cookies
from .names import Names, Strength, word_set
from .subprotocols import subprotocols
from .wanted import WEAK_FROM, is_bare_scheme, parameter_of_scheme


class Redacting(Protocol):
    """What this part needs of the redactor."""

    names: Names

    def secret(self, value: bytes, name: str) -> bytes:
        """The placeholder of a value."""

    def loosely(self, payload: bytes) -> bytes:
        """Any bytes without secrets."""


# Heads whose names and whose randomness say nothing: the handshake's, and digests of what is public.
# What is known, has a secret's form or stands in a URL is looked for in them as in all others.
_PLAIN_HEADERS = word_set(
    "sec-websocket-key sec-websocket-accept sec-websocket-version sec-websocket-extensions etag "
    "if-none-match content-security-policy content-length date last-modified www-authenticate "
    "proxy-authenticate access-control-allow-headers access-control-expose-headers "
    "access-control-request-headers vary accept-ch permissions-policy strict-transport-security "
    "keep-alive"
)
_PARAMETER = re.compile(rb"(?<=[?&;#])([A-Za-z0-9_.\-%\[\]$]{1,100}+)=([^&;#\s\"'<>]*+)")


def request(r: Request, red: Redacting) -> Request:
    """A request without secrets."""
    headers = _headers(r.headers, red)
    path = on_wire(r.path, lambda raw: red.loosely(parameters(raw, red)))
    return replace(r, path=path, headers=headers, body=_body(r.body, r.headers, red))


def response(r: Response, red: Redacting) -> Response:
    """A response without secrets."""
    headers = _headers(r.headers, red)
    reason = on_wire(r.reason, red.loosely)
    return replace(r, reason=reason, headers=headers, body=_body(r.body, r.headers, red))


def as_bytes(text: str) -> bytes:
    """Text as the bytes it came from; any text has some."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def as_text(raw: bytes) -> str:
    """The way back."""
    return raw.decode("utf-8", "surrogateescape")


def on_wire(text: str, change: Callable[[bytes], bytes]) -> str:
    """Text of a head, changed as the bytes that crossed the wire: a head's characters are one byte each."""
    try:
        raw, latin = text.encode("latin-1"), True
    except UnicodeEncodeError:  # not from the wire
        raw, latin = as_bytes(text), False
    new = change(raw)
    if new == raw:
        return text
    return new.decode("latin-1") if latin else as_text(new)


def _headers(headers: Headers, red: Redacting) -> Headers:
    # names first: what is secret by its place is then known in all the others
    first = [(n, on_wire(v, partial(_header, n.lower(), red=red))) for n, v in headers]
    return tuple((n, on_wire(v, red.loosely)) for n, v in first)


def _header(name: str, value: bytes, red: Redacting) -> bytes:
    if name in _PLAIN_HEADERS:
        return parameters(value, red)
    if name in ("cookie", "cookie2", "set-cookie"):
        return _cookies(value, red)
    if name == "sec-websocket-protocol":
        return subprotocols(value, red.names, red.secret)
    if name in ("authorization", "proxy-authorization", "authentication-info", "proxy-authentication-info"):
        strength = Strength.STRONG if name.endswith("authorization") else Strength.WEAK
    else:
        strength = red.names.judge(as_bytes(name))
    if name.endswith("authorization") and is_bare_scheme(value):
        return value
    skip = parameter_of_scheme(value)
    if not skip and strength and name.endswith("authorization"):
        skip = _unknown_scheme(value)
    rest = value[skip:]
    if (strength is Strength.STRONG and rest) or (strength and len(rest) >= WEAK_FROM and b" " not in rest):
        return value[:skip] + red.secret(rest, name)
    return parameters(value, red)


def _unknown_scheme(value: bytes) -> int:
    m = re.match(rb"[A-Za-z][A-Za-z-]{1,20} +(?=\S{8})", value)
    return m.end() if m else 0


def _cookies(value: bytes, red: Redacting) -> bytes:
    parts, at = [], 0
    for span in cookies(value, red.names):
        parts += [value[at : span.start], red.secret(span.secret, span.name)]
        at = span.end
    return b"".join([*parts, value[at:]])


def parameters(text: bytes, red: Redacting, *, form: bool = False) -> bytes:
    """A URL's (or a form's) parameters without secrets, by their names."""
    if form:
        return _PARAMETER.sub(lambda m: _parameter(m, red), b"?" + text)[1:]
    return _PARAMETER.sub(lambda m: _parameter(m, red), text) if b"=" in text else text


def _parameter(m: re.Match[bytes], red: Redacting) -> bytes:
    name, value = unquote_to_bytes(m[1]), m[2]
    plain = unquote_to_bytes(value.replace(b"+", b" "))
    strength = red.names.judge_parameter(name)
    if not strength or not plain:
        return m[0]
    skip = parameter_of_scheme(plain)
    if strength is not Strength.STRONG and (
        len(plain) - skip < WEAK_FROM or b" " in plain[skip:] or b"://" in plain
    ):
        return m[0]
    if skip:  # "Bearer%20…": the scheme stays, as it is escaped
        head = re.match(rb"[A-Za-z0-9-]+(?:\+|%20| )+", value)
        if head is not None:
            return m[1] + b"=" + head[0] + red.secret(plain[skip:], _name(name))
    return m[1] + b"=" + red.secret(plain, _name(name))


def _name(name: bytes) -> str:
    return name.decode("utf-8", "replace")


def _body(body: bytes | None, headers: Headers, red: Redacting) -> bytes | None:
    if not body:
        return body
    kind = next((v.lower() for n, v in headers if n.lower() == "content-type"), "")
    new = body
    if "x-www-form-urlencoded" in kind or (not kind and re.fullmatch(rb"[\w.%\[\]-]+=[^\s]*", body[:4096])):
        new = parameters(body, red, form=True)
    return red.loosely(new)
