"""HTTP heads as bytes, header by header as given: order, case and spacing are the test's."""

import base64
import hashlib

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
ACCEPT = base64.b64encode(hashlib.sha1((KEY + GUID).encode()).digest()).decode()


def head(*lines: str, eol: str = "\r\n") -> bytes:
    return (eol.join(lines) + eol + eol).encode("latin-1")


def get(path: str = "/", *headers: str, method: str = "GET", host: str = "example.test") -> bytes:
    return head(f"{method} {path} HTTP/1.1", f"Host: {host}", *headers)


def post(path: str, *headers: str, host: str = "example.test") -> bytes:
    return get(path, *headers, method="POST", host=host)


def answer(status: str = "200 OK", *headers: str, body: bytes | None = b"") -> bytes:
    length = () if body is None else (f"Content-Length: {len(body)}",)
    return head(f"HTTP/1.1 {status}", *headers, *length) + (body or b"")


def chunk(data: bytes, extension: str = "") -> bytes:
    return f"{len(data):x}{extension}\r\n".encode() + data + b"\r\n"


def upgrade(path: str = "/ws", *headers: str, host: str = "example.test") -> bytes:
    key = (f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13")
    return get(path, "Upgrade: websocket", "Connection: Upgrade", *key, *headers, host=host)


def switching(*headers: str) -> bytes:
    return head(
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {ACCEPT}",
        *headers,
    )
